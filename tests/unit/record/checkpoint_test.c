#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record/checkpoint.h"

/* The example of C2SP signed-note and of golang.org/x/mod/sumdb/note. */
static const char vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char note[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n"
	"\n"
	"\xe2\x80\x94 PeterNeumann "
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static void the_published_note_holds(void **state)
{
	struct key key;
	size_t len;

	(void)state;
	assert_int_equal(key_read(vkey, strlen(vkey), &key, NULL), 0);
	assert_int_equal(note_check(note, sizeof(note) - 1, &key, &len), NOTE_GOOD);
	assert_int_equal(len, strstr(note, "\n\n") - note + 1);
	assert_int_equal(note_first(note, sizeof(note) - 1), sizeof(note) - 1);
}

static void a_note_with_one_byte_changed_does_not_hold(void **state)
{
	char bytes[sizeof(note)];
	struct key key;
	size_t len;

	(void)state;
	assert_int_equal(key_read(vkey, strlen(vkey), &key, NULL), 0);
	for (size_t i = 0; i < sizeof(note) - 1; i++) {
		memcpy(bytes, note, sizeof(note));
		bytes[i] ^= 1;
		assert_int_not_equal(note_check(bytes, sizeof(note) - 1, &key, &len), NOTE_GOOD);
		assert_int_not_equal(note_check(note, i, &key, &len), NOTE_GOOD);
	}
}

static struct key key_for(const char *name, unsigned char fill)
{
	unsigned char seed[KEY_SEED];
	struct key key;

	memset(seed, fill, sizeof(seed));
	assert_int_equal(key_of_seed(name, seed, &key, NULL), 0);
	return key;
}

static void a_checkpoint_reads_back(void **state)
{
	struct key key = key_for("test.example/2026", 1), other = key_for("test.example/2026", 2);
	struct merkle tree = { 0 };
	struct checkpoint back;
	struct buf out = { 0 };
	unsigned char hash[DIGEST_LEN];

	(void)state;
	merkle_leaf("x", 1, hash);
	for (int i = 0; i < 12; i++)
		merkle_append(&tree, hash);
	merkle_root(&tree, hash);
	checkpoint_write(&out, &key, &tree);
	assert_int_equal(checkpoint_check(out.data, out.len, &key, &back), NOTE_GOOD);
	assert_string_equal(back.origin, "test.example/2026");
	assert_int_equal(back.size, 12);
	assert_memory_equal(back.root, hash, DIGEST_LEN);
	assert_int_equal(checkpoint_check(out.data, out.len, &other, &back), NOTE_OTHER_KEY);
	buf_fini(&out);
}

/* A witness may sign below; one bad signature of ours spoils the note. */
static void further_signatures_do_no_harm(void **state)
{
	struct key key = key_for("test.example/2026", 1), witness = key_for("witness.example", 3);
	static const char text[] = "a line\n";
	struct buf ours = { 0 }, both = { 0 };
	size_t len;

	(void)state;
	note_sign(&both, text, sizeof(text) - 1, &witness);
	note_sign(&ours, text, sizeof(text) - 1, &key);
	assert_int_equal(note_check(both.data, both.len, &key, &len), NOTE_OTHER_KEY);
	buf_text(&both, strstr(ours.data, "\n\n") + 2);
	assert_int_equal(note_check(both.data, both.len, &key, &len), NOTE_GOOD);
	assert_int_equal(note_check(both.data, both.len, &witness, &len), NOTE_GOOD);
	both.data[2] ^= 1;
	assert_int_equal(note_check(both.data, both.len, &key, &len), NOTE_FORGED);
	buf_fini(&ours);
	buf_fini(&both);
}

static void what_is_no_checkpoint_is_refused(void **state)
{
	static const char root[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	static const struct {
		const char *origin, *size, *more;
		bool good;
	} cases[] = {
		{ "test.example", "5", "", true },
		{ "test.example", "0", "", true },
		{ "test.example", "05", "", false },
		{ "test.example", "", "", false },
		{ "test.example", "-1", "", false },
		{ "test.example", "9007199254740992", "", false },
		{ "test example", "5", "", false },
		{ "", "5", "", false },
		{ "test.example", "5", "extension\n", false },
	};
	struct checkpoint out;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), "%s\n%s\n%s\n%s", cases[i].origin, cases[i].size, root,
			 cases[i].more);
		assert_int_equal(checkpoint_read(text, strlen(text), &out), cases[i].good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_note_holds),
		cmocka_unit_test(a_note_with_one_byte_changed_does_not_hold),
		cmocka_unit_test(a_checkpoint_reads_back),
		cmocka_unit_test(further_signatures_do_no_harm),
		cmocka_unit_test(what_is_no_checkpoint_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
