/* The one-shot and the EVP calls of OpenSSL 3 look the algorithm up or want a
 * context on the heap; a leaf is hashed faster than that. These stay in 3.x. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "seal/digest.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

void digest_init(struct digest *digest) { SHA256_Init(&digest->state); }

void digest_put(struct digest *digest, const void *bytes, size_t len)
{
	if (len)
		SHA256_Update(&digest->state, bytes, len);
}

void digest_end(struct digest *digest, unsigned char out[static DIGEST_LEN])
{
	SHA256_Final(out, &digest->state);
}

void digest_of(const void *bytes, size_t len, unsigned char out[static DIGEST_LEN])
{
	digest_of_two(NULL, 0, bytes, len, out);
}

void digest_of_two(const void *head, size_t head_len, const void *bytes, size_t len,
		   unsigned char out[static DIGEST_LEN])
{
	struct digest digest;

	digest_init(&digest);
	digest_put(&digest, head, head_len);
	digest_put(&digest, bytes, len);
	digest_end(&digest, out);
}

void digest_sm3(const void *head, size_t head_len, const void *bytes, size_t len,
		unsigned char out[static DIGEST_LEN])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	/* A libcrypto without SM3 or without memory is no place to go on from. */
	if (!context || EVP_DigestInit_ex(context, EVP_sm3(), NULL) != 1 ||
	    EVP_DigestUpdate(context, head, head_len) != 1 || EVP_DigestUpdate(context, bytes, len) != 1 ||
	    EVP_DigestFinal_ex(context, out, NULL) != 1) {
		fprintf(stderr, "fengsui: libcrypto gives no SM3\n");
		abort();
	}
	EVP_MD_CTX_free(context);
}
