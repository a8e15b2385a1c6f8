#include "room.h"

#include "account/session.h"

/* Who is signed in, and until when, by given time. */

static struct session begin(struct room *room, int64_t person, int64_t now,
			    char secret[static SESSION_SECRET])
{
	struct session session;

	room_begin(room);
	assert_int_equal(session_open(room->accounts, person, "192.0.2.7", "Browser", now, &session, secret,
				      &room->why),
			 0);
	room_commit(room);
	return session;
}

static void touch(struct room *room, int64_t id, int64_t now)
{
	room_begin(room);
	assert_int_equal(session_touch(room->accounts, id, now, &room->why), 0);
	room_commit(room);
}

static bool goes_on(struct room *room, const char *secret, int64_t now)
{
	struct session session;
	const int ret = session_find(room->accounts, secret, now, &session, &room->why);

	assert_true(ret == 0 || ret == -FAULT_ABSENT);
	return ret == 0;
}

static void when_it_is_over(void **state)
{
	static const struct {
		int64_t touched, asked; /* since it was opened */
		bool goes_on;
		const char *reason;
	} cases[] = {
		{ 0, 0, true, "just now" },
		{ 0, SESSION_IDLE - 1, true, "the last moment without a touch" },
		{ 0, SESSION_IDLE, false, "half an hour without one" },
		{ 20 * STAMP_MINUTE, SESSION_IDLE, true, "touched meanwhile" },
		{ 20 * STAMP_MINUTE, 20 * STAMP_MINUTE + SESSION_IDLE, false, "half an hour after that" },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char secret[SESSION_SECRET];
		const struct session session = begin(room, JIA, ROOM_NOW, secret);

		touch(room, session.id, ROOM_NOW + cases[i].touched);
		if (goes_on(room, secret, ROOM_NOW + cases[i].asked) != cases[i].goes_on)
			fail_msg("%s", cases[i].reason);
	}
}

/* However busy somebody is. */
static void twelve_hours_are_all(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET];
	const struct session session = begin(room, JIA, ROOM_NOW, secret);

	for (int64_t at = 0; at < SESSION_LIFE; at += 20 * STAMP_MINUTE)
		touch(room, session.id, ROOM_NOW + at);
	assert_true(goes_on(room, secret, ROOM_NOW + SESSION_LIFE - 1));
	assert_false(goes_on(room, secret, ROOM_NOW + SESSION_LIFE));
}

static void a_late_touch_brings_nothing_back(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET];
	const struct session session = begin(room, JIA, ROOM_NOW, secret);

	touch(room, session.id, ROOM_NOW + SESSION_IDLE);
	assert_false(goes_on(room, secret, ROOM_NOW + SESSION_IDLE));
}

static void touched_once_a_minute(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET];
	struct session session = begin(room, JIA, ROOM_NOW, secret);

	assert_false(session_wants_touch(&session, ROOM_NOW + STAMP_MINUTE - 1));
	assert_true(session_wants_touch(&session, ROOM_NOW + STAMP_MINUTE));
	touch(room, session.id, ROOM_NOW + STAMP_MINUTE - 1);
	assert_int_equal(room_int(room, "SELECT touched_at FROM sessions"), ROOM_NOW);
	touch(room, session.id, ROOM_NOW + STAMP_MINUTE);
	assert_int_equal(room_int(room, "SELECT touched_at FROM sessions"), ROOM_NOW + STAMP_MINUTE);
}

static void what_is_no_secret(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET], other[SESSION_SECRET + 1];

	begin(room, JIA, ROOM_NOW, secret);
	assert_true(goes_on(room, secret, ROOM_NOW));
	assert_false(goes_on(room, NULL, ROOM_NOW));
	assert_false(goes_on(room, "", ROOM_NOW));
	memcpy(other, secret, sizeof(secret));
	other[0] = secret[0] == '0' ? '1' : '0';
	assert_false(goes_on(room, other, ROOM_NOW));
	snprintf(other, sizeof(other), "%s0", secret);
	assert_false(goes_on(room, other, ROOM_NOW));
	other[63] = '\0';
	assert_false(goes_on(room, other, ROOM_NOW));
	memset(other, 'A', 64);
	other[64] = '\0';
	assert_false(goes_on(room, other, ROOM_NOW));
}

/* The file has neither the secret nor the token. */
static void the_store_has_digests(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET];
	const struct session session = begin(room, JIA, ROOM_NOW, secret);
	char command[512];

	room_close(room);
	snprintf(command, sizeof(command), "grep -aqF -e %s -e %s %s/fengsui.db*", secret, session.token,
		 room->path);
	assert_int_not_equal(system(command), 0);
	snprintf(command, sizeof(command), "grep -aqF Browser %s/fengsui.db*", room->path);
	assert_int_equal(system(command), 0); /* it would have been found */
	assert_int_equal(room_open(room, &store_sqlite), 0);
	assert_true(goes_on(room, secret, ROOM_NOW));
}

static void the_token_goes_with_the_secret(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET], other[SESSION_SECRET];
	struct session session = begin(room, JIA, ROOM_NOW, secret),
		       second = begin(room, JIA, ROOM_NOW, other), found;
	char cut[SESSION_TOKEN];

	assert_int_equal(session_find(room->accounts, secret, ROOM_NOW, &found, &room->why), 0);
	assert_true(session_token_is(&found, session.token));
	assert_false(session_token_is(&found, second.token));
	assert_false(session_token_is(&found, NULL));
	assert_false(session_token_is(&found, ""));
	snprintf(cut, sizeof(cut), "%.63s", session.token);
	assert_false(session_token_is(&found, cut));
	assert_int_equal(session_show(room->accounts, session.id, ROOM_NOW, &found, &room->why), 0);
	assert_false(session_token_is(&found, "")); /* a session without its token takes none */
}

static void one_or_all_are_ended(void **state)
{
	struct room *room = *state;
	char a[SESSION_SECRET], b[SESSION_SECRET], c[SESSION_SECRET];
	struct session first = begin(room, JIA, ROOM_NOW, a), second = begin(room, JIA, ROOM_NOW + 1, b),
		       *list;
	int64_t ended = 0;
	size_t count = 0;

	begin(room, YI, ROOM_NOW, c);
	assert_int_equal(session_list(room->accounts, JIA, ROOM_NOW, room->mem, &list, &count, &room->why),
			 0);
	assert_int_equal(count, 2);
	assert_int_equal(list[0].id, second.id);
	assert_string_equal(list[0].token, "");
	room_begin(room);
	assert_int_equal(session_end(room->accounts, YI, first.id, &room->why), -FAULT_ABSENT);
	assert_int_equal(session_end(room->accounts, JIA, first.id, &room->why), 0);
	room_commit(room);
	assert_false(goes_on(room, a, ROOM_NOW));
	assert_true(goes_on(room, b, ROOM_NOW));
	room_begin(room);
	assert_int_equal(session_end_all(room->accounts, JIA, 0, &ended, &room->why), 0);
	room_commit(room);
	assert_int_equal(ended, 1);
	assert_false(goes_on(room, b, ROOM_NOW));
	assert_true(goes_on(room, c, ROOM_NOW));
}

/* A number that was given out never means somebody else's session. */
static void numbers_do_not_come_again(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET];
	const struct session first = begin(room, JIA, ROOM_NOW, secret);
	struct session found;

	room_begin(room);
	assert_int_equal(session_end(room->accounts, JIA, first.id, &room->why), 0);
	room_commit(room);
	begin(room, YI, ROOM_NOW, secret);
	assert_int_equal(session_show(room->accounts, first.id, ROOM_NOW, &found, &room->why), -FAULT_ABSENT);
	assert_true(first.id > 0 && first.id < INT64_C(1) << 53);
}

static void one_person_has_fifty(void **state)
{
	struct room *room = *state;
	char first[SESSION_SECRET], secret[SESSION_SECRET];

	begin(room, JIA, ROOM_NOW, first);
	for (int i = 1; i <= SESSION_MOST; i++)
		begin(room, JIA, ROOM_NOW + i, secret);
	assert_int_equal(room_int(room, "SELECT count(*) FROM sessions"), SESSION_MOST);
	assert_false(goes_on(room, first, ROOM_NOW + 60));
	assert_true(goes_on(room, secret, ROOM_NOW + 60));
}

/* Cut at 200 bytes, between characters; what is no text is left out. */
static void what_a_browser_says_of_itself(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET], agent[1000];
	struct session session;

	memset(agent, 'x', sizeof(agent));
	memcpy(agent + 199, "泉", 3);
	agent[999] = '\0';
	room_begin(room);
	assert_int_equal(
		session_open(room->accounts, JIA, NULL, agent, ROOM_NOW, &session, secret, &room->why), 0);
	assert_int_equal(strlen(session.agent), 199);
	assert_int_equal(
		session_open(room->accounts, JIA, NULL, "a\xff", ROOM_NOW, &session, secret, &room->why), 0);
	assert_string_equal(session.agent, "a");
	assert_string_equal(session.address, "");
	room_commit(room);
}

static void the_sweep(void **state)
{
	struct room *room = *state;
	char a[SESSION_SECRET], b[SESSION_SECRET];

	begin(room, JIA, ROOM_NOW, a);
	begin(room, JIA, ROOM_NOW + 10 * STAMP_MINUTE, b);
	room_begin(room);
	assert_int_equal(account_sweep(room->accounts, ROOM_NOW + SESSION_IDLE, &room->why), 0);
	room_commit(room);
	assert_int_equal(room_int(room, "SELECT count(*) FROM sessions"), 1);
	assert_true(goes_on(room, b, ROOM_NOW + SESSION_IDLE));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(when_it_is_over),
		CASE(twelve_hours_are_all),
		CASE(a_late_touch_brings_nothing_back),
		CASE(touched_once_a_minute),
		CASE(what_is_no_secret),
		CASE(the_store_has_digests),
		CASE(the_token_goes_with_the_secret),
		CASE(one_or_all_are_ended),
		CASE(numbers_do_not_come_again),
		CASE(one_person_has_fifty),
		CASE(what_a_browser_says_of_itself),
		CASE(the_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
