#include "host/tls.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "host/file.h"

enum {
	CHAIN_MOST = 1024 * 1024, /* bytes of a file with certificates */
	KEY_MOST = 64 * 1024,
	TICKET_S = 24 * 60 * 60, /* a session is resumed for so long at most */
	CHAIN_DEPTH = 4,         /* authorities between a client and the one we know */
	RECORD_MOST = 16 * 1024, /* what one record may hold, in clear */
};

struct tls_site {
	SSL_CTX *context;
	BIO_METHOD *wire;
	X509 *own;
	bool asks_clients;
};

struct tls {
	SSL *ssl;
	const char *in; /* what tls_feed was given and OpenSSL has not taken yet */
	size_t in_left;
	struct buf *out; /* where what it says goes, during a call */
	bool ended, broken;
};

static void chain_free(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
static void chain_drop(STACK_OF(X509) * *chain) { chain_free(*chain); }
static void key_drop(EVP_PKEY **key) { EVP_PKEY_free(*key); }
static void bio_drop(BIO **bio) { BIO_free(*bio); }

static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	return text ? text : "unknown reason";
}

/* ---- a site ------------------------------------------------------------------ */

static int read_chain(const char *path, STACK_OF(X509) * *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(bio_drop) BIO *bio = NULL;
	STACK_OF(X509) *chain = sk_X509_new_null();
	char *text;
	size_t len;
	int ret = file_read(path, CHAIN_MOST, mem, &text, &len, why);

	if (ret == 0) {
		bio = BIO_new_mem_buf(text, (int)len);
		for (X509 *one; (one = PEM_read_bio_X509(bio, NULL, NULL, NULL));)
			sk_X509_push(chain, one);
		/* Behind the last one there is nothing more that begins as PEM does. */
		if (!sk_X509_num(chain))
			ret = fault_say(why, FAULT_INVALID, "%s holds no certificate in PEM",
					"%s 中没有 PEM 格式的证书", path);
		else if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
			ret = fault_say(why, FAULT_INVALID, "certificate %d in %s cannot be read: %s",
					"第 %d 张证书（%s）无法读取：%s", sk_X509_num(chain) + 1, path,
					reason());
	}
	ERR_clear_error();
	if (ret < 0)
		chain_free(chain);
	else
		*out = chain;
	return ret;
}

/* A key under a pass phrase is refused: nobody is there to type it at a start. */
static int no_phrase(char *out, int size, int writing, void *who)
{
	(void)out;
	(void)size;
	(void)writing;
	*(bool *)who = true;
	return -1;
}

static int read_key(const char *path, EVP_PKEY **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(bio_drop) BIO *bio = NULL;
	bool wants_phrase = false;
	EVP_PKEY *key;
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(path, KEY_MOST, mem, &text, &len, why)) < 0)
		return ret;
	bio = BIO_new_mem_buf(text, (int)len);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_phrase, &wants_phrase);
	OPENSSL_cleanse(text, len);
	ERR_clear_error();
	if (wants_phrase)
		ret = fault_say(why, FAULT_INVALID,
				"the key in %s is under a pass phrase; one without is wanted",
				"%s 中的私钥有口令保护，需要无口令的私钥", path);
	else if (!key)
		ret = fault_say(why, FAULT_INVALID, "%s holds no private key in PEM",
				"%s 中没有 PEM 格式的私钥", path);
	if (ret < 0)
		EVP_PKEY_free(key);
	else
		*out = key;
	return ret;
}

static int check_own(X509 *own, EVP_PKEY *key, const char *chain_path, const char *key_path,
		     struct fault *why)
{
	const int until = X509_cmp_current_time(X509_get0_notAfter(own));

	if (until == 0)
		return fault_say(why, FAULT_INVALID,
				 "the certificate in %s says no time until which it is valid",
				 "%s 中的证书没有有效期", chain_path);
	if (until < 0)
		return fault_say(why, FAULT_INVALID, "the certificate in %s has expired", "%s 中的证书已过期",
				 chain_path);
	if (X509_check_private_key(own, key) == 1)
		return 0;
	ERR_clear_error();
	return fault_say(why, FAULT_INVALID, "the key in %s is not that of the certificate in %s",
			 "%s 中的私钥与 %s 中的证书不匹配", key_path, chain_path);
}

/* RFC 7301: who names protocols and ours is not among them is told so. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
			   const unsigned char *in, unsigned in_len, void *who)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)who;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool set_rules(SSL_CTX *context)
{
	static const unsigned char id[] = "fengsui";

	SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	/* A connection that waits holds no buffers of records. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(context, TICKET_S);
	SSL_CTX_set_num_tickets(context, 1);
	SSL_CTX_set_verify_depth(context, CHAIN_DEPTH);
	SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	       SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
	       SSL_CTX_set_session_id_context(context, id, sizeof(id) - 1) == 1;
}

/* From here on who shows no certificate of these authorities is not let in. */
static int ask_clients(struct tls_site *site, const char *path, struct fault *why)
{
	SCOPED(chain_drop) STACK_OF(X509) *authorities = NULL;
	int ret = read_chain(path, &authorities, why);

	if (ret < 0)
		return ret;
	for (int i = 0; i < sk_X509_num(authorities); i++) {
		X509 *one = sk_X509_value(authorities, i);

		if (X509_check_ca(one) == 0)
			return fault_say(why, FAULT_INVALID,
					 "certificate %d in %s is not that of an authority",
					 "第 %d 张证书（%s）不是签发机构的证书", i + 1, path);
		X509_STORE_add_cert(SSL_CTX_get_cert_store(site->context), one);
		SSL_CTX_add_client_CA(site->context, one);
	}
	SSL_CTX_set_verify(site->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	site->asks_clients = true;
	return 0;
}

static int use_chain(struct tls_site *site, STACK_OF(X509) * chain, EVP_PKEY *key, const char *path,
		     struct fault *why)
{
	int ret = 0;

	site->own = sk_X509_shift(chain);
	/* OpenSSL refuses keys that are too weak for its level. */
	if (SSL_CTX_use_cert_and_key(site->context, site->own, key, chain, 1) != 1)
		ret = fault_say(why, FAULT_INVALID, "the certificate in %s cannot be used: %s",
				"%s 中的证书不能使用：%s", path, reason());
	ERR_clear_error();
	return ret;
}

static BIO_METHOD *wire_new(void);

static void site_drop(struct tls_site **site) { tls_site_close(*site); }

int tls_site_open(const char *chain_path, const char *key_path, const char *clients, struct tls_site **out,
		  struct fault *why)
{
	SCOPED(site_drop) struct tls_site *site = must_alloc(sizeof(*site));
	SCOPED(chain_drop) STACK_OF(X509) *chain = NULL;
	SCOPED(key_drop) EVP_PKEY *key = NULL;
	int ret;

	*site = (struct tls_site){ .context = SSL_CTX_new(TLS_server_method()), .wire = wire_new() };
	if (!site->context || !site->wire || !set_rules(site->context))
		return fault_set(why, FAULT_IO, "TLS cannot be had: %s", reason());
	if ((ret = read_chain(chain_path, &chain, why)) < 0 || (ret = read_key(key_path, &key, why)) < 0 ||
	    (ret = check_own(sk_X509_value(chain, 0), key, chain_path, key_path, why)) < 0 ||
	    (ret = use_chain(site, chain, key, chain_path, why)) < 0 ||
	    (clients && (ret = ask_clients(site, clients, why)) < 0))
		return ret;
	*out = site;
	site = NULL;
	return 0;
}

void tls_site_close(struct tls_site *site)
{
	if (!site)
		return;
	SSL_CTX_free(site->context);
	BIO_meth_free(site->wire);
	X509_free(site->own);
	free(site);
}

static void print_digest(const unsigned char digest[static 32], char out[static TLS_KEY_NAME])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[64] = '\0';
}

void tls_site_print(const struct tls_site *site, char out[static TLS_KEY_NAME])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;

	X509_digest(site->own, EVP_sha256(), digest, &len);
	print_digest(digest, out);
}

/* ---- the wire: OpenSSL reads from what was fed and writes where it goes ------- */

static int wire_read(BIO *bio, char *out, int size)
{
	struct tls *tls = BIO_get_data(bio);
	size_t len = size > 0 ? (size_t)size : 0;

	BIO_clear_retry_flags(bio);
	if (!tls->in_left) {
		BIO_set_retry_read(bio);
		return -1;
	}
	if (len > tls->in_left)
		len = tls->in_left;
	memcpy(out, tls->in, len);
	tls->in += len;
	tls->in_left -= len;
	return (int)len;
}

static int wire_write(BIO *bio, const char *bytes, int len)
{
	struct tls *tls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (tls->out && len > 0)
		buf_put(tls->out, bytes, (size_t)len);
	return len;
}

static long wire_control(BIO *bio, int what, long number, void *more)
{
	(void)bio;
	(void)number;
	(void)more;
	return what == BIO_CTRL_FLUSH || what == BIO_CTRL_DUP;
}

static int wire_made(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static BIO_METHOD *wire_new(void)
{
	BIO_METHOD *wire = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "fed");

	if (!wire)
		return NULL;
	BIO_meth_set_read(wire, wire_read);
	BIO_meth_set_write(wire, wire_write);
	BIO_meth_set_ctrl(wire, wire_control);
	BIO_meth_set_create(wire, wire_made);
	return wire;
}

/* ---- a connection -------------------------------------------------------------- */

/* OpenSSL without memory ends the process as our own allocator does. */
static void *must_have(void *thing)
{
	if (!thing)
		abort();
	return thing;
}

struct tls *tls_new(struct tls_site *site)
{
	struct tls *tls = must_alloc(sizeof(*tls));
	BIO *bio = must_have(BIO_new(site->wire));

	*tls = (struct tls){ .ssl = must_have(SSL_new(site->context)) };
	BIO_set_data(bio, tls);
	SSL_set_bio(tls->ssl, bio, bio);
	SSL_set_accept_state(tls->ssl);
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	free(tls);
}

static int break_off(struct tls *tls, struct fault *why)
{
	tls->broken = true;
	fault_say(why, FAULT_INVALID, "the TLS connection is over: %s", "TLS 连接中断：%s", reason());
	ERR_clear_error();
	return -FAULT_INVALID;
}

/* What a call of OpenSSL came to: 1 go on, 0 nothing more for now, or a fault. */
static int judge(struct tls *tls, int result, struct fault *why)
{
	if (result > 0)
		return 1;
	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		tls->ended = true;
		return 0;
	default:
		return break_off(tls, why);
	}
}

static int take_in(struct tls *tls, struct buf *clear, struct fault *why)
{
	char room[RECORD_MOST];
	size_t len;
	int ret = 1;

	if (!SSL_is_init_finished(tls->ssl))
		ret = judge(tls, SSL_do_handshake(tls->ssl), why);
	while (ret > 0) {
		ret = judge(tls, SSL_read_ex(tls->ssl, room, sizeof(room), &len), why);
		if (ret > 0)
			buf_put(clear, room, len);
	}
	return ret;
}

int tls_feed(struct tls *tls, const void *bytes, size_t len, struct buf *clear, struct buf *sealed,
	     struct fault *why)
{
	int ret;

	if (tls->broken)
		return fault_say(why, FAULT_INVALID, "the TLS connection is over", "TLS 连接已中断");
	if (tls->ended)
		return 0;
	tls->in = bytes;
	tls->in_left = len;
	tls->out = sealed;
	ERR_clear_error();
	ret = take_in(tls, clear, why);
	tls->in_left = 0;
	tls->out = NULL;
	return ret;
}

int tls_say(struct tls *tls, const void *bytes, size_t len, struct buf *sealed, struct fault *why)
{
	size_t said;
	int ret = 1;

	assert(tls_ready(tls));
	if (tls->broken)
		return fault_say(why, FAULT_INVALID, "the TLS connection is over", "TLS 连接已中断");
	if (!len)
		return 0;
	tls->out = sealed;
	ERR_clear_error();
	ret = SSL_write_ex(tls->ssl, bytes, len, &said);
	tls->out = NULL;
	return ret == 1 && said == len ? 0 : break_off(tls, why);
}

bool tls_ready(const struct tls *tls) { return SSL_is_init_finished(tls->ssl); }

bool tls_ended(const struct tls *tls) { return tls->ended; }

void tls_end(struct tls *tls, struct buf *sealed)
{
	if (tls->broken || !tls_ready(tls))
		return;
	tls->out = sealed;
	SSL_shutdown(tls->ssl);
	tls->out = NULL;
	ERR_clear_error();
}

bool tls_client_key(const struct tls *tls, char out[static TLS_KEY_NAME])
{
	X509 *client = tls_ready(tls) ? SSL_get0_peer_certificate(tls->ssl) : NULL;
	unsigned char digest[32], *key = NULL;
	int len;

	if (!client)
		return false;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(client), &key);
	if (len <= 0)
		return false;
	EVP_Digest(key, (size_t)len, digest, NULL, EVP_sha256(), NULL);
	OPENSSL_free(key);
	print_digest(digest, out);
	return true;
}
