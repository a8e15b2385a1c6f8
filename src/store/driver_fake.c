#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "store/schema.h"
#include "store/store_private.h"

/* The engine for tests: SQLite in memory that fails when it is told to. */

struct fake {
	void *inner;
	unsigned calls, fail_at; /* 0: never */
};

static struct fake *fake_of(struct store *store)
{
	assert(store->driver == &store_fake);
	return store->engine;
}

void store_fake_fail_at(struct store *store, unsigned n)
{
	struct fake *f = fake_of(store);

	f->calls = 0;
	f->fail_at = n;
}

unsigned store_fake_calls(struct store *store) { return fake_of(store)->calls; }

static int counted(struct fake *f, const char *what, struct fault *why)
{
	if (++f->calls != f->fail_at)
		return 0;
	return fault_set(why, FAULT_IO, "call %u (%s) fails, as the test asked", f->calls, what);
}

static int open_engine(const char *path, enum store_mode mode, void **engine, struct fault *why)
{
	struct fake *f = must_alloc(sizeof(*f));
	int ret;

	(void)path, (void)mode;
	if ((ret = store_sqlite.open(":memory:", STORE_WRITE, &f->inner, why)) < 0)
		free(f);
	else
		*engine = f;
	return ret;
}

static void close_engine(void *engine)
{
	struct fake *f = engine;

	store_sqlite.close(f->inner);
	free(f);
}

static int begin(void *engine, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "begin", why);

	return ret < 0 ? ret : store_sqlite.begin(f->inner, why);
}

static int look(void *engine, struct fault *why)
{
	return store_sqlite.look(((struct fake *)engine)->inner, why);
}

static int commit(void *engine, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "commit", why);

	return ret < 0 ? ret : store_sqlite.commit(f->inner, why);
}

static void rollback(void *engine) { store_sqlite.rollback(((struct fake *)engine)->inner); }

static int mark(void *engine, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "mark", why);

	return ret < 0 ? ret : store_sqlite.mark(f->inner, why);
}

static int keep(void *engine, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "keep", why);

	return ret < 0 ? ret : store_sqlite.keep(f->inner, why);
}

static int undo(void *engine, struct fault *why)
{
	return store_sqlite.undo(((struct fake *)engine)->inner, why);
}

static int run(void *engine, const char *sql, const struct value *args, size_t count, int64_t *changed,
	       struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, sql, why);

	return ret < 0 ? ret : store_sqlite.run(f->inner, sql, args, count, changed, why);
}

static int script(void *engine, const char *sql, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "script", why);

	return ret < 0 ? ret : store_sqlite.script(f->inner, sql, why);
}

static int scrub(void *engine, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "scrub", why);

	return ret < 0 ? ret : store_sqlite.scrub(f->inner, why);
}

static int copy(void *engine, const char *path, void (*told)(void *who, uint64_t done, uint64_t all),
		void *who, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "copy", why);

	return ret < 0 ? ret : store_sqlite.copy(f->inner, path, told, who, why);
}

static int query(void *engine, const char *sql, bool made, const struct value *args, size_t count,
		 void **cursor, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, sql, why);

	return ret < 0 ? ret : store_sqlite.query(f->inner, sql, made, args, count, cursor, why);
}

static int next(void *engine, void *cursor, struct fault *why)
{
	struct fake *f = engine;
	int ret = counted(f, "next", why);

	return ret < 0 ? ret : store_sqlite.next(f->inner, cursor, why);
}

static bool column_null(void *cursor, int column) { return store_sqlite.column_null(cursor, column); }
static int64_t column_int(void *cursor, int column) { return store_sqlite.column_int(cursor, column); }

static const char *column_text(void *cursor, int column, size_t *len)
{
	return store_sqlite.column_text(cursor, column, len);
}

static const void *column_blob(void *cursor, int column, size_t *len)
{
	return store_sqlite.column_blob(cursor, column, len);
}

static void end(void *engine, void *cursor) { store_sqlite.end(((struct fake *)engine)->inner, cursor); }

static int census(void *engine, const char *name, int64_t *tables, bool *has, struct fault *why)
{
	return store_sqlite.census(((struct fake *)engine)->inner, name, tables, has, why);
}

const struct store_driver store_fake = {
	.name = "fake",
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
