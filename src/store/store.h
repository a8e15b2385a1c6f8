#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * store -- one face for the engines that keep the house's tables.
 *
 * One SQL text with $1 parameters runs on every engine. One thread writes; a
 * write happens inside a transaction, and what is acknowledged was committed
 * durably before. Nothing here knows what the tables mean.
 */
struct store;
struct store_driver;

/* The engines. daemon/wire.c and tools pick one; nobody else names them. */
extern const struct store_driver store_sqlite; /* path of a file, or ":memory:" */
extern const struct store_driver store_fake;   /* SQLite in memory that can be told to fail */

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB };

/* One parameter; text and blobs are borrowed until the statement has run. */
struct value {
	enum value_type type;
	int64_t number;
	const void *bytes;
	size_t len;
};

static inline struct value value_null(void) { return (struct value){ VALUE_NULL, 0, NULL, 0 }; }
static inline struct value value_int(int64_t n) { return (struct value){ VALUE_INT, n, NULL, 0 }; }
struct value value_text(const char *text); /* NULL gives a null */
struct value value_text_n(const char *text, size_t len);
struct value value_blob(const void *bytes, size_t len);

/* A literal list of parameters: VALUES(value_int(1), value_text("x")). */
#define VALUES(...)                                                                                          \
	(const struct value[]){ __VA_ARGS__ },                                                               \
		sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)
#define NO_VALUES NULL, 0

enum store_mode { STORE_WRITE, STORE_READ };

/* Open (and with STORE_WRITE create) the store at `path`. Fails with
 * FAULT_BUSY when another process has it open for writing, FAULT_CORRUPT when
 * it is not a database, FAULT_NEWER when a newer version wrote it. The schema
 * is made and brought up to date by store_schema(). */
int store_open(const struct store_driver *driver, const char *path, enum store_mode mode, struct store **out,
	       struct fault *why);
/* The same store once more, for another thread that only reads. */
int store_open_again(const struct store *store, struct store **out, struct fault *why);
void store_close(struct store *store);
void store_drop(struct store **store); /* for SCOPED */

/* The version of the schema this program writes. */
enum { STORE_SCHEMA = 4 };

/* Make or migrate the tables (store/schema.c); in one transaction a version. */
int store_schema(struct store *store, struct fault *why);

/* A transaction; dropped without commit, nothing happened. One at a time. */
struct store_txn;
int store_begin(struct store *store, struct store_txn **out, struct fault *why);
int store_commit(struct store_txn **txn, struct fault *why); /* durable when it returns 0 */
void store_txn_drop(struct store_txn **txn);

/* One look at the store as it stands: what is read until the end comes from one
 * state of it, and costs less than if each statement began its own. Outside a
 * transaction. */
int store_look(struct store *store, struct fault *why);
void store_look_end(struct store *store);

/* A mark inside the transaction, to take one act back and keep the others.
 * Marks nest; each is either kept or undone. */
int store_mark(struct store *store, struct fault *why);
int store_keep(struct store *store, struct fault *why);
int store_undo(struct store *store, struct fault *why);

/* Run a statement that gives no rows. `sql` is a string that outlives the
 * store (a literal): prepared once and kept. `changed` may be NULL. */
int store_run(struct store *store, const char *sql, const struct value *args, size_t count, int64_t *changed,
	      struct fault *why);

/* A statement that gives rows. Columns count from 0. Text and blobs live
 * until the next step; text is NUL-terminated. */
struct rows;
int store_query(struct store *store, const char *sql, const struct value *args, size_t count,
		struct rows **out, struct fault *why);
/* The same for a text made at run time (lists and searches); kept in a small cache. */
int store_query_made(struct store *store, const char *sql, const struct value *args, size_t count,
		     struct rows **out, struct fault *why);
int rows_next(struct rows *rows, struct fault *why); /* 1 a row, 0 the end, <0 a fault */
bool rows_null(struct rows *rows, int column);
int64_t rows_int(struct rows *rows, int column);
const char *rows_text(struct rows *rows, int column, size_t *len); /* NULL for null; len may be NULL */
const void *rows_blob(struct rows *rows, int column, size_t *len);
void rows_close(struct rows *rows);
void rows_drop(struct rows **rows); /* for SCOPED */

/* One number or one text of the first row; FAULT_ABSENT where there is none. */
int store_int(struct store *store, const char *sql, const struct value *args, size_t count, int64_t *out,
	      struct fault *why);
int store_text(struct store *store, const char *sql, const struct value *args, size_t count,
	       struct arena *mem, char **out, struct fault *why);

/* What was deleted or erased leaves the files too: the database is written
 * anew, its write-ahead log folded in and cut to nothing. Seconds for a
 * gigabyte, and for a moment the room of a second copy.
 * Outside a transaction; FAULT_BUSY while another process reads. */
int store_scrub(struct store *store, struct fault *why);

/* The store as it is at this moment, copied to the new file `path` while others
 * go on writing; durable on 0. Outside a transaction. `told` (may be NULL)
 * hears how far it has come, in parts of an unnamed size. */
int store_copy(struct store *store, const char *path, void (*told)(void *who, uint64_t done, uint64_t all),
	       void *who, struct fault *why);

/* For the crash campaign alone: stores opened from now on sync in this way
 * (FULL, NORMAL, OFF). NORMAL is the fault that the campaign must catch. */
void store_sqlite_sync(const char *mode);

/* Tell the fake engine: the n-th call from now fails (0: never again). Calls
 * are begin, run, query, next, mark, keep, commit. */
void store_fake_fail_at(struct store *store, unsigned n);
unsigned store_fake_calls(struct store *store);
