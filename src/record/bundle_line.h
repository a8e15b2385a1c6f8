#pragma once

#include "base/buf.h"
#include "record/check.h"
#include "record/pile.h"
#include "record/proof.h"

/*
 * bundle_line -- the lines of records.jsonl, payloads.jsonl and proofs.jsonl.
 *
 * Each is canonical JSON with a fixed set of members: written and read
 * directly, and reading takes no other spelling.
 */

void line_put_record(struct buf *out, uint64_t seq, const char *leaf, size_t len);
/* Its text with bytes, or erased, or withheld, as `part` says. */
void line_put_part(struct buf *out, uint64_t seq, const struct check_part *part);
void line_put_proof(struct buf *out, uint64_t seq, const struct proof *proof);

/* The lines of one file, one after the other. */
enum { LINE_MOST = 32 * 1024 * 1024 };

struct lines {
	struct pile_reader *reader; /* NULL: the file is not there, no lines */
	struct buf bytes;
	size_t at, len; /* the present line, without its newline */
	size_t next;
	uint64_t number; /* of the present line, from 1 */
	bool ended;
	struct buf decoded; /* what the reading of a line borrows */
};

int lines_open(const struct pile *pile, const char *name, struct lines *out, struct fault *why);
void lines_close(struct lines *lines);
/* 1 a line, 0 the end, <0 a fault. A last line without a newline has `ended`
 * set and is no line of this form. */
int lines_next(struct lines *lines, struct fault *why);

/* The present line; false where it is not in its form. What `leaf` and the
 * part's bytes point to lives until the next line. */
bool line_record(struct lines *lines, uint64_t *seq, const char **leaf, size_t *len);
bool line_part(struct lines *lines, uint64_t *seq, struct check_part *out, unsigned char salt[static 16]);
bool line_proof(struct lines *lines, uint64_t *seq, struct proof *out);
