#include "room.h"

#include "account/token.h"

/* API tokens: their form, what they may, where from, until when. */

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void their_form(void **state)
{
	static const struct {
		const char *text;
		int64_t id; /* 0: refused */
		const char *reason;
	} cases[] = {
		{ "fs_17_" HEX, 17, "as they are made" },
		{ "fs_9007199254740991_" HEX, INT64_C(9007199254740991), "the largest number" },
		{ "", 0, "nothing" },
		{ "fs_", 0, "no number" },
		{ "fs__" HEX, 0, "no number" },
		{ "FS_17_" HEX, 0, "other case" },
		{ "fs-17-" HEX, 0, "other signs" },
		{ "fs_017_" HEX, 0, "a zero before: another text for the same number" },
		{ "fs_0_" HEX, 0, "zero is nobody's" },
		{ "fs_-1_" HEX, 0, "a sign" },
		{ "fs_+1_" HEX, 0, "a sign" },
		{ "fs_1e3_" HEX, 0, "not only digits" },
		{ "fs_99999999999999999_" HEX, 0, "too many digits" },
		{ "fs_17_" HEX "0", 0, "one more" },
		{ "fs_17_0" HEX, 0, "one more" },
		{ "fs_17_" HEX " ", 0, "a blank behind" },
		{ " fs_17_" HEX, 0, "a blank before" },
		{ "fs_17_00112233445566778899aabbccddeeff00112233445566778899aabbccddeef", 0, "one less" },
		{ "fs_17_00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff", 0, "other case" },
		{ "fs_17_00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg", 0, "no hex" },
		{ "fs_17_", 0, "no secret" },
		{ "fs_17" HEX, 0, "one part" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned char secret[32];
		int64_t id = 0;
		const bool good = token_parse(cases[i].text, strlen(cases[i].text), &id, secret);

		if (good != (cases[i].id != 0) || id != cases[i].id)
			fail_msg("%s (%s)", cases[i].text, cases[i].reason);
	}
	assert_false(token_parse("fs_17_" HEX "\0", 71, &(int64_t){ 0 }, (unsigned char[32]){ 0 }));
}

static const struct token personal = { .person = JIA,
				       .name = "reports of the bureau",
				       .scopes = TOKEN_READ | TOKEN_REPORT,
				       .networks = "192.0.2.0/24 2001:db8::/32",
				       .made_by = JIA,
				       .expires_at = ROOM_NOW + STAMP_DAY };
static const struct token machine = { .source = "firewall",
				      .name = "the firewall",
				      .scopes = TOKEN_INTAKE,
				      .made_by = YI,
				      .expires_at = ROOM_NOW + STAMP_DAY };

static int make(struct room *room, const struct token *ask, struct token *out, char text[static TOKEN_TEXT])
{
	int ret;

	room_begin(room);
	ret = token_make(room->accounts, ask, ROOM_NOW, out, text, &room->why);
	room_commit(room);
	return ret;
}

static int find(struct room *room, const char *text, const char *address, int64_t now)
{
	struct token token;
	const int ret = token_find(room->accounts, text, strlen(text), address, now, &token, &room->why);

	if (ret == -FAULT_REFUSED) {
		assert_string_equal(room->why.text, "the token is not accepted");
		assert_string_equal(room->why.zh, "令牌未予接受");
	}
	return ret;
}

static void what_is_made_is_found(void **state)
{
	struct room *room = *state;
	struct token made, found;
	char text[TOKEN_TEXT];

	assert_int_equal(make(room, &personal, &made, text), 0);
	assert_int_equal(
		token_find(room->accounts, text, strlen(text), "192.0.2.9", ROOM_NOW, &found, &room->why), 0);
	assert_memory_equal(&made, &found, sizeof(made));
	assert_int_equal(found.person, JIA);
	assert_int_equal(found.scopes, TOKEN_READ | TOKEN_REPORT);
	assert_string_equal(found.name, personal.name);
	assert_int_equal(make(room, &machine, &made, text), 0);
	assert_int_equal(token_find(room->accounts, text, strlen(text), NULL, ROOM_NOW, &found, &room->why),
			 0);
	assert_string_equal(found.source, "firewall");
	assert_int_equal(found.person, 0);
}

static void what_may_not_be_made(void **state)
{
	struct room *room = *state;
	char text[TOKEN_TEXT];
	struct token made;
#define ROW(who, of, label, may, until, from)                                                                \
	{                                                                                                    \
		.person = who, .source = of, .name = label, .scopes = may, .expires_at = until,              \
		.networks = from                                                                             \
	}
	static const int64_t year = TOKEN_DAYS * STAMP_DAY;
	/* clang-format off */
	const struct {
		struct token ask;
		int code;
		const char *reason;
	} cases[] = {
		{ ROW(JIA, "",  "x",    TOKEN_READ,   ROOM_NOW + 1,        ""), 0,             "as small as can be" },
		{ ROW(JIA, "",  "x",    TOKEN_READ,   ROOM_NOW + year,     ""), 0,             "a year" },
		{ ROW(JIA, "",  "x",    TOKEN_READ,   ROOM_NOW + year + 1, ""), FAULT_INVALID, "more than a year" },
		{ ROW(JIA, "",  "x",    TOKEN_READ,   ROOM_NOW,            ""), FAULT_INVALID, "over before it begins" },
		{ ROW(JIA, "",  "x",    TOKEN_READ,   INT64_MAX,           ""), FAULT_INVALID, "never" },
		{ ROW(JIA, "s", "x",    TOKEN_INTAKE, ROOM_NOW + 1,        ""), FAULT_INVALID, "a person and a source" },
		{ ROW(0,   "",  "x",    TOKEN_READ,   ROOM_NOW + 1,        ""), FAULT_INVALID, "neither" },
		{ ROW(JIA, "",  "x",    0,            ROOM_NOW + 1,        ""), FAULT_INVALID, "no scope" },
		{ ROW(JIA, "",  "x",    16,           ROOM_NOW + 1,        ""), FAULT_INVALID, "an unknown scope" },
		{ ROW(JIA, "",  "x",    TOKEN_INTAKE, ROOM_NOW + 1,        ""), FAULT_INVALID, "intake without a source" },
		{ ROW(0,   "s", "x",    TOKEN_INTAKE | TOKEN_ACT, ROOM_NOW + 1, ""), FAULT_INVALID, "a source that acts" },
		{ ROW(0,   "s", "x",    TOKEN_READ,   ROOM_NOW + 1,        ""), FAULT_INVALID, "a source that reads" },
		{ ROW(JIA, "",  "",     TOKEN_READ,   ROOM_NOW + 1,        ""), FAULT_INVALID, "no name" },
		{ ROW(JIA, "",  "a\nb", TOKEN_READ,   ROOM_NOW + 1,        ""), FAULT_INVALID, "two lines" },
		{ ROW(JIA, "",  "\xff", TOKEN_READ,   ROOM_NOW + 1,        ""), FAULT_INVALID, "no text" },
		{ ROW(JIA, "",  "x",    TOKEN_READ,   ROOM_NOW + 1, "192.0.2.7/24"), FAULT_INVALID, "two meanings" },
		{ ROW(JIA, "",  "x",    TOKEN_READ,   ROOM_NOW + 1,
		      "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 "
		      "1.1.2.0 1.1.2.1 1.1.2.2 1.1.2.3 1.1.2.4 1.1.2.5 1.1.2.6 1.1.2.7"), FAULT_LIMIT, "seventeen networks" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (make(room, &cases[i].ask, &made, text) != -cases[i].code)
			fail_msg("%s: %s", cases[i].reason, room->why.text);
}

static void what_is_not_accepted(void **state)
{
	static const struct {
		const char *sql, *address;
		int64_t after;
		int code;
		const char *reason;
	} cases[] = {
		{ NULL, "192.0.2.9", 0, 0, "as it should be" },
		{ NULL, "2001:db8::9", STAMP_DAY - 1, 0, "the other network, the last moment" },
		{ NULL, "192.0.2.9", STAMP_DAY, FAULT_REFUSED, "expired" },
		{ NULL, "198.51.100.9", 0, FAULT_REFUSED, "from elsewhere" },
		{ NULL, NULL, 0, FAULT_REFUSED, "from nowhere" },
		{ "UPDATE tokens SET revoked_at = 1", "192.0.2.9", 0, FAULT_REFUSED, "revoked" },
		{ "UPDATE accounts SET disabled_at = 1", "192.0.2.9", 0, FAULT_REFUSED,
		  "its person is disabled" },
		{ "UPDATE accounts SET failures = 100", "192.0.2.9", 0, 0,
		  "guesses at the password do not stop a machine" },
		{ "DELETE FROM tokens", "192.0.2.9", 0, FAULT_REFUSED, "gone" },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[TOKEN_TEXT];
		struct token made;

		room_sql(room, "DELETE FROM tokens");
		room_sql(room, "DELETE FROM accounts");
		room_account(room, JIA, GOOD_PASSWORD, true);
		assert_int_equal(make(room, &personal, &made, text), 0);
		if (cases[i].sql)
			room_sql(room, cases[i].sql);
		if (find(room, text, cases[i].address, ROOM_NOW + cases[i].after) != -cases[i].code)
			fail_msg("%s", cases[i].reason);
	}
}

static void another_secret(void **state)
{
	struct room *room = *state;
	char text[TOKEN_TEXT], other[TOKEN_TEXT], mixed[TOKEN_TEXT];
	struct token made, second;

	assert_int_equal(make(room, &personal, &made, text), 0);
	assert_int_equal(make(room, &personal, &second, other), 0);
	snprintf(mixed, sizeof(mixed), "fs_%lld%s", (long long)made.id, strrchr(other, '_'));
	assert_int_equal(find(room, mixed, "192.0.2.9", ROOM_NOW), -FAULT_REFUSED);
	assert_int_equal(find(room, "fs_17_" HEX, "192.0.2.9", ROOM_NOW), -FAULT_REFUSED);
	assert_int_equal(find(room, "nonsense", "192.0.2.9", ROOM_NOW), -FAULT_REFUSED);
	text[strlen(text) - 1] ^= 1;
	assert_int_equal(find(room, text, "192.0.2.9", ROOM_NOW), -FAULT_REFUSED);
}

/* A digest of another row does not help, nor the database under another key. */
static void the_digest_is_keyed(void **state)
{
	struct room *room = *state;
	char text[TOKEN_TEXT];
	struct token made;

	assert_int_equal(make(room, &personal, &made, text), 0);
	room->accounts->keys.tokens[0] ^= 1;
	assert_int_equal(find(room, text, "192.0.2.9", ROOM_NOW), -FAULT_REFUSED);
	room->accounts->keys.tokens[0] ^= 1;
	assert_int_equal(find(room, text, "192.0.2.9", ROOM_NOW), 0);
}

static void used_revoked_and_listed(void **state)
{
	struct room *room = *state;
	struct token made, shown, *list;
	char text[TOKEN_TEXT];
	size_t count = 0;

	assert_int_equal(make(room, &personal, &made, text), 0);
	assert_int_equal(make(room, &machine, &shown, text), 0);
	assert_true(token_wants_touch(&made, ROOM_NOW));
	room_begin(room);
	assert_int_equal(token_touch(room->accounts, made.id, ROOM_NOW, &room->why), 0);
	assert_int_equal(token_touch(room->accounts, made.id, ROOM_NOW + STAMP_MINUTE - 1, &room->why), 0);
	assert_int_equal(token_show(room->accounts, made.id, &shown, &room->why), 0);
	assert_int_equal(shown.used_at, ROOM_NOW);
	assert_false(token_wants_touch(&shown, ROOM_NOW + STAMP_MINUTE - 1));
	assert_int_equal(token_revoke(room->accounts, made.id, ROOM_NOW, &room->why), 0);
	assert_int_equal(token_revoke(room->accounts, made.id, ROOM_NOW, &room->why), -FAULT_CONFLICT);
	assert_int_equal(token_revoke(room->accounts, made.id ^ 2, ROOM_NOW, &room->why), -FAULT_ABSENT);
	room_commit(room);
	assert_int_equal(token_list(room->accounts, JIA, room->mem, &list, &count, &room->why), 0);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].revoked_at, ROOM_NOW);
	assert_int_equal(token_list(room->accounts, 0, room->mem, &list, &count, &room->why), 0);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].source, "firewall");
}

static void one_person_has_fifty(void **state)
{
	struct room *room = *state;
	char text[TOKEN_TEXT];
	struct token made;

	for (int i = 0; i < TOKEN_MOST; i++)
		assert_int_equal(make(room, &personal, &made, text), 0);
	assert_int_equal(make(room, &personal, &made, text), -FAULT_LIMIT);
	room_sql(room, "UPDATE tokens SET revoked_at = 1 WHERE id = (SELECT min(id) FROM tokens)");
	assert_int_equal(make(room, &personal, &made, text), 0);
}

static void scopes_have_names(void **state)
{
	enum token_scope scope;

	(void)state;
	for (unsigned bit = TOKEN_READ; bit <= TOKEN_ACT; bit <<= 1) {
		assert_true(token_scope_named(token_scope_name(bit), &scope));
		assert_int_equal(scope, bit);
	}
	assert_false(token_scope_named("all", &scope));
	assert_null(token_scope_name(3));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(their_form), cmocka_unit_test(scopes_have_names),
		CASE(what_is_made_is_found),  CASE(what_may_not_be_made),
		CASE(what_is_not_accepted),   CASE(another_secret),
		CASE(the_digest_is_keyed),    CASE(used_revoked_and_listed),
		CASE(one_person_has_fifty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
