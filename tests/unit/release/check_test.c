#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "corpus.h"

static struct release_findings *look(const struct release *release, const char *text, struct arena *mem)
{
	struct release_findings *found = arena_take(mem, sizeof(*found));

	release_check(release, text, mem, found);
	return found;
}

static void a_place_is_counted_in_characters(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct release_findings *found = look(*state, "昨日市中心医院，来源10.1.2.3。", mem);

	assert_int_equal(found->count, 2);
	assert_int_equal(found->at[0].of, RELEASE_UNIT);
	assert_int_equal(found->at[0].from, 2);
	assert_int_equal(found->at[0].to, 7);
	assert_string_equal(found->at[0].what, "市中心医院");
	assert_int_equal(found->at[1].from, 10);
	assert_string_equal(found->at[1].what, "10.1.2.3");
}

/* What was declared public may leave, and only that. */
static void declared_words_may_leave(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{ "发布单位：市信息产业局。咨询：0531-12345678，cert@jinan.example", 0 },
		{ "咨询：０５３１－１２３４５６７８", 0 },
		{ "市信息产业局信息中心负责", 1 },   /* a longer name is another unit */
		{ "xcert@jinan.example", 1 },        /* and another box */
		{ "cert@jinan.example.evil.cn", 1 }, /* and another domain */
		{ "0531-123456789", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();

		assert_int_equal(look(*state, cases[i].text, mem)->count, cases[i].count);
	}
}

static void a_text_that_is_too_long_is_not_clean(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *text = arena_take(mem, RELEASE_TEXT_MOST + 2);
	struct release_findings *found;

	memset(text, 'a', RELEASE_TEXT_MOST + 1);
	found = look(*state, text, mem);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->at[0].of, RELEASE_LONG);
}

static void more_than_are_told_is_said(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *text = arena_take(mem, 16 * (RELEASE_FINDINGS_MOST + 50));
	size_t n = 0;
	struct release_findings *found;

	for (int i = 0; i < RELEASE_FINDINGS_MOST + 50; i++)
		n += (size_t)sprintf(text + n, "10.1.%d.%d, ", i / 250, i % 250);
	found = look(*state, text, mem);
	assert_int_equal(found->count, RELEASE_FINDINGS_MOST);
	assert_true(found->more);
}

/* The least CPU time of three, for so much of the same. */
static clock_t cost_of(void *release, const char *piece, size_t len)
{
	clock_t least = 0;

	for (int round = 0; round < 3; round++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		char *text = arena_take(mem, len + 1);
		clock_t from, took;

		for (size_t n = 0; n + strlen(piece) < len; n += strlen(piece))
			memcpy(text + n, piece, strlen(piece));
		from = clock();
		look(release, text, mem);
		took = clock() - from;
		if (!round || took < least)
			least = took;
	}
	return least;
}

/* Texts made to keep it busy, signs that could begin something at every place: four times as long, and not
 * sixteen times the work. */
static void no_text_keeps_it_busy(void **state)
{
	static const char *const pieces[] = { "=/",  "1.",  "@a", "\\\\a\\b", ":",   "a-",  "1 ",
					      "%31", "[.]", "市", "一点",     "~a/", "MTky" };
	const clock_t grain = CLOCKS_PER_SEC / 200;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		const clock_t some = cost_of(*state, pieces[i], RELEASE_TEXT_MOST / 16),
			      all = cost_of(*state, pieces[i], RELEASE_TEXT_MOST / 4);

		if (all > 9 * (some > grain ? some : grain))
			fail_msg("'%s': %ld for four times %ld", pieces[i], (long)all, (long)some);
	}
}

/* A register of a province: made once, and the text costs the same. */
static void long_lists_do_not_slow_the_text(void **state)
{
	enum { MANY = 60000 };
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct release_name *names = arena_many(mem, MANY, sizeof(*names));
	struct release_list list = { .names = names, .name_count = MANY };
	struct release *big;
	struct fault why;
	clock_t from;

	(void)state;
	for (int i = 0; i < MANY; i++)
		names[i] = (struct release_name){ arena_text(mem, "第%d区第%d单位", i / 100, i % 100),
						  RELEASE_UNIT, false };
	assert_int_equal(release_new(&list, &big, &why), 0);
	from = clock();
	for (int i = 0; i < 20; i++)
		assert_int_equal(look(big, "由第599区第99单位处理，其余照常。", mem)->count, 1);
	assert_true((double)(clock() - from) / CLOCKS_PER_SEC < 0.5);
	release_free(big);
	list.name_count = RELEASE_NAMES_MOST + 1;
	assert_int_equal(release_new(&list, &big, &why), -FAULT_LIMIT);
}

static void every_class_has_words_in_both_languages(void **state)
{
	(void)state;
	for (int of = 0; of < RELEASE__COUNT; of++) {
		assert_non_null(release_word((enum release_class)of));
		assert_non_null(release_zh((enum release_class)of));
		assert_non_null(release_en((enum release_class)of));
	}
}

static int setup(void **state) { return (*state = corpus_release()) ? 0 : -1; }

static int teardown(void **state)
{
	release_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_counted_in_characters),
		cmocka_unit_test(declared_words_may_leave),
		cmocka_unit_test(a_text_that_is_too_long_is_not_clean),
		cmocka_unit_test(more_than_are_told_is_said),
		cmocka_unit_test(no_text_keeps_it_busy),
		cmocka_unit_test(long_lists_do_not_slow_the_text),
		cmocka_unit_test(every_class_has_words_in_both_languages),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
