#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "base/canon.h"
#include "record/checkpoint.h"
#include "record/doc.h"
#include "record/proof.h"
#include "seal/hex.h"
#include "seal/salt.h"

/* Vectors made by another program, beside the project; merkle_test.c has those
 * that always run. */
static json_t *vectors;

enum { LEAVES = 5 };
static unsigned char leaves[LEAVES][DIGEST_LEN], roots[LEAVES + 1][DIGEST_LEN], nodes[3][LEAVES][DIGEST_LEN];

static const char *text_of(const json_t *value, const char *name)
{
	const char *text = json_string_value(json_object_get(value, name));

	assert_non_null(text);
	return text;
}

static void assert_hex(const unsigned char hash[static DIGEST_LEN], const char *wanted)
{
	char digits[2 * DIGEST_LEN + 1];

	hex_write(hash, DIGEST_LEN, digits);
	assert_string_equal(digits, wanted);
}

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

static int load(void **state)
{
	const char *path =
		getenv("FENGSUI_VECTORS") ? getenv("FENGSUI_VECTORS") : "../shared/reliability-vectors.json";
	const char *ci = getenv("CI");
	struct merkle tree = { 0 };
	json_t *record;
	size_t i;

	(void)state;
	vectors = json_load_file(path, 0, NULL);
	if (!vectors) {
		printf("no vectors at %s: left out\n", path);
		return ci && !strcmp(ci, "true") ? -1 : 0;
	}
	merkle_root(&tree, roots[0]);
	json_array_foreach(json_object_get(vectors, "records"), i, record) {
		const char *text = text_of(record, "record_jcs");

		merkle_leaf(text, strlen(text), leaves[i]);
		merkle_append_told(&tree, leaves[i], keep, NULL);
		merkle_root(&tree, roots[i + 1]);
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	json_decref(vectors);
	return 0;
}

#define NEEDS_VECTORS()                                                                                      \
	do {                                                                                                 \
		(void)state;                                                                                 \
		if (!vectors)                                                                                \
			skip();                                                                              \
	} while (0)

static void leaves_and_payloads_are_canonical_and_hash_as_given(void **state)
{
	json_t *record;
	size_t i;

	NEEDS_VECTORS();
	json_array_foreach(json_object_get(vectors, "records"), i, record) {
		const char *leaf = text_of(record, "record_jcs"), *payload = text_of(record, "payload_jcs");
		unsigned char salt[SALT_LEN], hash[DIGEST_LEN];
		json_t *pay, *parsed = json_loads(leaf, 0, NULL);

		assert_true(canon_is(leaf, strlen(leaf)));
		assert_true(doc_canonical(leaf, strlen(leaf)));
		assert_true(doc_canonical(payload, strlen(payload)));
		assert_hex(leaves[i], text_of(record, "leaf_sha256"));
		digest_sm3("\0", 1, leaf, strlen(leaf), hash);
		assert_hex(hash, text_of(record, "leaf_sm3"));
		assert_true(hex_read(text_of(record, "salt"), SALT_LEN, salt));
		pay = json_object_get(parsed, "pay");
		assert_int_equal(json_integer_value(json_object_get(pay, "len")), strlen(payload));
		digest_of_two(salt, SALT_LEN, payload, strlen(payload), hash);
		assert_hex(hash, text_of(pay, "sha256"));
		digest_sm3(salt, SALT_LEN, payload, strlen(payload), hash);
		assert_hex(hash, text_of(pay, "sm3"));
		json_decref(parsed);
	}
}

static void roots_and_proofs_are_as_given(void **state)
{
	const json_t *wanted;
	struct proof proof;
	char size[16];

	NEEDS_VECTORS();
	wanted = json_object_get(json_object_get(vectors, "roots"), "sha256");
	for (int i = 0; i <= LEAVES; i++) {
		snprintf(size, sizeof(size), "%d", i);
		assert_hex(roots[i], text_of(wanted, size));
	}
	proof_inclusion(2, 5, node_at, NULL, &proof);
	wanted = json_object_get(json_object_get(vectors, "inclusion_seq2_size5"), "sha256");
	assert_int_equal(proof.count, json_array_size(wanted));
	for (size_t i = 0; i < proof.count; i++)
		assert_hex(proof.hashes[i], json_string_value(json_array_get(wanted, i)));
	assert_true(proof_includes(&proof, 2, 5, leaves[2], roots[5]));
	proof_consistency(3, 5, node_at, NULL, &proof);
	wanted = json_object_get(json_object_get(vectors, "consistency_3_5"), "sha256");
	assert_int_equal(proof.count, json_array_size(wanted));
	for (size_t i = 0; i < proof.count; i++)
		assert_hex(proof.hashes[i], json_string_value(json_array_get(wanted, i)));
	assert_true(proof_continues(&proof, 3, 5, roots[3], roots[5]));
}

static void the_checkpoint_holds(void **state)
{
	struct checkpoint checkpoint;
	const char *note, *vkey;
	struct key key;

	NEEDS_VECTORS();
	note = text_of(vectors, "checkpoint");
	vkey = text_of(vectors, "vkey");
	assert_int_equal(key_read(vkey, strlen(vkey), &key, NULL), 0);
	assert_int_equal(checkpoint_check(note, strlen(note), &key, &checkpoint), NOTE_GOOD);
	assert_string_equal(checkpoint.origin, "cmd.example.gov/ledger/1");
	assert_int_equal(checkpoint.size, 5);
	assert_memory_equal(checkpoint.root, roots[5], DIGEST_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_and_payloads_are_canonical_and_hash_as_given),
		cmocka_unit_test(roots_and_proofs_are_as_given),
		cmocka_unit_test(the_checkpoint_holds),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
