#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/lock.h"
#include "store/schema.h"
#include "store/sqlite_copy.h"
#include "store/sqlite_statement.h"
#include "store/store_private.h"

/* The engine SQLite: write-ahead log, every commit synced before it returns. */

struct sqlite {
	sqlite3 *db;
	char *path;
	struct statements *statements;
	struct lock *writer; /* held while open for writing, not for ":memory:" */
};

/* Another process may be folding in the log or reading while we start. */
enum { PATIENCE_MS = 5000 };

static const char *sync_mode = "FULL";

void store_sqlite_sync(const char *mode) { sync_mode = mode; }

/* clang-format off */
/* What an SQLite result means to the house. */
static const struct {
	int result;
	enum fault_code code;
	const char *en, *zh;
} meanings[] = {
	{ SQLITE_BUSY,       FAULT_BUSY,     "another process is using %s",           "另一进程正在使用 %s" },
	{ SQLITE_LOCKED,     FAULT_BUSY,     "a statement of our own is using %s",    "本程序的另一语句正在使用 %s" },
	{ SQLITE_NOMEM,      FAULT_BUSY,     "out of memory for %s",                  "内存不足：%s" },
	{ SQLITE_INTERRUPT,  FAULT_BUSY,     "interrupted: %s",                       "已中断：%s" },
	{ SQLITE_IOERR,      FAULT_IO,       "cannot read or write %s",               "不能读写 %s" },
	{ SQLITE_CANTOPEN,   FAULT_IO,       "cannot open %s",                        "不能打开 %s" },
	{ SQLITE_READONLY,   FAULT_IO,       "cannot write to %s, it is read-only",   "不能写入 %s，它是只读的" },
	{ SQLITE_PERM,       FAULT_IO,       "no permission for %s",                  "无权访问 %s" },
	{ SQLITE_CORRUPT,    FAULT_CORRUPT,  "stored data is damaged: %s",            "存储数据已损坏：%s" },
	{ SQLITE_NOTADB,     FAULT_CORRUPT,  "not a database: %s",                    "不是数据库：%s" },
	{ SQLITE_CONSTRAINT, FAULT_CONFLICT, "a rule of the tables forbids it in %s", "%s 的表规则不允许" },
	{ SQLITE_TOOBIG,     FAULT_LIMIT,    "a value is longer than %s takes",       "值的长度超过 %s 所能容纳" },
};
/* clang-format on */

static int failed(const struct sqlite *s, int result, const char *sql, struct fault *why)
{
	const char *detail = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(result);
	char en[512], zh[512];
	const int error = s->db ? sqlite3_system_errno(s->db) : 0;
	size_t i = 0;

	/* A quota that is used up comes as an error of writing. */
	if ((result & 0xff) == SQLITE_FULL ||
	    ((result & 0xff) == SQLITE_IOERR && (error == ENOSPC || error == EDQUOT)))
		return fault_no_room(why, s->path);
	while (i < sizeof(meanings) / sizeof(*meanings) && meanings[i].result != (result & 0xff))
		i++;
	if (i == sizeof(meanings) / sizeof(*meanings))
		return fault_set(why, FAULT_INVALID, "%s says: %s (%.300s)", s->path, detail, sql ? sql : "");
	snprintf(en, sizeof(en), meanings[i].en, s->path);
	snprintf(zh, sizeof(zh), meanings[i].zh, s->path);
	return fault_say(why, meanings[i].code, "%s%.0s (%s)", "%.0s%s（%s）", en, zh, detail);
}

static void close_engine(void *engine)
{
	struct sqlite *s = engine;

	if (!s)
		return;
	statements_free(s->statements);
	sqlite3_close(s->db);
	lock_free(s->writer);
	free(s->path);
	free(s);
}

static void sqlite_drop(struct sqlite **s) { close_engine(*s); }

static int execute(struct sqlite *s, const char *sql, struct fault *why)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : failed(s, rc, sql, why);
}

/* Beside the database, since closing any handle of the file itself would let
 * go of the locks that SQLite holds on it. */
static int claim(struct sqlite *s, struct fault *why)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s-writer", s->path) >= sizeof(path))
		return fault_set(why, FAULT_LIMIT, "the path of the store is longer than %zu bytes",
				 sizeof(path) - 8);
	return lock_file(path, s->path, &s->writer, why);
}

/* The page cache is small on purpose: the kernel's is shared and counts for
 * nobody. A page that was freed is overwritten, so that erased means erased. */
static int settle(struct sqlite *s, enum store_mode mode, struct fault *why)
{
	char sql[512];

	sqlite3_busy_timeout(s->db, PATIENCE_MS);
	sqlite3_extended_result_codes(s->db, 1);
	snprintf(sql, sizeof(sql),
		 "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
		 "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;%s",
		 mode == STORE_READ ? "PRAGMA query_only=ON;" : "PRAGMA secure_delete=ON;");
	return execute(s, sql, why);
}

/* SQLite keeps the former journal mode in silence where it cannot change it. */
static int use_log(struct sqlite *s, struct fault *why)
{
	sqlite3_stmt *stmt = NULL;
	char sql[128], mode[16] = "";
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		snprintf(mode, sizeof(mode), "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	if (rc != SQLITE_ROW)
		return failed(s, rc, NULL, why);
	if (strcmp(mode, "wal") != 0 && strcmp(s->path, ":memory:") != 0)
		return fault_set(why, FAULT_IO, "%s cannot use a write-ahead log here (journal mode '%s')",
				 s->path, mode);
	snprintf(sql, sizeof(sql), "PRAGMA synchronous=%s; PRAGMA journal_size_limit=67108864", sync_mode);
	return execute(s, sql, why);
}

/* Nothing of the file is read until the first statement. */
static int admit(struct sqlite *s, struct fault *why)
{
	return execute(s, "SELECT count(*) FROM sqlite_schema", why);
}

/* A folder that cannot be written, such as a medium in the reader, has no
 * place for the shared memory of the log. Without a log there is nothing that
 * could change under us. */
static int open_still(struct sqlite *s, struct fault *why)
{
	char *uri, *log = sqlite3_mprintf("%s-wal", s->path);
	bool has_log = access(log, F_OK) == 0;
	int rc;

	sqlite3_free(log);
	if (has_log)
		return fault_set(why, FAULT_IO,
				 "cannot read %s where it is: its log '-wal' is not folded in and "
				 "the folder cannot be written; copy the folder first",
				 s->path);
	sqlite3_close(s->db);
	uri = sqlite3_mprintf("file:%s?immutable=1", s->path);
	rc = sqlite3_open_v2(uri, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	sqlite3_free(uri);
	return rc == SQLITE_OK ? settle(s, STORE_READ, why) : failed(s, rc, NULL, why);
}

static int open_to_read(struct sqlite *s, struct fault *why)
{
	int rc, ret;

	if (access(s->path, F_OK) < 0)
		return fault_set(why, FAULT_ABSENT, "there is no store at %s", s->path);
	rc = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return failed(s, rc, NULL, why);
	if ((ret = settle(s, STORE_READ, why)) == 0)
		ret = admit(s, why);
	if (ret == -FAULT_IO && !strpbrk(s->path, "?#%") && (ret = open_still(s, why)) == 0)
		ret = admit(s, why);
	return ret;
}

static int open_to_write(struct sqlite *s, struct fault *why)
{
	int rc, ret;

	if (strcmp(s->path, ":memory:") != 0 && (ret = claim(s, why)) < 0)
		return ret;
	rc = sqlite3_open_v2(s->path, &s->db,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return failed(s, rc, NULL, why);
	if ((ret = settle(s, STORE_WRITE, why)) < 0 || (ret = admit(s, why)) < 0)
		return ret;
	return use_log(s, why);
}

static int open_engine(const char *path, enum store_mode mode, void **engine, struct fault *why)
{
	SCOPED(sqlite_drop) struct sqlite *s = must_alloc(sizeof(*s));
	int ret;

	s->path = must_copy(path);
	if ((ret = mode == STORE_READ ? open_to_read(s, why) : open_to_write(s, why)) < 0)
		return ret;
	s->statements = statements_new(s->db);
	*engine = s;
	s = NULL;
	return 0;
}

/* A cursor is a statement that was bound and not yet given back. Outside a
 * transaction nothing is written: there never was one, or an earlier fault
 * (a full disk) has undone it and what follows must not count alone. */
static int start(struct sqlite *s, const char *sql, bool made, bool copy, const struct value *args,
		 size_t count, struct statement **out, struct fault *why)
{
	struct statement *st;
	int rc, ret = 0;

	if ((rc = statements_take(s->statements, sql, made, &st)) != SQLITE_OK)
		return failed(s, rc, sql, why);
	if (sqlite3_get_autocommit(s->db) && !sqlite3_stmt_readonly(st->stmt))
		ret = fault_set(why, FAULT_IO, "no transaction is open, or an earlier fault undid it: %.300s",
				sql);
	if (ret < 0 || (ret = statement_bind(st, args, count, copy, why)) < 0) {
		statements_give(s->statements, st);
		return ret;
	}
	*out = st;
	return 0;
}

static int run(void *engine, const char *sql, const struct value *args, size_t count, int64_t *changed,
	       struct fault *why)
{
	struct sqlite *s = engine;
	struct statement *st;
	int rc, ret;

	if ((ret = start(s, sql, false, false, args, count, &st, why)) < 0)
		return ret;
	while ((rc = sqlite3_step(st->stmt)) == SQLITE_ROW)
		;
	if (rc != SQLITE_DONE)
		ret = failed(s, rc, sql, why);
	else if (changed)
		*changed = sqlite3_stmt_readonly(st->stmt) ? 0 : sqlite3_changes64(s->db);
	statements_give(s->statements, st);
	return ret;
}

static int script(void *engine, const char *sql, struct fault *why) { return execute(engine, sql, why); }

static int query(void *engine, const char *sql, bool made, const struct value *args, size_t count,
		 void **cursor, struct fault *why)
{
	struct statement *st;
	int ret;

	if ((ret = start(engine, sql, made, true, args, count, &st, why)) == 0)
		*cursor = st;
	return ret;
}

static int next(void *engine, void *cursor, struct fault *why)
{
	struct statement *st = cursor;
	int rc = sqlite3_step(st->stmt);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : failed(engine, rc, sqlite3_sql(st->stmt), why);
}

static void end(void *engine, void *cursor)
{
	struct sqlite *s = engine;

	statements_give(s->statements, cursor);
}

static sqlite3_stmt *of(void *cursor) { return ((struct statement *)cursor)->stmt; }

static bool column_null(void *cursor, int column)
{
	return sqlite3_column_type(of(cursor), column) == SQLITE_NULL;
}

static int64_t column_int(void *cursor, int column) { return sqlite3_column_int64(of(cursor), column); }

static const char *column_text(void *cursor, int column, size_t *len)
{
	const char *text = (const char *)sqlite3_column_text(of(cursor), column);

	if (len)
		*len = (size_t)sqlite3_column_bytes(of(cursor), column);
	return text;
}

/* SQLite gives NULL for a blob of no bytes; here NULL means a null. */
static const void *column_blob(void *cursor, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(of(cursor), column);

	*len = (size_t)sqlite3_column_bytes(of(cursor), column);
	return bytes || column_null(cursor, column) ? bytes : "";
}

/* A statement without values or rows, prepared once like all others. */
static int step(struct sqlite *s, const char *literal, struct fault *why)
{
	struct statement *st;
	int rc, ret = 0;

	if ((rc = statements_take(s->statements, literal, false, &st)) != SQLITE_OK)
		return failed(s, rc, literal, why);
	if ((rc = sqlite3_step(st->stmt)) != SQLITE_DONE)
		ret = failed(s, rc, literal, why);
	statements_give(s->statements, st);
	return ret;
}

/* The lock for writing is taken at once, so that no act fails half-way for it. */
static int begin(void *engine, struct fault *why)
{
	struct sqlite *s = engine;

	return step(s, sqlite3_db_readonly(s->db, "main") ? "BEGIN" : "BEGIN IMMEDIATE", why);
}

static int look(void *engine, struct fault *why) { return step(engine, "BEGIN", why); }

/* Inside the transaction: after a fault that undid it, a mark would begin
 * another one in silence. */
static int step_inside(struct sqlite *s, const char *literal, struct fault *why)
{
	if (sqlite3_get_autocommit(s->db))
		return fault_set(why, FAULT_IO, "an earlier fault undid the transaction on %s", s->path);
	return step(s, literal, why);
}

static int commit(void *engine, struct fault *why) { return step_inside(engine, "COMMIT", why); }

static void rollback(void *engine)
{
	struct sqlite *s = engine;

	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Of marks with the same name, the last one counts. */
static int mark(void *engine, struct fault *why) { return step_inside(engine, "SAVEPOINT mark", why); }
static int keep(void *engine, struct fault *why) { return step_inside(engine, "RELEASE mark", why); }

static int undo(void *engine, struct fault *why)
{
	int ret = step_inside(engine, "ROLLBACK TO mark", why);

	return ret < 0 ? ret : step_inside(engine, "RELEASE mark", why);
}

static int scrub(void *engine, struct fault *why)
{
	struct sqlite *s = engine;
	int rc;

	/* A backup reads for long; nobody who works waits for it, and the file is
	 * not written anew in vain. */
	sqlite3_busy_timeout(s->db, 0);
	rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	/* secure_delete clears cells that are dropped, but what a page left behind
	 * when it was rebuilt goes only with the page: the file is written anew. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, "VACUUM", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(s->db, PATIENCE_MS);
	return rc == SQLITE_OK ? 0 : failed(s, rc, "checkpoint", why);
}

static int copy(void *engine, const char *path, void (*told)(void *who, uint64_t done, uint64_t all),
		void *who, struct fault *why)
{
	return sqlite_copy(((struct sqlite *)engine)->db, path, told, who, why);
}

static int census(void *engine, const char *name, int64_t *tables, bool *has, struct fault *why)
{
	static const char sql[] = "SELECT count(*), coalesce(sum(name = $1), 0) FROM sqlite_schema"
				  " WHERE type = 'table'";
	const struct value args[] = { value_text(name) };
	void *cursor = NULL;
	int ret;

	if ((ret = query(engine, sql, false, args, 1, &cursor, why)) < 0)
		return ret;
	if ((ret = next(engine, cursor, why)) > 0) {
		*tables = column_int(cursor, 0);
		*has = column_int(cursor, 1) > 0;
	}
	end(engine, cursor);
	return ret < 0 ? ret : 0;
}

const struct store_driver store_sqlite = {
	.name = "sqlite",
	.int_word = "INTEGER",
	.pk_words = "INTEGER PRIMARY KEY",
	.blob_word = "BLOB",
	.strict_word = "STRICT",
	.search_tables = store_search_tables,
	.open = open_engine,
	.close = close_engine,
	.begin = begin,
	.look = look,
	.commit = commit,
	.rollback = rollback,
	.mark = mark,
	.keep = keep,
	.undo = undo,
	.run = run,
	.script = script,
	.scrub = scrub,
	.copy = copy,
	.query = query,
	.next = next,
	.column_null = column_null,
	.column_int = column_int,
	.column_text = column_text,
	.column_blob = column_blob,
	.end = end,
	.census = census,
};
