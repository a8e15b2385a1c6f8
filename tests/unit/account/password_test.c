#include "room.h"

#include "account/password.h"

/* What may be a password, and what is kept of it. */

static void the_rules(void **state)
{
	static const struct {
		const char *password, *login;
		bool has_factor;
		int code;
		bool shorter;
		const char *says, *zh, *reason;
	} cases[] = {
		{ "", "jia", true, FAULT_INVALID, 0, "at least 12", "至少 12", "none" },
		{ "tX9!vQ2#mL7", "jia", true, FAULT_INVALID, 0, "at least 12", "至少 12",
		  "eleven characters" },
		{ "tX9!vQ2#mL7z", "jia", true, 0, true, "", "", "twelve, with one-time codes" },
		{ "tX9!vQ2#mL7z", "jia", false, FAULT_INVALID, 0, "at least 15", "至少 15", "twelve, alone" },
		{ "tX9!vQ2#mL7zKd", "jia", false, FAULT_INVALID, 0, "at least 15", "至少 15",
		  "fourteen, alone" },
		{ "tX9!vQ2#mL7zKdw", "jia", false, 0, false, "", "", "fifteen" },
		{ "blue lamp over river", "jia", false, 0, false, "", "", "words; nothing else is asked" },
		{ "泉城的荷花开在七月大明湖畔", "jia", false, FAULT_INVALID, 0, "at least 15", "至少 15",
		  "characters count, not bytes" },
		{ "泉城的荷花开在七月的大明湖畔边", "jia", false, 0, false, "", "",
		  "fifteen Chinese characters" },
		{ "blue lamp DUTY01 over", "duty01", false, FAULT_INVALID, 0, "holds the login", "含有登录名",
		  "the login, in other case" },
		{ "passwordpassword", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "common" },
		{ "Passw0rd!Passw0rd!", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "common, as a rule of composition makes them" },
		{ "1qaz2wsx3edc4rfv", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "a walk over the keys" },
		{ "1234567890123456", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "a row" },
		{ "woaini5201314woaini", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "common here" },
		{ "zhangwei19900101", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "a name and a birthday" },
		{ "jinan2026jinan2026", "jia", false, FAULT_INVALID, 0, "guessed first", "最先被猜到",
		  "the place and the year" },
		{ "blue lamp over \xff river", "jia", false, FAULT_INVALID, 0, "not UTF-8", "不是 UTF-8",
		  "bytes that are no text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault why = { 0 };
		bool shorter = false;

		if (password_check(cases[i].password, cases[i].login, cases[i].has_factor, &shorter, &why) !=
			    -cases[i].code ||
		    shorter != cases[i].shorter || !strstr(why.text, cases[i].says) ||
		    !strstr(why.zh, cases[i].zh))
			fail_msg("%s: %s", cases[i].reason, why.text);
	}
}

static void the_longest(void **state)
{
	char text[PASSWORD_BYTES + 2];
	struct fault why = { 0 };
	bool shorter;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[(i * 7 + i * i * 3) % 36];
	text[PASSWORD_BYTES + 1] = '\0';
	assert_int_equal(password_check(text, "jia", false, &shorter, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "256"));
	text[PASSWORD_BYTES] = '\0';
	assert_int_equal(password_check(text, "jia", false, &shorter, &why), 0);
}

/* The parameters stand in the hash, and those of nobody's are the same: the
 * same work is done for a login that does not exist. */
static void what_is_kept(void **state)
{
	static const char head[] = "$argon2id$v=19$m=65536,t=3,p=1$";
	struct room *room = *state;
	unsigned char proof[PROOF_LEN], other[PROOF_LEN];
	char hash[HASH_TEXT], again[HASH_TEXT];

	password_proof(room->accounts, GOOD_PASSWORD, proof);
	password_proof(room->accounts, OTHER_PASSWORD, other);
	assert_true(password_hash(proof, hash));
	assert_true(password_hash(proof, again));
	assert_string_not_equal(hash, again);
	assert_memory_equal(hash, head, sizeof(head) - 1);
	assert_memory_equal(password_nobody, head, sizeof(head) - 1);
	assert_int_equal(strlen(password_nobody), strlen(hash));
	assert_false(password_is_old(password_nobody));
	assert_false(password_is_old(hash));
	assert_true(password_verify(hash, proof));
	assert_false(password_verify(hash, other));
	assert_false(password_verify(password_nobody, proof));
}

/* The same password in another house is something else. */
static void the_pepper(void **state)
{
	struct room *room = *state;
	unsigned char proof[PROOF_LEN], other[PROOF_LEN];

	password_proof(room->accounts, GOOD_PASSWORD, proof);
	room->accounts->keys.pepper[0] ^= 1;
	password_proof(room->accounts, GOOD_PASSWORD, other);
	assert_memory_not_equal(proof, other, sizeof(proof));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules),
		cmocka_unit_test(the_longest),
		cmocka_unit_test_setup_teardown(what_is_kept, room_setup, room_teardown),
		cmocka_unit_test_setup_teardown(the_pepper, room_setup, room_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
