#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "host/faultpoint.h"
#include "store/column_private.h"
#include "store/store_private.h"

struct store_txn {
	struct store *store;
};

struct rows {
	struct store *store;
	void *cursor;
};

struct value value_text_n(const char *text, size_t len)
{
	return text ? (struct value){ VALUE_TEXT, 0, text, len } : value_null();
}

struct value value_text(const char *text) { return value_text_n(text, text ? strlen(text) : 0); }

struct value value_blob(const void *bytes, size_t len)
{
	return bytes ? (struct value){ VALUE_BLOB, 0, bytes, len } : value_null();
}

int store_open(const struct store_driver *driver, const char *path, enum store_mode mode, struct store **out,
	       struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	void *engine;
	int ret;

	if ((ret = driver->open(path, mode, &engine, why)) < 0)
		return ret;
	store = must_alloc(sizeof(*store));
	store->driver = driver;
	store->engine = engine;
	store->path = must_copy(path);
	store->mode = mode;
	if ((ret = schema_admit(store, why)) < 0)
		return ret;
	*out = store;
	store = NULL;
	return 0;
}

int store_open_again(const struct store *store, struct store **out, struct fault *why)
{
	return store_open(store->driver, store->path, STORE_READ, out, why);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	assert(!store->txn);
	column_forget(store);
	store->driver->close(store->engine);
	free(store->path);
	free(store);
}

void store_drop(struct store **store)
{
	store_close(*store);
	*store = NULL;
}

int store_begin(struct store *store, struct store_txn **out, struct fault *why)
{
	int ret;

	assert(!store->txn);
	if ((ret = store->driver->begin(store->engine, why)) < 0)
		return ret;
	FAULTPOINT("store.begin");
	store->marks = 0;
	store->writes_before = store->column_writes;
	store->txn = must_alloc(sizeof(*store->txn));
	store->txn->store = store;
	*out = store->txn;
	return 0;
}

int store_look(struct store *store, struct fault *why)
{
	assert(!store->txn);
	return store->driver->look(store->engine, why);
}

void store_look_end(struct store *store) { store->driver->rollback(store->engine); }

/* Nothing happened: what was kept since says something else than the tables. */
static void unwrite(struct store *store, uint64_t writes)
{
	if (store->column_writes != writes)
		column_forget(store);
}

static void txn_end(struct store_txn **txn)
{
	(*txn)->store->txn = NULL;
	free(*txn);
	*txn = NULL;
}

int store_commit(struct store_txn **txn, struct fault *why)
{
	struct store *store = (*txn)->store;
	int ret;

	assert(store->txn == *txn && !store->marks);
	FAULTPOINT("store.commit");
	if ((ret = store->driver->commit(store->engine, why)) < 0) {
		store->driver->rollback(store->engine);
		unwrite(store, store->writes_before);
	} else {
		FAULTPOINT("store.committed");
	}
	txn_end(txn);
	return ret;
}

void store_txn_drop(struct store_txn **txn)
{
	struct store *store;

	if (!*txn)
		return;
	store = (*txn)->store;
	store->driver->rollback(store->engine);
	unwrite(store, store->writes_before);
	txn_end(txn);
}

int store_mark(struct store *store, struct fault *why)
{
	int ret;

	assert(store->txn);
	if ((ret = store->driver->mark(store->engine, why)) < 0)
		return ret;
	if (store->marks < STORE_MARKS)
		store->writes_at[store->marks] = store->column_writes;
	store->marks++;
	return 0;
}

int store_keep(struct store *store, struct fault *why)
{
	int ret;

	assert(store->txn && store->marks);
	if ((ret = store->driver->keep(store->engine, why)) == 0)
		store->marks--;
	return ret;
}

int store_undo(struct store *store, struct fault *why)
{
	assert(store->txn && store->marks);
	store->marks--;
	unwrite(store, store->marks < STORE_MARKS ? store->writes_at[store->marks] : store->writes_before);
	return store->driver->undo(store->engine, why);
}

int store_copy(struct store *store, const char *path, void (*told)(void *who, uint64_t done, uint64_t all),
	       void *who, struct fault *why)
{
	assert(!store->txn);
	return store->driver->copy(store->engine, path, told, who, why);
}

int store_scrub(struct store *store, struct fault *why)
{
	assert(!store->txn);
	return store->driver->scrub(store->engine, why);
}

int store_run(struct store *store, const char *sql, const struct value *args, size_t count, int64_t *changed,
	      struct fault *why)
{
	return store->driver->run(store->engine, sql, args, count, changed, why);
}

static int query(struct store *store, const char *sql, bool made, const struct value *args, size_t count,
		 struct rows **out, struct fault *why)
{
	void *cursor;
	int ret;

	if ((ret = store->driver->query(store->engine, sql, made, args, count, &cursor, why)) < 0)
		return ret;
	*out = must_alloc(sizeof(**out));
	(*out)->store = store;
	(*out)->cursor = cursor;
	return 0;
}

int store_query(struct store *store, const char *sql, const struct value *args, size_t count,
		struct rows **out, struct fault *why)
{
	return query(store, sql, false, args, count, out, why);
}

int store_query_made(struct store *store, const char *sql, const struct value *args, size_t count,
		     struct rows **out, struct fault *why)
{
	return query(store, sql, true, args, count, out, why);
}

int rows_next(struct rows *rows, struct fault *why)
{
	return rows->store->driver->next(rows->store->engine, rows->cursor, why);
}

bool rows_null(struct rows *rows, int column)
{
	return rows->store->driver->column_null(rows->cursor, column);
}

int64_t rows_int(struct rows *rows, int column)
{
	return rows->store->driver->column_int(rows->cursor, column);
}

const char *rows_text(struct rows *rows, int column, size_t *len)
{
	return rows->store->driver->column_text(rows->cursor, column, len);
}

const void *rows_blob(struct rows *rows, int column, size_t *len)
{
	return rows->store->driver->column_blob(rows->cursor, column, len);
}

void rows_close(struct rows *rows)
{
	if (!rows)
		return;
	rows->store->driver->end(rows->store->engine, rows->cursor);
	free(rows);
}

void rows_drop(struct rows **rows)
{
	rows_close(*rows);
	*rows = NULL;
}

/* The first row of a query, of which column 0 is not null. */
static int first(struct store *store, const char *sql, const struct value *args, size_t count,
		 struct rows **out, struct fault *why)
{
	int ret;

	if ((ret = store_query(store, sql, args, count, out, why)) < 0)
		return ret;
	if ((ret = rows_next(*out, why)) < 0)
		return ret;
	if (!ret || rows_null(*out, 0))
		return fault_set(why, FAULT_ABSENT, "nothing in the store answers to: %.200s", sql);
	return 0;
}

int store_int(struct store *store, const char *sql, const struct value *args, size_t count, int64_t *out,
	      struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = first(store, sql, args, count, &rows, why)) < 0)
		return ret;
	*out = rows_int(rows, 0);
	return 0;
}

int store_text(struct store *store, const char *sql, const struct value *args, size_t count,
	       struct arena *mem, char **out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *text;
	size_t len;
	int ret;

	if ((ret = first(store, sql, args, count, &rows, why)) < 0)
		return ret;
	text = rows_text(rows, 0, &len);
	*out = arena_copy_bytes(mem, text, len);
	return 0;
}
