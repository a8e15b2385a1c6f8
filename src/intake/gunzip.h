#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * gunzip -- gzip that arrives in pieces, unpacked within limits.
 *
 * A few kilobytes can unpack to gigabytes. What comes out is handed on in
 * pieces that are small, never held; how much may come out, and how many times
 * what went in, is said beforehand and checked before each piece.
 */
struct gunzip_limits {
	uint64_t out_bytes;
	unsigned ratio; /* out to in, once GUNZIP_FREE_BYTES have come out */
};
enum { GUNZIP_FREE_BYTES = 1024 * 1024, GUNZIP_PIECE = 16 * 1024 };

struct gunzip;

/* What is called for each piece; false stops (and gunzip_feed gives 0). */
typedef bool gunzip_take(void *who, const char *bytes, size_t len);

struct gunzip *gunzip_new(struct gunzip_limits limits);
void gunzip_free(struct gunzip *g);
/* Several gzip members one behind the other are one text. FAULT_INVALID: no
 * gzip, or a broken one; FAULT_LIMIT names the limit. Nothing is taken after. */
int gunzip_feed(struct gunzip *g, const void *bytes, size_t len, gunzip_take *take, void *who,
		struct fault *why);
/* All has been fed: FAULT_INVALID where the end is missing. */
int gunzip_end(const struct gunzip *g, struct fault *why);
