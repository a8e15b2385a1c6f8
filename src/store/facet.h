#pragma once

#include "store/list.h"
#include "store/store.h"

/*
 * facet -- which records have which value of a field, a state or a reference.
 *
 * What lists are filtered by and records are counted by. Facets are written
 * here alone, inside a transaction: what was asked for is kept in memory too
 * (column_private.h), and must be told.
 */
int facet_put(struct store *store, const char *kind, const char *name, int64_t object, const char *value,
	      struct fault *why);
/* All values of this name. */
int facet_drop(struct store *store, const char *kind, const char *name, int64_t object, struct fault *why);
/* There is a new record of this kind; its row was written just now. */
void facet_born(struct store *store, const char *kind, int space, int64_t object);
/* Of all records, whose rows go too. */
int facet_clear(struct store *store, struct fault *why);

/* The records among `ids` that have a value, one value after the other. */
struct facet_walk;
int facet_walk(struct store *store, const char *kind, const char *name, const struct list_ids *ids,
	       struct arena *mem, struct facet_walk **out, struct fault *why);
/* 1: *id has a value; *value is set where another value begins, else NULL, and
 * lives until something is written. 0: that was all. */
int facet_next(struct facet_walk *walk, const char **value, int64_t *id, struct fault *why);
void facet_walk_drop(struct facet_walk **walk); /* for SCOPED */
