#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

/* The public rules over real events that they were written for: every alert
 * that an independent evaluator found, and no other. */

enum { EVENTS = 1000, HITS = 64 };

struct hits {
	char rule[HITS][64];
	size_t count;
};

static struct hits wanted[EVENTS], found[EVENTS];

static void put(struct hits *h, const char *rule, size_t len)
{
	assert_in_range(h->count, 0, HITS - 1);
	assert_in_range(len, 1, 63);
	memcpy(h->rule[h->count], rule, len);
	h->rule[h->count++][len] = '\0';
}

static void read_wanted(const char *path)
{
	struct buf text = { 0 };

	assert_true(try_read(path, &text));
	for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
		char *p;
		unsigned long n = strtoul(line, &p, 10);

		assert_in_range(n, 0, EVENTS - 1);
		while (*p) {
			size_t len = strcspn(++p, ",");

			put(&wanted[n], p, len);
			p += len;
		}
	}
	buf_fini(&text);
}

static void read_found(char *json)
{
	for (char *line = strtok(json, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *alert = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		const char *rule = json_string_value(json_object_get(alert, "rule"));
		json_int_t n = json_integer_value(json_object_get(alert, "line"));

		if (!rule || n < 1 || n > EVENTS)
			fail_msg("no alert: %s", line);
		assert_non_null(json_string_value(json_object_get(alert, "author")));
		put(&found[n - 1], rule, strlen(rule));
		json_decref(alert);
	}
}

static bool has(const struct hits *h, const char *rule)
{
	for (size_t i = 0; i < h->count; i++)
		if (!strcmp(h->rule[i], rule))
			return true;
	return false;
}

static void the_same_rules_fire(void **state)
{
	char rules[512], events[512], expected[512];
	size_t missed = 0, extra = 0, right = 0;
	struct tried t;

	(void)state;
	if (!try_shared(rules, sizeof(rules), "sigma-rules") ||
	    !try_shared(events, sizeof(events), "sigma-regression/events.jsonl") ||
	    !try_shared(expected, sizeof(expected), "sigma-regression/expected.tsv"))
		skip();
	read_wanted(expected);
	try_init(&t);
	try_paths(&t, rules, events, 0);
	read_found(t.json.data);
	for (size_t n = 0; n < EVENTS; n++) {
		for (size_t i = 0; i < wanted[n].count; i++)
			if (has(&found[n], wanted[n].rule[i]))
				right++;
			else
				missed++;
		for (size_t i = 0; i < found[n].count; i++)
			extra += !has(&wanted[n], found[n].rule[i]);
	}
	printf("%zu rules, %zu refused; %zu alerts as expected\n", t.rules, t.refusals, right);
	assert_int_equal(missed, 0);
	assert_int_equal(extra, 0);
	assert_true(right > 300);
	/* Two want placeholders that are not kept; one has no tag at all. */
	assert_int_equal(t.refusals, 3);
	try_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_same_rules_fire) };

	return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
