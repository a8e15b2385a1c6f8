#include "store/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What somebody types, and the tree it becomes. */

static const char *const fields[] = { "level", "label", "state", "open", "unit", "due" };

static int parse(const char *text, struct arena *mem, struct filter **out, struct fault *why)
{
	return filter_parse(text, strlen(text), fields, sizeof(fields) / sizeof(*fields), mem, out, why);
}

static void trees(void **state)
{
	static const struct {
		const char *text, *tree, *reason;
	} cases[] = {
		{ "level:3", "level:\"3\"", "one field" },
		{ "level:>=3", "level:>=\"3\"", "a bound" },
		{ "level:<=3", "level:<=\"3\"", "longer signs first" },
		{ "level:>3", "level:>\"3\"", "" },
		{ "level:<\"3\"", "level:<\"3\"", "a bound in quotes" },
		{ "level:\">=3\"", "level:\">=3\"", "in quotes a sign is text" },
		{ "unit:*", "unit:*", "any value" },
		{ "unit:\"*\"", "unit:\"*\"", "a star as a value" },
		{ "unit:\"\"", "unit:\"\"", "an empty value" },
		{ "unit:unit:7", "unit:\"unit:7\"", "only the first colon counts" },
		{ "due:2026-01-02T03:04:05Z", "due:\"2026-01-02T03:04:05Z\"", "times" },
		{ "open:yes level:4", "open:\"yes\" AND level:\"4\"", "AND may be left out" },
		{ "open:yes AND level:4", "open:\"yes\" AND level:\"4\"", "or said" },
		{ "a OR b c", "\"a\" OR \"b\" AND \"c\"", "AND before OR" },
		{ "(a OR b) c", "(\"a\" OR \"b\") AND \"c\"", "brackets" },
		{ "((a)) ((b))", "\"a\" AND \"b\"", "more brackets than needed" },
		{ "NOT a b", "NOT \"a\" AND \"b\"", "NOT binds tightest" },
		{ "NOT (a b)", "NOT (\"a\" AND \"b\")", "unless it is told otherwise" },
		{ "NOT NOT a", "NOT NOT \"a\"", "twice" },
		{ "a (b (c d)) e", "\"a\" AND \"b\" AND \"c\" AND \"d\" AND \"e\"", "ANDs side by side" },
		{ "due:>=1 open:yes due:<2", "due:>=\"1\" AND due:<\"2\" AND open:\"yes\"",
		  "two bounds: a range" },
		{ "NOT (due:>=1 due:<2)", "NOT (due:>=\"1\" AND due:<\"2\")", "also by itself" },
		{ "due:>=1 OR due:<2", "due:>=\"1\" OR due:<\"2\"", "but not either of them" },
		{ "勒索 网站", "\"勒索\" AND \"网站\"", "words" },
		{ "\"say \\\"x\\\" \\\\ y\"", "\"say \\\"x\\\" \\\\ y\"", "a phrase with quotes in it" },
		{ "10.1.2.3:22", "\"10.1.2.3:22\"", "an address is no field" },
		{ "android ORANGE NOTE", "\"android\" AND \"ORANGE\" AND \"NOTE\"",
		  "words that begin like signs" },
		{ "or and not", "\"or\" AND \"and\" AND \"not\"", "small letters are words" },
		{ "level：＞＝3　（a OR “b c”）", "level:>=\"3\" AND (\"a\" OR \"b c\")",
		  "as a Chinese keyboard types it" },
		{ "a(b)c", "\"a\" AND \"b\" AND \"c\"", "brackets need no blanks" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		SCOPED(buf_fini) struct buf once = { 0 }, twice = { 0 };
		struct filter *f = NULL;
		struct fault why = { 0 };

		if (parse(cases[i].text, mem, &f, &why) < 0)
			fail_msg("%s: %s", cases[i].text, why.text);
		filter_write(&once, f);
		assert_string_equal(once.data, cases[i].tree);
		assert_int_equal(parse(once.data, mem, &f, NULL), 0);
		filter_write(&twice, f);
		assert_string_equal(twice.data, once.data);
	}
}

static void nothing_asked_is_everything(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct filter *f = (struct filter *)&state;

	assert_int_equal(parse(" \t　\n", mem, &f, NULL), 0);
	assert_null(f);
}

static void refusals_name_the_place(void **state)
{
	static const struct {
		const char *text, *says, *reason;
	} cases[] = {
		{ "levl:3", "no field 'levl' here; the nearest are 'level', 'label', ",
		  "a slip of the finger" },
		{ "Level:3", "the nearest are 'level'", "capitals" },
		{ "a http://x", "character 3: there is no field 'http'",
		  "an address wants quotes, and is told so" },
		{ "level:", "character 7: a value is missing", "no value" },
		{ "level:>=", "a value is missing", "a bound without one" },
		{ "level: 3", "a value is missing", "no blank after the colon" },
		{ "(a", "character 1: this bracket is not closed", "" },
		{ "网站)", "character 3: this bracket was not opened", "counted in characters, not bytes" },
		{ "a \"b", "character 3: this quote is not closed", "" },
		{ "level:\"b", "this quote is not closed", "" },
		{ "a AND", "a term is missing", "" },
		{ "a AND OR b", "a term is missing", "" },
		{ "OR a", "character 1: a term is missing", "" },
		{ "NOT", "a term is missing", "" },
		{ "()", "character 2: a term is missing", "" },
		{ "a --- b", "character 3: there is no letter or digit", "nothing to search for" },
		{ "a \xff", "character 3: this is not UTF-8", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		struct filter *f = NULL;
		struct fault why = { 0 };

		assert_int_equal(parse(cases[i].text, mem, &f, &why), -FAULT_INVALID);
		if (!strstr(why.text, cases[i].says))
			fail_msg("%s: %s", cases[i].text, why.text);
		assert_null(f);
	}
	assert_int_equal(filter_parse("a\0b", 3, NULL, 0, NULL, NULL, NULL), -FAULT_INVALID);
}

static void repeat(struct buf *out, const char *text, unsigned times)
{
	while (times--)
		buf_text(out, text);
}

static void limits(void **state)
{
	static const struct {
		const char *before, *each, *after;
		unsigned good;
		const char *says;
	} cases[] = {
		{ "", "(", "a", 31, "deeper than 32" },
		{ "", "NOT ", "a", 31, "deeper than 32" },
		{ "", "a ", "", 64, "more than 64 terms" },
		{ "a OR ", "level:3 OR ", "b", 62, "more than 64 terms" },
		{ "", "x", "", 4096, "4097 bytes; 4096 are taken" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (unsigned more = 0; more < 2; more++) {
			SCOPED(arena_drop) struct arena *mem = arena_new();
			SCOPED(buf_fini) struct buf text = { 0 };
			struct filter *f = NULL;
			struct fault why = { 0 };

			buf_text(&text, cases[i].before);
			repeat(&text, cases[i].each, cases[i].good + more);
			buf_text(&text, cases[i].after);
			repeat(&text, ")", cases[i].each[0] == '(' ? cases[i].good + more : 0);
			assert_int_equal(parse(text.data, mem, &f, &why), more ? -FAULT_LIMIT : 0);
			assert_true(!more || strstr(why.text, cases[i].says));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees),
		cmocka_unit_test(nothing_asked_is_everything),
		cmocka_unit_test(refusals_name_the_place),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
