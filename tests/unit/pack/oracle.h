#pragma once

#include "packs.h"
#include "tsv.h"

/*
 * oracle -- the default pack against the tables of the requirements.
 *
 * The tables are the oracle: nothing here is made from the pack, and where the
 * pack goes its own way the row stands in the test with the reason, as in
 * docs/decisions/.
 */
#define DEFAULT_PACK SOURCE_ROOT "/packs/jinan-2007"

/* The default pack, between the set-up and the tear-down of the group. */
extern struct pack *pack;
int oracle_load(void **state);
int oracle_unload(void **state);

/* Every difference is told before the test fails: one run shows all of them. */
void differs(const char *format, ...) __attribute__((format(printf, 1, 2)));
void none_differs(void);

/* The tables are no part of the product; where they are not at hand the test
 * is skipped and says so, except where CI is true: there it fails. */
void table(struct tsv *out, const char *name);
void markdown(struct tsv *out, const char *headline);

/* Is this the same word, small here and large there? */
bool same_word(const char *lower, const char *upper);
/* The next move that carries the row, after `*kind`, `*at`. */
const struct move *carrier(const char *row, size_t *kind, size_t *at);
