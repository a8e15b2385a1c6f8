#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "ctl/doctor/doctor_private.h"

/* certificate -- that of HTTPS, FOLDER/keys/https.pem: until when, and is it the key's? */

enum { SOON_DAYS = 21 };

/* The key stands in https.key, or behind the certificate in the same file. */
static bool key_matches(struct doctor *doctor, const char *pem, X509 *certificate)
{
	const char *path = arena_text(doctor->mem, "%s/keys/https.key", doctor->folder);
	FILE *file = fopen(access(path, F_OK) == 0 ? path : pem, "re");
	EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, "") : NULL;
	const bool same = key && X509_check_private_key(certificate, key) == 1;

	EVP_PKEY_free(key);
	if (file)
		fclose(file);
	return same;
}

static void judge(struct doctor *doctor, const char *pem, X509 *certificate, struct finding *out)
{
	int days = 0, seconds = 0, began_days = 0, began_seconds = 0;
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(doctor->now / STAMP_SECOND));
	const bool dated = ASN1_TIME_diff(&days, &seconds, now, X509_get0_notAfter(certificate)) &&
			   ASN1_TIME_diff(&began_days, &began_seconds, X509_get0_notBefore(certificate), now);

	ASN1_TIME_free(now);
	advise(out, "put a new certificate and its key there, and restart", "请放入新的证书及其密钥，并重启");
	if (!dated || days < 0 || seconds < 0)
		found(out, HEALTH_TROUBLE, "%s expired %d days ago", "%s 已过期 %d 天", pem, -days);
	else if (began_days < 0 || began_seconds < 0)
		found(out, HEALTH_TROUBLE, "%s is not valid yet", "%s 尚未生效", pem);
	else if (!key_matches(doctor, pem, certificate))
		found(out, HEALTH_TROUBLE, "%s is not that of the key beside it, or the key cannot be read",
		      "%s 与旁边的密钥不符，或密钥不能读取", pem);
	else if (days < SOON_DAYS)
		found(out, HEALTH_WARNING, "%d days left", "还有 %d 天到期", days);
	else {
		found(out, HEALTH_GOOD, "%d days left, the key is its own", "还有 %d 天到期，密钥相符", days);
		advise(out, NULL, NULL);
	}
}

void examine_certificate(struct doctor *doctor, struct finding *out)
{
	const char *told = json_string_value(json_object_get(doctor->status, "certificate"));
	const char *pem = told ? told : arena_text(doctor->mem, "%s/keys/https.pem", doctor->folder);
	FILE *file = fopen(pem, "re");
	X509 *certificate;

	if (!file && !told)
		return; /* no HTTPS here */
	certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
	if (file)
		fclose(file);
	if (certificate) {
		judge(doctor, pem, certificate, out);
	} else {
		found(out, HEALTH_TROUBLE, "%s cannot be read, or holds no certificate",
		      "%s 不能读取，或其中没有证书", pem);
		advise(out, "put a certificate in PEM form there", "请放入 PEM 格式的证书");
	}
	X509_free(certificate);
}
