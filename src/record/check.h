#pragma once

#include "record/doc.h"
#include "record/expect.h"
#include "record/leaf.h"
#include "record/merkle.h"
#include "record/verdict.h"

/*
 * check -- one entry after another, held against what a record must be.
 *
 * The same for a data folder and for a bundle: they feed in entries by
 * ascending seq and, behind each, its parts by ascending number. What was found
 * goes to the verdict.
 */
struct check;

/* `whole`: every entry of the log comes, from 0 on (a folder); otherwise some
 * of them (a bundle), and only objects named by check_object are whole. */
struct check *check_new(struct verdict *verdict, enum record_space space, const char *origin, bool whole);
void check_free(struct check *check);

/* The bundle says that all `entries` of this object are here. */
void check_object(struct check *check, const char *obj, uint64_t entries);

/* An entry and its position. `leaf` and `hash` get what was read; false where
 * the bytes are no leaf: then there is nothing to hold its parts against. */
bool check_entry(struct check *check, uint64_t seq, const char *bytes, size_t len, struct leaf *leaf,
		 unsigned char hash[static DIGEST_LEN]);

struct check_part {
	int64_t part;
	const void *salt; /* NULL where it is not there */
	size_t salt_len;
	const char *bytes; /* NULL likewise */
	size_t len;
	int64_t erased; /* the entry that erased it, or -1 */
	bool withheld;
};
void check_part(struct check *check, const struct check_part *part);
/* No more parts for the entry. */
void check_parts_end(struct check *check);

/* In a folder: hold the tree against the checkpoints that are due (expect.h). */
void check_expect(struct check *check, struct expect *expect);

/* What can be seen only at the end: erasures, counts of objects. */
void check_end(struct check *check);

const struct merkle *check_tree(const struct check *check);
