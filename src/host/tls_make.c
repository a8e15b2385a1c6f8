#include "host/tls.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "host/file.h"
#include "host/random.h"

/*
 * tls_make -- a certificate that a site makes for itself, so that the first
 * start needs no authority. People compare its fingerprint.
 */
enum {
	VALID_DAYS = 397, /* what browsers take at most */
	EARLY_S = 3600,   /* the clocks of those who ask may be behind */
	DAY_S = 24 * 60 * 60,
	KEY_MOST = 64 * 1024,
	NAME_MOST = 253, /* bytes of a host name (RFC 1035) */
	COMMON_NAME_MOST = 64,
};

static void key_drop(EVP_PKEY **key) { EVP_PKEY_free(*key); }
static void bio_drop(BIO **bio) { BIO_free(*bio); }
static void certificate_drop(X509 **certificate) { X509_free(*certificate); }
static void names_drop(GENERAL_NAMES **names) { GENERAL_NAMES_free(*names); }

static int failed(const char *what, struct fault *why)
{
	fault_set(why, FAULT_IO, "cannot make %s: %s", what, ERR_reason_error_string(ERR_peek_last_error()));
	ERR_clear_error();
	return -FAULT_IO;
}

static bool good_host(const char *name)
{
	const size_t len = strlen(name);

	return len > 0 && len <= NAME_MOST && name[0] != '.' && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == len;
}

static GENERAL_NAME *one_name(const char *name)
{
	GENERAL_NAME *out = GENERAL_NAME_new();
	ASN1_OCTET_STRING *value;
	unsigned char address[16];
	int len = inet_pton(AF_INET, name, address) == 1    ? 4
		  : inet_pton(AF_INET6, name, address) == 1 ? 16
							    : 0;

	if (len) {
		value = ASN1_OCTET_STRING_new();
		ASN1_OCTET_STRING_set(value, address, len);
		GENERAL_NAME_set0_value(out, GEN_IPADD, value);
	} else {
		value = ASN1_IA5STRING_new();
		ASN1_STRING_set(value, name, -1);
		GENERAL_NAME_set0_value(out, GEN_DNS, value);
	}
	return out;
}

static int check_names(const char *const *names, struct fault *why)
{
	unsigned char address[16];

	if (!names[0])
		return fault_say(why, FAULT_INVALID, "a certificate wants at least one name",
				 "证书至少要有一个名称");
	for (; *names; names++)
		if (inet_pton(AF_INET6, *names, address) != 1 && !good_host(*names))
			return fault_say(why, FAULT_INVALID, "'%.80s' is no host name and no address",
					 "“%.80s”既不是主机名也不是地址", *names);
	return 0;
}

static bool add_names(X509 *certificate, const char *const *names)
{
	SCOPED(names_drop) GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();
	X509_NAME *subject = X509_get_subject_name(certificate);
	const char *common = strlen(names[0]) <= COMMON_NAME_MOST ? names[0] : "fengsui";

	for (const char *const *name = names; *name; name++)
		sk_GENERAL_NAME_push(all, one_name(*name));
	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1 &&
	       X509_add1_ext_i2d(certificate, NID_subject_alt_name, all, 0, 0) == 1;
}

static bool add_uses(X509 *certificate)
{
	static const struct {
		int what;
		const char *value;
	} uses[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, "serverAuth" },
	};

	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		X509_EXTENSION *use = X509V3_EXT_conf_nid(NULL, NULL, uses[i].what, uses[i].value);
		const bool added = use && X509_add_ext(certificate, use, -1) == 1;

		X509_EXTENSION_free(use);
		if (!added)
			return false;
	}
	return true;
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

static int make_certificate(EVP_PKEY *key, const char *const *names, int64_t now, X509 **out,
			    struct fault *why)
{
	SCOPED(certificate_drop) X509 *certificate = X509_new();
	const time_t from = (time_t)(now / STAMP_SECOND);

	if (!certificate || X509_set_version(certificate, 2) != 1 || !add_number(certificate) ||
	    !ASN1_TIME_set(X509_getm_notBefore(certificate), from - EARLY_S) ||
	    !ASN1_TIME_set(X509_getm_notAfter(certificate), from + (time_t)VALID_DAYS * DAY_S) ||
	    X509_set_pubkey(certificate, key) != 1 || !add_names(certificate, names) ||
	    !add_uses(certificate) || !X509_sign(certificate, key, EVP_sha256()))
		return failed("a certificate", why);
	*out = certificate;
	certificate = NULL;
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

static int write_certificate(const char *path, X509 *certificate, struct fault *why)
{
	SCOPED(bio_drop) BIO *bio = BIO_new(BIO_s_mem());

	if (PEM_write_bio_X509(bio, certificate) != 1)
		return failed("a certificate", why);
	return write_bio(path, bio, why);
}

/* The key that is there, as after a crash between the two files, or a new one. */
static int find_key(const char *path, EVP_PKEY **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(bio_drop) BIO *bio = NULL;
	EVP_PKEY *key;
	char *text;
	size_t len;
	int ret;

	if (access(path, F_OK) < 0) {
		if (!(key = EVP_EC_gen("P-256")))
			return failed("a key", why);
		*out = key;
		return write_key(path, key, why);
	}
	if ((ret = file_read(path, KEY_MOST, mem, &text, &len, why)) < 0)
		return ret;
	bio = BIO_new_mem_buf(text, (int)len);
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (char[]){ "" });
	OPENSSL_cleanse(text, len);
	ERR_clear_error();
	if (!key)
		return fault_say(why, FAULT_INVALID, "%s holds no private key in PEM",
				 "%s 中没有 PEM 格式的私钥", path);
	*out = key;
	return 0;
}

int tls_site_make(const char *chain, const char *key_path, const char *const *names, int64_t now,
		  struct fault *why)
{
	SCOPED(certificate_drop) X509 *certificate = NULL;
	SCOPED(key_drop) EVP_PKEY *key = NULL;
	int ret;

	if (access(chain, F_OK) == 0) {
		if (access(key_path, F_OK) == 0)
			return 0;
		/* Never write over a certificate: somebody may have paid for it. */
		return fault_say(why, FAULT_INVALID, "%s is there and its key %s is not",
				 "有证书 %s 而无其私钥 %s", chain, key_path);
	}
	/* The key first: a crash in between leaves one that the next start uses. */
	if ((ret = check_names(names, why)) < 0 || (ret = find_key(key_path, &key, why)) < 0 ||
	    (ret = make_certificate(key, names, now, &certificate, why)) < 0)
		return ret;
	return write_certificate(chain, certificate, why);
}
