#include "warn/signer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "host/certificate.h"
#include "host/file.h"
#include "seal/hex.h"
#include "warn/signer_private.h"

enum {
	VALID_DAYS = 3650, /* a warning is read again years later */
	PEM_MOST = 64 * 1024,
};

static void bio_drop(BIO **bio) { BIO_free(*bio); }

/* ---- making one --------------------------------------------------------------- */

static int make_certificate(EVP_PKEY *key, const char *name, int64_t now, X509 **out, struct fault *why)
{
	static const struct certificate_use uses[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature,nonRepudiation" },
	};
	const struct certificate_wish wish = {
		.common = name,
		.days = VALID_DAYS,
		.uses = uses,
		.use_count = sizeof(uses) / sizeof(*uses),
	};

	return certificate_make(key, &wish, now, out, why);
}

/* ---- reading one -------------------------------------------------------------- */

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
	if ((ret = file_private(key_path, why)) < 0 ||
	    (ret = certificate_key_read(key_path, &key->key, why)) < 0 ||
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
	if ((ret = certificate_key_find(key_path, &key->key, why)) < 0 ||
	    (ret = make_certificate(key->key, name, now, &key->certificate, why)) < 0)
		return ret;
	return certificate_write(certificate_path, key->certificate, why);
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
