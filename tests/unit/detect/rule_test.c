#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is wrong with a rule is said at its place; the boundary holds. */

#define TOP "title: t\nid: i\ntags: [attack.t1059]\n"
#define WIN "logsource: {product: windows, service: sysmon}\n"
#define CORR(body) TOP "correlation: {" body "}\n"
#define SEL(item) TOP WIN "detection:\n  s:\n    " item "\n  condition: s\n"

static void mistakes_have_a_place(void **state)
{
	static const struct {
		const char *rule, *says, *why;
	} rows[] = {
		{ SEL("a: b"), "", "as it should be" },
		{ SEL("a|contain: b"), "rule.yml:7:5: unknown modifier 'contain'", "a slip" },
		{ SEL("a|expand: '%x%'"), "placeholders", "known but not carried out" },
		{ SEL("a|hour: 3"), "time modifiers are not", "known but not carried out" },
		{ SEL("a|i: b"), "unknown modifier 'i'", "i without re" },
		{ SEL("a|re: '('"), "rule.yml:7:5: regular expression, character", "a broken expression" },
		{ SEL("a|cidr: 10.0.0.0/33"), "should be a network", "too many bits" },
		{ SEL("a|gt: x"), "not a number", "no number" },
		{ SEL("a|exists: maybe"), "true or false", "no truth value" },
		{ SEL("a|contains|all: b"), "at least two", "all of one" },
		{ SEL("a|re|cidr: b"), "only one of", "two tests" },
		{ SEL("a|re|contains: b"), "go with text only", "no expression" },
		{ SEL("a|contains: null"), "null goes without", "null inside" },
		{ SEL("a|base64: 'x*'"), "takes no wildcards", "encoded wildcard" },
		{ SEL("a|windash: ' -a -b -c -d'"), "at most 3", "too many ways" },
		{ SEL("a: {b: c}"), "not a map", "a map as value" },
		{ SEL("a: []"), "empty list", "nothing to match" },
		{ SEL("a: [[b]]"), "should be text or a number", "a list in a list" },
		{ SEL("'|exists': true"), "wants a field", "anywhere exists" },
		{ TOP WIN "detection:\n  s: {}\n  condition: s\n", "empty map", "everything" },
		{ TOP WIN "detection:\n  s: ['']\n  condition: s\n", "found everywhere", "an empty word" },
		{ TOP WIN "detection:\n  s: {a: b}\n", "with selections and condition", "no condition" },
		{ TOP WIN "detection:\n  s: {a: b}\n  timeframe: 5m\n  condition: s\n", "write a correlation",
		  "old" },
		{ TOP WIN, "detection: is missing", "no detection" },
		{ TOP "detection: {s: {a: b}, condition: s}\n", "logsource: is missing", "no source" },
		{ TOP WIN "detecton: {}\n", "rule.yml:5:1: unknown key 'detecton'", "a slip in a key" },
		{ TOP "logsource: {produkt: windows}\n"
		      "detection: {s: {a: b}, condition: s}\n",
		  "unknown key 'produkt'", "a slip in the source" },
		{ "title: t\nlevel: hgih\n", "level should be", "no such level" },
		{ "id: x\n", "title: is missing", "no title" },
		{ "title: t\nfilter: {}\n", "filters are not carried out", "a filter" },
		{ "title: t\naction: global\n", "no longer Sigma", "a collection of old" },
		{ "- a\n", "begins with title", "a list" },
		{ "title: [\n", "not YAML", "broken YAML" },
		{ SEL("a: b") "---\n" SEL("a: c"), "'i' is taken by the rule in rule.yml:1",
		  "the same id twice" },
		{ TOP
		  "correlation: {type: event_count, rules: [nobody], timespan: 1m, condition: {gte: 2}}\n",
		  "rule.yml:4:42: 'nobody' is no id", "refers to nothing" },
		{ TOP "name: me\ncorrelation: {type: event_count, rules: me, timespan: 1m, condition: {gte: "
		      "2}}\n",
		  "refers back", "refers to itself" },
		{ CORR("type: value_average, rules: x, timespan: 1m"),
		  "unknown type 'value_average'; event_count", "no such type" },
		{ CORR("type: value_avgg, rules: x, timespan: 1m"), "did you mean 'value_avg'?", "a slip" },
		{ CORR("type: value_avg, rules: x, timespan: 1m"), "wants condition: {gte", "no bound" },
		{ CORR("type: value_avg, rules: x, timespan: 1m, condition: {gte: 2}"),
		  "condition: field:", "no field" },
		{ CORR("type: value_avg, rules: x, timespan: 1m, condition: {gte: 2, field: [a, b]}"),
		  "several fields are for value_count", "an average of two" },
		{ CORR("type: value_sum, rules: x, timespan: 1m, condition: {gte: nan, field: a}"),
		  "gte should be a number", "no number" },
		{ CORR("type: value_percentile, rules: x, timespan: 1m, condition: {gte: 2, field: a}"),
		  "wants condition: percentile:", "which percentile" },
		{ CORR("type: value_percentile, rules: x, timespan: 1m, condition: {gte: 2, field: a, "
		       "percentile: 101}"),
		  "percentile should be 1 to 100", "above all" },
		{ CORR("type: value_sum, rules: x, timespan: 1m, condition: {gte: 2, field: a, percentile: "
		       "5}"),
		  "percentile is for value_percentile", "of a sum" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: {gte: 2.5}"), "a whole number",
		  "half a hit" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: {gte: -1}"), "a whole number",
		  "below nothing" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: {gtee: 1}"),
		  "unknown key 'gtee'; did you mean 'gte'?", "a slip" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: x"), "is for temporal",
		  "words where a number is wanted" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: x and yy"),
		  "there is no listed rule 'yy'; did you mean 'y'?", "a slip" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: x"),
		  "'y' is among the rules and not in the condition", "one left out" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: x or not y"),
		  "true when nothing has happened", "it would hold for ever" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: not x and not y"),
		  "true when nothing has happened", "the same" },
		{ CORR("type: temporal, rules: [x], timespan: 1m, aliases: [a]"), "aliases should be",
		  "aliases as a list" },
		{ TOP "correlation: {type: event_count, rules: x, timespan: 1w}\n", "timespan should be",
		  "weeks" },
		{ TOP "correlation: {type: event_count, rules: x, timespan: 1m}\n", "a count wants",
		  "no number" },
		{ TOP "correlation: {type: value_count, rules: x, timespan: 1m, condition: {gte: 2}}\n",
		  "condition: field:", "no field" },
		{ TOP "correlation: {type: event_count, rules: x, timespan: 1m, condition: {gt: 99999}}\n",
		  "up to 10000", "more than is kept" },
		{ TOP "correlation: {type: temporal, rule: x, timespan: 1m}\n", "unknown key 'rule'",
		  "a slip" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tried t;

		try_init(&t);
		try_rules(&t, rows[i].rule, "");
		if ((*rows[i].says != '\0') != (t.refusals > 0) || !strstr(t.first.text, rows[i].says))
			fail_msg("%s: %s", rows[i].why, t.first.text);
		try_fini(&t);
	}
}

static void hostile_rules_are_refused(void **state)
{
	static const char *const names[] = {
		"forum_keywords", "social_category", "person_watch", "mail_body",    "no_tag",
		"invented_class", "invented_tactic", "mixed_words",  "empty_source", "report_text",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf text = { 0 };
		struct tried t;
		char path[512];

		snprintf(path, sizeof(path), "%s/tests/boundary/rules/%s.yml", FENGSUI_ROOT, names[i]);
		assert_true(try_read(path, &text));
		try_init(&t);
		try_rules(&t, text.data, "");
		if (strncmp(text.data, "# N33", 5) || t.rules != 0 || !strstr(t.first.text, "N33"))
			fail_msg("%s: %s", names[i], t.first.text);
		try_fini(&t);
		buf_fini(&text);
	}
}

/* JSON of nobody's has no log source, so that no rule is ever tried on it. */
static void unknown_text_is_not_searched(void **state)
{
	struct tried t;

	(void)state;
	try_init(&t);
	try_rules(&t, TOP "logsource: {product: linux}\ndetection: {s: [rumour], condition: s}\n",
		  "{\"text\":\"a rumour\",\"CommandLine\":\"rumour\"}\n");
	assert_int_equal(t.rules, 1);
	assert_int_equal(t.alerts, 0);
	try_fini(&t);
}

static void words_are_searched_in_logs(void **state)
{
	static const struct {
		const char *words, *line;
		size_t alerts;
		const char *why;
	} rows[] = {
		{ "[segfault]", "<13>Nov 25 22:48:00 h p: SegFault at 0", 1, "anywhere in the line" },
		{ "['seg*at']", "<13>Nov 25 22:48:00 h p: segfault at 0", 1, "with a wildcard" },
		{ "[segfault]", "<13>Nov 25 22:48:00 h p: nothing", 0, "not there" },
		{ "{'|all': [one, two]}", "<13>Nov 25 22:48:00 h p: two one", 1, "all of them" },
		{ "{'|all': [one, two]}", "<13>Nov 25 22:48:00 h p: two", 0, "one is missing" },
		{ "{'|re': 'o.e'}", "<13>Nov 25 22:48:00 h p: one", 1, "an expression" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char rule[512];
		struct tried t;

		snprintf(rule, sizeof(rule),
			 TOP "logsource: {product: linux}\ndetection:\n  s: %s\n  condition: s\n",
			 rows[i].words);
		try_init(&t);
		try_rules(&t, rule, rows[i].line);
		if (t.refusals || t.alerts != rows[i].alerts)
			fail_msg("%s: %zu alerts %s", rows[i].why, t.alerts, t.first.text);
		try_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_a_place),
		cmocka_unit_test(hostile_rules_are_refused),
		cmocka_unit_test(unknown_text_is_not_searched),
		cmocka_unit_test(words_are_searched_in_logs),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
