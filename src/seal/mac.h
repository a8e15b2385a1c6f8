#pragma once

#include "seal/digest.h"

/*
 * mac -- HMAC-SHA-256 (RFC 2104): who has the key knows that nobody else wrote it.
 */
struct mac_key {
	struct digest inner, outer; /* the padded key, hashed once */
};

/* A key of one digest's length. */
void mac_key_init(struct mac_key *key, const unsigned char secret[static DIGEST_LEN]);

struct mac {
	struct digest digest;
	const struct mac_key *key;
};

void mac_init(struct mac *mac, const struct mac_key *key); /* the key outlives it */
void mac_put(struct mac *mac, const void *bytes, size_t len);
void mac_end(struct mac *mac, unsigned char out[static DIGEST_LEN]);
