#include "town.h"

#include <string.h>

/* Clocks: how they run, stop and begin anew, and what a guard asks of them. */

static void clock(int64_t owner, const char *code, enum clock_do op)
{
	struct fault why = { 0 };

	if (clock_do(&town.deed, town_record(owner), code, op, &why) < 0)
		fail_msg("%s", why.text);
}

static json_int_t clock_has(int64_t owner, const char *code, const char *member)
{
	json_t *rows = clock_rows(&town.deed, town_record(owner)), *row;
	json_int_t found = -1;
	size_t i;

	json_array_foreach(rows, i, row)
		if (!strcmp(json_string_value(json_object_get(row, "code")), code))
			found = json_is_integer(json_object_get(row, member))
					? json_integer_value(json_object_get(row, member))
					: 0;
	json_decref(rows);
	return found;
}

static bool asks(int64_t owner, const char *code, enum clock_question question)
{
	return clock_asks(&town.deed, town_record(owner), code, question);
}

static void clock_runs(void **state)
{
	(void)state;
	assert_false(asks(town.incident, "CK05", CLOCK_RUNNING));
	clock(town.incident, "CK05", CLOCK_START);
	assert_true(asks(town.incident, "CK05", CLOCK_RUNNING));
	/* Level 3: one hour. */
	assert_int_equal(clock_has(town.incident, "CK05", "due"), SMALL_START + STAMP_HOUR);
	assert_false(asks(town.incident, "CK05", CLOCK_MISSED));
	town.deed.now += 2 * STAMP_HOUR;
	assert_true(asks(town.incident, "CK05", CLOCK_MISSED));
	clock(town.incident, "CK05", CLOCK_STOP);
	assert_true(asks(town.incident, "CK05", CLOCK_STOPPED));
	/* Stopped late: it stays missed. */
	assert_true(asks(town.incident, "CK05", CLOCK_MISSED));
	assert_int_equal(clock_has(town.incident, "CK05", "missed"), town.deed.now);
}

static void clock_in_time(void **state)
{
	(void)state;
	clock(town.incident, "CK05", CLOCK_START);
	town.deed.now += 30 * STAMP_MINUTE;
	clock(town.incident, "CK05", CLOCK_STOP);
	town.deed.now += STAMP_DAY;
	assert_false(asks(town.incident, "CK05", CLOCK_MISSED));
}

static void clock_started_twice(void **state)
{
	(void)state;
	clock(town.incident, "CK05", CLOCK_START);
	town.deed.now += 10 * STAMP_MINUTE;
	clock(town.incident, "CK05", CLOCK_START);
	assert_int_equal(clock_has(town.incident, "CK05", "started"), SMALL_START);
}

static void clock_pauses(void **state)
{
	(void)state;
	clock(town.incident, "CK05", CLOCK_START);
	town.deed.now += 20 * STAMP_MINUTE;
	clock(town.incident, "CK05", CLOCK_PAUSE);
	assert_int_equal(clock_has(town.incident, "CK05", "left"), 40 * STAMP_MINUTE);
	town.deed.now += STAMP_DAY;
	assert_false(asks(town.incident, "CK05", CLOCK_MISSED));
	clock(town.incident, "CK05", CLOCK_RESUME);
	assert_int_equal(clock_has(town.incident, "CK05", "due"), town.deed.now + 40 * STAMP_MINUTE);
	/* A start after a pause goes on as well. */
	clock(town.incident, "CK05", CLOCK_PAUSE);
	clock(town.incident, "CK05", CLOCK_START);
	assert_int_equal(clock_has(town.incident, "CK05", "due"), town.deed.now + 40 * STAMP_MINUTE);
}

static void clock_begins_anew(void **state)
{
	(void)state;
	clock(town.incident, "CK05", CLOCK_START);
	town.deed.now += 50 * STAMP_MINUTE;
	clock(town.incident, "CK05", CLOCK_RESTART);
	assert_int_equal(clock_has(town.incident, "CK05", "started"), town.deed.now);
	assert_int_equal(clock_has(town.incident, "CK05", "due"), town.deed.now + STAMP_HOUR);
}

static void replan(int level)
{
	struct fault why = { 0 };

	change_set(&town.deed, town_record(town.incident), "confirmed_level", json_integer(level));
	assert_int_equal(clock_replan(&town.deed, town_record(town.incident), &why), 0);
}

static void clock_by_new_level(void **state)
{
	(void)state;
	clock(town.incident, "CK06", CLOCK_START);
	assert_int_equal(clock_has(town.incident, "CK06", "due"), SMALL_START + 2 * STAMP_HOUR);
	town.deed.now += 10 * STAMP_MINUTE;
	replan(5);
	assert_int_equal(clock_has(town.incident, "CK06", "due"), town.deed.now + 30 * STAMP_MINUTE);
	town.deed.now += STAMP_HOUR;
	clock(town.incident, "CK06", CLOCK_STOP);
	replan(1);
	assert_true(clock_has(town.incident, "CK06", "missed") > 0);
}

static void clock_counts_working_days(void **state)
{
	(void)state;
	/* CK16: five working days from a Friday end on the next Friday. */
	clock(town.incident, "CK16", CLOCK_START);
	assert_int_equal(clock_has(town.incident, "CK16", "due"), SMALL_START + 7 * STAMP_DAY);
	/* CK15: twenty of them are four weeks. */
	clock(town.incident, "CK15", CLOCK_START);
	assert_int_equal(clock_has(town.incident, "CK15", "due"), SMALL_START + 28 * STAMP_DAY);
}

static void clock_by_field(void **state)
{
	(void)state;
	clock(town.drill, "CK18", CLOCK_START);
	assert_int_equal(clock_has(town.drill, "CK18", "due"),
			 SMALL_START + 299 * STAMP_DAY + 16 * STAMP_HOUR);
	/* CK08 has no length until somebody sets the date. */
	clock(town.incident, "CK08", CLOCK_START);
	assert_int_equal(clock_has(town.incident, "CK08", "due"), 0);
	assert_false(asks(town.incident, "CK08", CLOCK_MISSED));
}

static void clock_waited_for(void **state)
{
	(void)state;
	clock(town.incident, "CK28", CLOCK_START);
	assert_false(asks(town.incident, "CK28", CLOCK_OVER));
	town.deed.now += 8 * STAMP_DAY;
	assert_true(asks(town.incident, "CK28", CLOCK_OVER));
	clock(town.incident, "CK28", CLOCK_STOP);
	assert_int_equal(clock_has(town.incident, "CK28", "missed"), 0);
}

static void clock_ends_with_its_states(void **state)
{
	struct object *object = town_record(town.incident);
	struct fault why = { 0 };

	(void)state;
	clock(town.incident, "CK06", CLOCK_START);
	change_state(&town.deed, object, &object->kind->regions[0],
		     region_state(&object->kind->regions[0], "recover"));
	assert_int_equal(clock_lives(&town.deed, object, &why), 0);
	assert_true(asks(town.incident, "CK06", CLOCK_STOPPED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOWN(clock_runs),
		TOWN(clock_in_time),
		TOWN(clock_started_twice),
		TOWN(clock_pauses),
		TOWN(clock_begins_anew),
		TOWN(clock_by_new_level),
		TOWN(clock_counts_working_days),
		TOWN(clock_by_field),
		TOWN(clock_waited_for),
		TOWN(clock_ends_with_its_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
