#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seal/digest.h"

/*
 * doc -- part 0 of a payload, read as it stands.
 *
 * One pass over the bytes, no tree of values: is this canonical JSON
 * (base/canon.h), which texts does it refer to, and what does it say that the
 * record itself must know?
 */
enum { DOC_TEXTS = 256 };

struct doc {
	/* {"p":k,"sd":HEX}, k counted from 1 in the order they stand. */
	size_t texts;
	unsigned char sd[DOC_TEXTS][DIGEST_LEN];

	bool erases; /* {"erase":{"part":k,"seq":n},...} at the top */
	uint64_t erase_seq, erase_part;

	int given_time; /* {"given_time":...} at the top: 1, 0, or -1 without it */
};

/* False where the bytes are not the canonical form of an object, refer to a
 * text out of order, or hold an "erase" of another form. */
bool doc_read(const char *bytes, size_t len, struct doc *out);

/* The same for any one value in canonical form; `out` may be NULL. */
bool doc_canonical(const char *bytes, size_t len);
