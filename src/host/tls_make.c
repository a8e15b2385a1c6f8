#include "host/tls.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/certificate.h"

/*
 * tls_make -- a certificate that a site makes for itself, so that the first
 * start needs no authority. People compare its fingerprint.
 */
enum {
	VALID_DAYS = 397, /* what browsers take at most */
	NAME_MOST = 253,  /* bytes of a host name (RFC 1035) */
};

static void key_drop(EVP_PKEY **key) { EVP_PKEY_free(*key); }
static void certificate_drop(X509 **certificate) { X509_free(*certificate); }
static void names_drop(GENERAL_NAMES **names) { GENERAL_NAMES_free(*names); }

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

static int make(EVP_PKEY *key, const char *const *names, int64_t now, X509 **out, struct fault *why)
{
	static const struct certificate_use uses[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, "serverAuth" },
	};
	SCOPED(names_drop) GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();
	const struct certificate_wish wish = {
		.common = names[0],
		.names = all,
		.days = VALID_DAYS,
		.uses = uses,
		.use_count = sizeof(uses) / sizeof(*uses),
	};

	for (const char *const *name = names; *name; name++)
		sk_GENERAL_NAME_push(all, one_name(*name));
	return certificate_make(key, &wish, now, out, why);
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
	if ((ret = check_names(names, why)) < 0 || (ret = certificate_key_find(key_path, &key, why)) < 0 ||
	    (ret = make(key, names, now, &certificate, why)) < 0)
		return ret;
	return certificate_write(chain, certificate, why);
}
