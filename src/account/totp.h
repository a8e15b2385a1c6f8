#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * totp -- one-time codes by counter and by time (RFC 4226, RFC 6238).
 *
 * HMAC-SHA-1, six digits, steps of 30 seconds: what every authenticator can.
 */
enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_STEP_S = 30, TOTP_SKEW = 1 };

/* The code of a counter: `digits` (6..8) decimal digits and a NUL. */
void totp_code(const unsigned char *secret, size_t len, uint64_t counter, int digits, char *out);

/* The counter at this moment (base/stamp.h). */
uint64_t totp_counter(int64_t now);

/* Does `code` belong to a step at most TOTP_SKEW from now and after `last`? That
 * step goes to `counter`, to be kept as the next `last` (-1: none yet). */
bool totp_check(const unsigned char secret[static TOTP_SECRET], const char *code, int64_t now, int64_t last,
		int64_t *counter);

/* RFC 4648 base32 without padding: (len * 8 + 4) / 5 characters and a NUL. */
void totp_base32(const unsigned char *bytes, size_t len, char *out);
