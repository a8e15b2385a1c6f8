#include "intake/json/jsonl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "intake/json/marks.h"

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

/* No byte of the longest line but is a quote. */
static void there_is_room_for_all_quotes(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	char *line = must_alloc(LINE_LIMIT);
	struct fault why;

	(void)state;
	memset(line, '"', LINE_LIMIT);
	line[0] = '{';
	for (int reach = MARKS_BY_16; reach <= (int)marks_farthest(); reach++) {
		e->marks->reach = (enum marks_reach)reach;
		assert_int_equal(jsonl_read(line, LINE_LIMIT, e, &why), -FAULT_INVALID);
		assert_non_null(strstr(why.text, "byte 4: ':'"));
		assert_int_equal(e->marks->count, LINE_LIMIT - 1);
	}
	free(line);
}

/* ---- every way of reading gives the same ----------------------------------------- */

static uint32_t drawn = 1;

static uint32_t draw(uint32_t below)
{
	drawn = drawn * 1664525u + 1013904223u;
	return (drawn >> 8) % below;
}

static size_t put(char *out, const char *text)
{
	const size_t len = strlen(text);

	memcpy(out, text, len);
	return len;
}

/* A string of up to some 100 bytes; every third has escapes. */
static size_t draw_string(char *out, uint32_t most)
{
	static const char *const pieces[] = {
		"\\\\",     "\\\\\\\\", "\\\"",   "\\n", "\\/", "\\u0041", "\\ud83d\\ude00",
		"\xC3\xA4", " ",        "\\r\\n", "{",   ":",   ","
	};
	const uint32_t len = draw(most), kind = draw(3);
	size_t n = 0;

	out[n++] = '"';
	for (uint32_t i = 0; i < len; i++) {
		if (kind || draw(4))
			out[n++] = (char)('a' + draw(26));
		else
			n += put(out + n, pieces[draw(sizeof(pieces) / sizeof(*pieces))]);
	}
	out[n++] = '"';
	return n;
}

/* As many quotes as can stand beside each other. */
#define TEN "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
#define CROWD "[" TEN TEN TEN TEN TEN "0]"

static size_t draw_value(char *out)
{
	static const char *const others[] = { "0",
					      "-1",
					      "12345678901234567890123456789012345",
					      "1.0",
					      "1e3",
					      "01",
					      "-",
					      "true",
					      "null",
					      "[1,\"x\"]",
					      CROWD,
					      "{\"a b\":1}",
					      "[]",
					      "{\"c\":{\"d\":2}}",
					      "-9223372036854775808" };

	switch (draw(4)) {
	case 0:
		return put(out, others[draw(sizeof(others) / sizeof(*others))]);
	case 1:
		return (size_t)sprintf(out, "%u", draw(1u << (draw(24) + 1)));
	default:
		return draw_string(out, 100);
	}
}

enum { DRAWN_MOST = 64 * 1024 };

/* An object; one of two then gets some bytes that it should not have. */
static size_t draw_line(char *out)
{
	static const char bytes[] = "\"\\{}[],:u0/ .-1\xC3";
	const uint32_t members = draw(30);
	size_t n = 0;

	out[n++] = '{';
	for (uint32_t i = 0; i < members; i++) {
		n += put(out + n, i ? draw(8) ? "," : " , " : "");
		n += draw_string(out + n, draw(8) ? 12 : 50);
		n += put(out + n, draw(8) ? ":" : " : ");
		n += draw_value(out + n);
	}
	out[n++] = '}';
	for (uint32_t i = draw(2) ? draw(3) : 0; i > 0; i--)
		out[draw((uint32_t)n)] = bytes[draw(sizeof(bytes) - 1)];
	return n;
}

/* All that came of a line, as text: fields, what is said of them, or what is wrong.
 * The bytes end where the memory ends, so that a look behind them is seen. `tab`: with a
 * control character in front, which has it read byte by byte. */
static void read_as(struct event *e, const char *line, size_t len, enum marks_reach reach, bool tab,
		    char *out, size_t size)
{
	char *copy = must_alloc(len + tab);
	struct fault why = { 0 };
	size_t at;

	copy[0] = '\t';
	memcpy(copy + tab, line, len);
	event_clear(e);
	e->marks->reach = reach;
	if (jsonl_read(copy, len + tab, e, &why) < 0) {
		const char *rest = strchr(why.text, ':');

		snprintf(out, size, "byte %zu%s", strtoul(why.text + strlen("byte "), NULL, 10) - tab, rest);
	} else {
		at = (size_t)snprintf(out, size, "%zu %zu %d %d ", e->count, e->text_bytes, e->rewritten,
				      e->spaced);
		show(e, out + at, size - at);
	}
	free(copy);
}

static void every_way_of_reading_gives_the_same(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	char *line = must_alloc(DRAWN_MOST), *byte_by_byte = must_alloc(2 * DRAWN_MOST),
	     *got = must_alloc(2 * DRAWN_MOST);
	size_t read = 0, refused = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const size_t len = draw_line(line);

		read_as(e, line, len, MARKS_BY_16, true, byte_by_byte, 2 * DRAWN_MOST);
		read += byte_by_byte[0] != 'b';
		refused += byte_by_byte[0] == 'b';
		for (int reach = MARKS_BY_16; reach <= (int)marks_farthest(); reach++) {
			read_as(e, line, len, (enum marks_reach)reach, false, got, 2 * DRAWN_MOST);
			if (strcmp(got, byte_by_byte))
				fail_msg("reach %d of %.*s:\n%s\n%s", reach, (int)len, line, got,
					 byte_by_byte);
		}
	}
	/* Lines of both kinds were among them. */
	assert_true(read > 5000 && refused > 1000);
	free(line);
	free(byte_by_byte);
	free(got);
}

/* Escapes wherever they may lie in the blocks that are looked at at once. */
static void escapes_are_read_wherever_they_lie(void **state)
{
	(void)state;
	for (size_t before = 0; before < 140; before++)
		for (int reach = MARKS_BY_16; reach <= (int)marks_farthest(); reach++) {
			SCOPED(event_drop) struct event *e = event_new();
			struct fault why = { 0 };
			char line[512], expected[256];
			size_t len;

			memset(expected, 'x', before);
			len = (size_t)sprintf(
				line, "{\"a\":\"%.*sC:\\\\b\\\\\\\"c\\\\\\\\\\n\",\"d\":\"%.*s\",\"e\":1}",
				(int)before, expected, (int)before, expected);
			memcpy(expected + before, "C:\\b\\\"c\\\\\n", 11);
			e->marks->reach = (enum marks_reach)reach;
			if (jsonl_read(line, len, e, &why) < 0)
				fail_msg("%zu: %s", before, why.text);
			assert_int_equal(e->count, 3);
			assert_int_equal(e->fields[0].len, before + 10);
			assert_memory_equal(e->fields[0].text, expected, before + 10);
			assert_int_equal(e->fields[1].len, before);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_flattened),
		cmocka_unit_test(broken_lines_are_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(there_is_room_for_all_quotes),
		cmocka_unit_test(every_way_of_reading_gives_the_same),
		cmocka_unit_test(escapes_are_read_wherever_they_lie),
	};

	return cmocka_run_group_tests_name("jsonl", tests, NULL, NULL);
}
