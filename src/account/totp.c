#include "account/totp.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "base/stamp.h"

static const uint32_t powers[] = { 1000000, 10000000, 100000000 };

void totp_code(const unsigned char *secret, size_t len, uint64_t counter, int digits, char *out)
{
	unsigned char text[8], mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	uint32_t number;

	for (int i = 7; i >= 0; i--, counter >>= 8)
		text[i] = (unsigned char)counter;
	HMAC(EVP_sha1(), secret, (int)len, text, sizeof(text), mac, &mac_len);
	/* RFC 4226 5.3: the last four bits say where the number is taken from. */
	number = ((uint32_t)(mac[mac[19] & 15] & 0x7f) << 24 | (uint32_t)mac[(mac[19] & 15) + 1] << 16 |
		  (uint32_t)mac[(mac[19] & 15) + 2] << 8 | mac[(mac[19] & 15) + 3]) %
		 powers[digits - TOTP_DIGITS];
	for (int i = digits; i > 0; i--, number /= 10)
		out[i - 1] = (char)('0' + number % 10);
	out[digits] = '\0';
	sodium_memzero(mac, sizeof(mac));
}

uint64_t totp_counter(int64_t now) { return (uint64_t)(now / STAMP_SECOND / TOTP_STEP_S); }

/* Every step is reckoned, so that the time does not tell which one was right. */
bool totp_check(const unsigned char secret[static TOTP_SECRET], const char *code, int64_t now, int64_t last,
		int64_t *counter)
{
	const int64_t present = (int64_t)totp_counter(now);
	char right[TOTP_DIGITS + 1];
	bool good = false;

	if (strlen(code) != TOTP_DIGITS)
		return false;
	for (int64_t step = present - TOTP_SKEW; step <= present + TOTP_SKEW; step++) {
		if (step < 0)
			continue;
		totp_code(secret, TOTP_SECRET, (uint64_t)step, TOTP_DIGITS, right);
		if (!sodium_memcmp(right, code, TOTP_DIGITS) && step > last && !good) {
			*counter = step;
			good = true;
		}
	}
	sodium_memzero(right, sizeof(right));
	return good;
}

void totp_base32(const unsigned char *bytes, size_t len, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < len; i++) {
		held = (held << 8 | bytes[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = letters[held >> (bits - 5) & 31];
	}
	if (bits)
		*out++ = letters[held << (5 - bits) & 31];
	*out = '\0';
}
