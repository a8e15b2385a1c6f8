#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/engine/route.h"
#include "detect/matcher.h"
#include "intake/intake.h"

/* What is looked for changes with the events; what is found does not. */

static const char rules[] =
	/* Guessed to be rare, and in every event; what is guessed to be common is in few. */
	"title: a\nid: a\ntags: [attack.execution]\nlogsource: {product: windows}\n"
	"detection:\n  s: {Image|endswith: '\\everywhere.exe', CommandLine|contains: ' -p '}\n  condition: "
	"s\n---\n"
	/* Any of many, and a search that is asked for each time. */
	"title: b\nid: b\ntags: [attack.execution]\nlogsource: {product: windows}\n"
	"detection:\n  s: {Image|endswith: ['\\everywhere.exe', '\\never.exe']}\n"
	"  t: {CommandLine|contains: [ 'number 7', 'number 77' ]}\n  u: {CommandLine|re: '^xxxx '}\n"
	"  condition: s and (t or u)\n---\n"
	/* Nothing to wait for. */
	"title: c\nid: c\ntags: [attack.execution]\nlogsource: {product: windows}\n"
	"detection:\n  s: {CommandLine|contains: 'number'}\n  condition: not s\n---\n"
	"title: d\nid: d\ntags: [attack.execution]\nlogsource: {product: windows}\n"
	"detection:\n  k: ['Needle', 'other']\n  f: {CommandLine|contains: 'number 9'}\n  condition: k and "
	"not f\n";

struct trial {
	struct ruleset *set;
	struct program *program;
	struct matcher *matcher;
	struct view view;
	struct maps *maps;
	struct source source;
	struct event *event;
	uint64_t matched;
};

static void begin(struct trial *t)
{
	*t = (struct trial){ .source = { .name = "test", .year = { .now = INT64_C(1796000000000000) } } };
	t->set = ruleset_new(NULL, NULL);
	ruleset_add(t->set, "rules.yml", rules, strlen(rules));
	ruleset_finish(t->set);
	assert_int_equal(ruleset_count(t->set), 4);
	t->program = program_new(t->set);
	t->matcher = matcher_new(t->program);
	view_init(&t->view, t->program);
	t->maps = maps_new();
	assert_int_equal(maps_add_own(t->maps, NULL), 0);
	t->event = event_new();
}

static void end(struct trial *t)
{
	view_fini(&t->view);
	matcher_free(t->matcher);
	program_free(t->program);
	ruleset_free(t->set);
	event_free(t->event);
	source_fini(&t->source);
	maps_free(t->maps);
}

/* Fed, and held against every rule worked out by itself. */
static void feed(struct trial *t, const char *command)
{
	char line[ROUTE_LONG * 2];
	const uint32_t *found;
	uint32_t count, k = 0;
	const int len = snprintf(line, sizeof(line),
				 "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
				 "\"Image\":\"C:\\\\a\\\\everywhere.exe\",\"CommandLine\":\"%s\"}",
				 command);

	assert_int_equal(intake_line(t->maps, &t->source, line, (size_t)len, 0, t->event, NULL), 0);
	count = matcher_feed(t->matcher, t->event, &found);
	view_take(&t->view, t->event, NULL);
	for (uint32_t i = 0; i < t->program->rule_count; i++) {
		const bool told = k < count && found[k] == i;

		if (told != match_node(&t->view, t->program->rules[i].root))
			fail_msg("'%s' is %sfound in '%.60s', event %llu", t->program->rules[i].rule->id,
				 told ? "" : "not ", command, (unsigned long long)t->source.lines);
		k += told;
		t->matched += told;
	}
}

static void feed_some(struct trial *t, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		const char *end = i % 100 == 50 ? " -p x needle" : i % 100 == 0 ? " -P X OTHER" : "";
		char text[64];

		snprintf(text, sizeof(text), "%s %s %u%s%s", i % 31 ? "run" : "xxxx",
			 i % 13 ? "number" : "count", i % 100, end, i % 17 ? "" : " xxxx ");
		feed(t, text);
	}
}

static uint64_t tried(const struct trial *t) { return matcher_counts(t->matcher).tried; }

static void test_what_was_seen_is_learnt_from(void **unused)
{
	struct trial t;
	uint64_t at_first, later;

	(void)unused;
	begin(&t);
	feed_some(&t, 0, 300);
	at_first = tried(&t);
	assert_true(at_first > 3 * 300 * 9 / 10); /* a, b and c, nearly always */
	feed_some(&t, 300, 5000);
	later = tried(&t);
	feed_some(&t, 5000, 5300);
	assert_true(tried(&t) - later < at_first / 2);
	assert_true(t.matched > 5300 / 13);
	end(&t);
}

/* Made anew all the time, with little or nothing seen. */
static void test_any_lookout_finds_the_same(void **unused)
{
	struct trial t;

	(void)unused;
	begin(&t);
	for (unsigned i = 0; i < 400; i++) {
		feed_some(&t, i * 7, i * 7 + i % 5);
		matcher_turn(t.matcher);
	}
	end(&t);
}

/* A long event is looked at as the first one was: how much work it makes, and so
 * whether some rules are left out, must not hang on which events a thread had before. */
static void test_long_events_are_not_learnt_for(void **unused)
{
	static char text[ROUTE_LONG];
	struct trial t;
	uint64_t before, each;

	(void)unused;
	memset(text, 'y', sizeof(text) - 1);
	memcpy(text, "number 1 ", 9);
	begin(&t);
	feed(&t, text);
	each = tried(&t);
	feed_some(&t, 0, 5000);
	before = tried(&t);
	feed(&t, text);
	assert_int_equal(tried(&t) - before, each);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_seen_is_learnt_from),
		cmocka_unit_test(test_any_lookout_finds_the_same),
		cmocka_unit_test(test_long_events_are_not_learnt_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
