#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seal/digest.h"
#include "seal/hex.h"
#include "seal/mac.h"

static void assert_hex(const unsigned char hash[static DIGEST_LEN], const char *wanted)
{
	char digits[2 * DIGEST_LEN + 1];

	hex_write(hash, DIGEST_LEN, digits);
	assert_string_equal(digits, wanted);
}

static void sha256_gives_the_answers_of_fips_180(void **state)
{
	static const struct {
		const char *text, *hash;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	unsigned char hash[DIGEST_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		digest_of(cases[i].text, strlen(cases[i].text), hash);
		assert_hex(hash, cases[i].hash);
	}
}

static void parts_hash_like_the_whole(void **state)
{
	unsigned char bytes[300], whole[DIGEST_LEN], parts[DIGEST_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7);
	digest_of(bytes, sizeof(bytes), whole);
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		digest_of_two(bytes, cut, bytes + cut, sizeof(bytes) - cut, parts);
		assert_memory_equal(parts, whole, DIGEST_LEN);
	}
}

static void sm3_gives_the_answer_of_its_standard(void **state)
{
	unsigned char hash[DIGEST_LEN];

	(void)state;
	digest_sm3("a", 1, "bc", 2, hash);
	assert_hex(hash, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

/* RFC 4231 has no key of exactly 32 bytes; a shorter one is padded with zeros,
 * so its first case fits ours. */
static void hmac_gives_the_answer_of_rfc_4231(void **state)
{
	unsigned char secret[DIGEST_LEN] = { 0 }, code[DIGEST_LEN];
	struct mac_key key;
	struct mac mac;

	(void)state;
	memset(secret, 0x0b, 20);
	mac_key_init(&key, secret);
	mac_init(&mac, &key);
	mac_put(&mac, "Hi ", 3);
	mac_put(&mac, "There", 5);
	mac_end(&mac, code);
	assert_hex(code, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_answers_of_fips_180),
		cmocka_unit_test(parts_hash_like_the_whole),
		cmocka_unit_test(sm3_gives_the_answer_of_its_standard),
		cmocka_unit_test(hmac_gives_the_answer_of_rfc_4231),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
