#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "seal/hex.h"
#include "seal/key.h"

static char folder[] = "/tmp/key_test.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/record.key", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void signs_as_rfc_8032_says(void **state)
{
	unsigned char seed[KEY_SEED], signature[KEY_SIGNATURE];
	char digits[2 * KEY_SIGNATURE + 1];
	struct key key;

	(void)state;
	assert_true(
		hex_read("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", KEY_SEED, seed));
	assert_int_equal(key_of_seed("test", seed, &key, NULL), 0);
	hex_write(key.public_part, KEY_PUBLIC, digits);
	assert_string_equal(digits, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	key_sign(&key, "", 0, signature);
	hex_write(signature, KEY_SIGNATURE, digits);
	assert_string_equal(digits,
			    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
			    "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
	assert_true(key_verifies(&key, "", 0, signature));
	signature[7] ^= 1;
	assert_false(key_verifies(&key, "", 0, signature));
}

static void verifier_key_reads_back(void **state)
{
	/* The key of C2SP's signed-note examples. */
	static const char vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	char text[KEY_TEXT];
	struct key key;

	(void)state;
	assert_int_equal(key_read(vkey, strlen(vkey), &key, NULL), 0);
	assert_string_equal(key.name, "PeterNeumann");
	assert_int_equal(key.hash, 0xc74f20a3);
	key_write(&key, text);
	assert_string_equal(text, vkey);
}

static void what_is_no_key_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"PeterNeumann",
		"PeterNeumann+c74f20a3",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", /* another hash */
		"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", /* another algorithm */
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
	};
	struct fault why;
	struct key key;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(key_read(cases[i], strlen(cases[i]), &key, &why), -FAULT_INVALID);
	assert_int_equal(key_make("with blank", &key, &why), -FAULT_INVALID);
	assert_int_equal(key_make("", &key, &why), -FAULT_INVALID);
}

static void keys_are_kept_for_their_owner_alone(void **state)
{
	struct key keys[2], back[2];
	struct fault why;
	struct stat about;

	(void)state;
	assert_int_equal(key_make("a.example/1", &keys[0], &why), 0);
	assert_int_equal(key_make("a.example/1/drill", &keys[1], &why), 0);
	assert_int_equal(key_save(path, keys, 2, &why), 0);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(key_load(path, back, 2, &why), 0);
	assert_memory_equal(back[0].seed, keys[0].seed, KEY_SEED);
	assert_string_equal(back[1].name, "a.example/1/drill");
	assert_memory_not_equal(keys[0].seed, keys[1].seed, KEY_SEED);
	assert_int_equal(key_save(path, keys, 2, &why), -FAULT_CONFLICT);
	assert_int_equal(key_load(path, back, 1, &why), -FAULT_CORRUPT);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(key_load(path, back, 2, &why), -FAULT_REFUSED);
}

static void a_key_file_that_was_touched_is_told(void **state)
{
	struct key key;
	struct fault why;
	FILE *file;

	(void)state;
	assert_int_equal(key_load(path, &key, 1, &why), -FAULT_ABSENT);
	assert_int_equal(key_make("a.example/1", &key, &why), 0);
	assert_int_equal(key_save(path, &key, 1, &why), 0);
	file = fopen(path, "r+");
	assert_non_null(file);
	fseek(file, 14, SEEK_SET);
	fputc('z', file);
	fclose(file);
	assert_int_equal(key_load(path, &key, 1, &why), -FAULT_CORRUPT);
	assert_non_null(strstr(why.text, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_rfc_8032_says),
		cmocka_unit_test(verifier_key_reads_back),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test_setup_teardown(keys_are_kept_for_their_owner_alone, make_folder,
						drop_folder),
		cmocka_unit_test_setup_teardown(a_key_file_that_was_touched_is_told, make_folder,
						drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
