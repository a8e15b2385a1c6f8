#include "host/certificate.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "host/file.h"
#include "host/random.h"

enum {
	EARLY_S = 3600, /* the clocks of those who ask may be behind */
	DAY_S = 24 * 60 * 60,
	KEY_MOST = 64 * 1024,
	COMMON_NAME_MOST = 64,
};

static void bio_drop(BIO **bio) { BIO_free(*bio); }
static void x509_drop(X509 **certificate) { X509_free(*certificate); }

static int failed(const char *what, struct fault *why)
{
	fault_set(why, FAULT_IO, "cannot make %s: %s", what, ERR_reason_error_string(ERR_peek_last_error()));
	ERR_clear_error();
	return -FAULT_IO;
}

static bool add_number(X509 *certificate)
{
	unsigned char bytes[16];
	BIGNUM *number;
	bool good;

	random_fill(bytes, sizeof(bytes));
	bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40); /* positive, and of one length */
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
	BN_free(number);
	return good;
}

static bool add_names(X509 *certificate, const struct certificate_wish *wish)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	const char *common = strlen(wish->common) <= COMMON_NAME_MOST ? wish->common : "fengsui";

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1 &&
	       (!wish->names ||
		X509_add1_ext_i2d(certificate, NID_subject_alt_name, (void *)wish->names, 0, 0) == 1);
}

static bool add_uses(X509 *certificate, const struct certificate_wish *wish)
{
	for (size_t i = 0; i < wish->use_count; i++) {
		X509_EXTENSION *use =
			X509V3_EXT_conf_nid(NULL, NULL, wish->uses[i].what, wish->uses[i].value);
		const bool added = use && X509_add_ext(certificate, use, -1) == 1;

		X509_EXTENSION_free(use);
		if (!added)
			return false;
	}
	return true;
}

int certificate_make(EVP_PKEY *key, const struct certificate_wish *wish, int64_t now, X509 **out,
		     struct fault *why)
{
	SCOPED(x509_drop) X509 *made = X509_new();
	const time_t from = (time_t)(now / STAMP_SECOND);

	if (!made || X509_set_version(made, 2) != 1 || !add_number(made) ||
	    !ASN1_TIME_set(X509_getm_notBefore(made), from - EARLY_S) ||
	    !ASN1_TIME_set(X509_getm_notAfter(made), from + (time_t)wish->days * DAY_S) ||
	    X509_set_pubkey(made, key) != 1 || !add_names(made, wish) || !add_uses(made, wish) ||
	    !X509_sign(made, key, EVP_sha256()))
		return failed("a certificate", why);
	*out = made;
	made = NULL;
	return 0;
}

static int write_bio(const char *path, BIO *bio, struct fault *why)
{
	char *text;
	const long len = BIO_get_mem_data(bio, &text);

	return file_write(path, 0600, text, (size_t)len, why);
}

static int write_key(const char *path, EVP_PKEY *key, struct fault *why)
{
	SCOPED(bio_drop) BIO *bio = BIO_new(BIO_s_secmem());

	if (PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return failed("a key", why);
	return write_bio(path, bio, why);
}

int certificate_write(const char *path, X509 *certificate, struct fault *why)
{
	SCOPED(bio_drop) BIO *bio = BIO_new(BIO_s_mem());

	if (PEM_write_bio_X509(bio, certificate) != 1)
		return failed("a certificate", why);
	return write_bio(path, bio, why);
}

int certificate_key_read(const char *path, EVP_PKEY **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(bio_drop) BIO *bio = NULL;
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(path, KEY_MOST, mem, &text, &len, why)) < 0)
		return ret;
	bio = BIO_new_mem_buf(text, (int)len);
	*out = PEM_read_bio_PrivateKey(bio, NULL, NULL, (char[]){ "" });
	OPENSSL_cleanse(text, len);
	ERR_clear_error();
	if (!*out)
		return fault_say(why, FAULT_INVALID, "%s holds no private key in PEM",
				 "%s 中没有 PEM 格式的私钥", path);
	return 0;
}

int certificate_key_find(const char *path, EVP_PKEY **out, struct fault *why)
{
	EVP_PKEY *key;
	int ret;

	if (access(path, F_OK) == 0)
		return certificate_key_read(path, out, why);
	if (!(key = EVP_EC_gen("P-256")))
		return failed("a key", why);
	if ((ret = write_key(path, key, why)) < 0)
		EVP_PKEY_free(key);
	else
		*out = key;
	return ret;
}
