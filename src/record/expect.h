#pragma once

#include "record/checkpoint.h"
#include "record/verdict.h"

/*
 * expect -- checkpoints that wait for their tree to be reached.
 *
 * From the store, from the file beside the key, and from those that somebody
 * kept elsewhere. Each is read and its signature checked when it is added;
 * its root when the entries have come that far.
 */
enum expect_from { EXPECT_STORE, EXPECT_SIGNED, EXPECT_AGAINST };

struct expect;

struct expect *expect_new(struct verdict *verdict, enum record_space space, const char *origin,
			  const struct key *key);
void expect_free(struct expect *expect);

/* `at` of a stored checkpoint, checked against the entry before; else -1. */
void expect_add(struct expect *expect, enum expect_from from, const char *note, size_t len, int64_t row_size,
		int64_t at);
/* A tree whose signature was checked before. */
void expect_add_tree(struct expect *expect, enum expect_from from, const struct checkpoint *checkpoint);

/* Sort them; nothing is added after. */
void expect_ready(struct expect *expect);
/* The tree has grown to this; `at` is the time of its last entry. */
void expect_meet(struct expect *expect, const struct merkle *tree, int64_t at);
/* The size of the next one, or UINT64_MAX. */
uint64_t expect_next(const struct expect *expect);
/* The entries are at an end: what is still waited for was never reached. */
void expect_end(struct expect *expect, const struct merkle *tree);

/* Take the checkpoints out of a text that somebody kept: several in a row,
 * with the line ends of a mail. Calls back with each, whose last newline is
 * there; false where something in it is no signed note. */
typedef void (*against_note)(void *context, const char *note, size_t len);
bool against_each(const char *text, size_t len, against_note call, void *context);
