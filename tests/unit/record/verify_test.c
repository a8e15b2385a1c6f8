#include "folder.h"

/* What is changed below us, and what is found. The suite in tests/tamper does
 * the same thousands of times; these are the cases to read. */
static const struct {
	const char *sql;
	enum finding_code code;
	const char *what;
} cases[] = {
	{ "UPDATE records SET leaf = CAST(replace(CAST(leaf AS TEXT), 'person:5', 'person:6') AS BLOB) WHERE "
	  "log = 1"
	  " AND seq = 2",
	  FOUND_LEAF_HASH, "another actor" },
	{ "UPDATE records SET leaf = CAST(leaf || x'20' AS BLOB) WHERE log = 1 AND seq = 2", FOUND_LEAF_FORM,
	  "a blank behind" },
	{ "UPDATE records SET hash = zeroblob(32) WHERE log = 1 AND seq = 2", FOUND_LEAF_HASH,
	  "another hash" },
	{ "UPDATE records SET act = 99 WHERE log = 1 AND seq = 2", FOUND_ROW, "another act for the views" },
	{ "UPDATE records SET at = at + 1 WHERE log = 1 AND seq = 2", FOUND_ROW,
	  "another time for the views" },
	{ "DELETE FROM records WHERE log = 1 AND seq = 2", FOUND_SEQ, "an entry deleted" },
	{ "DELETE FROM records WHERE log = 1 AND seq = 2", FOUND_PAYLOAD_STRAY, "and its content left" },
	{ "DELETE FROM records WHERE log = 1 AND seq = 5", FOUND_CHECKPOINT_SIZE, "the last entry cut off" },
	{ "UPDATE payloads SET bytes = CAST('{}' AS BLOB) WHERE log = 1 AND seq = 2 AND part = 0",
	  FOUND_PAYLOAD, "another content" },
	{ "UPDATE payloads SET salt = zeroblob(16) WHERE log = 1 AND seq = 2 AND part = 0", FOUND_PAYLOAD,
	  "another salt" },
	{ "UPDATE payloads SET salt = CAST(salt || substr(bytes, 1, 1) AS BLOB), bytes = substr(bytes, 2) "
	  "WHERE log = 1 "
	  "AND seq = 2"
	  " AND part = 1",
	  FOUND_TEXT, "a byte moved from text to salt" },
	{ "UPDATE payloads SET bytes = x'78' WHERE log = 1 AND seq = 2 AND part = 1", FOUND_TEXT,
	  "another text" },
	{ "DELETE FROM payloads WHERE log = 1 AND seq = 2 AND part = 0", FOUND_PAYLOAD_MISSING,
	  "content deleted" },
	{ "DELETE FROM payloads WHERE log = 1 AND seq = 2 AND part = 1", FOUND_TEXT_MISSING,
	  "a text deleted" },
	{ "INSERT INTO payloads VALUES(1, 2, 9, zeroblob(16), x'78', NULL)", FOUND_PAYLOAD_STRAY,
	  "a text added" },
	{ "UPDATE payloads SET salt = NULL, bytes = NULL, erased = 4 WHERE log = 1 AND seq = 2 AND part = 1",
	  FOUND_ERASE_UNNAMED, "erased without an entry" },
	{ "UPDATE payloads SET salt = zeroblob(16), bytes = x'78', erased = NULL WHERE log = 1 AND seq = 3 "
	  "AND part = 1",
	  FOUND_ERASE_UNDONE, "what was erased is there again" },
	{ "UPDATE frontier SET size = 5 WHERE log = 1", FOUND_FRONTIER, "a smaller frontier" },
	/* A letter of the root, so that body and signature part and the key stays named. */
	{ "UPDATE checkpoints SET note = substr(note, 1, 24) || CASE substr(note, 25, 1) WHEN 'A' THEN 'B' "
	  "ELSE 'A'"
	  " END || substr(note, 26) WHERE log = 1",
	  FOUND_CHECKPOINT_FORGED, "a checkpoint changed" },
	{ "UPDATE checkpoints SET at = 1 WHERE log = 1 AND size > 1", FOUND_CHECKPOINT_ROW, "another time" },
	{ "DELETE FROM checkpoints WHERE log = 1", FOUND_CHECKPOINT_NONE, "no checkpoint" },
	{ "UPDATE logs SET given_time = 1 WHERE id = 1", FOUND_LOG, "marked as given time" },
	{ "UPDATE logs SET origin = 'x.example' WHERE id = 1", FOUND_LEAF_ORIGIN, "another origin" },
	{ "DELETE FROM logs WHERE id = 2", FOUND_LOG, "a log deleted" },
	{ "INSERT INTO payloads VALUES(3, 0, 0, NULL, NULL, NULL)", FOUND_LOG_STRAY, "a row of no log" },
	{ "DROP TABLE payloads", FOUND_STORE, "a table dropped" },
};

static void fill(struct folder *f)
{
	folder_append(f, RECORD_REAL, 1, "incident.create", json_pack("{s:i}", "level", 2));
	folder_append(f, RECORD_REAL, 1, "incident.note",
		      json_pack("{s:{s:s},s:i}", "note", "$", "AAAA words", "n", 1));
	folder_append(f, RECORD_REAL, 2, "incident.create", json_pack("{s:{s:s}}", "note", "$", "goes"));
	folder_erase(f, 3, 1);
	folder_append(f, RECORD_REAL, 1, "incident.close", json_object());
	folder_sign(f, RECORD_REAL);
}

static void each_change_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		void *inner = NULL;
		struct verdict *verdict;

		assert_int_equal(folder_setup(&inner), 0);
		fill(inner);
		verdict = folder_verify(inner, NULL, 0);
		assert_int_equal(verdict_exit(verdict), 2);
		folder_sql(inner, cases[i].sql);
		verdict = folder_verify(inner, NULL, 0);
		if (verdict_exit(verdict) != 1 || !verdict_has(verdict, cases[i].code)) {
			verdict_print(verdict, "", stderr);
			fail_msg("%s: not found as %s", cases[i].what, finding_word(cases[i].code));
		}
		folder_teardown(&inner);
	}
}

static void a_checkpoint_kept_elsewhere_shows_rollback_and_fork(void **state)
{
	struct folder *f = *state;
	const char *kept, *two;
	struct verdict *verdict;

	fill(f);
	kept = folder_sign(f, RECORD_REAL);
	assert_int_equal(verdict_exit(folder_verify(f, &kept, 1)), 2);
	folder_append(f, RECORD_REAL, 1, "incident.note", json_object());
	two = arena_text(f->mem, "\n%s\n%s", kept, folder_sign(f, RECORD_DRILL));
	verdict = folder_verify(f, &two, 1);
	assert_int_equal(verdict_exit(verdict), 2);
	assert_int_equal(verdict->logs[0].against, 1);
	assert_int_equal(verdict->logs[1].against, 1);
}

static void what_is_given_against_it_must_be_of_it(void **state)
{
	static const char other[] = "other.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
				    "\xe2\x80\x94 other.example AAAAAAAA\n";
	struct folder *f = *state;
	const char *text = "this is no checkpoint";
	char *kept = folder_sign(f, RECORD_REAL);

	assert_true(verdict_has(folder_verify(f, &text, 1), FOUND_AGAINST_FORM));
	text = other;
	assert_true(verdict_has(folder_verify(f, &text, 1), FOUND_AGAINST_ORIGIN));
	text = arena_text(f->mem, "%s\nand something behind\n", kept);
	assert_true(verdict_has(folder_verify(f, &text, 1), FOUND_AGAINST_FORM));
	/* As it comes out of a mail: other line ends, none at the end. */
	kept[strlen(kept) - 1] = '\0';
	text = kept;
	assert_int_equal(verdict_exit(folder_verify(f, &text, 1)), 0);
}

static void a_check_that_is_left_out_finds_nothing(void **state)
{
	struct folder *f = *state;
	struct verify_options options = { .without = 1U << CHECK_TEXT };
	struct verdict *verdict = arena_take(f->mem, sizeof(*verdict));

	folder_append(f, RECORD_REAL, 1, "a", json_pack("{s:{s:s}}", "note", "$", "words"));
	folder_sql(f, "UPDATE payloads SET bytes = x'78' WHERE log = 1 AND seq = 1 AND part = 1");
	assert_int_equal(verdict_exit(folder_verify(f, NULL, 0)), 1);
	assert_int_equal(verify_folder(f->store, f->path, &options, verdict, &f->why), 0);
	assert_int_equal(verdict_exit(verdict), 0);
}

static void every_finding_and_check_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < FOUND__COUNT; i++) {
		assert_non_null(finding_word((enum finding_code)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(finding_word((enum finding_code)i),
						finding_word((enum finding_code)k));
	}
	for (int i = 0; i < CHECK__COUNT; i++)
		assert_int_equal(check_named(check_name((enum check_kind)i)), i);
	assert_int_equal(check_named("nothing"), -1);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_is_found),
		IN_FOLDER(a_checkpoint_kept_elsewhere_shows_rollback_and_fork),
		IN_FOLDER(what_is_given_against_it_must_be_of_it),
		IN_FOLDER(a_check_that_is_left_out_finds_nothing),
		cmocka_unit_test(every_finding_and_check_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
