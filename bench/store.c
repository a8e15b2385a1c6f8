#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "host/clock.h"
#include "store/store.h"

/* What does the face cost over bare SQLite? Rows of about 330 bytes, durable,
 * in groups of 1, 16, 64 and 256, the two taking turns.
 *
 *     bench_store FOLDER [SECONDS_EACH [ROUNDS]]
 */

static unsigned char hash[32];
static char text[230];

static char *file_in(const char *folder, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (int i = 0; i < 4; i++) {
		static const char *const ends[] = { "", "-wal", "-shm", "-writer" };
		char old[4104];

		snprintf(old, sizeof(old), "%s%s", path, ends[i]);
		unlink(old);
	}
	return path;
}

static void die(const char *words)
{
	fprintf(stderr, "bench_store: %s\n", words);
	exit(1);
}

static const char table[] =
	"CREATE TABLE r(log INTEGER NOT NULL, seq INTEGER NOT NULL, act INTEGER NOT NULL,"
	" object INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL, leaf TEXT NOT NULL,"
	" PRIMARY KEY(log, seq)) STRICT; CREATE INDEX r_object ON r(object, log, seq)";
static const char insert[] =
	"INSERT INTO r(log, seq, act, object, at, hash, leaf) VALUES($1, $2, $3, $4, $5, $6, $7)";

static void bare_execute(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

/* Rows in a second. */
static double bare(const char *path, int group, double seconds)
{
	int64_t start, n = 0, until;
	sqlite3_stmt *stmt;
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die(path);
	bare_execute(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
	bare_execute(db, table);
	sqlite3_prepare_v2(db, insert, -1, &stmt, NULL);
	start = clock_steady();
	until = start + (int64_t)(seconds * 1e6);
	while (clock_steady() < until) {
		bare_execute(db, "BEGIN IMMEDIATE");
		for (int i = 0; i < group; i++, n++) {
			sqlite3_bind_int64(stmt, 1, 1);
			sqlite3_bind_int64(stmt, 2, n);
			sqlite3_bind_int64(stmt, 3, n / 3);
			sqlite3_bind_int64(stmt, 4, n % 1000);
			sqlite3_bind_int64(stmt, 5, start);
			sqlite3_bind_blob(stmt, 6, hash, sizeof(hash), SQLITE_STATIC);
			sqlite3_bind_text(stmt, 7, text, sizeof(text), SQLITE_STATIC);
			if (sqlite3_step(stmt) != SQLITE_DONE)
				die(sqlite3_errmsg(db));
			sqlite3_reset(stmt);
		}
		bare_execute(db, "COMMIT");
	}
	until = clock_steady();
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return (double)n * 1e6 / (double)(until - start);
}

static void make_table(struct store *store, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;

	if (store_begin(store, &txn, why) < 0)
		die(why->text);
	for (const char *at = table, *end; at; at = end ? end + 2 : NULL) {
		char sql[512];

		end = strstr(at, "; ");
		snprintf(sql, sizeof(sql), "%.*s", end ? (int)(end - at) : (int)strlen(at), at);
		{
			SCOPED(rows_drop) struct rows *rows = NULL;

			if (store_query_made(store, sql, NO_VALUES, &rows, why) < 0 ||
			    rows_next(rows, why) < 0)
				die(why->text);
		}
	}
	if (store_commit(&txn, why) < 0)
		die(why->text);
}

static double ours(const char *path, int group, double seconds)
{
	SCOPED(store_drop) struct store *store = NULL;
	int64_t start, n = 0, until;
	struct fault why = { 0 };

	if (store_open(&store_sqlite, path, STORE_WRITE, &store, &why) < 0)
		die(why.text);
	make_table(store, &why);
	start = clock_steady();
	until = start + (int64_t)(seconds * 1e6);
	while (clock_steady() < until) {
		struct store_txn *txn;

		if (store_begin(store, &txn, &why) < 0)
			die(why.text);
		for (int i = 0; i < group; i++, n++)
			if (store_run(store, insert,
				      VALUES(value_int(1), value_int(n), value_int(n / 3),
					     value_int(n % 1000), value_int(start),
					     value_blob(hash, sizeof(hash)),
					     value_text_n(text, sizeof(text))),
				      NULL, &why) < 0)
				die(why.text);
		if (store_commit(&txn, &why) < 0)
			die(why.text);
	}
	return (double)n * 1e6 / (double)(clock_steady() - start);
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median is in the middle then. */
static void sort(double *of, size_t count) { qsort(of, count, sizeof(*of), by_size); }

int main(int argc, char **argv)
{
	static const int groups[] = { 1, 16, 64, 256 };
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 5;
	double *a = must_alloc(rounds * sizeof(*a)), *b = must_alloc(rounds * sizeof(*b));

	if (argc < 2 || !rounds) {
		fprintf(stderr, "usage: bench_store FOLDER [SECONDS_EACH [ROUNDS]]\n");
		return 64;
	}
	memset(hash, 0xab, sizeof(hash));
	memset(text, 'x', sizeof(text));
	printf("%6s %14s %14s %7s   (rows/s, median of %zu)\n", "group", "bare SQLite", "store", "ratio",
	       rounds);
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		for (size_t i = 0; i < rounds; i++) {
			a[i] = bare(file_in(argv[1], "bare.db"), groups[g], seconds);
			b[i] = ours(file_in(argv[1], "store.db"), groups[g], seconds);
		}
		sort(a, rounds);
		sort(b, rounds);
		printf("%6d %14.0f %14.0f %7.2f\n", groups[g], a[rounds / 2], b[rounds / 2],
		       b[rounds / 2] / a[rounds / 2]);
	}
	file_in(argv[1], "bare.db");
	file_in(argv[1], "store.db");
	free(a);
	free(b);
	return 0;
}
