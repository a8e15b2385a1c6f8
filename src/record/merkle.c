#include "record/merkle.h"

#include <string.h>

void merkle_leaf(const void *bytes, size_t len, unsigned char out[static DIGEST_LEN])
{
	digest_of_two("\x00", 1, bytes, len, out);
}

void merkle_node(const unsigned char left[static DIGEST_LEN], const unsigned char right[static DIGEST_LEN],
		 unsigned char out[static DIGEST_LEN])
{
	unsigned char both[1 + 2 * DIGEST_LEN] = { 1 };

	memcpy(both + 1, left, DIGEST_LEN);
	memcpy(both + 1 + DIGEST_LEN, right, DIGEST_LEN);
	digest_of(both, sizeof(both), out);
}

size_t merkle_peaks(uint64_t size) { return (size_t)__builtin_popcountll(size); }

void merkle_append_told(struct merkle *tree, const unsigned char leaf[static DIGEST_LEN], merkle_full told,
			void *context)
{
	size_t count = merkle_peaks(tree->size);
	unsigned char hash[DIGEST_LEN];
	unsigned level = 0;

	memcpy(hash, leaf, DIGEST_LEN);
	if (told)
		told(context, 0, tree->size, hash);
	/* Every trailing one of the size is a subtree that now finds its pair. */
	for (uint64_t rest = tree->size; rest & 1; rest >>= 1) {
		merkle_node(tree->peaks[--count], hash, hash);
		level++;
		if (told)
			told(context, level, tree->size >> level, hash);
	}
	memcpy(tree->peaks[count], hash, DIGEST_LEN);
	tree->size++;
}

void merkle_append(struct merkle *tree, const unsigned char leaf[static DIGEST_LEN])
{
	merkle_append_told(tree, leaf, NULL, NULL);
}

void merkle_root(const struct merkle *tree, unsigned char out[static DIGEST_LEN])
{
	size_t count = merkle_peaks(tree->size);

	if (!count) {
		digest_of("", 0, out);
		return;
	}
	memcpy(out, tree->peaks[--count], DIGEST_LEN);
	while (count)
		merkle_node(tree->peaks[--count], out, out);
}

bool merkle_same(const struct merkle *a, const struct merkle *b)
{
	return a->size == b->size && !memcmp(a->peaks, b->peaks, merkle_peaks(a->size) * DIGEST_LEN);
}

size_t merkle_pack(const struct merkle *tree, unsigned char out[static MERKLE_PEAKS * DIGEST_LEN])
{
	size_t len = merkle_peaks(tree->size) * DIGEST_LEN;

	memcpy(out, tree->peaks, len);
	return len;
}

bool merkle_unpack(uint64_t size, const void *bytes, size_t len, struct merkle *out)
{
	if (len != merkle_peaks(size) * DIGEST_LEN)
		return false;
	out->size = size;
	if (len)
		memcpy(out->peaks, bytes, len);
	return true;
}
