#include "room.h"

#include <sys/stat.h>
#include <unistd.h>

#include "account/breakglass.h"
#include "account/session.h"
#include "account/token.h"

/* Accounts as the administrator sees them, and the key beside the database. */

static void key_path(const struct room *room, char out[static 128])
{
	snprintf(out, 128, "%s/keys/account.key", room->path);
}

static void the_key_is_made_once_for_its_owner(void **state)
{
	struct room *room = *state;
	struct account_keys before = room->accounts->keys;
	struct stat about;
	char path[128];

	key_path(room, path);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(about.st_size, 32);
	room_close(room);
	assert_int_equal(room_open(room, &store_sqlite), 0);
	assert_memory_equal(&before, &room->accounts->keys, sizeof(before));
}

/* One secret, but no two purposes share a key. */
static void keys_differ_by_purpose(void **state)
{
	struct room *room = *state;
	const unsigned char *keys = (const unsigned char *)&room->accounts->keys;

	for (size_t i = 0; i < sizeof(struct account_keys); i += KEY_LEN)
		for (size_t j = 0; j < i; j += KEY_LEN)
			assert_memory_not_equal(keys + i, keys + j, KEY_LEN);
}

static void a_key_that_is_not_the_one(void **state)
{
	static const struct {
		const char *command;
		int code;
		const char *says;
	} cases[] = {
		{ "mv %1$s %1$s.away", FAULT_CORRUPT, "is not there" },
		{ "umask 077; head -c 32 /dev/zero >%s", FAULT_CORRUPT,
		  "is not the key that the accounts were made with" },
		{ "head -c 31 /dev/zero >%s", FAULT_CORRUPT, "has 31 bytes, not 32" },
		{ "head -c 33 /dev/zero >%s", FAULT_CORRUPT, "longer than 32 bytes" },
		{ "cp %1$s.away %1$s && chmod 640 %1$s", FAULT_REFUSED, "mode 0600" },
		{ "chmod 600 %s", 0, "" },
	};
	struct room *room = *state;
	char path[128], command[512];

	key_path(room, path);
	room_sql(room, "INSERT INTO invitations VALUES(5, x'00', 1, 0, 1, 0)"); /* something made with it */
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		room_close(room);
		snprintf(command, sizeof(command), cases[i].command, path);
		assert_int_equal(system(command), 0);
		assert_int_equal(room_open(room, &store_sqlite), -cases[i].code);
		assert_non_null(strstr(room->why.text, cases[i].says));
		if (cases[i].code)
			assert_non_null(strstr(room->why.text, path));
		room->why = (struct fault){ 0 };
	}
}

/* A folder restored without its keys, in which nobody had a secret yet. */
static void a_lost_key_that_nothing_was_made_with(void **state)
{
	struct room *room = *state;
	struct account_keys before = room->accounts->keys;
	char path[128];

	key_path(room, path);
	room_close(room);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(room_open(room, &store_sqlite), 0);
	assert_memory_not_equal(&before, &room->accounts->keys, sizeof(before));
	assert_int_equal(room_int(room, "SELECT count(*) FROM meta WHERE name = 'account_key'"), 1);
}

/* The making was cut off between key and mark: the next start goes on with the key. */
static void a_key_without_its_mark(void **state)
{
	struct room *room = *state;
	struct account_keys before = room->accounts->keys;

	room_sql(room, "DELETE FROM meta WHERE name = 'account_key'");
	room_close(room);
	assert_int_equal(room_open(room, &store_sqlite), 0);
	assert_memory_equal(&before, &room->accounts->keys, sizeof(before));
	assert_int_equal(room_int(room, "SELECT count(*) FROM meta WHERE name = 'account_key'"), 1);
}

static void which_state_it_is_in(void **state)
{
	static const struct {
		const char *sql, *name;
	} cases[] = {
		{ "UPDATE accounts SET made_at = made_at", "active" },
		{ "UPDATE accounts SET failures = 99", "active" },
		{ "UPDATE accounts SET failures = 100", "locked" },
		{ "UPDATE accounts SET disabled_at = 1", "disabled" },
		{ "UPDATE accounts SET disabled_at = 0, failures = 0, password = NULL", "invited" },
	};
	struct room *room = *state;
	struct account account;

	assert_int_equal(account_show(room->accounts, JIA, ROOM_NOW, &account, &room->why), -FAULT_ABSENT);
	room_account(room, JIA, GOOD_PASSWORD, true);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		room_sql(room, cases[i].sql);
		assert_int_equal(account_show(room->accounts, JIA, ROOM_NOW, &account, &room->why), 0);
		assert_string_equal(account_state_name(account.state), cases[i].name);
	}
}

static void disabled_at_once(void **state)
{
	struct room *room = *state;
	char secret[SESSION_SECRET];
	struct invitation invitation;
	struct breakglass open;
	struct session session;
	int64_t ended = 0;

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_begin(room);
	assert_int_equal(
		session_open(room->accounts, JIA, NULL, NULL, ROOM_NOW, &session, secret, &room->why), 0);
	assert_int_equal(invitation_make(room->accounts, JIA, YI, ROOM_NOW, &invitation, &room->why), 0);
	assert_int_equal(breakglass_open(room->accounts, JIA, YI, ROOM_NOW, &open, &room->why), 0);
	assert_int_equal(account_disable(room->accounts, JIA, ROOM_NOW, &ended, &room->why), 0);
	assert_int_equal(account_disable(room->accounts, JIA, ROOM_NOW, &ended, &room->why), -FAULT_CONFLICT);
	room_commit(room);
	assert_int_equal(ended, 1);
	assert_int_equal(session_find(room->accounts, secret, ROOM_NOW, &session, &room->why), -FAULT_ABSENT);
	assert_int_equal(
		room_int(room, "SELECT (SELECT count(*) FROM invitations) + count(*) FROM breakglass"), 0);
	room_begin(room);
	assert_int_equal(account_enable(room->accounts, JIA, &room->why), 0);
	assert_int_equal(account_enable(room->accounts, JIA, &room->why), -FAULT_CONFLICT);
	assert_int_equal(account_unlock(room->accounts, JIA, &room->why), -FAULT_CONFLICT);
	assert_int_equal(account_unlock(room->accounts, YI, &room->why), -FAULT_ABSENT);
	assert_int_equal(account_enable(room->accounts, YI, &room->why), -FAULT_ABSENT);
	assert_int_equal(account_disable(room->accounts, YI, ROOM_NOW, &ended, &room->why), -FAULT_ABSENT);
	room_commit(room);
}

static void page_by_page(void **state)
{
	struct room *room = *state;
	struct account *list;
	size_t count = 0;

	for (int64_t person = 1; person <= 5; person++)
		room_account(room, person, GOOD_PASSWORD, true);
	assert_int_equal(account_list(room->accounts, 0, 3, ROOM_NOW, room->mem, &list, &count, &room->why),
			 0);
	assert_int_equal(count, 3);
	assert_int_equal(list[2].person, 3);
	assert_int_equal(account_list(room->accounts, 3, 3, ROOM_NOW, room->mem, &list, &count, &room->why),
			 0);
	assert_int_equal(count, 2);
	assert_int_equal(list[1].person, 5);
	assert_int_equal(account_list(room->accounts, 0, ACCOUNT_PAGE + 1, ROOM_NOW, room->mem, &list, &count,
				      &room->why),
			 -FAULT_LIMIT);
}

static void what_is_swept(void **state)
{
	const struct token ask = {
		.person = JIA, .name = "x", .scopes = TOKEN_READ, .expires_at = ROOM_NOW + STAMP_DAY
	};
	struct room *room = *state;
	struct invitation invitation;
	struct breakglass open;
	char text[TOKEN_TEXT];
	struct token token;
	static const struct {
		int64_t after, left;
	} cases[] = {
		{ BREAKGLASS_OPEN - 1, 3 },
		{ BREAKGLASS_OPEN, 2 },
		{ INVITATION_LIFE - 1, 2 },
		{ INVITATION_LIFE, 1 },
		{ STAMP_DAY + TOKEN_DAYS * STAMP_DAY - 1, 1 },
		{ STAMP_DAY + TOKEN_DAYS * STAMP_DAY, 0 },
	};

	room_account(room, JIA, GOOD_PASSWORD, true);
	room_begin(room);
	assert_int_equal(invitation_make(room->accounts, JIA, YI, ROOM_NOW, &invitation, &room->why), 0);
	assert_int_equal(breakglass_open(room->accounts, JIA, YI, ROOM_NOW, &open, &room->why), 0);
	assert_int_equal(token_make(room->accounts, &ask, ROOM_NOW, &token, text, &room->why), 0);
	room_commit(room);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		room_begin(room);
		assert_int_equal(account_sweep(room->accounts, ROOM_NOW + cases[i].after, &room->why), 0);
		room_commit(room);
		assert_int_equal(room_int(room, "SELECT (SELECT count(*) FROM invitations) +"
						" (SELECT count(*) FROM breakglass) + count(*) FROM tokens"),
				 cases[i].left);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_key_is_made_once_for_its_owner),
		CASE(keys_differ_by_purpose),
		CASE(a_key_that_is_not_the_one),
		CASE(a_lost_key_that_nothing_was_made_with),
		CASE(a_key_without_its_mark),
		CASE(which_state_it_is_in),
		CASE(disabled_at_once),
		CASE(page_by_page),
		CASE(what_is_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
