#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/proof.h"
#include "seal/hex.h"

/* The known answers of the Certificate Transparency reference (RFC 6962). */
static const struct {
	const char *bytes;
	size_t len;
	const char *root; /* of the tree with this leaf and all before */
} known[] = {
	{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
	{ "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
	{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
	{ "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
	{ "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
	{ "\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
	{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
	  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

enum { MOST = 130, LEVELS = 8 };

/* Every full subtree of a tree of MOST leaves, by level and index. */
static unsigned char nodes[LEVELS][MOST][DIGEST_LEN];
static unsigned char roots[MOST + 1][DIGEST_LEN];

static void keep(void *context, unsigned level, uint64_t index, const unsigned char hash[static DIGEST_LEN])
{
	(void)context;
	memcpy(nodes[level][index], hash, DIGEST_LEN);
}

static const unsigned char *node_at(void *context, unsigned level, uint64_t index)
{
	(void)context;
	return nodes[level][index];
}

static void grow(size_t count)
{
	struct merkle tree = { 0 };
	unsigned char leaf[DIGEST_LEN];

	merkle_root(&tree, roots[0]);
	for (size_t i = 0; i < count; i++) {
		unsigned char byte = (unsigned char)i;

		if (count == sizeof(known) / sizeof(*known))
			merkle_leaf(known[i].bytes, known[i].len, leaf);
		else
			merkle_leaf(&byte, 1, leaf);
		merkle_append_told(&tree, leaf, keep, NULL);
		merkle_root(&tree, roots[i + 1]);
	}
}

static void assert_hex(const unsigned char hash[static DIGEST_LEN], const char *wanted)
{
	char digits[2 * DIGEST_LEN + 1];

	hex_write(hash, DIGEST_LEN, digits);
	assert_string_equal(digits, wanted);
}

static void roots_are_those_of_rfc_6962(void **state)
{
	(void)state;
	grow(sizeof(known) / sizeof(*known));
	assert_hex(roots[0], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_hex(roots[i + 1], known[i].root);
}

static void known_proofs_come_out(void **state)
{
	struct proof proof;

	(void)state;
	grow(sizeof(known) / sizeof(*known));
	proof_inclusion(5, 8, node_at, NULL, &proof);
	assert_int_equal(proof.count, 3);
	assert_hex(proof.hashes[0], "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
	assert_hex(proof.hashes[1], "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
	assert_hex(proof.hashes[2], "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
	proof_consistency(6, 8, node_at, NULL, &proof);
	assert_int_equal(proof.count, 3);
	assert_hex(proof.hashes[0], "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
	assert_hex(proof.hashes[1], "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
	assert_hex(proof.hashes[2], "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
	proof_consistency(2, 5, node_at, NULL, &proof);
	assert_int_equal(proof.count, 2);
	assert_hex(proof.hashes[0], "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
	assert_hex(proof.hashes[1], "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
}

/* A proof with one hash changed, one missing or one too many proves nothing,
 * and neither does one for another entry or another size. */
static void every_inclusion_proves_and_nothing_else(void **state)
{
	struct proof proof, bad;

	(void)state;
	grow(MOST);
	for (uint64_t size = 1; size <= MOST; size += 1 + size / 9)
		for (uint64_t seq = 0; seq < size; seq++) {
			proof_inclusion(seq, size, node_at, NULL, &proof);
			assert_true(proof_includes(&proof, seq, size, nodes[0][seq], roots[size]));
			assert_false(
				proof_includes(&proof, seq, size, nodes[0][(seq + 1) % MOST], roots[size]));
			assert_false(proof_includes(&proof, seq, size + 64, nodes[0][seq], roots[size]));
			if (!proof.count)
				continue;
			bad = proof;
			bad.hashes[seq % bad.count][3] ^= 1;
			assert_false(proof_includes(&bad, seq, size, nodes[0][seq], roots[size]));
			bad = proof;
			bad.count--;
			assert_false(proof_includes(&bad, seq, size, nodes[0][seq], roots[size]));
			bad.count += 2;
			assert_false(proof_includes(&bad, seq, size, nodes[0][seq], roots[size]));
		}
}

static void every_consistency_proves_and_nothing_else(void **state)
{
	struct proof proof;

	(void)state;
	grow(MOST);
	for (uint64_t size = 1; size <= MOST; size++)
		for (uint64_t former = 1; former <= size; former++) {
			proof_consistency(former, size, node_at, NULL, &proof);
			assert_true(proof_continues(&proof, former, size, roots[former], roots[size]));
			assert_false(proof_continues(&proof, former, size, roots[former - 1], roots[size]));
			assert_false(proof_continues(&proof, former, size, roots[former], roots[size - 1]));
			if (!proof.count)
				continue;
			proof.hashes[former % proof.count][0] ^= 1;
			assert_false(proof_continues(&proof, former, size, roots[former], roots[size]));
		}
}

static void frontier_reads_back_and_has_one_length(void **state)
{
	unsigned char bytes[MERKLE_PEAKS * DIGEST_LEN], root[DIGEST_LEN];
	struct merkle tree = { 0 }, back = { 0 };
	size_t len;

	(void)state;
	grow(MOST);
	for (uint64_t i = 0; i < MOST; i++) {
		merkle_append(&tree, nodes[0][i]);
		len = merkle_pack(&tree, bytes);
		assert_true(merkle_unpack(i + 1, bytes, len, &back));
		assert_true(merkle_same(&tree, &back));
		merkle_root(&back, root);
		assert_memory_equal(root, roots[i + 1], DIGEST_LEN);
		assert_false(merkle_unpack(i + 1, bytes, len - 1, &back));
		assert_false(merkle_unpack(i + 1, bytes, len + DIGEST_LEN, &back));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_those_of_rfc_6962),
		cmocka_unit_test(known_proofs_come_out),
		cmocka_unit_test(every_inclusion_proves_and_nothing_else),
		cmocka_unit_test(every_consistency_proves_and_nothing_else),
		cmocka_unit_test(frontier_reads_back_and_has_one_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
