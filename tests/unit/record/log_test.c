#include "folder.h"

static void entries_form_chains_and_leave_one_leaf_each(void **state)
{
	struct folder *f = *state;
	struct record_place a = folder_append(f, RECORD_REAL, 1, "incident.create", json_object());
	struct record_place b = folder_append(f, RECORD_REAL, 2, "incident.create", json_object());
	struct record_place c = folder_append(f, RECORD_REAL, 1, "incident.confirm", json_object());

	assert_int_equal(a.seq, 1);
	assert_int_equal(c.seq, 3);
	assert_int_equal(a.oseq, 0);
	assert_int_equal(b.oseq, 0);
	assert_int_equal(c.oseq, 1);
	assert_int_equal(record_size(f->record, RECORD_REAL), 4);
	assert_int_equal(record_size(f->record, RECORD_DRILL), 1);
	assert_int_equal(verdict_exit(folder_verify(f, NULL, 0)), 0);
}

static void drill_and_real_never_share_an_origin(void **state)
{
	struct folder *f = *state;

	assert_string_equal(record_origin(f->record, RECORD_REAL), "test.example/2026");
	assert_string_equal(record_origin(f->record, RECORD_DRILL), "test.example/2026/drill");
	folder_append(f, RECORD_DRILL, 1, "incident.create", json_object());
	assert_int_equal(record_size(f->record, RECORD_REAL), 1);
	assert_int_equal(record_size(f->record, RECORD_DRILL), 2);
	assert_int_equal(verdict_exit(folder_verify(f, NULL, 0)), 0);
}

static void what_was_said_is_read_back(void **state)
{
	struct folder *f = *state;
	struct record_cursor *cursor;
	struct record_read read;
	json_t *wanted = json_pack("{s:s,s:i}", "note", "联系值班人员", "level", 3);

	folder_append(f, RECORD_REAL, 7, "incident.create",
		      json_pack("{s:{s:s},s:i}", "note", "$", "联系值班人员", "level", 3));
	folder_append(f, RECORD_REAL, 8, "incident.create", json_object());
	assert_int_equal(record_scan(f->record, RECORD_REAL, 0, 7, &cursor, &f->why), 0);
	assert_int_equal(record_step(cursor, f->mem, &read, &f->why), 1);
	assert_string_equal(read.kind, "incident");
	assert_string_equal(read.type, "incident.create");
	assert_string_equal(read.actor, "person:5");
	assert_int_equal(read.object, 7);
	assert_int_equal(read.recorded_at, FOLDER_NOW);
	assert_null(strstr(read.leaf, "联系"));
	assert_true(json_equal(read.change, wanted));
	assert_int_equal(record_step(cursor, f->mem, &read, &f->why), 0);
	record_cursor_close(cursor);
	json_decref(wanted);
	assert_int_equal(record_scan(f->record, RECORD_REAL, 1, 0, &cursor, &f->why), 0);
	assert_int_equal(record_step(cursor, f->mem, &read, &f->why), 1);
	assert_int_equal(record_step(cursor, f->mem, &read, &f->why), 1);
	assert_int_equal(read.object, 8);
	record_cursor_close(cursor);
}

static void a_changed_entry_is_not_served(void **state)
{
	struct folder *f = *state;
	struct record_cursor *cursor;
	struct record_read read;

	folder_append(f, RECORD_REAL, 7, "incident.create", json_pack("{s:{s:s}}", "note", "$", "words"));
	folder_sql(f, "UPDATE payloads SET bytes = x'78' WHERE log = 1 AND seq = 1 AND part = 1");
	assert_int_equal(record_scan(f->record, RECORD_REAL, 0, 7, &cursor, &f->why), 0);
	assert_int_equal(record_step(cursor, f->mem, &read, &f->why), -FAULT_CORRUPT);
	record_cursor_close(cursor);
}

/* Two deep: a transaction, and an act in it. */
static void the_tree_goes_back_with_the_store(void **state)
{
	struct folder *f = *state;
	struct record_place place;
	struct store_txn *txn;
	int64_t act;

	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	record_remember(f->record);
	assert_int_equal(folder_entry(f, RECORD_REAL, 1, "a", json_object(), &place), 0);

	assert_int_equal(store_mark(f->store, &f->why), 0);
	record_remember(f->record);
	assert_int_equal(folder_entry(f, RECORD_REAL, 1, "b", json_object(), &place), 0);
	assert_int_equal(folder_entry(f, RECORD_DRILL, 1, "b", json_object(), &place), 0);
	assert_int_equal(store_undo(f->store, &f->why), 0);
	record_forget(f->record);
	assert_int_equal(record_size(f->record, RECORD_REAL), 2);
	assert_int_equal(record_size(f->record, RECORD_DRILL), 1);

	assert_int_equal(store_mark(f->store, &f->why), 0);
	record_remember(f->record);
	assert_int_equal(folder_entry(f, RECORD_REAL, 1, "c", json_object(), &place), 0);
	assert_int_equal(place.oseq, 1);
	assert_int_equal(store_keep(f->store, &f->why), 0);
	record_keep(f->record);

	assert_int_equal(store_commit(&txn, &f->why), 0);
	record_settle(f->record);
	assert_int_equal(record_size(f->record, RECORD_REAL), 3);
	assert_int_equal(record_next_act(f->record, &act, &f->why), 0);
	assert_int_equal(act, 4);
	assert_int_equal(verdict_exit(folder_verify(f, NULL, 0)), 0);
}

static void a_dropped_transaction_leaves_no_trace(void **state)
{
	struct folder *f = *state;
	char *before = folder_sign(f, RECORD_REAL), *after;
	struct record_place place;
	struct store_txn *txn;

	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	record_remember(f->record);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(store_mark(f->store, &f->why), 0);
		record_remember(f->record);
		assert_int_equal(folder_entry(f, RECORD_REAL, 1 + i, "a", json_object(), &place), 0);
		assert_int_equal(record_checkpoint(f->record, RECORD_REAL, f->mem, &after, &f->why), 0);
		assert_int_equal(store_keep(f->store, &f->why), 0);
		record_keep(f->record);
	}
	store_txn_drop(&txn);
	record_forget(f->record);
	assert_int_equal(record_size(f->record, RECORD_REAL), 1);
	assert_string_equal(folder_sign(f, RECORD_REAL), before);
	record_settle(f->record);
	folder_close(f);
	assert_int_equal(folder_open(f), 0);
	assert_int_equal(verdict_exit(folder_verify(f, NULL, 0)), 0);
}

static void what_cannot_be_an_entry_is_refused(void **state)
{
	struct folder *f = *state;
	json_t *change = json_object();
	struct record_entry good = { .space = RECORD_REAL,
				     .act = 9,
				     .object = 3,
				     .kind = "incident",
				     .type = "a.b",
				     .actor = "person:5",
				     .recorded_at = FOLDER_NOW,
				     .change = change };
	struct record_entry bad[8];
	struct store_txn *txn;

	for (size_t i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].act = 0;
	bad[1].object = 0;
	bad[2].kind = "Incident";
	bad[3].type = "a b";
	bad[4].actor = NULL;
	bad[5].unit = "";
	bad[6].session = "\"";
	bad[7].recorded_at = -1;
	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	record_remember(f->record);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(record_append(f->record, &bad[i], NULL, &f->why), -FAULT_INVALID);
	assert_int_equal(record_append(f->record, &good, NULL, &f->why), 0);
	good.act = 8;
	assert_int_equal(record_append(f->record, &good, NULL, &f->why), -FAULT_INVALID);
	good.act = 9;
	good.kind = "unit";
	assert_int_equal(record_append(f->record, &good, NULL, &f->why), -FAULT_INVALID);
	assert_non_null(strstr(f->why.text, "incident"));
	store_txn_drop(&txn);
	record_forget(f->record);
	json_decref(change);
}

static void what_is_erased_is_gone_and_the_rest_still_proves(void **state)
{
	static const char secret[] = "a-word-that-is-nowhere-else";
	struct folder *f = *state;
	struct record_cursor *cursor;
	struct record_read read;
	struct verdict *verdict;
	char command[256];
	json_t *wanted = json_pack("{s:{s:i},s:s}", "a", "erased", 2, "b", "stays");

	folder_append(f, RECORD_REAL, 7, "incident.create",
		      json_pack("{s:{s:s},s:{s:s}}", "a", "$", secret, "b", "$", "stays"));
	folder_erase(f, 1, 1);
	assert_int_equal(record_scan(f->record, RECORD_REAL, 0, 7, &cursor, &f->why), 0);
	assert_int_equal(record_step(cursor, f->mem, &read, &f->why), 1);
	assert_true(json_equal(read.change, wanted));
	record_cursor_close(cursor);
	json_decref(wanted);
	verdict = folder_verify(f, NULL, 0);
	assert_int_equal(verdict_exit(verdict), 2);
	assert_int_equal(verdict->counts[FOUND_TEXT_ERASED], 1);
	folder_close(f);
	snprintf(command, sizeof(command), "grep -rqF %s %s", secret, f->path);
	assert_int_not_equal(system(command), 0);
	assert_int_equal(folder_open(f), 0);
}

static void erasing_wants_an_entry_that_names_it(void **state)
{
	struct folder *f = *state;
	struct record_place place;
	struct store_txn *txn;

	folder_append(f, RECORD_REAL, 7, "incident.create", json_pack("{s:{s:s}}", "a", "$", "x"));
	folder_append(f, RECORD_REAL, 7, "incident.note", json_pack("{s:{s:s}}", "a", "$", "y"));
	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	record_remember(f->record);
	assert_int_equal(folder_entry(f, RECORD_REAL, 0, "record.erase",
				      json_pack("{s:{s:i,s:i}}", "erase", "seq", 1, "part", 0), &place),
			 0);
	assert_int_equal(record_erase(f->record, RECORD_REAL, 2, 0, place.seq, &f->why), -FAULT_INVALID);
	assert_int_equal(record_erase(f->record, RECORD_REAL, 1, 1, place.seq, &f->why), -FAULT_INVALID);
	assert_int_equal(record_erase(f->record, RECORD_REAL, 1, 0, 2, &f->why), -FAULT_INVALID);
	assert_int_equal(record_erase(f->record, RECORD_REAL, 1, 0, place.seq, &f->why), 0);
	assert_int_equal(record_erase(f->record, RECORD_REAL, 1, 0, place.seq, &f->why), -FAULT_ABSENT);
	store_txn_drop(&txn);
	record_forget(f->record);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(entries_form_chains_and_leave_one_leaf_each),
		IN_FOLDER(drill_and_real_never_share_an_origin),
		IN_FOLDER(what_was_said_is_read_back),
		IN_FOLDER(a_changed_entry_is_not_served),
		IN_FOLDER(the_tree_goes_back_with_the_store),
		IN_FOLDER(a_dropped_transaction_leaves_no_trace),
		IN_FOLDER(what_cannot_be_an_entry_is_refused),
		IN_FOLDER(what_is_erased_is_gone_and_the_rest_still_proves),
		IN_FOLDER(erasing_wants_an_entry_that_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
