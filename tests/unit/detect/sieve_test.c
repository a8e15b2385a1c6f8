#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "detect/engine/fold.h"
#include "detect/engine/sieve.h"

/* However many places a sieve takes at once, it says every place where one of the marks
 * stands, and none behind the end. What it says beyond that it may. */

enum { MARKS = SIEVE_GROUPS, MOST = 200, VALUES = 20000 };

static uint32_t state = 7;

static uint32_t chance(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

static size_t random_text(char *to, size_t least, size_t most)
{
	static const char letters[] = "abABcC@\xC3\x84\0";
	const size_t len = least + chance((uint32_t)(most - least) + 1);

	for (size_t i = 0; i < len; i++)
		to[i] = letters[chance(sizeof(letters))];
	return len;
}

struct mark {
	char text[SIEVE_MARK];
	size_t len;
};

static unsigned char told[MOST + 1];
static size_t told_to;

static bool tell(void *who, size_t at, unsigned groups)
{
	(void)who;
	assert_true(at < told_to && groups && groups < 1u << SIEVE_GROUPS);
	told[at] |= (unsigned char)groups;
	return true;
}

static void make(struct sieve *s, struct mark *marks)
{
	for (unsigned i = 0; i < MARKS; i++) {
		marks[i].len = random_text(marks[i].text, 1, SIEVE_MARK);
		for (size_t k = 0; k < marks[i].len; k++)
			marks[i].text[k] = fold_byte(marks[i].text[k]);
		sieve_mark(s, i, marks[i].text, marks[i].len);
	}
}

/* The value ends where its memory does, so that a byte too many is seen by the sanitizer. */
static void check(const struct sieve *s, const struct mark *marks)
{
	char text[MOST];
	const size_t len = random_text(text, 0, MOST);
	char *value = must_alloc(len + 1);
	const char *at = value + 1;

	memcpy(value + 1, text, len);
	memset(told, 0, sizeof(told));
	told_to = len;
	sieve_scan(s, (struct text){ at, len }, tell, NULL);
	for (size_t i = 0; i < len; i++)
		for (unsigned k = 0; k < MARKS; k++)
			if (marks[k].len <= len - i && fold_equal(at + i, marks[k].text, marks[k].len))
				assert_true(told[i] >> k & 1);
	free(value);
}

static void try_reach(enum sieve_reach reach)
{
	struct mark marks[MARKS];

	for (int i = 0; i < VALUES / 100; i++) {
		struct sieve *s = sieve_new(reach);

		make(s, marks);
		for (int k = 0; k < 100; k++)
			check(s, marks);
		sieve_free(s);
	}
}

static void every_place_is_told(void **unused)
{
	(void)unused;
	for (int reach = SIEVE_BY_32; reach <= (int)sieve_farthest(); reach++)
		try_reach((enum sieve_reach)reach);
}

static bool stop(void *who, size_t at, unsigned groups)
{
	(void)groups;
	*(size_t *)who += at + 1;
	return false;
}

/* The first place, and no other after it. */
static void it_stops(void **unused)
{
	char text[MOST];

	(void)unused;
	memset(text, 'x', sizeof(text));
	for (int reach = SIEVE_BY_32; reach <= (int)sieve_farthest(); reach++)
		for (size_t from = 0; from + 2 < MOST; from++) {
			struct sieve *s = sieve_new((enum sieve_reach)reach);
			size_t sum = 0;

			sieve_mark(s, 3, "x", 1);
			sieve_scan(s, (struct text){ text + from, MOST - from }, stop, &sum);
			assert_int_equal(sum, 1);
			sieve_free(s);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_place_is_told),
		cmocka_unit_test(it_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
