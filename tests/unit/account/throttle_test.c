#include "room.h"

#include "account/throttle.h"

/* How many attempts are heard, by given time. */

static int64_t now_s;

/* Seconds to wait, 0 where it was counted. */
static int64_t wait_for(struct room *room, const char *login, int64_t person, const char *address)
{
	const struct throttle_ask ask = { .login = login, .address = address, .person = person };
	int64_t wait_s = 0;
	int ret;

	room_begin(room);
	ret = throttle_count(room->accounts, &ask, ROOM_NOW + now_s * STAMP_SECOND, &wait_s, &room->why);
	assert_true(ret == 0 ? wait_s == 0 : ret == -FAULT_LIMIT && wait_s > 0);
	room_commit(room);
	return wait_s;
}

static void clear(struct room *room, const char *login, int64_t person, const char *address)
{
	const struct throttle_ask ask = { .login = login, .address = address, .person = person };

	room_begin(room);
	assert_int_equal(throttle_clear(room->accounts, &ask, ROOM_NOW + now_s * STAMP_SECOND, &room->why),
			 0);
	room_commit(room);
}

static int start(void **state)
{
	now_s = 0;
	return room_setup(state);
}

static void pauses_double_up_to_a_quarter_of_an_hour(void **state)
{
	static const int64_t pauses[] = { 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900 };
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 0);
		if (!pauses[i])
			continue;
		now_s += pauses[i] - 1; /* the last second of the pause */
		assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 1);
		now_s++;
	}
}

/* What is refused is not counted, so that waiting out the pause is enough. */
static void hammering_makes_no_pause_longer(void **state)
{
	struct room *room = *state;

	for (int i = 0; i < 6; i++, now_s++)
		assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 1);
	now_s++;
	assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 0);
}

/* Same place: the same /24. Another place, another login: counters of their own. */
static void who_is_held_up_by_whom(void **state)
{
	static const struct {
		const char *login, *address;
		bool waits;
		const char *reason;
	} cases[] = {
		{ "jia", "192.0.2.7", true, "the same" },
		{ "jia", "192.0.2.250", true, "a neighbour in the same /24" },
		{ "jia", "::ffff:192.0.2.9", true, "written as IPv6" },
		{ "yi", "192.0.2.7", false, "another login from there" },
		{ "jia", "192.0.3.7", false, "another place" },
		{ "jia", NULL, false, "this machine" },
	};
	struct room *room = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if ((wait_for(room, cases[i].login, 0, cases[i].address) > 0) != cases[i].waits)
			fail_msg("%s", cases[i].reason);
}

static int64_t guess_from_everywhere(struct room *room, int64_t person, int from, int count)
{
	char address[32];
	int64_t wait = 0;

	for (int i = from; i < from + count && !wait; i++) {
		snprintf(address, sizeof(address), "10.%d.%d.1", i / 200, i % 200);
		wait = wait_for(room, "jia", person, address);
	}
	return wait;
}

/* Strangers from everywhere make strangers wait, and not whoever signs in from
 * where he did before. */
static void a_known_place_is_not_held_up(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	assert_int_equal(wait_for(room, "jia", JIA, "192.0.2.7"), 0);
	clear(room, "jia", JIA, "192.0.2.7");
	assert_int_equal(guess_from_everywhere(room, JIA, 0, 20), 0);
	assert_true(guess_from_everywhere(room, JIA, 50, 1) > 0);
	assert_int_equal(wait_for(room, "jia", JIA, "192.0.2.200"), 0);
	assert_true(wait_for(room, "jia", JIA, "198.51.100.7") > 0); /* he himself, elsewhere */
	now_s += 31 * 86400;
	assert_int_equal(guess_from_everywhere(room, JIA, 100, 20), 0);
	assert_true(wait_for(room, "jia", JIA, "192.0.2.7") > 0); /* not known any more */
}

static void a_place_has_sixty_in_ten_minutes(void **state)
{
	struct room *room = *state;
	char login[16];

	for (int i = 0; i < 60; i++) {
		snprintf(login, sizeof(login), "login%d", i);
		assert_int_equal(wait_for(room, login, 0, "192.0.2.7"), 0);
	}
	assert_int_equal(wait_for(room, "another", 0, "192.0.2.8"), 600);
	assert_int_equal(wait_for(room, "another", 0, "192.0.3.8"), 0);
	now_s = 600;
	assert_int_equal(wait_for(room, "another", 0, "192.0.2.8"), 0);
}

/* Who was right has not used it up: an office behind one address goes on. */
static void what_was_right_is_not_counted(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(wait_for(room, "jia", JIA, "192.0.2.7"), 0);
		clear(room, "jia", JIA, "192.0.2.7");
	}
	assert_int_equal(room_int(room, "SELECT failures FROM accounts WHERE person = 5"), 0);
}

static void the_house_has_three_hundred_a_minute(void **state)
{
	struct room *room = *state;
	char login[16], address[32];
	int heard = 0;

	for (int i = 0; i < 400; i++) {
		snprintf(login, sizeof(login), "login%d", i);
		snprintf(address, sizeof(address), "10.1.%d.1", i % 200);
		heard += wait_for(room, login, 0, address) == 0;
	}
	assert_int_equal(heard, 300);
	now_s = 60;
	assert_int_equal(wait_for(room, "other", 0, "10.2.0.1"), 0);
}

/* Of a thousand at one moment exactly the five free ones are heard, since each
 * is counted before it is. */
static void a_thousand_at_once(void **state)
{
	struct room *room = *state;
	int heard = 0;

	room_account(room, JIA, GOOD_PASSWORD, true);
	for (int i = 0; i < 1000; i++)
		heard += wait_for(room, "jia", JIA, "192.0.2.7") == 0;
	assert_int_equal(heard, 5);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts WHERE person = 5"), 5);
}

static void counters_outlive_the_daemon(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	for (int i = 0; i < 5; i++)
		assert_int_equal(wait_for(room, "jia", JIA, "192.0.2.7"), 0);
	room_close(room);
	assert_int_equal(room_open(room, &store_sqlite), 0);
	assert_int_equal(wait_for(room, "jia", JIA, "192.0.2.7"), 1);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts WHERE person = 5"), 5);
}

/* Logins may be made up without end; the rows are not. Those whose pause lasts stay. */
static void rows_have_a_bound(void **state)
{
	struct room *room = *state;

	for (int i = 0; i < 14; i++, now_s += 600) /* a pause of 512 s is on at the end */
		assert_int_equal(wait_for(room, "held", 0, "192.0.2.7"), 0);
	now_s -= 600;
	room_sql(room, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)"
		       " INSERT INTO throttles(digest, count, at, until_at)"
		       " SELECT CAST(printf('%032d', i) AS BLOB), 1, 1772352000000000 + i, 1772352000000000 "
		       "+ i FROM n");
	assert_int_equal(wait_for(room, "other", 0, "10.2.0.1"), 0);
	assert_int_equal(room_int(room, "SELECT count(*) FROM throttles"), THROTTLE_ROWS);
	assert_true(wait_for(room, "held", 0, "192.0.2.7") > 500);
	room_begin(room);
	assert_int_equal(throttle_sweep(room->accounts, ROOM_NOW + 2 * STAMP_DAY, &room->why), 0);
	room_commit(room);
	assert_int_equal(room_int(room, "SELECT count(*) FROM throttles"), 0);
}

/* What stands there tells nobody which logins were tried, nor from where. */
static void rows_name_nobody(void **state)
{
	struct room *room = *state;

	wait_for(room, "jia", 0, "192.0.2.7");
	assert_int_equal(room_int(room, "SELECT count(*) FROM throttles WHERE length(digest) = 32"), 4);
	assert_int_equal(room_int(room,
				  "SELECT count(*) FROM throttles WHERE instr(CAST(digest AS TEXT), 'jia')"
				  " OR instr(CAST(digest AS TEXT), '192')"),
			 0);
}

/* A clock that was a year ahead for a while keeps nobody out until then. */
static void a_clock_set_back(void **state)
{
	struct room *room = *state;

	now_s = 365 * 86400;
	for (int i = 0; i < 5; i++)
		assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 0);
	now_s = 0;
	assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 0);
	assert_int_equal(wait_for(room, "jia", 0, "192.0.2.7"), 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(pauses_double_up_to_a_quarter_of_an_hour),
		CASE(hammering_makes_no_pause_longer),
		CASE(who_is_held_up_by_whom),
		CASE(a_known_place_is_not_held_up),
		CASE(a_place_has_sixty_in_ten_minutes),
		CASE(what_was_right_is_not_counted),
		CASE(the_house_has_three_hundred_a_minute),
		CASE(a_thousand_at_once),
		CASE(counters_outlive_the_daemon),
		CASE(rows_have_a_bound),
		CASE(rows_name_nobody),
		CASE(a_clock_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
