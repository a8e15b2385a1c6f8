#include "record/frontier.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

void frontier_key(const struct key *key, struct mac_key *out)
{
	static const char mark[] = "fengsui-frontier/1\n";
	unsigned char secret[DIGEST_LEN];

	digest_of_two(mark, sizeof(mark) - 1, key->seed, KEY_SEED, secret);
	mac_key_init(out, secret);
	sodium_memzero(secret, sizeof(secret));
}

static void code_of(const struct merkle *tree, const char *origin, const struct mac_key *key,
		    unsigned char out[static DIGEST_LEN])
{
	char head[320];
	struct mac mac;

	snprintf(head, sizeof(head), "%s\n%" PRIu64 "\n", origin, tree->size);
	mac_init(&mac, key);
	mac_put(&mac, head, strlen(head));
	mac_put(&mac, tree->peaks, merkle_peaks(tree->size) * DIGEST_LEN);
	mac_end(&mac, out);
}

size_t frontier_write(const struct merkle *tree, const char *origin, const struct mac_key *key,
		      unsigned char out[static FRONTIER_MOST])
{
	size_t len = merkle_pack(tree, out);

	code_of(tree, origin, key, out + len);
	return len + DIGEST_LEN;
}

enum frontier_state frontier_read(uint64_t size, const void *bytes, size_t len, const char *origin,
				  const struct mac_key *key, struct merkle *out)
{
	unsigned char code[DIGEST_LEN];

	if (len < DIGEST_LEN || !merkle_unpack(size, bytes, len - DIGEST_LEN, out))
		return FRONTIER_FORM;
	if (!key)
		return FRONTIER_GOOD;
	code_of(out, origin, key, code);
	return sodium_memcmp(code, (const char *)bytes + len - DIGEST_LEN, DIGEST_LEN) ? FRONTIER_FORGED
										       : FRONTIER_GOOD;
}
