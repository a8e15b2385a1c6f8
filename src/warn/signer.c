#include "warn/signer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "host/file.h"
#include "host/random.h"
#include "seal/hex.h"
#include "warn/signer_private.h"

enum {
	VALID_DAYS = 3650, /* a warning is read again years later */
	EARLY_S = 3600,    /* clocks of those who ask may be behind */
	DAY_S = 24 * 60 * 60,
	PEM_MOST = 64 * 1024,
	COMMON_NAME_MOST = 64,
};

static void bio_drop(BIO **bio) { BIO_free(*bio); }

static int failed(const char *what, struct fault *why)
{
	fault_set(why, FAULT_IO, "cannot make %s: %s", what, ERR_reason_error_string(ERR_peek_last_error()));
	ERR_clear_error();
	return -FAULT_IO;
}

/* ---- making one --------------------------------------------------------------- */

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

static bool add_name(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	const char *common = strlen(name) <= COMMON_NAME_MOST ? name : "fengsui";

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1;
}

static bool add_uses(X509 *certificate)
{
	static const struct {
		int what;
		const char *value;
	} uses[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature,nonRepudiation" },
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

static int make_certificate(struct signer *key, const char *name, int64_t now, struct fault *why)
{
	const time_t from = (time_t)(now / STAMP_SECOND);
	X509 *made = key->certificate = X509_new();

	if (!made || X509_set_version(made, 2) != 1 || !add_number(made) ||
	    !ASN1_TIME_set(X509_getm_notBefore(made), from - EARLY_S) ||
	    !ASN1_TIME_set(X509_getm_notAfter(made), from + (time_t)VALID_DAYS * DAY_S) ||
	    X509_set_pubkey(made, key->key) != 1 || !add_name(made, name) || !add_uses(made) ||
	    !X509_sign(made, key->key, EVP_sha256()))
		return failed("a certificate", why);
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

/* ---- reading one -------------------------------------------------------------- */

static int only_ours(const char *path, struct fault *why)
{
	struct stat about;

	if (stat(path, &about) < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	if (about.st_mode & 077 || !S_ISREG(about.st_mode))
		return fault_say(why, FAULT_REFUSED, "%s must be a file of mode 0600", "%s 的权限应为 0600",
				 path);
	return 0;
}

static int read_key(const char *path, EVP_PKEY **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(bio_drop) BIO *bio = NULL;
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(path, PEM_MOST, mem, &text, &len, why)) < 0 || (ret = only_ours(path, why)) < 0)
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

static int read_certificate(const char *path, X509 **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(bio_drop) BIO *bio = NULL;
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(path, PEM_MOST, mem, &text, &len, why)) < 0)
		return ret;
	bio = BIO_new_mem_buf(text, (int)len);
	*out = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	ERR_clear_error();
	if (!*out)
		return fault_say(why, FAULT_INVALID, "%s holds no certificate in PEM",
				 "%s 中没有 PEM 格式的证书", path);
	return 0;
}

static int check_key(const struct signer *key, const char *path, struct fault *why)
{
	char group[32] = "";

	if (X509_check_private_key(key->certificate, key->key) != 1) {
		ERR_clear_error();
		return fault_say(why, FAULT_INVALID, "%s is not the certificate of the key beside it",
				 "%s 不是旁边私钥的证书", path);
	}
	if (EVP_PKEY_get_group_name(key->key, group, sizeof(group), NULL) != 1 ||
	    (strcmp(group, "prime256v1") && strcmp(group, "P-256")))
		return fault_say(why, FAULT_INVALID, "%s: a CAP file is signed with a key of P-256",
				 "%s：CAP 文件须用 P-256 密钥签名", path);
	return 0;
}

int signer_load(const char *key_path, const char *certificate_path, struct signer **out, struct fault *why)
{
	SCOPED(signer_drop) struct signer *key = must_alloc(sizeof(*key));
	int ret;

	*key = (struct signer){ 0 };
	if ((ret = read_key(key_path, &key->key, why)) < 0 ||
	    (ret = read_certificate(certificate_path, &key->certificate, why)) < 0 ||
	    (ret = check_key(key, certificate_path, why)) < 0)
		return ret;
	*out = key;
	key = NULL;
	return 0;
}

/* The key first: a crash in between leaves one that the next need uses. */
static int key_make(const char *key_path, const char *certificate_path, const char *name, int64_t now,
		    struct fault *why)
{
	SCOPED(signer_drop) struct signer *key = must_alloc(sizeof(*key));
	int ret;

	*key = (struct signer){ 0 };
	if (access(key_path, F_OK) == 0)
		ret = read_key(key_path, &key->key, why);
	else if (!(key->key = EVP_EC_gen("P-256")))
		ret = failed("a key", why);
	else
		ret = write_key(key_path, key->key, why);
	if (ret < 0 || (ret = make_certificate(key, name, now, why)) < 0)
		return ret;
	return write_certificate(certificate_path, key->certificate, why);
}

int signer_open(const char *folder, const char *name, int64_t now, struct signer **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *key_path = arena_text(mem, "%s/keys/cap.key", folder);
	const char *certificate_path = arena_text(mem, "%s/keys/cap.pem", folder);
	int ret;

	if (access(certificate_path, F_OK) < 0 &&
	    ((ret = file_make_folder(arena_text(mem, "%s/keys", folder), 0700, why)) < 0 ||
	     (ret = key_make(key_path, certificate_path, name, now, why)) < 0))
		return ret;
	return signer_load(key_path, certificate_path, out, why);
}

void signer_close(struct signer *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->key);
	X509_free(key->certificate);
	free(key);
}

void signer_drop(struct signer **key)
{
	signer_close(*key);
	*key = NULL;
}

void certificate_print(const X509 *certificate, char out[static SIGNER_PRINT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	memset(digest, 0, sizeof(digest));
	X509_digest(certificate, EVP_sha256(), digest, &len);
	hex_write(digest, (SIGNER_PRINT - 1) / 2, out);
}

void signer_print(const struct signer *key, char out[static SIGNER_PRINT])
{
	certificate_print(key->certificate, out);
}

const char *signer_certificate(const struct signer *key, struct arena *mem)
{
	SCOPED(bio_drop) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	PEM_write_bio_X509(bio, key->certificate);
	len = BIO_get_mem_data(bio, &text);
	return arena_copy_bytes(mem, text, (size_t)len);
}
