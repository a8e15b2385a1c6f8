#include "intake/jsonl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

/* One JSON object a line, flattened. */

/* All fields as "name=text;" in order, with a letter for what is not text. */
static void show(const struct event *e, char *out, size_t size)
{
	static const char kinds[] = { ' ', '#', '?', '0' };
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < e->count && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%.*s=%.*s%c;", (int)e->fields[i].name_len,
				       e->fields[i].name, (int)e->fields[i].len, e->fields[i].text,
				       kinds[e->fields[i].type]);
}

static void objects_are_flattened(void **state)
{
	static const struct {
		const char *line, *fields, *why;
	} rows[] = {
		{ "{}", "", "nothing in it" },
		{ "{\"a\":\"b\"}", "a=b ;", "text" },
		{ " { \"a\" : 1 , \"b\" : true }\t", "a=1#;b=true?;", "blanks" },
		{ "{\"a\":null}", "a=0;", "null" },
		{ "{\"a\":{\"b\":{\"c\":\"d\"}}}", "a.b.c=d ;", "nested" },
		{ "{\"a\":[1,2,[3]]}", "a=1#;a=2#;a=3#;", "every value of an array" },
		{ "{\"a\":[{\"b\":1},{\"b\":2}]}", "a.b=1#;a.b=2#;", "an array of objects" },
		{ "{\"a\":[],\"b\":{}}", "", "empty ones" },
		{ "{\"a\":1,\"a\":2}", "a=1#;a=2#;", "a repeated key hides nothing" },
		{ "{\"a\":\"x\\\\y\\n\\u0041\\/\"}", "a=x\\y\nA/ ;", "escapes" },
		{ "{\"a\":\"\\ud83d\\ude00\"}", "a=\xF0\x9F\x98\x80 ;", "a surrogate pair" },
		{ "{\"a\":\"\\ud83d\"}", "a=\xEF\xBF\xBD ;", "half a pair" },
		{ "{\"a\":1.0,\"b\":1e3,\"c\":-0.5,\"d\":4.624e3}", "a=1#;b=1000#;c=-0.5#;d=4624#;",
		  "whole numbers" },
		{ "{\"a\":12345678901234567890}", "a=12345678901234567890#;",
		  "a large number keeps its text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		SCOPED(event_drop) struct event *e = event_new();
		struct fault why = { 0 };
		char got[512];

		if (jsonl_read(rows[i].line, strlen(rows[i].line), e, &why) < 0)
			fail_msg("%s: %s", rows[i].why, why.text);
		show(e, got, sizeof(got));
		if (strcmp(got, rows[i].fields))
			fail_msg("%s: %s", rows[i].why, got);
	}
}

static void broken_lines_are_refused(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *text, *why;
	} rows[] = {
		{ "[1]", FAULT_INVALID, "byte 1: an object", "not an object" },
		{ "{\"a\":1", FAULT_INVALID, "byte 7", "cut off" },
		{ "{\"a\":1} x", FAULT_INVALID, "byte 9: nothing may follow", "more behind it" },
		{ "{\"a\":01}", FAULT_INVALID, "no number", "a leading zero" },
		{ "{\"a\":1.}", FAULT_INVALID, "no number", "no fraction" },
		{ "{\"a\":\"x}", FAULT_INVALID, "does not end", "an open string" },
		{ "{\"a\":\"x\\", FAULT_INVALID, "does not end", "an open escape" },
		{ "{\"a\":\"\\x\"}", FAULT_INVALID, "no such escape", "an unknown escape" },
		{ "{\"a\":\"\\u12g4\"}", FAULT_INVALID, "four digits", "a short escape" },
		{ "{\"a\":tru}", FAULT_INVALID, "value is expected", "half a word" },
		{ "{a:1}", FAULT_INVALID, "in quotes", "a bare key" },
		{ "{\"a\":1,}", FAULT_INVALID, "in quotes", "a comma too many" },
		{ "{\"a\":\"\x01\"}", FAULT_INVALID, "control character", "an unescaped control character" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		SCOPED(event_drop) struct event *e = event_new();
		struct fault why = { 0 };
		int ret = jsonl_read(rows[i].line, strlen(rows[i].line), e, &why);

		if (ret != -rows[i].code || !strstr(why.text, rows[i].text))
			fail_msg("%s: %d %s", rows[i].why, ret, why.text);
	}
}

static void limits_hold(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	struct fault why;
	char line[16384];
	size_t at;

	(void)state;
	/* Nested one deeper than is taken. */
	at = (size_t)snprintf(line, sizeof(line), "{\"a\":");
	for (int i = 0; i < JSONL_DEPTH; i++)
		line[at++] = '[';
	assert_int_equal(jsonl_read(line, at, e, &why), -FAULT_LIMIT);
	/* One field more than is taken. */
	event_clear(e);
	at = (size_t)snprintf(line, sizeof(line), "{\"a\":[0");
	for (int i = 0; i < EVENT_FIELDS; i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, ",1");
	at += (size_t)snprintf(line + at, sizeof(line) - at, "]}");
	assert_int_equal(jsonl_read(line, at, e, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "more than 1024 fields"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_flattened),
		cmocka_unit_test(broken_lines_are_refused),
		cmocka_unit_test(limits_hold),
	};

	return cmocka_run_group_tests_name("jsonl", tests, NULL, NULL);
}
