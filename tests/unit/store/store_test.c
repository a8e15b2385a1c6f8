#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The store's face, on SQLite: what it promises in its header, one test each. */

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/store-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/fengsui.db", folder);
	return 0;
}

static int drop_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static struct store *opened(const char *where)
{
	struct store *store = NULL;
	struct fault why = { 0 };

	if (store_open(&store_sqlite, where, STORE_WRITE, &store, &why) < 0 || store_schema(store, &why) < 0)
		fail_msg("%s", why.text);
	return store;
}

static int64_t number(struct store *store, const char *sql)
{
	struct fault why = { 0 };
	int64_t n = -1;

	if (store_int(store, sql, NO_VALUES, &n, &why) < 0)
		fail_msg("%s: %s", sql, why.text);
	return n;
}

static void put_series(struct store *store, const char *name, int64_t next)
{
	struct fault why = { 0 };

	if (store_run(store, "INSERT INTO series(name, next) VALUES($1, $2)",
		      VALUES(value_text(name), value_int(next)), NULL, &why) < 0)
		fail_msg("%s", why.text);
}

static void begun(struct store *store, struct store_txn **txn)
{
	struct fault why = { 0 };

	if (store_begin(store, txn, &why) < 0)
		fail_msg("%s", why.text);
}

static const char count_series[] = "SELECT count(*) FROM series";

static void dropped_means_nothing_happened(void **state)
{
	SCOPED(store_drop) struct store *store = opened(path);
	struct store_txn *txn = NULL;

	(void)state;
	begun(store, &txn);
	put_series(store, "dropped", 1);
	store_txn_drop(&txn);
	assert_null(txn);
	assert_int_equal(number(store, count_series), 0);
	begun(store, &txn);
	put_series(store, "kept", 1);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(number(store, count_series), 1);
}

static void marks_nest(void **state)
{
	SCOPED(store_drop) struct store *store = opened(":memory:");
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;

	(void)state;
	begun(store, &txn);
	assert_int_equal(store_mark(store, NULL), 0);
	put_series(store, "outer", 1);
	assert_int_equal(store_mark(store, NULL), 0);
	put_series(store, "inner", 1);
	assert_int_equal(store_undo(store, NULL), 0);
	assert_int_equal(number(store, count_series), 1);
	assert_int_equal(store_mark(store, NULL), 0);
	put_series(store, "inner", 2);
	assert_int_equal(store_keep(store, NULL), 0);
	assert_int_equal(store_keep(store, NULL), 0);
	assert_int_equal(number(store, count_series), 2);
	assert_int_equal(store_commit(&txn, NULL), 0);
}

static void values_come_back_as_they_went(void **state)
{
	static const char zeros[] = { 'a', 0, 'b' };
	SCOPED(store_drop) struct store *store = opened(":memory:");
	SCOPED(rows_drop) struct rows *rows = NULL;
	size_t len;

	(void)state;
	/* $1 twice, $3 before $2: bound by number, not by order. */
	assert_int_equal(store_query(store, "SELECT $1, $3, $2, $1, $4, $5",
				     VALUES(value_text("济南"), value_blob(zeros, 3), value_int(INT64_MIN),
					    value_null(), value_blob("", 0)),
				     &rows, NULL),
			 0);
	assert_int_equal(rows_next(rows, NULL), 1);
	assert_string_equal(rows_text(rows, 0, NULL), "济南");
	assert_true(rows_int(rows, 1) == INT64_MIN);
	assert_memory_equal(rows_blob(rows, 2, &len), zeros, 3);
	assert_int_equal(len, 3);
	assert_string_equal(rows_text(rows, 3, &len), "济南");
	assert_int_equal(len, 6);
	assert_true(rows_null(rows, 4));
	assert_null(rows_text(rows, 4, NULL));
	assert_false(rows_null(rows, 5));
	assert_non_null(rows_blob(rows, 5, &len));
	assert_int_equal(len, 0);
	assert_int_equal(rows_next(rows, NULL), 0);
}

static void one_text_open_twice(void **state)
{
	static const char sql[] = "SELECT 1 UNION ALL SELECT 2 ORDER BY 1";
	SCOPED(store_drop) struct store *store = opened(":memory:");

	(void)state;
	for (int made = 0; made < 2; made++) {
		SCOPED(rows_drop) struct rows *one = NULL, *two = NULL;
		int (*ask)(struct store *, const char *, const struct value *, size_t, struct rows **,
			   struct fault *) = made ? store_query_made : store_query;

		assert_int_equal(ask(store, sql, NO_VALUES, &one, NULL), 0);
		assert_int_equal(rows_next(one, NULL), 1);
		assert_int_equal(ask(store, sql, NO_VALUES, &two, NULL), 0);
		assert_int_equal(rows_next(two, NULL), 1);
		assert_int_equal(rows_int(two, 0), 1);
		assert_int_equal(rows_next(one, NULL), 1);
		assert_int_equal(rows_int(one, 0), 2);
	}
}

static void more_made_texts_than_are_kept(void **state)
{
	SCOPED(store_drop) struct store *store = opened(":memory:");

	(void)state;
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 100; i++) {
			SCOPED(rows_drop) struct rows *rows = NULL;
			char sql[64];

			snprintf(sql, sizeof(sql), "SELECT %d + $1", i);
			assert_int_equal(store_query_made(store, sql, VALUES(value_int(round)), &rows, NULL),
					 0);
			assert_int_equal(rows_next(rows, NULL), 1);
			assert_int_equal(rows_int(rows, 0), i + round);
		}
}

static void refusals_name_the_reason(void **state)
{
	SCOPED(store_drop) struct store *store = opened(":memory:");
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	static const struct {
		const char *sql;
		size_t values;
		int code;
		const char *says, *reason;
	} cases[] = {
		{ "SELECT $1, $2", 1, FAULT_INVALID, "gets 1", "too few values" },
		{ "SELECT 1", 1, FAULT_INVALID, "asks for 0", "too many values" },
		{ "SELECT ?", 1, FAULT_INVALID, "without a number", "PostgreSQL would not know it" },
		{ "SELECT nothing FROM nowhere", 0, FAULT_INVALID, "nowhere", "no such table" },
		{ "INSERT INTO series VALUES('x', 1)", 0, FAULT_IO, "no transaction", "never alone" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault why = { 0 };
		const struct value one = value_int(1);

		assert_int_equal(store_run(store, cases[i].sql, &one, cases[i].values, NULL, &why),
				 -cases[i].code);
		assert_non_null(strstr(why.text, cases[i].says));
	}
	begun(store, &txn);
	put_series(store, "twice", 1);
	assert_int_equal(store_run(store, "INSERT INTO series VALUES('twice', 1)", NO_VALUES, NULL, NULL),
			 -FAULT_CONFLICT);
	assert_int_equal(
		store_run(store, "INSERT INTO series VALUES('x', 'no number')", NO_VALUES, NULL, NULL),
		-FAULT_CONFLICT); /* STRICT */
}

static void one_number_or_absent(void **state)
{
	SCOPED(store_drop) struct store *store = opened(":memory:");
	SCOPED(arena_drop) struct arena *mem = arena_new();
	int64_t n = 7;
	char *text;

	(void)state;
	assert_int_equal(store_int(store, "SELECT max(next) FROM series", NO_VALUES, &n, NULL),
			 -FAULT_ABSENT);
	assert_int_equal(store_int(store, "SELECT next FROM series", NO_VALUES, &n, NULL), -FAULT_ABSENT);
	assert_int_equal(n, 7);
	assert_int_equal(store_text(store, "SELECT value FROM meta WHERE name = $1",
				    VALUES(value_text("schema")), mem, &text, NULL),
			 0);
	assert_int_equal(strtol(text, NULL, 10), STORE_SCHEMA);
}

static void changes_are_counted(void **state)
{
	SCOPED(store_drop) struct store *store = opened(":memory:");
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	int64_t changed = -1;

	(void)state;
	begun(store, &txn);
	put_series(store, "a", 1);
	put_series(store, "b", 1);
	assert_int_equal(store_run(store, "UPDATE series SET next = next + 1", NO_VALUES, &changed, NULL), 0);
	assert_int_equal(changed, 2);
	assert_int_equal(store_run(store, "DELETE FROM series WHERE name = 'c'", NO_VALUES, &changed, NULL),
			 0);
	assert_int_equal(changed, 0);
}

static void a_second_process_is_refused(void **state)
{
	SCOPED(store_drop) struct store *store = opened(path);
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct store *second = NULL;
		struct fault why = { 0 };
		char pid[32];

		snprintf(pid, sizeof(pid), "process %d", (int)getppid());
		if (store_open(&store_sqlite, path, STORE_WRITE, &second, &why) != -FAULT_BUSY)
			_exit(1);
		_exit(strstr(why.text, path) && strstr(why.text, pid) ? 0 : 2);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void readers_see_what_was_committed(void **state)
{
	SCOPED(store_drop) struct store *store = opened(path), *reader = NULL;
	struct store_txn *txn = NULL, *snapshot = NULL;

	(void)state;
	assert_int_equal(store_open(&store_sqlite, path, STORE_READ, &reader, NULL), 0);
	begun(reader, &snapshot);
	assert_int_equal(number(reader, count_series), 0);
	begun(store, &txn);
	put_series(store, "new", 1);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(number(reader, count_series), 0); /* still the same moment */
	store_txn_drop(&snapshot);
	assert_int_equal(number(reader, count_series), 1);
	assert_true(store_run(reader, "DELETE FROM series", NO_VALUES, NULL, NULL) < 0);
}

static void what_is_no_store_is_refused(void **state)
{
	static const struct {
		const char *make, *says;
		int code;
	} cases[] = {
		{ "printf 'rubbish rubbish rubbish rubbish rubbish rubbish' >", "not a database",
		  FAULT_CORRUPT },
		{ "head -c 100000 /dev/urandom >", "not a database", FAULT_CORRUPT },
		{ "mkdir", "", FAULT_IO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct store *store = NULL;
		struct fault why = { 0 };
		char command[256];

		snprintf(command, sizeof(command), "rm -rf %s; %s %s", path, cases[i].make, path);
		assert_int_equal(system(command), 0);
		for (int mode = STORE_WRITE; mode <= STORE_READ; mode++) {
			assert_int_equal(store_open(&store_sqlite, path, (enum store_mode)mode, &store, &why),
					 -cases[i].code);
			assert_non_null(strstr(why.text, path));
			assert_non_null(strstr(why.text, cases[i].says));
		}
	}
	assert_int_equal(
		store_open(&store_sqlite, "/nowhere/at/all", STORE_READ, &(struct store *){ NULL }, NULL),
		-FAULT_ABSENT);
}

static int no_room_beyond_64k(void)
{
	SCOPED(store_drop) struct store *store = opened(path);
	struct store_txn *txn = NULL;
	static char big[4 << 20];
	struct fault why = { 0 };
	int ret;

	memset(big, 'x', sizeof(big) - 1);
	number(store, "PRAGMA max_page_count = 100");
	begun(store, &txn);
	put_series(store, "before", 1);
	ret = store_run(store, "INSERT INTO meta VALUES('big', $1)", VALUES(value_text(big)), NULL, &why);
	if (ret != -FAULT_BUSY || !strstr(why.text, "disk is full") || !strstr(why.text, path))
		return 1;
	/* Whatever the engine kept of it, nothing more counts alone. */
	store_txn_drop(&txn);
	if (store_run(store, "INSERT INTO series VALUES('x', 1)", NO_VALUES, NULL, NULL) != -FAULT_IO)
		return 2;
	return number(store, count_series) == 0 ? 0 : 3;
}

static void a_full_disk_says_so(void **state)
{
	(void)state;
	assert_int_equal(no_room_beyond_64k(), 0);
}

/* As after a fault of the disk for which the engine gives up the transaction. */
static void an_undone_transaction_stays_undone(void **state)
{
	SCOPED(store_drop) struct store *store = opened(":memory:");
	struct store_txn *txn = NULL;

	(void)state;
	begun(store, &txn);
	put_series(store, "before", 1);
	assert_int_equal(store_run(store, "ROLLBACK", NO_VALUES, NULL, NULL), 0);
	assert_int_equal(store_mark(store, NULL), -FAULT_IO);
	assert_int_equal(store_run(store, "INSERT INTO series VALUES('after', 1)", NO_VALUES, NULL, NULL),
			 -FAULT_IO);
	assert_int_equal(store_commit(&txn, NULL), -FAULT_IO);
	assert_null(txn);
	assert_int_equal(number(store, count_series), 0);
}

static void erased_leaves_the_files(void **state)
{
	static const char secret[] = "the-name-that-must-go";
	SCOPED(store_drop) struct store *store = opened(path);
	struct store_txn *txn = NULL;
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "grep -qs %s %s %s-wal", secret, path, path);
	begun(store, &txn);
	assert_int_equal(
		store_run(store, "INSERT INTO meta VALUES('x', $1)", VALUES(value_text(secret)), NULL, NULL),
		0);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(system(command), 0);
	begun(store, &txn);
	assert_int_equal(store_run(store, "DELETE FROM meta WHERE name = 'x'", NO_VALUES, NULL, NULL), 0);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(store_scrub(store, NULL), 0);
	assert_int_not_equal(system(command), 0);
}

struct writes {
	struct store *store;
	int count;
};

/* Somebody writes between two parts of the copy. */
static void write_meanwhile(void *who, uint64_t done, uint64_t all)
{
	struct writes *writes = who;
	struct store_txn *txn = NULL;
	char name[32];

	assert_true(done <= all);
	snprintf(name, sizeof(name), "meanwhile%d", writes->count++);
	assert_int_equal(store_begin(writes->store, &txn, NULL), 0);
	put_series(writes->store, name, 1);
	assert_int_equal(store_commit(&txn, NULL), 0);
}

/* The copy is of one moment, whatever is written while it is made. */
static void a_copy_holds_its_moment(void **state)
{
	struct store *writer = opened(path), *reader = NULL, *copy = NULL;
	struct writes writes = { writer, 0 };
	struct store_txn *txn = NULL;
	struct fault why = { 0 };
	char to[96], name[32];

	(void)state;
	snprintf(to, sizeof(to), "%s/copy.db", folder);
	assert_int_equal(store_begin(writer, &txn, NULL), 0);
	for (int i = 0; i < 60000; i++) {
		snprintf(name, sizeof(name), "a name of some length %d", i);
		put_series(writer, name, i);
	}
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(store_open(&store_sqlite, path, STORE_READ, &reader, &why), 0);
	assert_int_equal(store_copy(reader, to, write_meanwhile, &writes, &why), 0);
	assert_true(writes.count > 0);
	assert_int_equal(store_open(&store_sqlite, to, STORE_READ, &copy, &why), 0);
	assert_int_equal(number(copy, "SELECT count(*) FROM series"), 60000);
	assert_int_equal(number(writer, "SELECT count(*) FROM series"), 60000 + writes.count);
	assert_int_equal(store_copy(reader, to, NULL, NULL, &why), -FAULT_CONFLICT);
	store_close(copy);
	store_close(reader);
	store_close(writer);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(dropped_means_nothing_happened),
		cmocka_unit_test(marks_nest),
		cmocka_unit_test(values_come_back_as_they_went),
		cmocka_unit_test(one_text_open_twice),
		cmocka_unit_test(more_made_texts_than_are_kept),
		cmocka_unit_test(refusals_name_the_reason),
		cmocka_unit_test(one_number_or_absent),
		cmocka_unit_test(changes_are_counted),
		IN_FOLDER(a_second_process_is_refused),
		IN_FOLDER(readers_see_what_was_committed),
		IN_FOLDER(what_is_no_store_is_refused),
		IN_FOLDER(a_full_disk_says_so),
		cmocka_unit_test(an_undone_transaction_stays_undone),
		IN_FOLDER(erased_leaves_the_files),
		IN_FOLDER(a_copy_holds_its_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
