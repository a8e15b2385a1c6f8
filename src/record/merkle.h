#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seal/digest.h"

/*
 * merkle -- the growing Merkle tree of RFC 6962, as its frontier.
 *
 * Only the roots of the full subtrees are kept, widest first: as many as there
 * are ones in `size`. That is all it takes to append and to know the root.
 */
enum { MERKLE_PEAKS = 64 };

struct merkle {
	uint64_t size;
	unsigned char peaks[MERKLE_PEAKS][DIGEST_LEN];
};

/* RFC 6962 section 2.1: 0x00 before a leaf, 0x01 before two nodes. */
void merkle_leaf(const void *bytes, size_t len, unsigned char out[static DIGEST_LEN]);
void merkle_node(const unsigned char left[static DIGEST_LEN], const unsigned char right[static DIGEST_LEN],
		 unsigned char out[static DIGEST_LEN]);

/* Called for every full subtree as it is completed, leaves (level 0) included;
 * `index` counts the subtrees of a level from the left. */
typedef void (*merkle_full)(void *context, unsigned level, uint64_t index,
			    const unsigned char hash[static DIGEST_LEN]);

void merkle_append(struct merkle *tree, const unsigned char leaf[static DIGEST_LEN]);
void merkle_append_told(struct merkle *tree, const unsigned char leaf[static DIGEST_LEN], merkle_full told,
			void *context);

/* The root; of an empty tree, SHA-256 of nothing. */
void merkle_root(const struct merkle *tree, unsigned char out[static DIGEST_LEN]);

size_t merkle_peaks(uint64_t size);
bool merkle_same(const struct merkle *a, const struct merkle *b);

/* The frontier as bytes, merkle_peaks(size) digests, and back. */
size_t merkle_pack(const struct merkle *tree, unsigned char out[static MERKLE_PEAKS * DIGEST_LEN]);
bool merkle_unpack(uint64_t size, const void *bytes, size_t len, struct merkle *out);
