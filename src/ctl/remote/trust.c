#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

#include "ctl/remote/remote_private.h"
#include "seal/hex.h"

/*
 * trust -- whose certificate it must be: one that an authority signed, or this very one.
 *
 * With a pin neither name nor date is asked: the certificate itself was compared
 * with what the daemon printed.
 */

int trust_pin(struct trust *trust, const char *text, struct fault *why)
{
	unsigned char bytes[DIGEST_LEN];
	char digits[REMOTE_DIGEST] = { 0 };
	size_t len = 0;

	for (const char *c = text; *c && len < REMOTE_DIGEST; c++)
		if (*c != ':' && len < REMOTE_DIGEST - 1)
			digits[len++] = (char)tolower((unsigned char)*c);
		else if (*c != ':')
			len = REMOTE_DIGEST;
	if (len != REMOTE_DIGEST - 1 || !hex_read(digits, sizeof(bytes), bytes))
		return fault_say(why, FAULT_INVALID,
				 "--pin '%.80s': the SHA-256 of the certificate is wanted, 64 hex digits",
				 "--pin“%.80s”：应为证书的 SHA-256，64 位十六进制", text);
	memcpy(trust->pin, digits, sizeof(digits));
	trust->pinned = true;
	return 0;
}

static void look_at(struct trust *trust, const X509 *certificate)
{
	unsigned char bytes[DIGEST_LEN];
	unsigned len = 0;

	trust->shown[0] = '\0';
	if (certificate && X509_digest(certificate, EVP_sha256(), bytes, &len) && len == sizeof(bytes))
		hex_write(bytes, sizeof(bytes), trust->shown);
}

static int judge(X509_STORE_CTX *store, void *who)
{
	struct trust *trust = who;
	bool good;

	look_at(trust, X509_STORE_CTX_get0_cert(store));
	if (trust->pinned) {
		good = trust->shown[0] && !CRYPTO_memcmp(trust->shown, trust->pin, REMOTE_DIGEST);
		X509_STORE_CTX_set_error(store, good ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
	} else {
		good = X509_verify_cert(store) == 1;
	}
	trust->error = X509_STORE_CTX_get_error(store);
	return good;
}

static CURLcode prepare(CURL *curl, void *context, void *who)
{
	(void)curl;
	SSL_CTX_set_cert_verify_callback(context, judge, who);
	return CURLE_OK;
}

void trust_apply(struct trust *trust, CURL *curl)
{
	trust->shown[0] = '\0';
	trust->error = X509_V_OK;
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L); /* each connection is judged */
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, trust->pinned ? 0L : 2L);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, prepare);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, trust);
	if (trust->ca)
		curl_easy_setopt(curl, CURLOPT_CAINFO, trust->ca);
	if (trust->ca)
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
}

int trust_fault(const struct trust *trust, const struct url *address, const char *words, struct fault *why)
{
	if (trust->pinned)
		return fault_say(
			why, FAULT_REFUSED,
			"%s shows another certificate than the one that was compared: SHA-256 %s instead of "
			"%s; where it truly has a new one, compare and say --pin %s",
			"%s 出示的证书与核对过的不同：SHA-256 %s，应为 %s；如确已更换，请核对后使用 --pin %s",
			address->base, trust->shown, trust->pin, trust->shown);
	return fault_say(
		why, FAULT_REFUSED,
		"the certificate of %s is not trusted: %s. Its SHA-256 is %s: compare it with what the "
		"daemon printed at its start, then --pin; or --ca FILE for an authority",
		"%s 的证书不可信（%s）。其 SHA-256 为 %s：请与守护进程启动时输出的指纹核对后使用 "
		"--pin；或以 --ca 指定签发机构",
		address->base,
		trust->error == X509_V_OK ? words : X509_verify_cert_error_string(trust->error),
		trust->shown[0] ? trust->shown : "?");
}
