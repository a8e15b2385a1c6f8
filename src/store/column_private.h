#pragma once

#include "store/store.h"

/*
 * column -- the values of one field of all records of a kind, in memory, for the folder store alone.
 *
 * Read from the facets when a question first asks for the field; from then on
 * facet.c writes here what it writes there, so that a board that counts after
 * every change walks no table. Nothing is decided by it: what is not kept, or
 * was forgotten because a transaction came to nothing, is read from the facets.
 */
enum {
	COLUMN_VALUES = 4096,    /* a field with more different ones is not kept */
	COLUMN_BYTES = 32 << 20, /* of all columns together; the one that nobody asked for longest goes */
	COLUMN_IN_USE = 256,     /* as many as one question may need stay */
};

struct column {
	const char *const *values; /* by number, from 1; 0 is none */
	size_t count;              /* numbers are up to this */
	const uint16_t *at;        /* by id: the number of its value */
	int64_t room;              /* ids behind it have none */
};

/* The number of the value that this record has; 0: none. */
static inline uint16_t column_has(const struct column *column, int64_t id)
{
	return id >= 0 && id < column->room ? column->at[id] : 0;
}

/* The field of a kind; name "": the space. NULL where it cannot be kept: a store
 * that others write, a record with two values, too many different ones.
 * Good until the next write; COLUMN_IN_USE calls later it may have made way. */
int column_of(struct store *store, const char *kind, const char *name, const struct column **out,
	      struct fault *why);
/* The same without reading it: NULL where nobody has counted by it yet. */
const struct column *column_kept(struct store *store, const char *kind, const char *name);

/* What was written just now; where the field is not kept nothing happens. */
void column_put(struct store *store, const char *kind, const char *name, int64_t id, const char *value);
void column_drop(struct store *store, const char *kind, const char *name, int64_t id);

/* All of them: the tables say something else than what was written here. */
void column_forget(struct store *store);
