#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "seal/digest.h"

/*
 * leaf -- one entry of the record, as the exact bytes that are hashed.
 *
 * Canonical JSON with a fixed set of members (FORMAT.md). It is written and
 * read directly: there is one spelling of a leaf, and reading takes no other.
 */
enum { LEAF_MOST = 8 * 1024, LEAF_WORD = 128, LEAF_ORIGIN = 255 };

/* A piece of text that is not NUL-terminated. */
struct span {
	const char *text;
	size_t len;
};

struct leaf {
	int64_t act, object, at; /* at: microseconds since the epoch */
	uint64_t seq, oseq;
	struct span origin, kind, type, actor;
	struct span unit, session; /* text NULL where there is none */
	unsigned char oprev[DIGEST_LEN];
	uint64_t pay_len;
	unsigned char pay[DIGEST_LEN];
};

/* May it stand in a leaf: 1 to LEAF_WORD of [A-Za-z0-9_.:-]? A kind: of
 * [a-z0-9_-], so that "kind:id" is read one way only. */
bool leaf_word(const char *text, size_t len);
bool leaf_kind(const char *text, size_t len);
/* An origin is a key name of printable ASCII without '"', '\' and '+'. */
bool leaf_origin(const char *text, size_t len);

/* Append the leaf to `out`. Words, kind and origin satisfy the above, numbers
 * are 0 to 2^53-1 and `at` is within the years of a stamp. */
void leaf_write(struct buf *out, const struct leaf *leaf);

/* Read exactly such a leaf; the spans point into `bytes`. False where a single
 * byte differs from what leaf_write would write. */
bool leaf_read(const char *bytes, size_t len, struct leaf *out);
