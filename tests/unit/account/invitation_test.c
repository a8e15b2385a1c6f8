#include "room.h"

#include "account/session.h"

/* The only way to a password: a code that works once. */

static struct attempt_ask enrol(const char *login, int64_t person, const char *code)
{
	return (struct attempt_ask){ .type = ATTEMPT_ENROL,
				     .login = login,
				     .person = person,
				     .code = code,
				     .fresh = GOOD_PASSWORD,
				     .address = "192.0.2.7" };
}

static struct invitation invite(struct room *room, int64_t person, int64_t now)
{
	struct invitation invitation;

	room_begin(room);
	assert_int_equal(invitation_make(room->accounts, person, BING, now, &invitation, &room->why), 0);
	room_commit(room);
	return invitation;
}

static int sign_in(struct room *room, const char *password)
{
	const struct attempt_ask ask = {
		.type = ATTEMPT_SIGN_IN, .login = "jia", .person = JIA, .password = password
	};

	return room_try(room, &ask, ROOM_NOW).code;
}

static void the_first_password(void **state)
{
	struct room *room = *state;
	const struct invitation invitation = invite(room, JIA, ROOM_NOW);
	const struct attempt_ask ask = enrol("jia", JIA, invitation.code);
	struct account account;
	struct tried tried;

	assert_false(invitation.reset);
	assert_int_equal(strlen(invitation.code), 34);
	assert_int_equal(account_show(room->accounts, JIA, ROOM_NOW, &account, &room->why), 0);
	assert_int_equal(account.state, ACCOUNT_INVITED);
	assert_int_equal(account.invited_until, ROOM_NOW + INVITATION_LIFE);
	tried = room_try(room, &ask, ROOM_NOW);
	assert_int_equal(tried.code, 0);
	assert_true(tried.result.first);
	assert_string_equal(tried.result.secret, ""); /* signing in comes after it */
	assert_int_equal(account_show(room->accounts, JIA, ROOM_NOW, &account, &room->why), 0);
	assert_int_equal(account.state, ACCOUNT_ACTIVE);
	assert_int_equal(account.invited_until, 0);
	assert_int_equal(sign_in(room, GOOD_PASSWORD), 0);
	assert_int_equal(room_try(room, &ask, ROOM_NOW).code, -FAULT_REFUSED); /* the code again */
}

static void which_code_is_taken(void **state)
{
	struct room *room = *state;
	const struct invitation first = invite(room, JIA, ROOM_NOW), second = invite(room, JIA, ROOM_NOW),
				other = invite(room, YI, ROOM_NOW);
	const struct {
		const char *login;
		int64_t person;
		const char *code;
		int64_t after;
		const char *reason;
	} cases[] = {
		{ "jia", JIA, first.code, 0, "replaced by a later one" },
		{ "jia", JIA, other.code, 0, "another person's" },
		{ "yi", YI, second.code, 0, "another person's" },
		{ "nobody", 0, second.code, 0, "nobody's login" },
		{ "jia", JIA, "", 0, "none" },
		{ "jia", JIA, NULL, 0, "none" },
		{ "jia", JIA, "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa", 0, "made up" },
		{ "jia", JIA, second.code, INVITATION_LIFE, "72 hours later" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct attempt_ask ask = enrol(cases[i].login, cases[i].person, cases[i].code);
		const struct tried tried = room_try(room, &ask, ROOM_NOW + cases[i].after);

		if (tried.code != -FAULT_REFUSED || strcmp(room->why.text, "not accepted") != 0)
			fail_msg("%s: %d %s", cases[i].reason, tried.code, room->why.text);
	}
	const struct attempt_ask ask = enrol("jia", JIA, second.code);
	assert_int_equal(room_try(room, &ask, ROOM_NOW + INVITATION_LIFE - 1).code, 0);
}

/* Strangers buy no work with codes, and lock nobody out. */
static void a_wrong_code_costs_nothing(void **state)
{
	SCOPED(attempt_drop) struct attempt *attempt = NULL;
	struct room *room = *state;
	struct attempt_ask ask = enrol("jia", JIA, "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa");
	int64_t wait_s;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_begin(room);
	assert_int_equal(attempt_try(room->accounts, &ask, ROOM_NOW, &attempt, &wait_s, &room->why), 0);
	room_commit(room);
	assert_false(attempt->verify || attempt->renew);
	assert_false(attempt_locks(attempt));
	assert_int_equal(room_int(room, "SELECT failures FROM accounts"), 0);
	for (int i = 0; i < 59; i++)
		assert_int_equal(room_try(room, &ask, ROOM_NOW).code, -FAULT_REFUSED);
	assert_int_equal(room_try(room, &ask, ROOM_NOW).try_code, -FAULT_LIMIT); /* sixty of a place */
	assert_int_equal(room_int(room, "SELECT failures FROM accounts"), 0);
}

static void a_weak_password_leaves_the_code(void **state)
{
	struct room *room = *state;
	const struct invitation invitation = invite(room, JIA, ROOM_NOW);
	struct attempt_ask ask = enrol("jia", JIA, invitation.code);

	ask.fresh = "tX9!vQ2#mL7z"; /* enough with one-time codes only */
	assert_int_equal(room_try(room, &ask, ROOM_NOW).try_code, -FAULT_INVALID);
	assert_non_null(strstr(room->why.text, "15"));
	ask.fresh = NULL;
	assert_int_equal(room_try(room, &ask, ROOM_NOW).try_code, -FAULT_INVALID);
	ask.fresh = GOOD_PASSWORD;
	assert_int_equal(room_try(room, &ask, ROOM_NOW).code, 0);
}

/* Two at once with the same code: one of them. */
static void two_at_once(void **state)
{
	SCOPED(attempt_drop) struct attempt *a = NULL;
	SCOPED(attempt_drop) struct attempt *b = NULL;
	struct room *room = *state;
	const struct invitation invitation = invite(room, JIA, ROOM_NOW);
	const struct attempt_ask ask = enrol("jia", JIA, invitation.code);
	struct attempt_result result;
	int64_t wait_s;

	room_begin(room);
	assert_int_equal(attempt_try(room->accounts, &ask, ROOM_NOW, &a, &wait_s, &room->why), 0);
	assert_int_equal(attempt_try(room->accounts, &ask, ROOM_NOW, &b, &wait_s, &room->why), 0);
	room_commit(room);
	attempt_work(a);
	attempt_work(b);
	room_begin(room);
	assert_int_equal(attempt_settle(room->accounts, a, ROOM_NOW, &result, &room->why), 0);
	assert_int_equal(attempt_settle(room->accounts, b, ROOM_NOW, &result, &room->why), -FAULT_REFUSED);
	room_commit(room);
}

static void a_reset_ends_sessions_and_keeps_the_factor(void **state)
{
	struct room *room = *state;
	unsigned char secret[TOTP_SECRET];
	struct invitation invitation;
	struct attempt_ask ask;
	struct tried tried;

	room_account(room, JIA, OTHER_PASSWORD, true);
	assert_int_equal(sign_in(room, OTHER_PASSWORD), 0);
	room_factor(room, JIA, ROOM_NOW, secret);
	invitation = invite(room, JIA, ROOM_NOW);
	assert_true(invitation.reset);
	assert_int_equal(room_int(room, "SELECT count(*) FROM sessions"), 1); /* not before it is used */
	room_sql(room, "UPDATE accounts SET failures = 100");
	ask = enrol("jia", JIA, invitation.code);
	tried = room_try(room, &ask, ROOM_NOW);
	assert_int_equal(tried.code, 0);
	assert_false(tried.result.first);
	assert_false(tried.result.factor_removed);
	assert_int_equal(tried.result.sessions_ended, 1);
	assert_int_equal(room_int(room, "SELECT factor IS NOT NULL AND failures = 0 FROM accounts"), 1);
	assert_int_equal(sign_in(room, OTHER_PASSWORD), -FAULT_REFUSED);
}

static void who_is_not_invited(void **state)
{
	struct room *room = *state;
	struct invitation invitation;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_sql(room, "UPDATE accounts SET disabled_at = 1");
	room_begin(room);
	assert_int_equal(invitation_make(room->accounts, JIA, BING, ROOM_NOW, &invitation, &room->why),
			 -FAULT_CONFLICT);
	assert_int_equal(invitation_make(room->accounts, YI, YI, ROOM_NOW, &invitation, &room->why),
			 -FAULT_REFUSED);
	assert_int_equal(invitation_make(room->accounts, YI, 0, ROOM_NOW, &invitation, &room->why), 0);
	assert_int_equal(invitation_withdraw(room->accounts, YI, &room->why), 0);
	assert_int_equal(invitation_withdraw(room->accounts, YI, &room->why), -FAULT_ABSENT);
	room_commit(room);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_first_password),
		CASE(which_code_is_taken),
		CASE(a_wrong_code_costs_nothing),
		CASE(a_weak_password_leaves_the_code),
		CASE(two_at_once),
		CASE(a_reset_ends_sessions_and_keeps_the_factor),
		CASE(who_is_not_invited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
