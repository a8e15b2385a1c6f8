#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "detect/engine/grams.h"

/* However places are looked up, each is told at which a gram stands, once, and no other; by
 * twos every second one. Nothing is read behind the end. */

enum { GRAMS = 40, MOST = 200, VALUES = 20000 };

static uint32_t state = 7;

static uint32_t chance(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

static void random_text(char *to, size_t len)
{
	static const char letters[] = "abc\\\xC3\x84";

	for (size_t i = 0; i < len; i++)
		to[i] = letters[chance(sizeof(letters) - 1)];
}

static unsigned char told[GRAMS][MOST];

static void tell(void *who, uint32_t number, size_t at)
{
	(void)who;
	assert_true(number < GRAMS && at < MOST);
	told[number][at]++;
}

static void check(const struct grams *g, char (*grams)[GRAM], size_t step)
{
	const size_t len = chance(MOST);
	char *value = must_alloc(len + 1), *at = value + 1;
	int64_t work = 1 << 20;

	random_text(at, len);
	memset(told, 0, sizeof(told));
	grams_scan(g, (struct text){ at, len }, &(struct grams_looking){ &work, tell, NULL });
	for (size_t i = 0; i < MOST; i++)
		for (unsigned k = 0; k < GRAMS; k++)
			assert_int_equal(told[k][i],
					 i % step == 0 && i + GRAM <= len && !memcmp(at + i, grams[k], GRAM));
	free(value);
}

static void try_reach(enum grams_reach reach, bool by_twos)
{
	char grams[GRAMS][GRAM];

	for (int i = 0; i < VALUES / 100; i++) {
		struct grams *g = grams_new(GRAMS, by_twos, reach);

		for (uint32_t k = 0; k < GRAMS; k++) {
			random_text(grams[k], GRAM);
			grams_put(g, gram_at(grams[k]), k, 0);
		}
		grams_finish(g);
		for (int k = 0; k < 100; k++)
			check(g, grams, by_twos ? 2 : 1);
		grams_free(g);
	}
}

static void every_place_is_told_once(void **unused)
{
	(void)unused;
	for (int reach = GRAMS_BY_1; reach <= (int)grams_farthest(); reach++) {
		try_reach((enum grams_reach)reach, false);
		try_reach((enum grams_reach)reach, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_place_is_told_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
