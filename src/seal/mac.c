#include "seal/mac.h"

#include <string.h>

#include <sodium.h>

enum { BLOCK = 64 };

static void pad(struct digest *out, const unsigned char secret[static DIGEST_LEN], unsigned char with)
{
	unsigned char block[BLOCK];

	memset(block, with, sizeof(block));
	for (size_t i = 0; i < DIGEST_LEN; i++)
		block[i] ^= secret[i];
	digest_init(out);
	digest_put(out, block, sizeof(block));
	sodium_memzero(block, sizeof(block));
}

void mac_key_init(struct mac_key *key, const unsigned char secret[static DIGEST_LEN])
{
	pad(&key->inner, secret, 0x36);
	pad(&key->outer, secret, 0x5c);
}

void mac_init(struct mac *mac, const struct mac_key *key)
{
	mac->digest = key->inner;
	mac->key = key;
}

void mac_put(struct mac *mac, const void *bytes, size_t len) { digest_put(&mac->digest, bytes, len); }

void mac_end(struct mac *mac, unsigned char out[static DIGEST_LEN])
{
	unsigned char inner[DIGEST_LEN];

	digest_end(&mac->digest, inner);
	mac->digest = mac->key->outer;
	digest_put(&mac->digest, inner, sizeof(inner));
	digest_end(&mac->digest, out);
}
