#include "gate/lines/lanes.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Who floods fills their own lane; everybody is served in turn; every line is taken or counted. */

enum { MIB = 1024 * 1024 };

static const char line[300];

static void lines_come_out_as_they_went_in(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ MIB, MIB });
	struct lane *lane = lanes_open(lanes, "a");
	static char big[64 * 1024];
	const char *got;
	struct block *block;
	int64_t at;
	size_t len;

	(void)state;
	memset(big, 'b', sizeof(big));
	assert_ptr_equal(lanes_open(lanes, "a"), lane);
	assert_true(lanes_put(lanes, lane, "one", 3, 17, false));
	assert_true(lanes_put(lanes, lane, "", 0, 18, false));
	assert_true(lanes_put(lanes, lane, big, sizeof(big), 19, false));
	assert_int_equal(lanes_waiting(lanes), 3);
	block = lanes_take(lanes);
	assert_string_equal(lane_name(block_lane(block)), "a");
	assert_true(block_next(block, &got, &len, &at) && len == 3 && at == 17 && !memcmp(got, "one", 3));
	assert_true(block_next(block, &got, &len, &at) && len == 0 && at == 18);
	assert_false(block_next(block, &got, &len, &at));
	lanes_done(lanes, block);
	block = lanes_take(lanes);
	assert_true(block_next(block, &got, &len, &at) && len == sizeof(big) && got[len - 1] == 'b');
	lanes_done(lanes, block);
	assert_null(lanes_take(lanes));
	assert_int_equal(lanes_waiting(lanes), 0);
	lanes_free(lanes);
}

static uint64_t flood(struct lanes *lanes, struct lane *lane, unsigned lines)
{
	uint64_t taken = 0;

	for (unsigned i = 0; i < lines; i++)
		taken += lanes_put(lanes, lane, line, sizeof(line), 1, false);
	return taken;
}

/* All that is there, in rounds; how many blocks were served until `name` was empty. */
static void drain(struct lanes *lanes, const char *name, unsigned *until, uint64_t *lines, uint64_t *overflow)
{
	const char *got;
	struct block *block;
	unsigned blocks = 0;
	int64_t at;
	size_t len;

	*lines = *overflow = *until = 0;
	while ((block = lanes_take(lanes))) {
		blocks++;
		if (!strcmp(lane_name(block_lane(block)), name))
			*until = blocks;
		*overflow += block_overflow(block);
		while (block_next(block, &got, &len, &at))
			(*lines)++;
		lanes_done(lanes, block);
	}
}

static void a_flood_is_its_own(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ 2 * MIB, 4 * MIB });
	struct lane *loud = lanes_open(lanes, "loud"), *still = lanes_open(lanes, "still");
	const uint64_t taken = flood(lanes, loud, 20000);
	uint64_t lines, overflow;
	unsigned until;

	(void)state;
	assert_in_range(taken, 5000, 7000);
	assert_int_equal(flood(lanes, still, 1000), 1000);
	assert_false(lanes_fits(lanes, loud));
	assert_true(lanes_fits(lanes, still));
	drain(lanes, "still", &until, &lines, &overflow);
	assert_in_range(until, 1, 25); /* ten blocks of its own, in turn with the flood's */
	assert_int_equal(lines, taken + 1000);
	assert_int_equal(overflow, 20000 - taken);
	assert_true(lanes_roomy(lanes, loud));
	lanes_free(lanes);
}

/* By turns, whoever came first and however much each has. */
static void each_has_a_turn(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ 2 * MIB, 4 * MIB });
	static const char *const order[] = { "a", "b", "c", "a", "b", "c", "a", "a" };

	(void)state;
	flood(lanes, lanes_open(lanes, "a"), 400); /* four blocks */
	flood(lanes, lanes_open(lanes, "b"), 200);
	flood(lanes, lanes_open(lanes, "c"), 200);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		struct block *block = lanes_take(lanes);

		assert_string_equal(lane_name(block_lane(block)), order[i]);
		lanes_done(lanes, block);
	}
	assert_null(lanes_take(lanes));
	lanes_free(lanes);
}

static void names_have_a_bound(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ MIB, MIB });
	struct lane *first = lanes_open(lanes, "0");
	char name[20];

	(void)state;
	for (int i = 0; i < LANES_MOST; i++) {
		snprintf(name, sizeof(name), "%d", i);
		lanes_open(lanes, name);
	}
	assert_string_equal(lane_name(lanes_open(lanes, "one more")), "others");
	assert_ptr_equal(lanes_open(lanes, "0"), first);
	lanes_free(lanes);
}

/* However many flood together, one who has nothing waiting is let in. */
static void nobody_is_shut_out(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ MIB, 2 * MIB });
	uint64_t taken = 0, lines, overflow;
	unsigned until;
	char name[20];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "loud%d", i);
		taken += flood(lanes, lanes_open(lanes, name), 4000);
	}
	assert_in_range(taken * sizeof(line), MIB, 6 * MIB);
	assert_int_equal(flood(lanes, lanes_open(lanes, "still"), 50), 50);
	drain(lanes, "still", &until, &lines, &overflow);
	assert_int_equal(lines, taken + 50);
	assert_int_equal(lines + overflow, 400050);
	lanes_free(lanes);
}

static void must_is_taken_all_the_same(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ MIB, MIB });
	struct lane *lane = lanes_open(lanes, "stream");
	uint64_t lines, overflow;
	unsigned until;

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_true(lanes_put(lanes, lane, line, sizeof(line), 1, true));
	drain(lanes, "stream", &until, &lines, &overflow);
	assert_int_equal(lines, 10000);
	assert_int_equal(overflow, 0);
	lanes_free(lanes);
}

enum { THREAD_LINES = 200000 };

static void *put_many(void *who)
{
	struct lanes *lanes = who;

	flood(lanes, lanes_open(lanes, "thread"), THREAD_LINES);
	return NULL;
}

static void a_thread_puts_while_another_takes(void **state)
{
	struct lanes *lanes = lanes_new((struct lanes_limits){ MIB, MIB });
	uint64_t sum = 0, lines, overflow;
	pthread_t thread;
	unsigned until;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, put_many, lanes), 0);
	for (int i = 0; i < 1000; i++) {
		drain(lanes, "thread", &until, &lines, &overflow);
		sum += lines + overflow;
	}
	pthread_join(thread, NULL);
	drain(lanes, "thread", &until, &lines, &overflow);
	assert_int_equal(sum + lines + overflow, THREAD_LINES);
	lanes_free(lanes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_out_as_they_went_in),
		cmocka_unit_test(a_flood_is_its_own),
		cmocka_unit_test(nobody_is_shut_out),
		cmocka_unit_test(must_is_taken_all_the_same),
		cmocka_unit_test(a_thread_puts_while_another_takes),
		cmocka_unit_test(each_has_a_turn),
		cmocka_unit_test(names_have_a_bound),
	};

	return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
