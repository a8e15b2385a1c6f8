#pragma once

#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

/*
 * digest -- SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) of bytes.
 *
 * SHA-256 stands on libcrypto, which uses the processor's SHA instructions;
 * libsodium's took four times as long on a leaf. None of it can fail.
 */
enum { DIGEST_LEN = 32 };

struct digest {
	SHA256_CTX state;
};

void digest_init(struct digest *digest);
void digest_put(struct digest *digest, const void *bytes, size_t len);
void digest_end(struct digest *digest, unsigned char out[static DIGEST_LEN]);

/* All at once; the second form hashes `head` followed by `bytes`. */
void digest_of(const void *bytes, size_t len, unsigned char out[static DIGEST_LEN]);
void digest_of_two(const void *head, size_t head_len, const void *bytes, size_t len,
		   unsigned char out[static DIGEST_LEN]);

/* SM3 of `head` followed by `bytes`; for a log of that algorithm, and slower. */
void digest_sm3(const void *head, size_t head_len, const void *bytes, size_t len,
		unsigned char out[static DIGEST_LEN]);
