#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "warn/signer.h"

/*
 * sign -- the enveloped XML signature of a CAP file, put there and looked at.
 *
 * What we put: ECDSA with P-256 and SHA-256, exclusive canonical XML, the
 * certificate enclosed. What others put is verified where it covers the whole
 * message in one of the usual ways; anything else is said to be what it is. No
 * message is refused because it is signed (CAP 1.2, 3.3.4.1).
 */

/* The message of `bytes` with a signature at its end, into `out`. */
int sign_message(const struct signer *key, const char *bytes, size_t len, struct buf *out, struct fault *why);

enum signed_state {
	SIGNED_GOOD,    /* by a certificate that was given */
	SIGNED_UNKNOWN, /* fits the certificate enclosed, for which nobody vouches */
	SIGNED_WEAK,    /* fits, but by SHA-1: somebody may have made another text for it */
	SIGNED_WRONG,   /* the message was changed, or another key signed it */
	SIGNED_UNCLEAR, /* cannot be verified: not the whole message, or in no way that we know */
	SIGNED__COUNT,
};

enum { SIGNATURES_MOST = 8, SIGNATURE_TEXT = 200 };

struct signature {
	enum signed_state state;
	unsigned line;
	char algorithm[32];           /* "ecdsa-sha256"; "" where unknown */
	char subject[SIGNATURE_TEXT]; /* of the certificate enclosed or given; "" for none */
	char print[SIGNER_PRINT];     /* its SHA-256; "" for none */
	const char *why_en, *why_zh;  /* of a state that is not good; static */
};

struct signatures {
	struct signature at[SIGNATURES_MOST];
	size_t count, beyond; /* those that are not looked at */
};

/* All signatures of a message that xml_read() takes. `trusted`: certificates or
 * public keys in PEM, or NULL. */
int sign_verify(const char *bytes, size_t len, const char *trusted, struct signatures *out,
		struct fault *why);

const char *signed_name(enum signed_state state); /* "good" */
const char *signed_en(enum signed_state state);
const char *signed_zh(enum signed_state state);
/* The state to act by: the best one, but WRONG where any is; UNCLEAR where there is none. */
enum signed_state signatures_state(const struct signatures *all);
