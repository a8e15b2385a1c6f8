#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "detect/engine/finder.h"
#include "detect/engine/fold.h"
#include "detect/engine/regex.h"
#include "detect/sigma/rule.h"

/* What a finder finds is what a search for each text by itself finds. */

enum { TEXTS = 400, LETTERS = 100, VALUES = 400 };

static uint32_t state = 1;

static uint32_t chance(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

/* Few letters, so that texts overlap, and some that folding must leave alone. */
static size_t random_text(char *to, size_t most, bool lower)
{
	static const char letters[] = "abAB@[`{\xC3\x84\\0";
	const size_t len = chance((uint32_t)most + 1);

	for (size_t i = 0; i < len; i++) {
		to[i] = letters[chance(sizeof(letters) - 1)];
		if (lower)
			to[i] = fold_byte(to[i]);
	}
	return len;
}

struct one {
	char text[LETTERS];
	struct literal l;
	bool found;
};

static void note(void *who, const struct find *find)
{
	struct one *all = who;

	assert_false(all[find->predicate].found); /* once for each event */
	all[find->predicate].found = true;
}

static bool is_there(const struct one *one, const char *value, size_t len)
{
	const size_t n = one->l.len;
	size_t from = 0, to = len;

	if (n > len || (one->l.anchor == ANCHOR_WHOLE && n != len))
		return false;
	to = one->l.anchor == ANCHOR_START || one->l.anchor == ANCHOR_WHOLE ? 0 : len - n;
	from = one->l.anchor == ANCHOR_END ? len - n : 0;
	for (; from <= to; from++) {
		size_t k = 0;

		while (k < n && fold_byte(value[from + k]) == one->l.text[k])
			k++;
		if (k == n)
			return true;
	}
	return false;
}

static void look(struct finder *f, struct one *all, size_t count, uint64_t event)
{
	/* At the end of what may be read, so that a sanitizer sees a step too far. */
	char *value = must_alloc(300), *lower = must_alloc(300);
	const struct one *same = event % 5 ? NULL : &all[chance((uint32_t)count)];
	const size_t len = same ? same->l.len : random_text(value, event % 3 ? 40 : 299, false);
	struct finding to = { .event = event, .work = 1 << 30, .found = note, .who = all };
	char *given = must_alloc(len + 1);

	if (same)
		memcpy(value, same->text, len);
	memcpy(given, value, len);
	fold_copy(lower, value, len);
	for (size_t i = 0; i < count; i++)
		all[i].found = false;
	finder_ends(f, &to, (struct text){ given, len });
	if (finder_wants(f) != FINDER_NOTHING)
		finder_inside(f, &to, (struct text){ finder_wants(f) == FINDER_GIVEN ? given : lower, len });
	for (size_t i = 0; i < count; i++)
		if (all[i].found != is_there(&all[i], value, len))
			fail_msg("event %llu: text %zu '%.*s' (anchor %d) in '%.*s': found %d",
				 (unsigned long long)event, i, (int)all[i].l.len, all[i].text,
				 all[i].l.anchor, (int)len, value, all[i].found);
	free(given);
	free(value);
	free(lower);
}

static void try_many(size_t count, unsigned anchors)
{
	struct finder *f = finder_new();
	struct one *all = must_alloc(TEXTS * sizeof(*all));
	const uint32_t rule = 7;

	for (size_t i = 0; i < count; i++) {
		all[i].l.anchor = (uint8_t)(anchors == 4 ? chance(4) : anchors);
		do
			all[i].l.len = (uint32_t)random_text(all[i].text, chance(6) ? 24 : LETTERS, true);
		while (!all[i].l.len && all[i].l.anchor != ANCHOR_WHOLE);
		all[i].l.text = all[i].text;
		all[i].l.rare = all[i].l.len > GRAM ? chance(all[i].l.len - GRAM + 1) : 0;
		finder_add(f, &all[i].l, (uint32_t)i, &rule, 1);
	}
	finder_finish(f);
	for (uint64_t event = 1; event <= VALUES; event++)
		look(f, all, count, event);
	finder_free(f);
	free(all);
}

static void test_few_and_many(void **unused)
{
	static const size_t counts[] = { 1, 2, 7, 64, 65, 200, TEXTS };

	(void)unused;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		for (unsigned anchors = 0; anchors <= 4; anchors++)
			for (unsigned round = 0; round < 4; round++)
				try_many(counts[i], anchors);
}

/* Texts of which all begins at each place of the value, and that are not there. */
static int64_t work_left(uint32_t texts, int64_t work)
{
	struct finder *f = finder_new();
	struct literal l = { .text = "aaaab", .len = 5, .anchor = ANCHOR_INSIDE };
	struct finding to = { .event = 1, .work = work, .found = note, .who = NULL };
	char *value = must_alloc(60000);
	const uint32_t rule = 0;

	for (uint32_t i = 0; i < texts; i++)
		finder_add(f, &l, i, &rule, 1);
	finder_finish(f);
	memset(value, 'a', 60000);
	finder_inside(f, &to, (struct text){ value, 60000 });
	finder_free(f);
	free(value);
	return to.work;
}

static void test_work_has_an_end(void **unused)
{
	(void)unused;
	/* The value, and not a hundred texts at each of its places. */
	assert_in_range(-work_left(100, 1000), 0, 61000);
	/* And of those as many as there is work for; sifted, and sought among many. */
	assert_in_range(-work_left(10, 200000), 0, 1000);
	assert_in_range(-work_left(100, 200000), 0, 1000);
}

static void test_folding(void **unused)
{
	char all[256], lower[256];

	(void)unused;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	fold_copy(lower, all, 256);
	for (int i = 0; i < 256; i++) {
		const char want = (char)(i >= 'A' && i <= 'Z' ? i + 32 : i);

		assert_int_equal(lower[i], want);
		assert_int_equal(fold_byte((char)i), want);
	}
	for (size_t from = 0; from < 32; from++)
		assert_true(fold_equal(all + from, lower + from, 256 - from));
	for (size_t i = 0; i < 256; i++) {
		lower[i] ^= 1;
		assert_false(fold_equal(all, lower, 256));
		lower[i] ^= 1;
	}
}

/* Text that stands in every match: too little is slow, too much is a rule that never fires. */
static void test_what_an_expression_needs(void **unused)
{
	static const struct {
		const char *regex, *text;
		unsigned flags;
	} cases[] = {
		{ "abc", "abc", 0 },
		{ "ab?c", "a", 0 },     /* b may be absent: a, then c; the first of equals */
		{ "ab+cde", "cde", 0 }, /* more than one b parts them */
		{ "a{0,3}xyz", "xyz", 0 },
		{ "abc{2}", "abc", 0 },
		{ "abc|def", NULL, 0 }, /* either */
		{ "(abc|def)gh", "gh", 0 },
		{ "(?:abcd)?ef", "ef", 0 },
		{ "(abcd)+ef", "abcd", 0 },
		{ "a\\.exe$", "a.exe", 0 },
		{ "\\d+foo\\s*bar!", "bar!", 0 },
		{ "[abc]def", "def", 0 },
		{ "[]x]yz", "yz", 0 }, /* ] as the first member */
		{ "[^\\]x]yz", "yz", 0 },
		{ "aé?b", "a", 0 }, /* nor any byte of it */
		{ "a中*", "a", 0 },
		{ "中{0,2}x", "x", 0 },
		{ "(?i)make", "ma", 0 }, /* k is also the Kelvin sign */
		{ "task-x", "-x", REGEX_CASELESS },
		{ "task-x", "task-x", 0 },
		{ "et.*&&", "&&", 0 }, /* signs are rarer */
		{ "(?x)a b", NULL, 0 },
		{ "(?=abc)d", NULL, 0 },
		{ "\\Qab\\E", NULL, 0 },
		{ "\\1abc", NULL, 0 },
		{ "[[:alpha:]]abc", NULL, 0 },
		{ ".*", NULL, 0 },
		{ "x{,5}y", "x{,5}y", 0 }, /* no repetition: read as it stands */
		{ "", NULL, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		uint32_t len = 0;
		const char *text =
			regex_must_have(mem, cases[i].regex, strlen(cases[i].regex), cases[i].flags, &len);

		if (!text != !cases[i].text ||
		    (text && (len != strlen(cases[i].text) || memcmp(text, cases[i].text, len))))
			fail_msg("%s: '%.*s', not '%s'", cases[i].regex, (int)len, text ? text : "",
				 cases[i].text ? cases[i].text : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_and_many),
		cmocka_unit_test(test_work_has_an_end),
		cmocka_unit_test(test_folding),
		cmocka_unit_test(test_what_an_expression_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
