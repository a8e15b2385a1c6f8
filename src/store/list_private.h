#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "store/filter.h"
#include "store/list.h"

/*
 * list_private -- how a page is found, for list.c, list_plan.c and list_sets.c.
 *
 * Where all fields of the filter are kept as columns, because something counts by
 * them, the newest are found there. Else there are three ways, each right where
 * the one before would take long:
 *
 *   1. A part of the filter that few objects meet is walked along its own
 *      index, and the rest is looked up for each object that comes by.
 *   2. Where nothing is rare, all objects of the kind are walked in the order
 *      of the list, and the page is soon full. Should it not be, because what
 *      is frequent alone is rare together or lies far back, then
 *   3. the ids that meet each term are read from its index into a set of bits,
 *      the sets are put together as the filter says, and the order is walked
 *      with a look at the result only. Columns save the reading here too.
 *
 * By the value of a field (LIST_BY) only the third way leads.
 */
enum { LIST_VALUES = 4 * FILTER_TERMS + 16 };

/* A SELECT whose first column is an id. */
struct list_plan {
	struct buf sql;
	struct value values[LIST_VALUES];
	size_t count;
	bool bounded; /* there are more objects than this looks at */
};

/* Is the list in the order of the last change, either way? */
static inline bool list_by_time(enum list_order order)
{
	return order == LIST_UPDATED || order == LIST_CHANGED;
}

/* A place in the order of a list. */
struct list_mark {
	bool set;
	int64_t id, updated_at;
	const char *number;
	const char *value; /* LIST_BY; NULL: among those that have none */
};

/* A filter, and the kind and space, as a test of columns. NULL where something of
 * it is not kept; with `load` it is read, so that it is kept from then on. */
struct list_bits;
int list_bits_of(struct store *store, const struct list_query *query, const struct filter *filter, bool load,
		 struct arena *mem, struct list_bits **out, struct fault *why);
/* Which of the ids 64 i to 64 i + 63 meet it. */
uint64_t list_bits_word(const struct list_bits *test, size_t i);

void list_plan_fini(struct list_plan *plan);

/* The first or the second way: at most limit + 1 ids after the mark. */
int list_plan_page(struct store *store, const struct list_query *query, const struct filter *filter,
		   const struct list_mark *mark, struct arena *mem, struct list_plan *out, struct fault *why);
/* All ids that meet one FIELD or WORDS, in any order. */
void list_plan_term(const struct list_query *query, const struct filter *term, struct arena *mem,
		    struct list_plan *out);
/* All ids of the kind and space after the mark, in the order of the list. */
void list_plan_all(const struct list_query *query, const struct list_mark *mark, struct arena *mem,
		   struct list_plan *out);

int list_plan_run(struct store *store, const struct list_plan *plan, struct rows **out, struct fault *why);

/* The third way. `ids` has room for limit + 1. */
int list_sets_page(struct store *store, const struct list_query *query, const struct filter *filter,
		   const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		   struct fault *why);
/* With a test nothing needs to be read: the newest are looked at first, until the page is full. */
int list_sets_newest(struct store *store, const struct list_query *query, const struct list_bits *test,
		     const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		     struct fault *why);
