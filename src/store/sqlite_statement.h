#pragma once

#include <sqlite3.h>

#include "store/store.h"

/*
 * sqlite_statement -- prepared statements of one SQLite connection, kept.
 *
 * Literals are found again by their address, texts made at run time by their
 * words in a small cache where the least recently used gives way. A statement
 * that is still giving rows is never handed out twice: whoever asks meanwhile
 * gets one of his own.
 */
struct statements;

struct statement {
	sqlite3_stmt *stmt;
	const char *literal;   /* the address it is kept under, or NULL */
	unsigned short *value; /* SQLite's parameter i + 1 takes value number value[i], from 1 */
	int params;
	bool busy, kept;
	uint64_t used; /* when it was last asked for, by count */
};

struct statements *statements_new(sqlite3 *db);
void statements_free(struct statements *all); /* before the connection closes */

/* A statement ready to be bound, or an SQLite result code; give it back. */
int statements_take(struct statements *all, const char *sql, bool made, struct statement **out);
void statements_give(struct statements *all, struct statement *s);

/* Bind `args` to $1, $2 and so on. With `copy` text and blobs may go away at
 * once; without, after the statement was given back. FAULT_INVALID where the
 * statement asks for other values than there are. */
int statement_bind(struct statement *s, const struct value *args, size_t count, bool copy, struct fault *why);
