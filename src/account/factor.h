#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/*
 * factor -- the second factor of an account: one-time codes, and codes for recovery.
 *
 * Secrets are kept sealed with a key outside the database, recovery codes as
 * keyed digests. A code is good once: the step it belongs to is kept.
 */
enum { FACTOR_SECRET = 33, FACTOR_URI = 1024, FACTOR_CODES = 10, FACTOR_CODE = 20 };

struct factor_offer {
	char secret[FACTOR_SECRET]; /* base32, to be typed */
	char uri[FACTOR_URI];       /* otpauth://totp/..., to be shown as a QR code */
};

/* A new secret, not in use until it is confirmed; an earlier offer is gone.
 * FAULT_CONFLICT where the account has a factor or no password yet,
 * FAULT_ABSENT without an account, FAULT_LIMIT where the names are too long. `issuer` names the house, such
 * as its origin. */
int factor_offer(struct accounts *accounts, int64_t person, const char *issuer, const char *login,
		 struct factor_offer *out, struct fault *why);

/* A code of the offered secret puts it in force; gives the recovery codes, this
 * once. FAULT_REFUSED for a wrong code, FAULT_ABSENT without an offer. */
struct factor_codes {
	char codes[FACTOR_CODES][FACTOR_CODE]; /* "k3vq-…": 80 bits in base32 */
};
int factor_confirm(struct accounts *accounts, int64_t person, const char *code, int64_t now,
		   struct factor_codes *out, struct fault *why);

/* New recovery codes in the place of all earlier ones; FAULT_ABSENT without a factor. */
int factor_renew(struct accounts *accounts, int64_t person, struct factor_codes *out, struct fault *why);

/* Take it away, and the recovery codes; the caller has had the person step up.
 * FAULT_ABSENT where there is none; FAULT_CONFLICT where the password is too
 * short to stand alone: first a longer one. */
int factor_remove(struct accounts *accounts, int64_t person, struct fault *why);

void factor_offer_wipe(struct factor_offer *offer);
void factor_codes_wipe(struct factor_codes *codes);
