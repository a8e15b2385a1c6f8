#pragma once

#include "store/store.h"

/*
 * store_private -- what an engine must do, for the folder store alone.
 *
 * An engine is one struct of functions over a state of its own (`engine`) and
 * a cursor for rows. It knows SQL and durability; it does not know what tables
 * mean, nor who may nest what: store.c keeps that.
 */
struct store_driver {
	const char *name;

	/* What this engine says for @INT, @PK, @BLOB and @STRICT, and the
	 * tables of its text search. */
	const char *int_word, *pk_words, *blob_word, *strict_word;
	const char *search_tables;

	int (*open)(const char *path, enum store_mode mode, void **engine, struct fault *why);
	void (*close)(void *engine);

	int (*begin)(void *engine, struct fault *why);
	int (*commit)(void *engine, struct fault *why); /* on a fault the caller rolls back */
	void (*rollback)(void *engine);                 /* also where an earlier fault has done so */
	int (*look)(void *engine, struct fault *why);   /* ended by rollback */
	int (*mark)(void *engine, struct fault *why);
	int (*keep)(void *engine, struct fault *why);
	int (*undo)(void *engine, struct fault *why);

	int (*run)(void *engine, const char *sql, const struct value *args, size_t count, int64_t *changed,
		   struct fault *why);
	int (*script)(void *engine, const char *sql, struct fault *why); /* several statements, no values */
	int (*scrub)(void *engine, struct fault *why);
	int (*copy)(void *engine, const char *path, void (*told)(void *who, uint64_t done, uint64_t all),
		    void *who, struct fault *why);
	/* `made`: the text does not outlive the call. */
	int (*query)(void *engine, const char *sql, bool made, const struct value *args, size_t count,
		     void **cursor, struct fault *why);
	int (*next)(void *engine, void *cursor, struct fault *why);
	bool (*column_null)(void *cursor, int column);
	int64_t (*column_int)(void *cursor, int column);
	const char *(*column_text)(void *cursor, int column, size_t *len);
	const void *(*column_blob)(void *cursor, int column, size_t *len);
	void (*end)(void *engine, void *cursor);

	/* How many tables there are, and whether one has this name. */
	int (*census)(void *engine, const char *name, int64_t *tables, bool *has, struct fault *why);
};

/* Marks of which it is known what was written since; a deeper one is taken to have written. */
enum { STORE_MARKS = 8 };

struct store {
	const struct store_driver *driver;
	void *engine;
	char *path;
	enum store_mode mode;
	struct store_txn *txn; /* the one that is open, or NULL */
	unsigned marks;        /* that are neither kept nor undone */

	/* Kept by column.c. How often a facet was written, also when the open
	 * transaction and its marks began: what comes to nothing is forgotten. */
	struct columns *columns;
	uint64_t asked;
	uint64_t column_writes, writes_before, writes_at[STORE_MARKS];
};

/* Refuse a store that a newer version wrote (schema.c); an empty one is fine. */
int schema_admit(struct store *store, struct fault *why);

/* Step by step up to `version`; a test makes a folder of an older one so. */
int schema_raise(struct store *store, int version, struct fault *why);
