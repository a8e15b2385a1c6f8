#include "room.h"

#include "account/breakglass.h"

/* Two others let somebody in again who is locked out. */

static struct breakglass opened(struct room *room, int64_t now)
{
	struct breakglass out;

	room_begin(room);
	assert_int_equal(breakglass_open(room->accounts, JIA, YI, now, &out, &room->why), 0);
	room_commit(room);
	return out;
}

static int locked_out(void **state)
{
	unsigned char secret[TOTP_SECRET];
	struct room *room;

	room_setup(state);
	room = *state;
	room_account(room, JIA, OTHER_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	room_sql(room, "UPDATE accounts SET failures = 100");
	return 0;
}

static void two_of_them(void **state)
{
	struct room *room = *state;
	const struct breakglass open = opened(room, ROOM_NOW);
	struct breakglass confirmed;
	struct invitation code;
	struct attempt_ask ask = {
		.type = ATTEMPT_ENROL, .login = "jia", .person = JIA, .fresh = GOOD_PASSWORD
	};
	struct tried tried;

	room_begin(room);
	assert_int_equal(breakglass_confirm(room->accounts, open.id, BING, ROOM_NOW + BREAKGLASS_OPEN - 1,
					    &confirmed, &code, &room->why),
			 0);
	room_commit(room);
	assert_int_equal(confirmed.person, JIA);
	assert_int_equal(confirmed.opened_by, YI);
	assert_int_equal(code.until, ROOM_NOW + BREAKGLASS_OPEN - 1 + BREAKGLASS_LIFE);
	ask.code = code.code;
	assert_int_equal(room_try(room, &ask, code.until).code, -FAULT_REFUSED); /* a quarter of an hour */
	tried = room_try(room, &ask, code.until - 1);
	assert_int_equal(tried.code, 0);
	assert_false(tried.result.first);
	assert_true(tried.result.factor_removed);
	assert_int_equal(room_int(room, "SELECT factor IS NULL AND failures = 0 FROM accounts"), 1);
	assert_int_equal(room_int(room, "SELECT count(*) FROM recovery_codes"), 0);
	assert_int_equal(room_try(room, &ask, code.until - 1).code, -FAULT_REFUSED); /* once */
	ask = (struct attempt_ask){
		.type = ATTEMPT_SIGN_IN, .login = "jia", .person = JIA, .password = GOOD_PASSWORD
	};
	assert_int_equal(room_try(room, &ask, ROOM_NOW).code, 0);
}

/* Without the factor the password stands alone again. */
static void the_new_password_is_a_long_one(void **state)
{
	struct room *room = *state;
	const struct breakglass open = opened(room, ROOM_NOW);
	struct breakglass confirmed;
	struct invitation code;
	struct attempt_ask ask = {
		.type = ATTEMPT_ENROL, .login = "jia", .person = JIA, .fresh = "tX9!vQ2#mL7z"
	};

	room_begin(room);
	assert_int_equal(
		breakglass_confirm(room->accounts, open.id, BING, ROOM_NOW, &confirmed, &code, &room->why),
		0);
	room_commit(room);
	ask.code = code.code;
	assert_int_equal(room_try(room, &ask, ROOM_NOW).try_code, -FAULT_INVALID);
}

static void who_may_not_confirm(void **state)
{
	static const struct {
		int64_t by, after;
		int code;
		const char *reason;
	} cases[] = {
		{ YI, 0, FAULT_REFUSED, "who opened it" },
		{ JIA, 0, FAULT_REFUSED, "who it is for" },
		{ 0, 0, FAULT_REFUSED, "nobody" },
		{ BING, BREAKGLASS_OPEN, FAULT_ABSENT, "half an hour later" },
		{ BING, BREAKGLASS_OPEN - 1, 0, "a second person in time" },
		{ BING, 0, FAULT_ABSENT, "it was confirmed already" },
	};
	struct room *room = *state;
	const struct breakglass open = opened(room, ROOM_NOW);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct breakglass confirmed;
		struct invitation code;
		int ret;

		room_begin(room);
		ret = breakglass_confirm(room->accounts, open.id, cases[i].by, ROOM_NOW + cases[i].after,
					 &confirmed, &code, &room->why);
		room_commit(room);
		if (ret != -cases[i].code)
			fail_msg("%s: %d", cases[i].reason, ret);
	}
}

static void who_may_not_open(void **state)
{
	static const struct {
		int64_t person, by;
		int code;
		const char *reason;
	} cases[] = {
		{ JIA, JIA, FAULT_REFUSED, "for himself" },           { JIA, 0, FAULT_INVALID, "nobody" },
		{ BING, YI, FAULT_ABSENT, "there is no account" },    { JIA, YI, 0, "another" },
		{ JIA, BING, FAULT_CONFLICT, "one is open already" },
	};
	struct room *room = *state;
	struct breakglass out;

	room_begin(room);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (breakglass_open(room->accounts, cases[i].person, cases[i].by, ROOM_NOW, &out,
				    &room->why) != -cases[i].code)
			fail_msg("%s: %s", cases[i].reason, room->why.text);
	/* One that nobody confirmed in time is not in the way. */
	assert_int_equal(
		breakglass_open(room->accounts, JIA, BING, ROOM_NOW + BREAKGLASS_OPEN, &out, &room->why), 0);
	room_commit(room);
	room_sql(room, "DELETE FROM breakglass");
	room_sql(room, "UPDATE accounts SET disabled_at = 1");
	room_begin(room);
	assert_int_equal(breakglass_open(room->accounts, JIA, YI, ROOM_NOW, &out, &room->why),
			 -FAULT_CONFLICT);
	room_commit(room);
}

static void listed_and_withdrawn(void **state)
{
	struct room *room = *state;
	const struct breakglass open = opened(room, ROOM_NOW);
	struct breakglass *list, out;
	struct invitation code;
	size_t count = 0;

	assert_int_equal(breakglass_list(room->accounts, ROOM_NOW, room->mem, &list, &count, &room->why), 0);
	assert_int_equal(count, 1);
	assert_memory_equal(&list[0], &open, sizeof(open));
	assert_int_equal(breakglass_list(room->accounts, open.until, room->mem, &list, &count, &room->why),
			 0);
	assert_int_equal(count, 0);
	room_begin(room);
	assert_int_equal(breakglass_withdraw(room->accounts, open.id, ROOM_NOW, &out, &room->why), 0);
	assert_int_equal(out.person, JIA);
	assert_int_equal(breakglass_withdraw(room->accounts, open.id, ROOM_NOW, &out, &room->why),
			 -FAULT_ABSENT);
	assert_int_equal(breakglass_confirm(room->accounts, open.id, BING, ROOM_NOW, &out, &code, &room->why),
			 -FAULT_ABSENT);
	room_commit(room);
	/* Whoever confirms the old number late does not confirm another. */
	assert_int_not_equal(opened(room, ROOM_NOW).id, open.id);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, locked_out, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(two_of_them),      CASE(the_new_password_is_a_long_one), CASE(who_may_not_confirm),
		CASE(who_may_not_open), CASE(listed_and_withdrawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
