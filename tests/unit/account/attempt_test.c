#include "room.h"

#include <sodium.h>

#include "account/password.h"
#include "account/session.h"

/* Somebody proves who it is: what is accepted, and what those who are not learn. */

static const struct attempt_ask right = { .type = ATTEMPT_SIGN_IN,
					  .login = "jia",
					  .person = JIA,
					  .password = GOOD_PASSWORD,
					  .address = "192.0.2.7",
					  .agent = "Browser/1.0" };

static void assert_not_accepted(const struct tried *tried, const struct fault *why, const char *reason)
{
	if (tried->try_code != 0 || tried->code != -FAULT_REFUSED || strcmp(why->text, "not accepted") != 0 ||
	    strcmp(why->zh, "未予接受") != 0 || tried->result.secret[0] || tried->result.person)
		fail_msg("%s: %d %d %s", reason, tried->try_code, tried->code, why->text);
}

static void who_is_right_gets_a_session(void **state)
{
	struct room *room = *state;
	struct session session;
	struct tried tried;

	room_account(room, JIA, GOOD_PASSWORD, false);
	tried = room_try(room, &right, ROOM_NOW);
	assert_int_equal(tried.code, 0);
	assert_false(tried.result.wants_code);
	assert_int_equal(tried.result.person, JIA);
	assert_int_equal(session_find(room->accounts, tried.result.secret, ROOM_NOW, &session, &room->why),
			 0);
	assert_int_equal(session.person, JIA);
	assert_int_equal(session.id, tried.result.session.id);
	assert_string_equal(session.token, tried.result.session.token);
	assert_string_equal(session.address, "192.0.2.7");
	assert_string_equal(session.agent, "Browser/1.0");
	assert_true(session_is_proven(&session, ROOM_NOW));
	assert_int_equal(room_int(room, "SELECT signed_in_at FROM accounts WHERE person = 5"), ROOM_NOW);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts WHERE person = 5"), 0);
}

/* Each row is tried with an account of 甲 as the row wants it. */
static void all_others_hear_the_same(void **state)
{
	static const struct {
		const char *sql, *login;
		int64_t person;
		const char *password, *reason;
	} cases[] = {
		{ NULL, "jia", JIA, OTHER_PASSWORD, "a wrong password" },
		{ NULL, "jia", JIA, "", "none" },
		{ NULL, "jia", JIA, NULL, "none" },
		{ NULL, "nobody", 0, GOOD_PASSWORD, "nobody's login" },
		{ NULL, "nobody", 0, "", "nobody's login, no password" },
		{ NULL, "yi", YI, GOOD_PASSWORD, "a person without an account" },
		{ "UPDATE accounts SET disabled_at = 1", "jia", JIA, GOOD_PASSWORD, "disabled" },
		{ "UPDATE accounts SET failures = 100", "jia", JIA, GOOD_PASSWORD, "locked" },
		{ "UPDATE accounts SET password = NULL", "jia", JIA, GOOD_PASSWORD, "invited" },
		{ "UPDATE accounts SET password = NULL", "jia", JIA, "", "invited, no password" },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct attempt_ask ask = right;
		struct tried tried;

		room_sql(room, "DELETE FROM accounts");
		room_sql(room, "DELETE FROM throttles");
		room_account(room, JIA, GOOD_PASSWORD, true);
		if (cases[i].sql)
			room_sql(room, cases[i].sql);
		ask.login = cases[i].login;
		ask.person = cases[i].person;
		ask.password = cases[i].password;
		tried = room_try(room, &ask, ROOM_NOW);
		assert_not_accepted(&tried, &room->why, cases[i].reason);
		assert_int_equal(room_int(room, "SELECT count(*) FROM sessions"), 0);
	}
}

/* By structure, not by clock: the worker compares with a hash of the same cost. */
static void nobody_costs_the_same_work(void **state)
{
	static const struct {
		const char *sql, *login;
		int64_t person;
		const char *password, *reason;
	} cases[] = {
		{ NULL, "nobody", 0, GOOD_PASSWORD, "nobody's login" },
		{ NULL, "yi", YI, GOOD_PASSWORD, "no account" },
		{ NULL, "nobody", 0, "", "no password typed" },
		{ "UPDATE accounts SET password = NULL WHERE person = 5", "jia", JIA, GOOD_PASSWORD,
		  "invited" },
		{ "UPDATE accounts SET disabled_at = 1 WHERE person = 5", "jia", JIA, GOOD_PASSWORD,
		  "disabled" },
		{ "UPDATE accounts SET failures = 100 WHERE person = 5", "jia", JIA, GOOD_PASSWORD,
		  "locked" },
		{ NULL, "jia", JIA, "", "no password typed" },
		{ NULL, "jia", JIA, GOOD_PASSWORD, "the right one" },
	};
	struct room *room = *state;

	room_account(room, BING, GOOD_PASSWORD, false); /* made once: hashing takes its time */
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(attempt_drop) struct attempt *attempt = NULL;
		struct attempt_ask ask = right;
		int64_t wait_s;

		room_sql(room, "DELETE FROM accounts WHERE person = 5");
		room_sql(room, "DELETE FROM throttles");
		room_sql(room,
			 "INSERT INTO accounts SELECT 5, made_at, password, password_at, 0, 0, 0, 0, NULL,"
			 " NULL, -1, 0 FROM accounts WHERE person = 7");
		if (cases[i].sql)
			room_sql(room, cases[i].sql);
		ask.login = cases[i].login;
		ask.person = cases[i].person;
		ask.password = cases[i].password;
		room_begin(room);
		assert_int_equal(attempt_try(room->accounts, &ask, ROOM_NOW, &attempt, &wait_s, &room->why),
				 0);
		room_commit(room);
		if (!attempt->verify || attempt->renew || password_is_old(attempt->hash))
			fail_msg("%s", cases[i].reason);
		assert_int_equal(strlen(attempt->hash), strlen(password_nobody));
	}
}

static void unknown_logins_are_throttled_alike(void **state)
{
	struct room *room = *state;
	struct attempt_ask known = right, unknown = right;

	room_account(room, JIA, GOOD_PASSWORD, true);
	known.password = unknown.password = OTHER_PASSWORD;
	unknown.login = "nobody";
	unknown.person = 0;
	for (int i = 0; i < 9; i++) {
		SCOPED(attempt_drop) struct attempt *a = NULL, *b = NULL;
		int64_t wait_a = 0, wait_b = 0;
		int ret_a, ret_b;

		room_begin(room);
		ret_a = attempt_try(room->accounts, &known, ROOM_NOW, &a, &wait_a, &room->why);
		ret_b = attempt_try(room->accounts, &unknown, ROOM_NOW, &b, &wait_b, &room->why);
		room_commit(room);
		assert_int_equal(ret_a, i < 5 ? 0 : -FAULT_LIMIT);
		assert_int_equal(ret_b, ret_a);
		assert_int_equal(wait_b, wait_a);
	}
}

/* The count is there before the work, whether or not anybody comes back. */
static void counted_before_the_work(void **state)
{
	struct room *room = *state;
	int heard = 0;

	room_account(room, JIA, GOOD_PASSWORD, true);
	for (int i = 0; i < 1000; i++) {
		SCOPED(attempt_drop) struct attempt *attempt = NULL;
		int64_t wait_s;

		room_begin(room);
		heard += attempt_try(room->accounts, &right, ROOM_NOW, &attempt, &wait_s, &room->why) == 0;
		room_commit(room);
	}
	assert_int_equal(heard, 5);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts WHERE person = 5"), 5);
}

static void a_hundred_in_a_row_lock(void **state)
{
	struct room *room = *state;
	struct attempt_ask wrong = right;
	struct account account;
	struct tried tried;

	room_account(room, JIA, GOOD_PASSWORD, true);
	wrong.password = OTHER_PASSWORD;
	room_sql(room, "UPDATE accounts SET failures = 98");
	tried = room_try(room, &wrong, ROOM_NOW);
	assert_false(tried.locks);
	assert_int_equal(account_show(room->accounts, JIA, ROOM_NOW, &account, &room->why), 0);
	assert_int_equal(account.state, ACCOUNT_ACTIVE);
	tried = room_try(room, &wrong, ROOM_NOW);
	assert_true(tried.locks);
	assert_int_equal(account_show(room->accounts, JIA, ROOM_NOW, &account, &room->why), 0);
	assert_int_equal(account.state, ACCOUNT_LOCKED);
	tried = room_try(room, &right, ROOM_NOW);
	assert_false(tried.locks);
	assert_not_accepted(&tried, &room->why, "locked");
	room_begin(room);
	assert_int_equal(account_unlock(room->accounts, JIA, &room->why), 0);
	room_commit(room);
	assert_int_equal(room_try(room, &right, ROOM_NOW).code, 0);
}

/* The hundredth may still be the right one. */
static void the_last_one_may_be_right(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, false);
	room_sql(room, "UPDATE accounts SET failures = 99");
	assert_int_equal(room_try(room, &right, ROOM_NOW).code, 0);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts WHERE person = 5"), 0);
}

/* Attempts that were tried before something happened, and settle after it. */
static void what_happened_meanwhile_counts(void **state)
{
	static const struct {
		const char *sql, *reason;
	} cases[] = {
		{ "UPDATE accounts SET disabled_at = 1", "disabled while the worker was busy" },
		{ "UPDATE accounts SET password = 'x'", "another password by now" },
		{ "DELETE FROM accounts", "gone" },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(attempt_drop) struct attempt *attempt = NULL;
		struct tried tried = { 0 };

		room_account(room, JIA, GOOD_PASSWORD, true);
		room_begin(room);
		assert_int_equal(
			attempt_try(room->accounts, &right, ROOM_NOW, &attempt, &tried.wait_s, &room->why),
			0);
		room_commit(room);
		room_sql(room, cases[i].sql);
		attempt_work(attempt);
		assert_true(attempt->good);
		room_begin(room);
		tried.code = attempt_settle(room->accounts, attempt, ROOM_NOW, &tried.result, &room->why);
		room_commit(room);
		assert_not_accepted(&tried, &room->why, cases[i].reason);
		room_sql(room, "DELETE FROM accounts");
	}
}

static void an_old_hash_is_renewed(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	assert_int_equal(
		room_int(room, "SELECT password LIKE '$argon2id$v=19$m=65536,t=3,p=1$%' FROM accounts"), 0);
	assert_int_equal(room_try(room, &right, ROOM_NOW).code, 0);
	assert_int_equal(
		room_int(room, "SELECT password LIKE '$argon2id$v=19$m=65536,t=3,p=1$%' FROM accounts"), 1);
	assert_int_equal(room_try(room, &right, ROOM_NOW).code, 0);
}

static bool is_zero(const void *bytes, size_t len) { return sodium_is_zero(bytes, len) == 1; }

/* No password in an attempt at any time, and nothing made of it after the work. */
static void nothing_secret_stays(void **state)
{
	SCOPED(attempt_drop) struct attempt *attempt = NULL;
	struct room *room = *state;
	struct attempt_result result;
	int64_t wait_s;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_begin(room);
	assert_int_equal(attempt_try(room->accounts, &right, ROOM_NOW, &attempt, &wait_s, &room->why), 0);
	room_commit(room);
	assert_null(memmem(attempt, sizeof(*attempt), "blue lamp", 9));
	assert_false(is_zero(attempt->proof, PROOF_LEN));
	attempt_work(attempt);
	assert_true(is_zero(attempt->proof, PROOF_LEN));
	assert_true(is_zero(attempt->fresh_proof, PROOF_LEN));
	room_begin(room);
	assert_int_equal(attempt_settle(room->accounts, attempt, ROOM_NOW, &result, &room->why), 0);
	room_commit(room);
	assert_false(is_zero(&result, sizeof(result)));
	attempt_result_wipe(&result);
	assert_true(is_zero(&result, sizeof(result)));
}

static void signed_in(struct room *room, struct tried *out)
{
	*out = room_try(room, &right, ROOM_NOW);
	assert_int_equal(out->code, 0);
}

static void stepping_up_rotates_the_secret(void **state)
{
	const int64_t later = ROOM_NOW + 10 * STAMP_MINUTE;
	struct room *room = *state;
	struct attempt_ask ask = right;
	struct session session;
	struct tried first, second;

	room_account(room, JIA, GOOD_PASSWORD, false);
	signed_in(room, &first);
	assert_int_equal(session_find(room->accounts, first.result.secret, later, &session, &room->why), 0);
	assert_false(session_is_proven(&session, later));
	ask.type = ATTEMPT_STEP_UP;
	ask.session = first.result.session.id;
	second = room_try(room, &ask, later);
	assert_int_equal(second.code, 0);
	assert_int_equal(second.result.session.id, first.result.session.id);
	assert_int_equal(session_find(room->accounts, first.result.secret, later, &session, &room->why),
			 -FAULT_ABSENT);
	assert_int_equal(session_find(room->accounts, second.result.secret, later, &session, &room->why), 0);
	assert_true(session_is_proven(&session, later));
	assert_int_equal(session.ends_at, first.result.session.ends_at); /* no longer life */
}

static void what_does_not_step_up(void **state)
{
	struct room *room = *state;
	struct attempt_ask ask = right;
	struct tried first, tried;
	int64_t id;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_account(room, YI, OTHER_PASSWORD, true);
	signed_in(room, &first);
	id = first.result.session.id;
	const struct {
		int64_t person, session;
		const char *password, *code, *reason;
	} cases[] = {
		{ JIA, id, OTHER_PASSWORD, NULL, "a wrong password" },
		{ JIA, id, NULL, NULL, "nothing" },
		{ JIA, id, NULL, "123456", "a code, and there are none" },
		{ YI, id, OTHER_PASSWORD, NULL, "another's session" },
		{ JIA, id + 1, GOOD_PASSWORD, NULL, "no such session" },
	};
	ask.type = ATTEMPT_STEP_UP;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		room_sql(room, "DELETE FROM throttles");
		ask.login = cases[i].person == JIA ? "jia" : "yi";
		ask.person = cases[i].person;
		ask.session = cases[i].session;
		ask.password = cases[i].password;
		ask.code = cases[i].code;
		tried = room_try(room, &ask, ROOM_NOW);
		assert_not_accepted(&tried, &room->why, cases[i].reason);
	}
	assert_true(room_int(room, "SELECT failures FROM accounts WHERE person = 5") > 0);
}

static void a_new_password_ends_the_other_sessions(void **state)
{
	struct room *room = *state;
	struct attempt_ask ask = right, again = right;
	struct session session;
	struct tried here, there, tried;
	struct invitation invitation;

	room_account(room, JIA, GOOD_PASSWORD, true);
	signed_in(room, &here);
	signed_in(room, &there);
	room_begin(room);
	assert_int_equal(invitation_make(room->accounts, JIA, YI, ROOM_NOW, &invitation, &room->why), 0);
	room_commit(room);
	ask.type = ATTEMPT_CHANGE;
	ask.session = here.result.session.id;
	ask.fresh = "short";
	assert_int_equal(room_try(room, &ask, ROOM_NOW).try_code, -FAULT_INVALID);
	ask.fresh = OTHER_PASSWORD;
	ask.password = "not the old password";
	tried = room_try(room, &ask, ROOM_NOW);
	assert_not_accepted(&tried, &room->why, "the old password is wrong");
	ask.password = GOOD_PASSWORD;
	tried = room_try(room, &ask, ROOM_NOW);
	assert_int_equal(tried.code, 0);
	assert_int_equal(tried.result.sessions_ended, 1);
	assert_int_equal(session_find(room->accounts, there.result.secret, ROOM_NOW, &session, NULL),
			 -FAULT_ABSENT);
	assert_int_equal(session_find(room->accounts, here.result.secret, ROOM_NOW, &session, NULL),
			 -FAULT_ABSENT);
	assert_int_equal(session_find(room->accounts, tried.result.secret, ROOM_NOW, &session, NULL), 0);
	assert_int_equal(room_int(room, "SELECT count(*) FROM invitations"),
			 0); /* an open reset is gone too */
	tried = room_try(room, &again, ROOM_NOW);
	assert_not_accepted(&tried, &room->why, "the old password");
	again.password = OTHER_PASSWORD;
	assert_int_equal(room_try(room, &again, ROOM_NOW).code, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(who_is_right_gets_a_session),
		CASE(all_others_hear_the_same),
		CASE(nobody_costs_the_same_work),
		CASE(unknown_logins_are_throttled_alike),
		CASE(counted_before_the_work),
		CASE(a_hundred_in_a_row_lock),
		CASE(the_last_one_may_be_right),
		CASE(what_happened_meanwhile_counts),
		CASE(an_old_hash_is_renewed),
		CASE(nothing_secret_stays),
		CASE(stepping_up_rotates_the_secret),
		CASE(what_does_not_step_up),
		CASE(a_new_password_ends_the_other_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
