#include "record/proof.h"

#include <string.h>

/* The number of entries left of the split: the largest power of two below n. */
static uint64_t split(uint64_t n) { return UINT64_C(1) << (63 - __builtin_clzll(n - 1)); }

struct source {
	proof_subtree subtree;
	proof_wants wants;
	void *context;
};

/* The root of entries [from, to): of full subtrees as they come, put together
 * from the right. `from` is a multiple of the width of the first of them. */
static void root_of(const struct source *source, uint64_t from, uint64_t to,
		    unsigned char out[static DIGEST_LEN])
{
	struct merkle tree = { .size = to - from };
	size_t count = 0;

	for (uint64_t rest = to - from, at = from; rest;) {
		unsigned level = 63 - (unsigned)__builtin_clzll(rest);

		if (source->wants)
			source->wants(source->context, level, at >> level);
		else
			memcpy(tree.peaks[count++], source->subtree(source->context, level, at >> level),
			       DIGEST_LEN);
		at += UINT64_C(1) << level;
		rest -= UINT64_C(1) << level;
	}
	if (!source->wants)
		merkle_root(&tree, out);
}

static void add(const struct source *source, uint64_t from, uint64_t to, struct proof *out)
{
	unsigned char unused[DIGEST_LEN];

	if (source->wants)
		root_of(source, from, to, unused);
	else
		root_of(source, from, to, out->hashes[out->count++]);
}

/* PATH(m, D[from:to]) of section 2.1.1, from the leaf upward. */
static void path(const struct source *source, uint64_t seq, uint64_t from, uint64_t to, struct proof *out)
{
	uint64_t middle;

	if (to - from <= 1)
		return;
	middle = from + split(to - from);
	if (seq < middle) {
		path(source, seq, from, middle, out);
		add(source, middle, to, out);
	} else {
		path(source, seq, middle, to, out);
		add(source, from, middle, out);
	}
}

void proof_inclusion(uint64_t seq, uint64_t size, proof_subtree subtree, void *context, struct proof *out)
{
	const struct source source = { .subtree = subtree, .context = context };

	out->count = 0;
	path(&source, seq, 0, size, out);
}

void proof_inclusion_wants(uint64_t seq, uint64_t size, proof_wants wants, void *context)
{
	const struct source source = { .wants = wants, .context = context };
	struct proof unused = { 0 };

	path(&source, seq, 0, size, &unused);
}

/* SUBPROOF(m, D[from:to], whole) of section 2.1.2. */
static void subproof(const struct source *source, uint64_t former, uint64_t from, uint64_t to, bool whole,
		     struct proof *out)
{
	uint64_t middle;

	if (former == to) {
		if (!whole)
			add(source, from, to, out);
		return;
	}
	middle = from + split(to - from);
	if (former <= middle) {
		subproof(source, former, from, middle, whole, out);
		add(source, middle, to, out);
	} else {
		subproof(source, former, middle, to, false, out);
		add(source, from, middle, out);
	}
}

void proof_consistency(uint64_t former, uint64_t size, proof_subtree subtree, void *context,
		       struct proof *out)
{
	const struct source source = { .subtree = subtree, .context = context };

	out->count = 0;
	subproof(&source, former, 0, size, true, out);
}

/* RFC 9162 section 2.1.3.2: climb, taking the sibling on the side it is on. */
bool proof_includes(const struct proof *proof, uint64_t seq, uint64_t size,
		    const unsigned char leaf[static DIGEST_LEN], const unsigned char root[static DIGEST_LEN])
{
	uint64_t at = seq, last = size - 1;
	unsigned char hash[DIGEST_LEN];

	if (!size || seq >= size)
		return false;
	memcpy(hash, leaf, DIGEST_LEN);
	for (size_t i = 0; i < proof->count; i++) {
		if (!last)
			return false;
		if (at & 1 || at == last) {
			merkle_node(proof->hashes[i], hash, hash);
			while (at && !(at & 1)) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			merkle_node(hash, proof->hashes[i], hash);
		}
		at >>= 1;
		last >>= 1;
	}
	return !last && !memcmp(hash, root, DIGEST_LEN);
}

/* One step of section 2.1.4.2: `hash` climbs to the former root, `whole` to the present one. */
static void climb(uint64_t *at, uint64_t *last, const unsigned char *sibling, unsigned char *hash,
		  unsigned char *whole)
{
	if (*at & 1 || *at == *last) {
		merkle_node(sibling, hash, hash);
		merkle_node(sibling, whole, whole);
		while (*at && !(*at & 1)) {
			*at >>= 1;
			*last >>= 1;
		}
	} else {
		merkle_node(whole, sibling, whole);
	}
	*at >>= 1;
	*last >>= 1;
}

bool proof_continues(const struct proof *proof, uint64_t former, uint64_t size,
		     const unsigned char former_root[static DIGEST_LEN],
		     const unsigned char root[static DIGEST_LEN])
{
	uint64_t at = former - 1, last = size - 1;
	unsigned char hash[DIGEST_LEN], whole[DIGEST_LEN];
	size_t i = 0;

	if (!former || former > size)
		return false;
	if (former == size)
		return !proof->count && !memcmp(former_root, root, DIGEST_LEN);
	while (at & 1) {
		at >>= 1;
		last >>= 1;
	}
	/* A former tree that is one full subtree is its own beginning. */
	if (at && !proof->count)
		return false;
	memcpy(hash, at ? proof->hashes[i++] : former_root, DIGEST_LEN);
	memcpy(whole, hash, DIGEST_LEN);
	for (; i < proof->count; i++) {
		if (!last)
			return false;
		climb(&at, &last, proof->hashes[i], hash, whole);
	}
	return !last && !memcmp(hash, former_root, DIGEST_LEN) && !memcmp(whole, root, DIGEST_LEN);
}
