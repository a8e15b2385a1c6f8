#pragma once

#include "record/merkle.h"

/*
 * proof -- that an entry is in a tree, and that a tree continues another.
 *
 * RFC 6962 sections 2.1.1 and 2.1.2. Making one wants the roots of full
 * subtrees; checking wants nothing but the proof.
 */
enum { PROOF_MOST = 2 * MERKLE_PEAKS };

struct proof {
	size_t count;
	unsigned char hashes[PROOF_MOST][DIGEST_LEN];
};

/* Gives the root of a full subtree: the `index`-th of `level`. */
typedef const unsigned char *(*proof_subtree)(void *context, unsigned level, uint64_t index);

/* Entry `seq` of the first `size`; seq < size. */
void proof_inclusion(uint64_t seq, uint64_t size, proof_subtree subtree, void *context, struct proof *out);
/* The first `former` of the first `size`; 0 < former <= size. */
void proof_consistency(uint64_t former, uint64_t size, proof_subtree subtree, void *context,
		       struct proof *out);

/* Does the proof show that `leaf` is entry `seq` of the tree of `size` with `root`? */
bool proof_includes(const struct proof *proof, uint64_t seq, uint64_t size,
		    const unsigned char leaf[static DIGEST_LEN], const unsigned char root[static DIGEST_LEN]);
/* Does it show that the tree of `size` begins with that of `former`? */
bool proof_continues(const struct proof *proof, uint64_t former, uint64_t size,
		     const unsigned char former_root[static DIGEST_LEN],
		     const unsigned char root[static DIGEST_LEN]);

/* Told of every subtree whose root inclusion proofs want: which to keep while
 * entries stream by. */
typedef void (*proof_wants)(void *context, unsigned level, uint64_t index);
void proof_inclusion_wants(uint64_t seq, uint64_t size, proof_wants wants, void *context);
