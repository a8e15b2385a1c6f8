#include "warn/sign.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>
#include <xmlsec/templates.h>
#include <xmlsec/errors.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>

#include "seal/base64.h"
#include "warn/signer_private.h"
#include "warn/sign_private.h"

/* ---- the library ---------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool started;

/* Its own reports would go to standard error; we say what came of it. */
static void start(void)
{
	xmlInitParser();
	started = xmlSecInit() >= 0 && xmlSecOpenSSLAppInit(NULL) >= 0 && xmlSecOpenSSLInit() >= 0;
	xmlSecErrorsSetCallback(NULL);
}

int sign_start(struct fault *why)
{
	pthread_once(&once, start);
	return started ? 0 : fault_set(why, FAULT_IO, "the library of XML signatures does not start");
}

xmlDoc *sign_parse(const char *bytes, size_t len)
{
	return xmlReadMemory(bytes, (int)len, NULL, NULL,
			     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

/* ---- signing --------------------------------------------------------------------- */

static void doc_drop(xmlDoc **doc) { xmlFreeDoc(*doc); }
static void context_drop(xmlSecDSigCtx **context)
{
	if (*context)
		xmlSecDSigCtxDestroy(*context);
}

/* An empty signature at the end: the whole document, without the signature itself. */
static xmlNode *put_template(xmlDoc *doc)
{
	xmlNode *signature = xmlSecTmplSignatureCreate(doc, xmlSecTransformExclC14NId,
						       xmlSecOpenSSLTransformEcdsaSha256Id, NULL);
	xmlNode *reference;

	if (!signature)
		return NULL;
	xmlAddChild(xmlDocGetRootElement(doc), signature);
	reference = xmlSecTmplSignatureAddReference(signature, xmlSecOpenSSLTransformSha256Id, NULL,
						    BAD_CAST "", NULL);
	if (!reference || !xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) ||
	    !xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId))
		return NULL;
	return signature;
}

static xmlSecKey *secure_key(EVP_PKEY *pkey)
{
	xmlSecKeyData *data;
	xmlSecKey *key;

	EVP_PKEY_up_ref(pkey);
	if (!(data = xmlSecOpenSSLEvpKeyAdopt(pkey))) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	key = xmlSecKeyCreate();
	if (!key || xmlSecKeySetValue(key, data) < 0) {
		xmlSecKeyDataDestroy(data);
		if (key)
			xmlSecKeyDestroy(key);
		return NULL;
	}
	return key;
}

/* Behind the signing, which covers it not: whoever reads it needs the certificate. */
static bool enclose_certificate(xmlNode *signature, X509 *certificate)
{
	unsigned char *der = NULL;
	const int len = i2d_X509(certificate, &der);
	xmlNode *info, *data;
	char *text;

	if (len < 0)
		return false;
	text = must_alloc(BASE64_LEN((size_t)len) + 1);
	base64_write(der, (size_t)len, text);
	info = xmlNewChild(signature, NULL, BAD_CAST "KeyInfo", NULL);
	data = info ? xmlNewChild(info, NULL, BAD_CAST "X509Data", NULL) : NULL;
	if (data)
		data = xmlNewTextChild(data, NULL, BAD_CAST "X509Certificate", BAD_CAST text);
	free(text);
	OPENSSL_free(der);
	return data != NULL;
}

static int put_signature(const struct signer *key, xmlDoc *doc, struct fault *why)
{
	SCOPED(context_drop) xmlSecDSigCtx *context = xmlSecDSigCtxCreate(NULL);
	xmlNode *signature = put_template(doc);

	if (!context || !signature || !(context->signKey = secure_key(key->key)) ||
	    xmlSecDSigCtxSign(context, signature) < 0 || !enclose_certificate(signature, key->certificate))
		return fault_set(why, FAULT_IO, "the message could not be signed");
	return 0;
}

int sign_message(const struct signer *key, const char *bytes, size_t len, struct buf *out, struct fault *why)
{
	SCOPED(doc_drop) xmlDoc *doc = NULL;
	xmlChar *text = NULL;
	int ret, size = 0;

	if ((ret = sign_start(why)) < 0)
		return ret;
	if (!(doc = sign_parse(bytes, len)))
		return fault_say(why, FAULT_INVALID, "what is to be signed is no XML",
				 "待签名的内容不是 XML");
	if ((ret = put_signature(key, doc, why)) < 0)
		return ret;
	xmlDocDumpMemoryEnc(doc, &text, &size, "UTF-8");
	if (!text)
		return fault_set(why, FAULT_IO, "the signed message could not be written");
	buf_put(out, text, (size_t)size);
	xmlFree(text);
	return 0;
}
