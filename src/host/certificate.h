#pragma once

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509v3.h>

#include "base/fault.h"

/*
 * certificate -- a key of P-256 and a certificate that signs itself, in files of
 * PEM and mode 0600.
 */
struct certificate_wish {
	const char *common;         /* common name; "fengsui" where it is longer than a name may be */
	const GENERAL_NAMES *names; /* other names of the subject, or NULL */
	int days;                   /* for how long, from now */
	const struct certificate_use {
		int what; /* NID_key_usage … */
		const char *value;
	} * uses;
	size_t use_count;
};

/* Faults: FAULT_IO where it cannot be made. The certificate is the caller's (X509_free). */
int certificate_make(EVP_PKEY *key, const struct certificate_wish *wish, int64_t now, X509 **out,
		     struct fault *why);
int certificate_write(const char *path, X509 *certificate, struct fault *why);

/* The private key of this file; FAULT_INVALID where there is none in it. The key is the caller's
 * (EVP_PKEY_free). */
int certificate_key_read(const char *path, EVP_PKEY **out, struct fault *why);
/* The key that is there, as after a crash before its certificate was written, or a new one. */
int certificate_key_find(const char *path, EVP_PKEY **out, struct fault *why);
