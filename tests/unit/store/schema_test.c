#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/store_private.h"

/* The tables: made once, left alone after, never touched by an older program. */

static char path[] = "/tmp/schema-test-XXXXXX";

static int make_file(void **state)
{
	(void)state;
	strcpy(path, "/tmp/schema-test-XXXXXX");
	return close(mkstemp(path));
}

static int drop_file(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -f %s %s-*", path, path);
	return system(command);
}

static void by_hand(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void made_twice_is_made_once(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		SCOPED(store_drop) struct store *store = NULL;
		int64_t tables = 0;

		assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, NULL), 0);
		assert_int_equal(store_schema(store, NULL), 0);
		assert_int_equal(store_schema(store, NULL), 0);
		assert_int_equal(
			store_int(store,
				  "SELECT count(*) FROM sqlite_schema WHERE name IN"
				  " ('records', 'objects', 'facets', 'search', 'search_fed', 'meta')",
				  NO_VALUES, &tables, NULL),
			0);
		assert_int_equal(tables, 6);
	}
}

static void tables_are_strict(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;
	int64_t loose = -1;

	(void)state;
	assert_int_equal(store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, NULL), 0);
	assert_int_equal(store_schema(store, NULL), 0);
	assert_int_equal(store_int(store,
				   "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND"
				   " type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'",
				   NO_VALUES, &loose, NULL),
			 0);
	assert_int_equal(loose, 0);
}

static void foreign_and_newer_are_refused(void **state)
{
	static const struct {
		const char *sql;
		int code;
		const char *says, *reason;
	} cases[] = {
		{ "CREATE TABLE meta(name TEXT, value TEXT); INSERT INTO meta VALUES('schema', '7')",
		  FAULT_NEWER, "version 7; this program knows versions up to 4", "both numbers are named" },
		{ "CREATE TABLE cats(name TEXT)", FAULT_CORRUPT, "something else", "not ours to fill" },
		{ "CREATE TABLE meta(name TEXT, value TEXT)", FAULT_ABSENT, "does not say",
		  "half a folder, or not ours" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct store *store = NULL;
		struct fault why = { 0 };

		by_hand(cases[i].sql);
		assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, &why), -cases[i].code);
		assert_non_null(strstr(why.text, cases[i].says));
		assert_non_null(strstr(why.text, path));
		drop_file(NULL);
	}
}

static void an_empty_file_is_not_made_by_reading(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;
	struct fault why = { 0 };

	(void)state;
	assert_int_equal(store_open(&store_sqlite, path, STORE_READ, &store, &why), 0);
	assert_int_equal(store_schema(store, &why), -FAULT_INVALID);
	assert_non_null(strstr(why.text, "reading only"));
}

static int64_t number(struct store *store, const char *sql)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct fault why = { 0 };

	if (store_query_made(store, sql, NO_VALUES, &rows, &why) < 0 || rows_next(rows, &why) != 1)
		fail_msg("%s: %s", sql, why.text);
	return rows_int(rows, 0);
}

/* A row in every table of version 1 that takes one, by hand as that version wrote them. */
static const char *const rows_of_1[] = {
	"INSERT INTO logs VALUES(1, 'a.example', 'k', 0)",
	"INSERT INTO records VALUES(1, 0, 1, 17, 0, 5, x'00', x'7b7d')",
	"INSERT INTO payloads VALUES(1, 0, 0, x'01', x'02', NULL)",
	"INSERT INTO frontier VALUES(1, 1, x'03')",
	"INSERT INTO checkpoints VALUES(1, 1, 5, 'note')",
	"INSERT INTO objects VALUES(17, 1, 'incident', 'INC-1', '{}', 'd', 1, 5, 5, '{}')",
	"INSERT INTO facets VALUES('incident', 'level', '3', 17)",
	"INSERT INTO links VALUES(17, 'report', 'incident', 18)",
	"INSERT INTO clocks VALUES(1, 1, 17, 0, 'c', 'runs', 5, 6, NULL, NULL, NULL, 0, 6)",
	"INSERT INTO proposals VALUES(1, 17, 'close', 1, '{}', '[]', 5, 'open')",
	"INSERT INTO series VALUES('INC', 2)",
	"INSERT INTO outbox VALUES(1, 1, 1, 17, 5, 'mail', 'x', 'text', 'key', 'new', 0, NULL)",
	"INSERT INTO answers VALUES('key', 'person:5', x'04', 5, '{}')",
	"INSERT INTO blobs VALUES('d', 1, 5)",
	"INSERT INTO checks VALUES(1, 17, 'digest', 'd', 1, 'detail', 5)",
	"INSERT INTO packs VALUES('d', 'jinan', '1', 5, 1)",
	"INSERT INTO sources VALUES('fw', 1, 1, 0, 0, 0, 5)",
	"INSERT INTO search(rowid, words) VALUES(17, 'incident')",
	"INSERT INTO search_fed VALUES(17, 'incident')",
};
enum { ROWS_OF_1 = sizeof(rows_of_1) / sizeof(*rows_of_1) };

static void make_version_1(void)
{
	SCOPED(store_drop) struct store *store = NULL;
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	struct fault why = { 0 };

	assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, NULL), 0);
	assert_int_equal(schema_raise(store, 1, NULL), 0);
	assert_int_equal(store_begin(store, &txn, NULL), 0);
	for (int i = 0; i < ROWS_OF_1; i++)
		if (store_run(store, rows_of_1[i], NO_VALUES, NULL, &why) < 0)
			fail_msg("%s: %s", rows_of_1[i], why.text);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(number(store, "SELECT count(*) FROM sqlite_schema WHERE name = 'accounts'"), 0);
}

/* Each table of version 1, its rows as they were. */
static void assert_rows_of_1(struct store *store)
{
	for (int i = 0; i < ROWS_OF_1; i++) {
		char table[32], sql[96];
		const int64_t shadow = strstr(rows_of_1[i], "search(") != NULL; /* contentless */

		assert_int_equal(sscanf(rows_of_1[i], "INSERT INTO %31[a-z_]", table), 1);
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s%s", table,
			 shadow ? " WHERE search MATCH 'incident'" : "");
		assert_int_equal(number(store, sql), 1);
	}
	assert_int_equal(number(store, "SELECT count(*) FROM objects WHERE number = 'INC-1' AND body = '{}'"),
			 1);
	assert_int_equal(number(store, "SELECT count(*) FROM records WHERE leaf = x'7b7d' AND object = 17"),
			 1);
}

static void version_1_is_brought_up(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;

	(void)state;
	make_version_1();
	assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, NULL), 0);
	assert_int_equal(store_schema(store, NULL), 0);
	assert_rows_of_1(store);
	assert_int_equal(number(store, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'schema'"),
			 STORE_SCHEMA);
	assert_int_equal(number(store, "SELECT count(*) FROM accounts"), 0);
}

/* Whoever was brought up and whoever was made new have the same tables. */
static void both_ways_lead_to_the_same(void **state)
{
	static const char sql[] =
		"SELECT group_concat(name || ' ' || sql, '\n') FROM"
		" (SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(store_drop) struct store *raised = NULL;
	SCOPED(store_drop) struct store *made = NULL;
	char *one, *other;

	(void)state;
	make_version_1();
	assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &raised, NULL), 0);
	assert_int_equal(store_schema(raised, NULL), 0);
	assert_int_equal(store_open(&store_sqlite, ":memory:", STORE_WRITE, &made, NULL), 0);
	assert_int_equal(store_schema(made, NULL), 0);
	assert_int_equal(store_text(raised, sql, NO_VALUES, mem, &one, NULL), 0);
	assert_int_equal(store_text(made, sql, NO_VALUES, mem, &other, NULL), 0);
	assert_string_equal(one, other);
}

/* A folder of version 1 can still be read (fengsui verify), though not worked in. */
static void version_1_is_read_as_it_is(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;
	struct fault why = { 0 };

	(void)state;
	make_version_1();
	assert_int_equal(store_open(&store_sqlite, path, STORE_READ, &store, &why), 0);
	assert_rows_of_1(store);
	assert_int_equal(store_schema(store, &why), -FAULT_INVALID);
	assert_non_null(strstr(why.text, "version 1"));
}

/* A program that knows one version less refuses what this one made. */
static void an_older_program_refuses(void **state)
{
	struct store *store = NULL;
	struct fault why = { 0 };
	char says[96];

	(void)state;
	assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, NULL), 0);
	assert_int_equal(store_schema(store, NULL), 0);
	store_drop(&store);
	snprintf(says, sizeof(says), "UPDATE meta SET value = '%d' WHERE name = 'schema'", STORE_SCHEMA + 1);
	by_hand(says);
	assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, &why), -FAULT_NEWER);
	snprintf(says, sizeof(says), "version %d; this program knows versions up to %d", STORE_SCHEMA + 1,
		 STORE_SCHEMA);
	assert_non_null(strstr(why.text, says));
}

/* The way from version 1 is cut off anywhere: it is a version that was, whole. */
static void half_a_step_is_none(void **state)
{
	static const char *const made_by[] = { [2] = "sessions", [3] = "clocks_running", [4] = "letters" };
	SCOPED(store_drop) struct store *store = NULL;
	unsigned n = 1;

	(void)state;
	_Static_assert(sizeof(made_by) / sizeof(*made_by) == STORE_SCHEMA + 1, "each step has its sign");
	assert_int_equal(store_open(&store_fake, "", STORE_WRITE, &store, NULL), 0);
	assert_int_equal(schema_raise(store, 1, NULL), 0);
	for (;; n++) {
		int64_t version;

		store_fake_fail_at(store, n);
		if (store_schema(store, NULL) == 0)
			break;
		store_fake_fail_at(store, 0);
		version = number(store, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'schema'");
		for (int step = 2; step <= STORE_SCHEMA; step++) {
			char sql[96];

			snprintf(sql, sizeof(sql), "SELECT count(*) FROM sqlite_schema WHERE name = '%s'",
				 made_by[step]);
			assert_int_equal(number(store, sql), step <= version);
		}
	}
	store_fake_fail_at(store, 0);
	assert_true(n > 4);
	assert_int_equal(number(store, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'schema'"),
			 STORE_SCHEMA);
}

/* Every call of the making may fail; then there is nothing, and a second try
 * works. Once a version is made it stays. */
static void half_a_schema_is_none(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;
	unsigned n = 1;

	(void)state;
	assert_int_equal(store_open(&store_fake, "", STORE_WRITE, &store, NULL), 0);
	for (;; n++) {
		int64_t tables = -1;

		store_fake_fail_at(store, n);
		if (schema_raise(store, 1, NULL) == 0)
			break;
		store_fake_fail_at(store, 0);
		assert_int_equal(
			store_int(store, "SELECT count(*) FROM sqlite_schema", NO_VALUES, &tables, NULL), 0);
		assert_int_equal(tables, 0);
	}
	assert_int_equal(n, 5); /* begin, script, run, commit failed, each once */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(made_twice_is_made_once, make_file, drop_file),
		cmocka_unit_test(tables_are_strict),
		cmocka_unit_test_setup_teardown(foreign_and_newer_are_refused, make_file, drop_file),
		cmocka_unit_test_setup_teardown(an_empty_file_is_not_made_by_reading, make_file, drop_file),
		cmocka_unit_test(half_a_schema_is_none),
		cmocka_unit_test_setup_teardown(version_1_is_brought_up, make_file, drop_file),
		cmocka_unit_test_setup_teardown(both_ways_lead_to_the_same, make_file, drop_file),
		cmocka_unit_test_setup_teardown(version_1_is_read_as_it_is, make_file, drop_file),
		cmocka_unit_test_setup_teardown(an_older_program_refuses, make_file, drop_file),
		cmocka_unit_test(half_a_step_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
