#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "store/store.h"

/*
 * list -- objects of one kind, by filter and page by page.
 *
 * Reads objects, facets and the search index; every filter on a declared
 * field has an index to go by. A page goes on where the one before ended, also
 * while objects come and go.
 */
enum { LIST_LIMIT = 500, LIST_CURSOR = 256 };

enum list_order {
	LIST_NEWEST,  /* by id, the newest first */
	LIST_UPDATED, /* the one changed last first */
	LIST_NUMBER,  /* by number, ascending; objects without one are left out */
	LIST_CHANGED, /* the one changed last comes last: what changed since is read on from there */
	LIST_BY,      /* by the value of a field, ascending, as text; objects without one come last */
};

struct list_query {
	const char *kind;
	int space;                 /* 1 real, 2 drill */
	const char *filter;        /* store/filter.h; NULL or "": everything */
	const char *const *fields; /* that the filter may name: those with facets */
	size_t field_count;
	enum list_order order;
	const char *by;    /* LIST_BY: one of `fields`, of which an object has one value */
	int64_t since;     /* LIST_CHANGED: changed then or later; 0: all */
	const char *after; /* NULL, or what a page before gave */
	int limit;         /* 1..LIST_LIMIT */
	bool lean;         /* rows without states and body: the caller reads them itself */
};

struct list_row {
	int64_t id, version, updated_at;
	const char *number; /* or NULL */
	const char *value;  /* LIST_BY: what it is sorted by, or NULL */
	const char *states, *body;
	size_t body_len;
};

struct list_page {
	struct list_row *rows;
	size_t count;
	const char *after; /* where the next page begins; NULL at the end */
};

/* Where a list goes on behind this row. */
const char *list_cursor(const struct list_query *query, const struct list_row *row, struct arena *mem);

/* A set of ids: bit `id % 64` of words[id / 64]. */
struct list_ids {
	uint64_t *words;
	int64_t most; /* ids are 0..most */
	int64_t count;
};

static inline bool list_has(const struct list_ids *ids, int64_t id)
{
	return id >= 0 && id <= ids->most && ids->words[id / 64] >> (id % 64) & 1;
}

/* All that the filter finds, whatever order and limit say; taken from `mem`. */
int list_ids(struct store *store, const struct list_query *query, struct arena *mem, struct list_ids *out,
	     struct fault *why);

/* The page, taken from `mem`. FAULT_INVALID for what the filter, the limit or
 * the cursor gets wrong, FAULT_LIMIT for a filter that is too large. */
int list_run(struct store *store, const struct list_query *query, struct arena *mem, struct list_page *out,
	     struct fault *why);
