#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

/* What is opened is what was closed, or it is not opened. */

static void shell(const struct folder *f, const char *format)
{
	char command[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(command, sizeof(command), format, f->path, f->path);
#pragma GCC diagnostic pop
	assert_int_equal(system(command), 0);
}

static void assert_closed_to_us(struct folder *f, const char *words)
{
	assert_int_equal(folder_open(f), -FAULT_CORRUPT);
	if (!strstr(f->why.text, words))
		fail_msg("'%s' does not say '%s'", f->why.text, words);
}

static void it_goes_on_where_it_was(void **state)
{
	struct folder *f = *state;
	struct record_place place;

	for (int i = 0; i < 5; i++) {
		folder_append(f, RECORD_REAL, 1, "a", json_object());
		if (i == 2)
			folder_sign(f, RECORD_REAL);
		folder_close(f);
		assert_int_equal(folder_open(f), 0);
	}
	place = folder_append(f, RECORD_REAL, 1, "a", json_object());
	assert_int_equal(place.seq, 6);
	assert_int_equal(place.oseq, 5);
	assert_int_equal(verdict_exit(folder_verify(f, NULL, 0)), 0);
}

static void a_store_of_yesterday_is_not_opened(void **state)
{
	struct folder *f = *state;

	folder_append(f, RECORD_REAL, 1, "a", json_object());
	folder_close(f);
	shell(f, "cp %s/fengsui.db %s/yesterday");
	assert_int_equal(folder_open(f), 0);
	folder_append(f, RECORD_REAL, 1, "b", json_object());
	folder_sign(f, RECORD_REAL);
	folder_close(f);
	shell(f, "cp %s/yesterday %s/fengsui.db");
	assert_closed_to_us(f, "older");
}

static void a_tree_that_was_cut_is_not_opened(void **state)
{
	struct folder *f = *state;

	for (int i = 0; i < 4; i++)
		folder_append(f, RECORD_REAL, 1, "a", json_object());
	folder_sign(f, RECORD_REAL);
	folder_sql(f, "DELETE FROM records WHERE log = 1 AND seq = 4");
	folder_close(f);
	assert_closed_to_us(f, "frontier");
}

/* Between two checkpoints there is no signature; the frontier shows who wrote. */
static void entries_of_another_hand_are_not_opened(void **state)
{
	struct folder *f = *state;

	folder_append(f, RECORD_REAL, 1, "a", json_object());
	folder_sign(f, RECORD_REAL);
	folder_append(f, RECORD_REAL, 1, "b", json_object());
	folder_sql(f, "UPDATE frontier SET hashes = CAST(substr(hashes, 1, length(hashes) - 1) || x'00' AS "
		      "BLOB) WHERE log = 1");
	folder_close(f);
	assert_closed_to_us(f, "the key");
}

static void an_entry_changed_since_the_last_signature_is_told(void **state)
{
	struct folder *f = *state;

	folder_sign(f, RECORD_REAL);
	folder_append(f, RECORD_REAL, 1, "b", json_object());
	folder_sql(f, "UPDATE records SET leaf = CAST(leaf || x'20' AS BLOB) WHERE log = 1 AND seq = 1");
	folder_close(f);
	assert_closed_to_us(f, "entry 1 was changed");
}

static void a_record_without_its_key_is_damaged_not_new(void **state)
{
	struct folder *f = *state;

	folder_close(f);
	shell(f, "mv %s/keys/record.key %s/elsewhere");
	assert_closed_to_us(f, "record.key");
	store_close(f->store);
	f->store = NULL;
	shell(f, "mv %s/elsewhere %s/keys/record.key");
	assert_int_equal(folder_open(f), 0);
}

static void a_new_record_takes_no_place_of_another(void **state)
{
	struct folder *f = *state;

	assert_int_equal(record_create(f->store, f->path, "test.example/2026", false, FOLDER_NOW, &f->why),
			 -FAULT_CONFLICT);
	folder_sql(f, "DELETE FROM logs");
	assert_int_equal(record_create(f->store, f->path, "test.example/2026", false, FOLDER_NOW, &f->why),
			 -FAULT_CORRUPT);
	assert_non_null(strstr(f->why.text, "real.signed"));
	shell(f, "rm %s/keys/real.signed; test -d %s");
	assert_int_equal(record_create(f->store, f->path, "other.example/2026", false, FOLDER_NOW, &f->why),
			 -FAULT_CONFLICT);
}

static void given_time_stands_in_the_origin(void **state)
{
	struct folder *f = *state;

	folder_sql(f, "DELETE FROM logs");
	assert_int_equal(record_create(f->store, f->path, "test.example/2026", true, FOLDER_NOW, &f->why),
			 -FAULT_INVALID);
	assert_int_equal(record_create(f->store, f->path, "demo.example", false, FOLDER_NOW, &f->why),
			 -FAULT_INVALID);
	assert_int_equal(record_create(f->store, f->path, "demo example", true, FOLDER_NOW, &f->why),
			 -FAULT_INVALID);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(it_goes_on_where_it_was),
		IN_FOLDER(a_store_of_yesterday_is_not_opened),
		IN_FOLDER(a_tree_that_was_cut_is_not_opened),
		IN_FOLDER(entries_of_another_hand_are_not_opened),
		IN_FOLDER(an_entry_changed_since_the_last_signature_is_told),
		IN_FOLDER(a_record_without_its_key_is_damaged_not_new),
		IN_FOLDER(a_new_record_takes_no_place_of_another),
		IN_FOLDER(given_time_stands_in_the_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
