#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "host/clock.h"
#include "record/record.h"

/* How many entries a second does the record take, durable, in groups of 256 a
 * commit (WAL, synchronous=FULL)? Beside it, taking turns, a bare SQLite loop
 * that writes rows of the same size into tables of the same shape and reckons
 * nothing: what is left to gain.
 *
 *     bench_append FOLDER [ENTRIES_EACH [ROUNDS]]
 */

enum { GROUP = 256, OBJECTS = 1000, LEAF = 430, DOC = 150 };

static void stop_on(int ret, const struct fault *why)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "bench_append: %s\n", why->text);
	exit(1);
}

static double seconds_since(int64_t start) { return (double)(clock_steady() - start) / 1e6; }

static void one_entry(struct record *record, int64_t n, struct fault *why)
{
	json_t *change = json_pack("{s:{s:s,s:i},s:{s:s}}", "set", "handling", "verify", "level",
				   (int)(n % 5), "note", "$", "联系值班人员，主机已断开");
	struct record_entry entry = {
		.space = RECORD_REAL,
		.object = 1 + n * 7919 % OBJECTS,
		.kind = "incident",
		.type = "incident.confirm",
		.actor = "person:5",
		.unit = "unit:3",
		.recorded_at = INT64_C(1772352000000000) + n,
		.change = change,
	};

	stop_on(record_next_act(record, &entry.act, why), why);
	stop_on(record_append(record, &entry, NULL, why), why);
	json_decref(change);
}

static double appended(struct store *store, struct record *record, int64_t count)
{
	static int64_t n;
	int64_t start = clock_steady();
	struct store_txn *txn;
	struct fault why;

	for (int64_t done = 0; done < count;) {
		stop_on(store_begin(store, &txn, &why), &why);
		record_remember(record);
		for (int i = 0; i < GROUP && done < count; i++, done++)
			one_entry(record, n++, &why);
		stop_on(store_commit(&txn, &why), &why);
		record_settle(record);
	}
	return (double)count / seconds_since(start);
}

static void bare_do(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "bench_append: %s\n", sqlite3_errmsg(db));
		exit(1);
	}
}

static sqlite3 *bare_open(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		exit(1);
	bare_do(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
		    "CREATE TABLE r(log INTEGER NOT NULL, seq INTEGER NOT NULL, act INTEGER NOT NULL, object "
		    "INTEGER NOT NULL,"
		    " oseq INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL, leaf BLOB NOT NULL,"
		    " PRIMARY KEY(log, seq)) STRICT; CREATE UNIQUE INDEX ro ON r(object, log, oseq);"
		    "CREATE TABLE p(log INTEGER NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL, salt "
		    "BLOB, bytes BLOB,"
		    " erased INTEGER, PRIMARY KEY(log, seq, part)) STRICT");
	return db;
}

static void bare_row(sqlite3_stmt *r, sqlite3_stmt *p, int64_t n)
{
	static const char bytes[LEAF];

	for (int i = 1; i <= 6; i++)
		sqlite3_bind_int64(r, i, i == 1 ? 1 : i == 4 ? 1 + n * 7919 % OBJECTS : n);
	sqlite3_bind_blob(r, 7, bytes, 32, SQLITE_STATIC);
	sqlite3_bind_blob(r, 8, bytes, LEAF, SQLITE_STATIC);
	sqlite3_step(r);
	sqlite3_reset(r);
	for (int part = 0; part < 2; part++) {
		sqlite3_bind_int64(p, 1, 1);
		sqlite3_bind_int64(p, 2, n);
		sqlite3_bind_int64(p, 3, part);
		sqlite3_bind_blob(p, 4, bytes, 16, SQLITE_STATIC);
		sqlite3_bind_blob(p, 5, bytes, part ? 40 : DOC, SQLITE_STATIC);
		sqlite3_step(p);
		sqlite3_reset(p);
	}
}

static double bare(sqlite3 *db, int64_t count)
{
	static int64_t n;
	int64_t start = clock_steady();
	sqlite3_stmt *r, *p;

	sqlite3_prepare_v2(db, "INSERT INTO r VALUES(?, ?, ?, ?, ?, ?, ?, ?)", -1, &r, NULL);
	sqlite3_prepare_v2(db, "INSERT INTO p VALUES(?, ?, ?, ?, ?, NULL)", -1, &p, NULL);
	for (int64_t done = 0; done < count;) {
		bare_do(db, "BEGIN IMMEDIATE");
		for (int i = 0; i < GROUP && done < count; i++, done++)
			bare_row(r, p, n++);
		bare_do(db, "COMMIT");
	}
	sqlite3_finalize(r);
	sqlite3_finalize(p);
	return (double)count / seconds_since(start);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 50000, rounds = argc > 3 ? atol(argv[3]) : 5;
	double ours[64], theirs[64];
	struct record *record;
	struct store *store;
	struct fault why;
	char path[4096];
	sqlite3 *db;

	if (argc < 2 || count < 1 || rounds < 1 || rounds > 64) {
		fprintf(stderr, "bench_append FOLDER [ENTRIES_EACH [ROUNDS]]; the folder must be empty\n");
		return 64;
	}
	snprintf(path, sizeof(path), "%s/fengsui.db", argv[1]);
	stop_on(store_open(&store_sqlite, path, STORE_WRITE, &store, &why), &why);
	stop_on(store_schema(store, &why), &why);
	stop_on(record_create(store, argv[1], "bench.example/1", false, 0, &why), &why);
	stop_on(record_open(store, argv[1], &record, &why), &why);
	snprintf(path, sizeof(path), "%s/bare.db", argv[1]);
	db = bare_open(path);
	for (long i = 0; i < rounds; i++) {
		theirs[i] = bare(db, count);
		ours[i] = appended(store, record, count);
	}
	qsort(ours, (size_t)rounds, sizeof(*ours), by_value);
	qsort(theirs, (size_t)rounds, sizeof(*theirs), by_value);
	printf("record_append   %8.0f entries/s (median of %ld, %ld each, %d a commit)\n", ours[rounds / 2],
	       rounds, count, GROUP);
	printf("bare SQLite     %8.0f entries/s\n", theirs[rounds / 2]);
	sqlite3_close(db);
	record_close(record);
	store_close(store);
	return 0;
}
