#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "warn/signer.h"

/*
 * signer_private -- what signs and verifies, as OpenSSL has it.
 */
struct signer {
	EVP_PKEY *key;
	X509 *certificate;
};

void certificate_print(const X509 *certificate, char out[static SIGNER_PRINT]);
