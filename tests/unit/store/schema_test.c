#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/store.h"

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
		  FAULT_NEWER, "version 7; this program knows versions up to 1", "both numbers are named" },
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

/* Every call of the making may fail; then there is nothing, and a second try works. */
static void half_a_schema_is_none(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;
	unsigned n = 1;

	(void)state;
	assert_int_equal(store_open(&store_fake, "", STORE_WRITE, &store, NULL), 0);
	for (;; n++) {
		int64_t tables = -1;

		store_fake_fail_at(store, n);
		if (store_schema(store, NULL) == 0)
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
