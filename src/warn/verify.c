#include "warn/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/utf8.h"
#include "seal/base64.h"
#include "warn/signer_private.h"
#include "warn/schema.h"
#include "warn/sign_private.h"

/*
 * verify -- is the message what somebody signed?
 *
 * Before any of it is reckoned the signature must have the one shape that
 * covers the whole document: a single reference, URI "", the signature itself
 * left out, canonical XML. Whatever could point elsewhere, choose a part, or
 * run a program (XPath, XSLT) is never carried out.
 */
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define C14N_11 "http://www.w3.org/2006/12/xml-c14n11"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

/* Each try reckons the whole file anew, on the thread that serves everybody. */
enum { KEYS_MOST = 16, TRIES_MOST = 12, CERTIFICATE_MOST = 16 * 1024 };

/* clang-format off */
static const struct {
	const char *uri, *name;
	bool weak;
} methods[] = {
	{ "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "ecdsa-sha256", false },
	{ "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "ecdsa-sha384", false },
	{ "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", "ecdsa-sha512", false },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",   "rsa-sha256",   false },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",   "rsa-sha384",   false },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",   "rsa-sha512",   false },
	{ "http://www.w3.org/2000/09/xmldsig#rsa-sha1",          "rsa-sha1",     true },
	{ "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",   "ecdsa-sha1",   true },
	{ "http://www.w3.org/2000/09/xmldsig#dsa-sha1",          "dsa-sha1",     true },
};

static const struct {
	const char *uri;
	bool weak;
} digests[] = {
	{ "http://www.w3.org/2001/04/xmlenc#sha256",      false },
	{ "http://www.w3.org/2001/04/xmldsig-more#sha384", false },
	{ "http://www.w3.org/2001/04/xmlenc#sha512",      false },
	{ "http://www.w3.org/2000/09/xmldsig#sha1",       true },
};

static const struct {
	const char *name, *en, *zh;
} states[] = {
	[SIGNED_GOOD]    = { "good",    "signed by the certificate that was given",                 "由给定的证书签名，完好" },
	[SIGNED_UNKNOWN] = { "unknown", "whole, signed by a certificate for which nobody vouches",  "内容完整，但签名证书未经认可" },
	[SIGNED_WEAK]    = { "weak",    "fits, but by SHA-1, which proves nothing any more",        "相符，但使用已不可靠的 SHA-1" },
	[SIGNED_WRONG]   = { "wrong",   "not what was signed: the message was changed",             "与签名不符：消息已被改动" },
	[SIGNED_UNCLEAR] = { "unclear", "cannot be verified",                                       "无法验证" },
};
/* clang-format on */

_Static_assert(sizeof(states) / sizeof(*states) == SIGNED__COUNT, "every state has its row");

const char *signed_name(enum signed_state state) { return states[state].name; }
const char *signed_en(enum signed_state state) { return states[state].en; }
const char *signed_zh(enum signed_state state) { return states[state].zh; }

/* ---- the shape ------------------------------------------------------------------- */

static void unclear(struct signature *out, const char *en, const char *zh)
{
	out->state = SIGNED_UNCLEAR;
	out->why_en = en;
	out->why_zh = zh;
}

static bool is(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name) &&
	       node->ns && !strcmp((const char *)node->ns->href, DSIG_SPACE);
}

static xmlNode *next_element(xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static xmlNode *first_in(const xmlNode *node) { return next_element(node->children); }
static xmlNode *after(const xmlNode *node) { return next_element(node->next); }

/* Is its attribute Algorithm one of these? They stand without elements of their own. */
static bool algorithm(xmlNode *node, const char *one, const char *two, const char *three)
{
	xmlChar *said = xmlGetNoNsProp(node, BAD_CAST "Algorithm");
	const char *text = said ? (const char *)said : "";
	const bool good = !first_in(node) && (!strcmp(text, one) || (two && !strcmp(text, two)) ||
					      (three && !strcmp(text, three)));

	xmlFree(said);
	return good;
}

static bool whole_document(xmlNode *reference)
{
	xmlChar *uri = xmlGetNoNsProp(reference, BAD_CAST "URI");
	const bool whole = uri && !*uri;

	xmlFree(uri);
	return whole;
}

static bool transforms_good(xmlNode *transforms)
{
	xmlNode *first = first_in(transforms), *second = first ? after(first) : NULL;

	return is(first, "Transform") && algorithm(first, ENVELOPED, NULL, NULL) &&
	       (!second ||
		(is(second, "Transform") && algorithm(second, EXC_C14N, C14N, C14N_11) && !after(second)));
}

static bool method_of(xmlNode *node, struct signature *out, bool *weak)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (algorithm(node, methods[i].uri, NULL, NULL)) {
			snprintf(out->algorithm, sizeof(out->algorithm), "%s", methods[i].name);
			*weak = *weak || methods[i].weak;
			return true;
		}
	return false;
}

static bool digest_of_kind(xmlNode *node, bool *weak)
{
	for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++)
		if (algorithm(node, digests[i].uri, NULL, NULL)) {
			*weak = *weak || digests[i].weak;
			return true;
		}
	return false;
}

static bool reference_good(xmlNode *reference, struct signature *out, bool *weak)
{
	xmlNode *transforms = first_in(reference), *method = transforms ? after(transforms) : NULL;

	if (!whole_document(reference) || !is(transforms, "Transforms") || !transforms_good(transforms)) {
		unclear(out, "it does not cover the whole message", "签名没有覆盖整个消息");
		return false;
	}
	if (!is(method, "DigestMethod") || !digest_of_kind(method, weak)) {
		unclear(out, "its digest is of no kind that we take", "摘要算法不在接受之列");
		return false;
	}
	return true;
}

/* The shape that this file promises; otherwise `out` says what is wrong with it. */
static bool shape_good(xmlNode *signature, struct signature *out, bool *weak)
{
	xmlNode *info = first_in(signature), *canonical, *method, *reference;

	if (!is(info, "SignedInfo") || !is(canonical = first_in(info), "CanonicalizationMethod") ||
	    !is(method = after(canonical), "SignatureMethod") ||
	    !is(reference = after(method), "Reference") || !is(after(info), "SignatureValue")) {
		unclear(out, "it is no signature of XML-DSig as it should be", "不是规范的 XML-DSig 签名");
		return false;
	}
	if (after(reference)) {
		unclear(out, "it has more than one reference", "签名含有多个引用");
		return false;
	}
	if (!algorithm(canonical, EXC_C14N, C14N, C14N_11) || !method_of(method, out, weak)) {
		unclear(out, "it is made in no way that we take", "签名算法不在接受之列");
		return false;
	}
	return reference_good(reference, out, weak);
}

/* ---- keys ------------------------------------------------------------------------- */

struct keys {
	EVP_PKEY *at[KEYS_MOST];
	X509 *certificates[KEYS_MOST]; /* NULL beside a public key */
	size_t count;
	unsigned tries;
};

static void keys_fini(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		EVP_PKEY_free(keys->at[i]);
		X509_free(keys->certificates[i]);
	}
}

static void keys_add(struct keys *keys, EVP_PKEY *key, X509 *certificate)
{
	if (!key || keys->count == KEYS_MOST) {
		EVP_PKEY_free(key);
		X509_free(certificate);
		return;
	}
	keys->at[keys->count] = key;
	keys->certificates[keys->count++] = certificate;
}

static int keys_read(const char *pem, struct keys *out, struct fault *why)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *certificate;
	EVP_PKEY *key;

	while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		keys_add(out, X509_get_pubkey(certificate), certificate);
	BIO_free(bio);
	bio = BIO_new_mem_buf(pem, -1);
	while ((key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL)))
		keys_add(out, key, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (!out->count)
		return fault_say(why, FAULT_INVALID, "there is no certificate and no public key in PEM in it",
				 "其中没有 PEM 格式的证书或公钥");
	return 0;
}

static xmlNode *child_named(xmlNode *node, const char *name)
{
	for (xmlNode *child = node ? first_in(node) : NULL; child; child = after(child))
		if (is(child, name))
			return child;
	return NULL;
}

static X509 *decode_certificate(const char *text)
{
	char *plain = must_alloc(strlen(text) + 1);
	unsigned char *der = must_alloc(strlen(text) + 1);
	const unsigned char *at = der;
	size_t len = 0, got;
	X509 *out = NULL;

	for (; *text; text++)
		if (!strchr(" \t\r\n", *text))
			plain[len++] = *text;
	if (len <= CERTIFICATE_MOST && base64_read(plain, len, der, len, &got))
		out = d2i_X509(NULL, &at, (long)got);
	ERR_clear_error();
	free(plain);
	free(der);
	return out;
}

/* The first certificate that the signature encloses; NULL. */
static X509 *enclosed(xmlNode *signature)
{
	xmlNode *data = child_named(child_named(signature, "KeyInfo"), "X509Data");
	xmlNode *node = child_named(data, "X509Certificate");
	xmlChar *text = node ? xmlNodeGetContent(node) : NULL;
	X509 *out = text ? decode_certificate((const char *)text) : NULL;

	xmlFree(text);
	return out;
}

static void tell_certificate(const X509 *certificate, struct signature *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	certificate_print(certificate, out->print);
	X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0,
			   XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
	len = BIO_get_mem_data(bio, &text);
	snprintf(out->subject, sizeof(out->subject), "%.*s", (int)len, text);
	out->subject[utf8_valid(out->subject, strlen(out->subject))] = '\0';
	BIO_free(bio);
}

/* ---- reckoning --------------------------------------------------------------------- */

enum fit { FITS, DIFFERS, CHANGED, FAILS };

/* Only what shape_good() has let through can be asked for; nothing is fetched. */
static void narrow(xmlSecDSigCtx *context)
{
	context->flags |= XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
	context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
}

static enum fit fit_of(xmlSecDSigCtx *context, xmlNode *signature)
{
	xmlSecDSigReferenceCtx *reference;

	if (xmlSecDSigCtxVerify(context, signature) < 0)
		return FAILS;
	if (context->status == xmlSecDSigStatusSucceeded)
		return FITS;
	reference = xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
	return reference && reference->status != xmlSecDSigStatusSucceeded ? CHANGED : DIFFERS;
}

static xmlSecKey *borrowed_key(EVP_PKEY *pkey)
{
	xmlSecKeyData *data;
	xmlSecKey *key = xmlSecKeyCreate();

	EVP_PKEY_up_ref(pkey);
	data = key ? xmlSecOpenSSLEvpKeyAdopt(pkey) : NULL;
	if (data && xmlSecKeySetValue(key, data) == 0)
		return key;
	if (data)
		xmlSecKeyDataDestroy(data);
	else
		EVP_PKEY_free(pkey);
	if (key)
		xmlSecKeyDestroy(key);
	return NULL;
}

/* Those put beside it, before or after, are no part of the message: without them
 * a signature still covers all that the message says. */
static void drop_others(xmlNode *signature)
{
	for (xmlNode *node = first_in(signature->parent), *next; node; node = next) {
		next = after(node);
		if (node != signature && is(node, "Signature")) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
}

static enum fit reckon(xmlNode *signature, EVP_PKEY *pkey)
{
	xmlSecDSigCtx *context = xmlSecDSigCtxCreate(NULL);
	enum fit fit = FAILS;

	if (!context)
		return FAILS;
	narrow(context);
	if ((context->signKey = borrowed_key(pkey)))
		fit = fit_of(context, signature);
	xmlSecDSigCtxDestroy(context);
	ERR_clear_error();
	return fit;
}

static size_t place_of(xmlNode *signature)
{
	size_t place = 0;

	for (xmlNode *node = first_in(signature->parent); node != signature; node = after(node))
		place++;
	return place;
}

/* As the file stands; where that was changed, without the other signatures. */
static enum fit try_key(xmlNode *signature, struct keys *keys, EVP_PKEY *pkey)
{
	const size_t place = place_of(signature);
	enum fit fit = keys->tries++ < TRIES_MOST ? reckon(signature, pkey) : FAILS;
	xmlDoc *copy;
	xmlNode *same;

	if (fit != CHANGED || !(copy = xmlCopyDoc(signature->doc, 1)))
		return fit;
	same = first_in(xmlDocGetRootElement(copy));
	for (size_t i = 0; i < place; i++)
		same = after(same);
	drop_others(same);
	fit = reckon(same, pkey);
	xmlFreeDoc(copy);
	return fit;
}

static void settle(struct signature *out, enum fit fit, bool trusted, bool weak)
{
	static const char weak_en[] = "SHA-1 can be made to fit another text";
	static const char weak_zh[] = "SHA-1 可被构造出相符的其他文本";

	if (fit == CHANGED) {
		out->state = SIGNED_WRONG;
		out->why_en = "the message was changed after it was signed";
		out->why_zh = "消息在签名后被改动";
	} else if (fit == DIFFERS) {
		out->state = SIGNED_WRONG;
		out->why_en = "another key signed it, or the signature was changed";
		out->why_zh = "由其他密钥签名，或签名被改动";
	} else if (fit == FAILS) {
		unclear(out, "the signature could not be reckoned", "签名无法计算");
	} else if (weak) {
		out->state = SIGNED_WEAK;
		out->why_en = weak_en;
		out->why_zh = weak_zh;
	} else {
		out->state = trusted ? SIGNED_GOOD : SIGNED_UNKNOWN;
		out->why_en = trusted ? "" : "its certificate is not among those that were given";
		out->why_zh = trusted ? "" : "其证书不在给定的证书之列";
	}
}

static void settle_given(struct signature *out, const struct keys *keys, size_t i, bool weak)
{
	settle(out, FITS, true, weak);
	if (keys->certificates[i])
		tell_certificate(keys->certificates[i], out);
}

/* By one of the keys that were given, those that are `own` (or NULL) or all others; how the last fitted. */
static enum fit by_given(xmlNode *signature, struct keys *keys, const EVP_PKEY *own, bool others, bool weak,
			 struct signature *out)
{
	enum fit fit = FAILS;

	for (size_t i = 0; i < keys->count; i++) {
		const bool same = own && EVP_PKEY_eq(own, keys->at[i]) == 1;

		if (same == others)
			continue;
		fit = try_key(signature, keys, keys->at[i]);
		if (fit == FITS)
			settle_given(out, keys, i, weak);
		/* What was changed fits no key. */
		if (fit == FITS || fit == CHANGED)
			return fit;
	}
	return fit;
}

/* The key of a stranger says whether the text was changed, not by whom: a key
 * that was given and is the same goes before it, all others behind it. */
static void reckon_all(xmlNode *signature, struct keys *keys, const X509 *certificate, bool weak,
		       struct signature *out)
{
	EVP_PKEY *own = certificate ? X509_get_pubkey((X509 *)certificate) : NULL;
	enum fit fit = by_given(signature, keys, own, false, weak, out);

	if (fit != FITS && fit != CHANGED && own && (fit = try_key(signature, keys, own)) == FITS)
		settle(out, FITS, false, weak);
	if (fit == DIFFERS || fit == FAILS) {
		const enum fit other = by_given(signature, keys, own, true, weak, out);

		fit = other == FAILS ? fit : other;
	}
	if (fit != FITS)
		settle(out, fit, false, weak);
	EVP_PKEY_free(own);
}

static void look_at(xmlNode *signature, struct keys *keys, struct signature *out)
{
	X509 *certificate = enclosed(signature);
	bool weak = false;

	out->line = (unsigned)xmlGetLineNo(signature);
	out->why_en = out->why_zh = "";
	if (certificate)
		tell_certificate(certificate, out);
	if (!shape_good(signature, out, &weak))
		;
	else if (!certificate && !keys->count)
		unclear(out, "it encloses no certificate, and none was given", "签名未附证书，也未给定证书");
	else
		reckon_all(signature, keys, certificate, weak, out);
	X509_free(certificate);
}

int sign_verify(const char *bytes, size_t len, const char *trusted, struct signatures *out, struct fault *why)
{
	struct keys keys = { 0 };
	xmlDoc *doc;
	int ret;

	*out = (struct signatures){ 0 };
	if ((ret = sign_start(why)) < 0 || (trusted && (ret = keys_read(trusted, &keys, why)) < 0))
		return ret;
	if ((doc = sign_parse(bytes, len)))
		for (xmlNode *node = first_in(xmlDocGetRootElement(doc)); node; node = after(node)) {
			if (!is(node, "Signature"))
				continue;
			if (out->count == SIGNATURES_MOST)
				out->beyond++;
			else
				look_at(node, &keys, &out->at[out->count++]);
		}
	xmlFreeDoc(doc);
	keys_fini(&keys);
	return doc ? 0 : fault_say(why, FAULT_INVALID, "this is no XML", "不是 XML");
}

enum signed_state signatures_state(const struct signatures *all)
{
	enum signed_state best = SIGNED_UNCLEAR;

	for (size_t i = 0; i < all->count; i++) {
		if (all->at[i].state == SIGNED_WRONG)
			return SIGNED_WRONG;
		best = all->at[i].state < best ? all->at[i].state : best;
	}
	return best;
}
