#include "room.h"

#include <sodium.h>

#include "account/session.h"

/* One-time codes as a second factor, and the codes for recovery. */

static unsigned char secret[TOTP_SECRET];
static char typed[16];

static const char *code_at(int64_t at)
{
	totp_code(secret, TOTP_SECRET, totp_counter(at), TOTP_DIGITS, typed);
	return typed;
}

static struct tried sign_in(struct room *room, const char *code, int64_t now)
{
	const struct attempt_ask ask = { .type = ATTEMPT_SIGN_IN,
					 .login = "jia",
					 .person = JIA,
					 .password = GOOD_PASSWORD,
					 .code = code,
					 .address = "192.0.2.7" };

	room_sql(room, "DELETE FROM throttles");
	return room_try(room, &ask, now);
}

#define STEP (TOTP_STEP_S * STAMP_SECOND)

static void a_code_is_wanted_and_good_once(void **state)
{
	const int64_t now = ROOM_NOW + 10 * STEP;
	struct room *room = *state;
	struct tried tried;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	tried = sign_in(room, NULL, now);
	assert_int_equal(tried.code, 0);
	assert_true(tried.result.wants_code);
	assert_string_equal(tried.result.secret, "");
	assert_int_equal(room_int(room, "SELECT count(*) FROM sessions"), 0);
	assert_int_equal(sign_in(room, "000000", now).code, -FAULT_REFUSED);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts"), 2); /* wrong codes count */
	assert_int_equal(sign_in(room, code_at(now), now).code, 0);
	assert_int_equal(room_int(room, "SELECT failures FROM accounts"), 0);
	assert_int_equal(sign_in(room, code_at(now), now).code, -FAULT_REFUSED);        /* the same again */
	assert_int_equal(sign_in(room, code_at(now - STEP), now).code, -FAULT_REFUSED); /* an earlier one */
	assert_int_equal(sign_in(room, code_at(now + STEP), now).code, 0);
}

/* Whoever knows the password alone cannot wipe out the count of wrong codes. */
static void the_password_alone_clears_nothing(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	for (int i = 1; i <= 3; i++) {
		assert_true(sign_in(room, NULL, ROOM_NOW).result.wants_code);
		assert_int_equal(room_int(room, "SELECT failures FROM accounts"), i);
	}
}

/* A wrong password says nothing about codes. */
static void only_who_knows_the_password_is_asked(void **state)
{
	struct room *room = *state;
	struct attempt_ask ask = {
		.type = ATTEMPT_SIGN_IN, .login = "jia", .person = JIA, .password = OTHER_PASSWORD
	};
	struct tried tried;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	tried = room_try(room, &ask, ROOM_NOW);
	assert_int_equal(tried.code, -FAULT_REFUSED);
	ask.code = code_at(ROOM_NOW + STEP);
	tried = room_try(room, &ask, ROOM_NOW);
	assert_int_equal(tried.code, -FAULT_REFUSED);
	room_sql(room, "UPDATE accounts SET failures = 100");
	assert_int_equal(sign_in(room, NULL, ROOM_NOW).code,
			 -FAULT_REFUSED); /* nor does a locked account ask */
}

static void the_code_that_confirmed_is_used_up(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	assert_int_equal(sign_in(room, code_at(ROOM_NOW), ROOM_NOW).code, -FAULT_REFUSED);
	assert_int_equal(sign_in(room, code_at(ROOM_NOW + STEP), ROOM_NOW).code, 0);
}

static void the_offer(void **state)
{
	struct room *room = *state;
	struct factor_offer first, second;
	struct factor_codes codes;
	char long_name[FACTOR_URI];

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_begin(room);
	assert_int_equal(factor_confirm(room->accounts, JIA, "123456", ROOM_NOW, &codes, &room->why),
			 -FAULT_ABSENT);
	assert_int_equal(factor_offer(room->accounts, JIA, "烽燧/a", "jia&x", &first, &room->why), 0);
	assert_int_equal(strlen(first.secret), 32);
	assert_ptr_equal(strstr(first.uri, "otpauth://totp/%E7%83%BD%E7%87%A7%2Fa:jia%26x?secret="),
			 first.uri);
	assert_non_null(
		strstr(first.uri, "&issuer=%E7%83%BD%E7%87%A7%2Fa&algorithm=SHA1&digits=6&period=30"));
	assert_non_null(strstr(first.uri, first.secret));
	assert_int_equal(factor_offer(room->accounts, JIA, "a", "jia", &second, &room->why), 0);
	assert_string_not_equal(first.secret, second.secret);
	assert_int_equal(factor_confirm(room->accounts, JIA, "000000", ROOM_NOW, &codes, &room->why),
			 -FAULT_REFUSED);
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(factor_offer(room->accounts, JIA, long_name, "jia", &second, &room->why),
			 -FAULT_LIMIT);
	assert_int_equal(sodium_is_zero((unsigned char *)&second, sizeof(second)), 1);
	room_commit(room);
	assert_int_equal(room_int(room, "SELECT factor IS NULL FROM accounts"), 1); /* not in force */
	assert_int_equal(sign_in(room, NULL, ROOM_NOW).result.wants_code, 0);
}

static void not_over_another(void **state)
{
	struct room *room = *state;
	struct factor_offer offer;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	room_begin(room);
	assert_int_equal(factor_offer(room->accounts, JIA, "a", "jia", &offer, &room->why), -FAULT_CONFLICT);
	assert_int_equal(factor_offer(room->accounts, YI, "a", "yi", &offer, &room->why), -FAULT_ABSENT);
	room_commit(room);
}

static void recovery_codes_are_good_once(void **state)
{
	struct room *room = *state;
	struct factor_codes codes, newer;
	char upper[FACTOR_CODE];
	struct tried tried;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_account(room, YI, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	room_begin(room);
	assert_int_equal(factor_renew(room->accounts, JIA, &codes, &room->why), 0);
	assert_int_equal(factor_renew(room->accounts, YI, &newer, &room->why), -FAULT_ABSENT);
	room_commit(room);
	assert_int_equal(strlen(codes.codes[0]), 19);
	tried = sign_in(room, codes.codes[3], ROOM_NOW);
	assert_int_equal(tried.code, 0);
	assert_true(tried.result.used_recovery);
	assert_int_equal(tried.result.recovery_left, 9);
	assert_int_equal(sign_in(room, codes.codes[3], ROOM_NOW).code, -FAULT_REFUSED);
	for (int i = 0; i < FACTOR_CODE; i++) /* as people type */
		upper[i] = (char)(codes.codes[4][i] == '-'   ? ' '
				  : codes.codes[4][i] >= 'a' ? codes.codes[4][i] - 32
							     : codes.codes[4][i]);
	assert_int_equal(sign_in(room, upper, ROOM_NOW).result.recovery_left, 8);
	room_begin(room);
	assert_int_equal(factor_renew(room->accounts, JIA, &newer, &room->why), 0);
	room_commit(room);
	assert_int_equal(sign_in(room, codes.codes[5], ROOM_NOW).code,
			 -FAULT_REFUSED); /* of the list before */
	assert_int_equal(sign_in(room, newer.codes[5], ROOM_NOW).code, 0);
}

static void not_under_a_short_password(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	room_sql(room, "UPDATE accounts SET shorter = 1");
	room_begin(room);
	assert_int_equal(factor_remove(room->accounts, JIA, &room->why), -FAULT_CONFLICT);
	room_commit(room);
	room_sql(room, "UPDATE accounts SET shorter = 0");
	room_begin(room);
	assert_int_equal(factor_remove(room->accounts, JIA, &room->why), 0);
	assert_int_equal(factor_remove(room->accounts, JIA, &room->why), -FAULT_ABSENT);
	room_commit(room);
	assert_int_equal(room_int(room, "SELECT count(*) FROM recovery_codes"), 0);
}

/* The copy of a database gives no codes; nor does a row copied to another person. */
static void secrets_are_sealed(void **state)
{
	struct room *room = *state;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_account(room, YI, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	assert_int_equal(room_int(room, "SELECT length(factor) FROM accounts WHERE person = 5"),
			 SEALED_BYTES);
	room_sql(room, "UPDATE accounts SET factor = (SELECT factor FROM accounts WHERE person = 5) WHERE "
		       "person = 6");
	const struct attempt_ask yi = { .type = ATTEMPT_SIGN_IN,
					.login = "yi",
					.person = YI,
					.password = GOOD_PASSWORD,
					.code = code_at(ROOM_NOW + STEP) };
	assert_int_equal(room_try(room, &yi, ROOM_NOW).code, -FAULT_CORRUPT);
	room->accounts->keys.factor[0] ^= 1;
	assert_int_equal(sign_in(room, code_at(ROOM_NOW + STEP), ROOM_NOW).code, -FAULT_CORRUPT);
	room->accounts->keys.factor[0] ^= 1;
	assert_int_equal(sign_in(room, code_at(ROOM_NOW + STEP), ROOM_NOW).code, 0);
}

/* No bytes of the secret, nor of a code, in any file of the folder's database. */
static void the_file_has_none_of_it(void **state)
{
	struct room *room = *state;
	struct factor_codes codes;
	char path[128], code[FACTOR_CODE];
	size_t len;
	char *bytes;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	room_begin(room);
	assert_int_equal(factor_renew(room->accounts, JIA, &codes, &room->why), 0);
	room_commit(room);
	room_close(room);
	snprintf(path, sizeof(path), "%s/fengsui.db", room->path);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	bytes = malloc(1 << 24);
	len = fread(bytes, 1, 1 << 24, file);
	fclose(file);
	assert_true(len > 4096 && len < 1 << 24);
	snprintf(code, sizeof(code), "%.4s%.4s%.4s%.4s", codes.codes[0], codes.codes[0] + 5,
		 codes.codes[0] + 10, codes.codes[0] + 15);
	assert_null(memmem(bytes, len, secret, 8));
	assert_null(memmem(bytes, len, code, 16));
	assert_null(memmem(bytes, len, codes.codes[0], 19));
	assert_non_null(memmem(bytes, len, "$argon2id$", 10)); /* it is this file that was read */
	free(bytes);
}

static void a_code_steps_up(void **state)
{
	struct room *room = *state;
	struct attempt_ask ask = { .type = ATTEMPT_STEP_UP, .login = "jia", .person = JIA };
	struct tried first, tried;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, secret);
	first = sign_in(room, code_at(ROOM_NOW + STEP), ROOM_NOW);
	assert_int_equal(first.code, 0);
	ask.session = first.result.session.id;
	ask.code = code_at(ROOM_NOW + STEP);
	assert_int_equal(room_try(room, &ask, ROOM_NOW).code, -FAULT_REFUSED); /* used for signing in */
	ask.code = code_at(ROOM_NOW + 2 * STEP);
	tried = room_try(room, &ask, ROOM_NOW + STEP);
	assert_int_equal(tried.code, 0);
	assert_string_not_equal(tried.result.secret, first.result.secret);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_code_is_wanted_and_good_once),
		CASE(the_password_alone_clears_nothing),
		CASE(only_who_knows_the_password_is_asked),
		CASE(the_code_that_confirmed_is_used_up),
		CASE(the_offer),
		CASE(not_over_another),
		CASE(recovery_codes_are_good_once),
		CASE(not_under_a_short_password),
		CASE(secrets_are_sealed),
		CASE(the_file_has_none_of_it),
		CASE(a_code_steps_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
