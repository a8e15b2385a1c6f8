#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * key -- Ed25519 keys (RFC 8032) with a name, as C2SP signed notes want them.
 *
 * A verifier key is "NAME+HASH+BASE64(0x01 || public)", a signing key is
 * "PRIVATE+KEY+NAME+HASH+BASE64(0x01 || seed)"; HASH is eight hex digits, the
 * first four bytes of SHA-256(NAME || "\n" || 0x01 || public).
 * Source: C2SP signed-note v1.0.0 and golang.org/x/mod/sumdb/note.
 */
enum { KEY_NAME = 256, KEY_SEED = 32, KEY_PUBLIC = 32, KEY_SIGNATURE = 64, KEY_TEXT = KEY_NAME + 80 };

struct key {
	char name[KEY_NAME]; /* not empty, no blank, no '+' */
	uint32_t hash;
	unsigned char public_part[KEY_PUBLIC];
	unsigned char seed[KEY_SEED]; /* zeros in a verifier key */
	bool can_sign;
};

/* A new pair under `name`. FAULT_INVALID where the name cannot be one. */
int key_make(const char *name, struct key *out, struct fault *why);

/* The same pair under another name: another hash, for another log. */
int key_of_seed(const char *name, const unsigned char seed[static KEY_SEED], struct key *out,
		struct fault *why);

/* The verifier key as text, at most KEY_TEXT bytes with the NUL. */
void key_write(const struct key *key, char out[static KEY_TEXT]);
int key_read(const char *text, size_t len, struct key *out, struct fault *why);

/* Signing keys, one a line, in a file of mode 0600. Saving never replaces a
 * file that is there (FAULT_CONFLICT): the old key would be lost. */
int key_save(const char *path, const struct key *keys, size_t count, struct fault *why);
/* Exactly `count` keys. FAULT_ABSENT where there is no file, FAULT_REFUSED
 * where others may read it, FAULT_CORRUPT where it is not such a file. */
int key_load(const char *path, struct key *out, size_t count, struct fault *why);

void key_sign(const struct key *key, const void *bytes, size_t len, unsigned char out[static KEY_SIGNATURE]);
bool key_verifies(const struct key *key, const void *bytes, size_t len,
		  const unsigned char signature[static KEY_SIGNATURE]);

/* Overwrite the secret. */
void key_wipe(struct key *key);
