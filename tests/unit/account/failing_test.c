#include "room.h"

#include <sodium.h>

#include "account/breakglass.h"
#include "account/session.h"
#include "account/throttle.h"
#include "account/token.h"
#include "account/upload.h"
#include "account/view.h"

/*
 * Every function that writes, on a store whose n-th call fails, for every n
 * until it passes: with the transaction dropped nothing of it is left, and
 * nothing secret was given out.
 */

static const char *const tables[] = {
	"SELECT "
	"person||quote(password)||password_at||shorter||disabled_at||failures||signed_in_at||quote(factor)"
	"||quote(factor_offer)||factor_last FROM accounts ORDER BY person",
	"SELECT person||quote(digest) FROM recovery_codes ORDER BY person, digest",
	"SELECT person||quote(digest)||until_at||breakglass FROM invitations ORDER BY person",
	"SELECT id||person||opened_by||opened_at FROM breakglass ORDER BY id",
	"SELECT id||quote(digest)||person||touched_at||proven_at FROM sessions ORDER BY id",
	"SELECT id||quote(digest)||used_at||revoked_at FROM tokens ORDER BY id",
	"SELECT quote(digest)||count||at||until_at FROM throttles ORDER BY digest",
	"SELECT person||quote(place)||at FROM known_places ORDER BY person, place",
	"SELECT person||name||text||at FROM saved_views ORDER BY person, name",
	"SELECT id||person||size||touched_at FROM uploads ORDER BY id",
};

static char *all_rows(struct room *room)
{
	struct buf out = { 0 };

	buf_text(&out, "");
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		SCOPED(rows_drop) struct rows *rows = NULL;

		assert_int_equal(store_query(room->store, tables[i], NO_VALUES, &rows, &room->why), 0);
		while (rows_next(rows, &room->why) == 1)
			buf_format(&out, "%zu %s\n", i, rows_text(rows, 0, NULL));
	}
	return out.data;
}

/* What the functions work on; made once for each of them. */
static struct {
	unsigned char secret[TOTP_SECRET];
	struct session session;
	struct token token;
	struct upload upload;
	struct breakglass open;
	struct attempt *attempt;
	union {
		struct attempt_result result;
		struct invitation invitation;
		struct factor_codes codes;
		struct factor_offer offer;
		char text[TOKEN_TEXT];
	} given; /* what a function hands out that is secret */
} on;

#define LATER (ROOM_NOW + 5 * STAMP_MINUTE)

static void prepare(struct room *room)
{
	const struct token ask = {
		.person = JIA, .name = "x", .scopes = TOKEN_READ, .expires_at = ROOM_NOW + STAMP_DAY
	};
	char secret[SESSION_SECRET], text[TOKEN_TEXT];
	bool made;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_account(room, YI, GOOD_PASSWORD, true);
	room_factor(room, JIA, ROOM_NOW, on.secret);
	room_begin(room);
	assert_int_equal(
		session_open(room->accounts, JIA, NULL, NULL, ROOM_NOW, &on.session, secret, &room->why), 0);
	assert_int_equal(token_make(room->accounts, &ask, ROOM_NOW, &on.token, text, &room->why), 0);
	assert_int_equal(upload_make(room->accounts, JIA, 1, ROOM_NOW, &on.upload, &room->why), 0);
	assert_int_equal(breakglass_open(room->accounts, JIA, YI, ROOM_NOW, &on.open, &room->why), 0);
	assert_int_equal(view_put(room->accounts, JIA, "old", "{}", ROOM_NOW, &made, &room->why), 0);
	room_commit(room);
}

/* An attempt that was tried and worked, to be settled again and again. */
static void attempt(struct room *room, struct attempt_ask ask)
{
	struct invitation invitation;
	char code[TOTP_DIGITS + 1];
	int64_t wait_s;

	ask.login = ask.person == JIA ? "jia" : "yi";
	ask.session = on.session.id;
	room_begin(room);
	if (ask.type == ATTEMPT_ENROL) {
		assert_int_equal(invitation_put(room->accounts, JIA, 0, ROOM_NOW, LATER + 1, true,
						&invitation, &room->why),
				 0);
		ask.code = invitation.code;
	} else if (ask.type == ATTEMPT_SIGN_IN || !ask.password) {
		totp_code(on.secret, TOTP_SECRET, totp_counter(LATER), TOTP_DIGITS, code);
		ask.code = code;
	}
	if (attempt_try(room->accounts, &ask, LATER, &on.attempt, &wait_s, &room->why) < 0)
		fail_msg("%s", room->why.text);
	room_commit(room);
	attempt_work(on.attempt);
}

static void sign_in_first(struct room *room)
{
	attempt(room,
		(struct attempt_ask){ .type = ATTEMPT_SIGN_IN, .person = JIA, .password = GOOD_PASSWORD });
}

static void step_up_first(struct room *room)
{
	attempt(room, (struct attempt_ask){ .type = ATTEMPT_STEP_UP, .person = JIA });
}

static void change_first(struct room *room)
{
	attempt(room, (struct attempt_ask){ .type = ATTEMPT_CHANGE,
					    .person = JIA,
					    .password = GOOD_PASSWORD,
					    .fresh = OTHER_PASSWORD });
}

static void enrol_first(struct room *room)
{
	attempt(room, (struct attempt_ask){ .type = ATTEMPT_ENROL, .person = JIA, .fresh = OTHER_PASSWORD });
}

static int run_settle(struct room *room, struct fault *why)
{
	on.attempt->settled = false;
	return attempt_settle(room->accounts, on.attempt, LATER, &on.given.result, why);
}

static int run_try(struct room *room, struct fault *why)
{
	const struct attempt_ask ask = { .type = ATTEMPT_SIGN_IN,
					 .login = "jia",
					 .person = JIA,
					 .password = GOOD_PASSWORD,
					 .address = "192.0.2.7" };
	int64_t wait_s;

	return attempt_try(room->accounts, &ask, LATER, &on.attempt, &wait_s, why);
}

static int run_invite(struct room *room, struct fault *why)
{
	return invitation_make(room->accounts, BING, YI, LATER, &on.given.invitation, why);
}

static int run_confirm_breakglass(struct room *room, struct fault *why)
{
	struct breakglass out;

	return breakglass_confirm(room->accounts, on.open.id, BING, LATER, &out, &on.given.invitation, why);
}

static int run_open_breakglass(struct room *room, struct fault *why)
{
	struct breakglass out;

	return breakglass_open(room->accounts, YI, JIA, LATER, &out, why);
}

static int run_disable(struct room *room, struct fault *why)
{
	int64_t ended;

	return account_disable(room->accounts, JIA, LATER, &ended, why);
}

static int run_offer(struct room *room, struct fault *why)
{
	return factor_offer(room->accounts, YI, "room", "yi", &on.given.offer, why);
}

static char offered_code[TOTP_DIGITS + 1];

static void offer_first(struct room *room)
{
	struct account_row row;

	/* The secret of JIA's codes, offered to him anew. */
	room_sql(room, "UPDATE accounts SET factor_offer = factor, factor = NULL WHERE person = 5");
	assert_int_equal(account_row(room->accounts, JIA, &row, &room->why), 0);
	totp_code(on.secret, TOTP_SECRET, totp_counter(LATER), TOTP_DIGITS, offered_code);
}

static int run_confirm_factor(struct room *room, struct fault *why)
{
	return factor_confirm(room->accounts, JIA, offered_code, LATER, &on.given.codes, why);
}

static int run_renew(struct room *room, struct fault *why)
{
	return factor_renew(room->accounts, JIA, &on.given.codes, why);
}

static int run_remove_factor(struct room *room, struct fault *why)
{
	return factor_remove(room->accounts, JIA, why);
}

static int run_token(struct room *room, struct fault *why)
{
	const struct token ask = {
		.person = JIA, .name = "y", .scopes = TOKEN_ACT, .expires_at = LATER + STAMP_DAY
	};
	struct token out;

	return token_make(room->accounts, &ask, LATER, &out, on.given.text, why);
}

static int run_revoke(struct room *room, struct fault *why)
{
	return token_revoke(room->accounts, on.token.id, LATER, why);
}

static int run_view(struct room *room, struct fault *why)
{
	bool made;

	return view_put(room->accounts, JIA, "new", "{}", LATER, &made, why);
}

static int run_upload(struct room *room, struct fault *why)
{
	struct upload out;

	return upload_make(room->accounts, JIA, 1, LATER, &out, why);
}

static int run_sweep(struct room *room, struct fault *why)
{
	return account_sweep(room->accounts, LATER + 2 * TOKEN_DAYS * STAMP_DAY, why);
}

static const struct {
	const char *name;
	void (*first)(struct room *room);
	int (*run)(struct room *room, struct fault *why);
} runs[] = {
	{ "try", NULL, run_try },
	{ "settle sign-in", sign_in_first, run_settle },
	{ "settle step-up", step_up_first, run_settle },
	{ "settle change", change_first, run_settle },
	{ "settle enrolment", enrol_first, run_settle },
	{ "invitation_make", NULL, run_invite },
	{ "breakglass_open", NULL, run_open_breakglass },
	{ "breakglass_confirm", NULL, run_confirm_breakglass },
	{ "account_disable", NULL, run_disable },
	{ "factor_offer", NULL, run_offer },
	{ "factor_confirm", offer_first, run_confirm_factor },
	{ "factor_renew", NULL, run_renew },
	{ "factor_remove", NULL, run_remove_factor },
	{ "token_make", NULL, run_token },
	{ "token_revoke", NULL, run_revoke },
	{ "view_put", NULL, run_view },
	{ "upload_make", NULL, run_upload },
	{ "account_sweep", NULL, run_sweep },
};

/* 1: it passed. */
static bool run_once(struct room *room, size_t which, unsigned n)
{
	struct fault why = { 0 };
	int ret;

	sodium_memzero(&on.given, sizeof(on.given));
	store_fake_fail_at(room->store, n);
	if ((ret = store_begin(room->store, &room->txn, &why)) == 0 &&
	    (ret = runs[which].run(room, &why)) == 0)
		ret = store_commit(&room->txn, &why);
	if (ret < 0 && ret != -FAULT_IO)
		fail_msg("%s, call %u: %s", runs[which].name, n, why.text);
	store_txn_drop(&room->txn);
	store_fake_fail_at(room->store, 0);
	return ret == 0;
}

static void nothing_is_half_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		char *before, *after;
		struct room *room;
		void *made;
		unsigned n = 1;

		room_setup_fake(&made);
		room = made;
		prepare(room);
		if (runs[i].first)
			runs[i].first(room);
		before = all_rows(room);
		for (; !run_once(room, i, n); n++) {
			after = all_rows(room);
			if (strcmp(before, after) != 0)
				fail_msg("%s, call %u: something is left", runs[i].name, n);
			free(after);
			if (!runs[i].first)
				attempt_drop(&on.attempt);
		}
		after = all_rows(room);
		if (!strcmp(before, after) || n < 3)
			fail_msg("%s does nothing", runs[i].name);
		free(before);
		free(after);
		attempt_drop(&on.attempt);
		room_teardown(&made);
	}
}

/* A call that fails inside a function leaves nothing secret behind for its caller. */
static void nothing_secret_is_given_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		struct room *room;
		void *made;
		struct fault why;
		int ret = -1;

		room_setup_fake(&made);
		room = made;
		prepare(room);
		if (runs[i].first)
			runs[i].first(room);
		for (unsigned n = 1; ret < 0; n++) {
			sodium_memzero(&on.given, sizeof(on.given));
			room_begin(room);
			store_fake_fail_at(room->store, n);
			ret = runs[i].run(room, &why);
			store_fake_fail_at(room->store, 0);
			store_txn_drop(&room->txn);
			if (ret < 0 && !sodium_is_zero((unsigned char *)&on.given, sizeof(on.given)))
				fail_msg("%s, call %u", runs[i].name, n);
			if (!runs[i].first)
				attempt_drop(&on.attempt);
		}
		attempt_drop(&on.attempt);
		room_teardown(&made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_half_done),
		cmocka_unit_test(nothing_secret_is_given_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
