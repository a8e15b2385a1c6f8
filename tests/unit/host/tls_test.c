#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stamp.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/tls.h"

/* One end is ours, the other OpenSSL's client; bytes go between in pieces. */

enum { DAY = 24 * 60 * 60 };

static char folder[] = "/tmp/fengsui-tls-XXXXXX";
static const char *const local[] = { "localhost", "127.0.0.1", "::1", NULL };

/* Paths in the folder; a few at a time. */
static const char *in(const char *name)
{
	static char paths[4][128];
	static unsigned at;
	char *path = paths[at++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* ---- certificates of a small authority ---------------------------------------- */

struct identity {
	X509 *certificate;
	EVP_PKEY *key;
};

static void extend(X509 *certificate, int what, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, what, value);

	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* By itself where there is no issuer; valid until `until` seconds from now. */
static struct identity issue(const char *name, const struct identity *issuer, long until)
{
	struct identity out = { X509_new(), EVP_EC_gen("P-256") };
	X509_NAME *subject = X509_get_subject_name(out.certificate);

	X509_set_version(out.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(out.certificate), 17);
	X509_gmtime_adj(X509_getm_notBefore(out.certificate), -2 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(out.certificate), until);
	X509_set_pubkey(out.certificate, out.key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(out.certificate, issuer ? X509_get_subject_name(issuer->certificate) : subject);
	extend(out.certificate, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
	assert_true(X509_sign(out.certificate, issuer ? issuer->key : out.key, EVP_sha256()) > 0);
	return out;
}

static void forget(struct identity *identity)
{
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
}

static void store(const struct identity *identity, const char *chain, const char *key)
{
	FILE *out = fopen(chain, "w");

	assert_int_equal(PEM_write_X509(out, identity->certificate), 1);
	fclose(out);
	if (!key)
		return;
	out = fopen(key, "w");
	assert_int_equal(PEM_write_PrivateKey(out, identity->key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(out);
}

static void put(const char *path, const char *text)
{
	assert_int_equal(file_write(path, 0600, text, strlen(text), NULL), 0);
}

/* ---- the two ends ---------------------------------------------------------------- */

struct ends {
	SSL_CTX *context;
	SSL *client;
	BIO *to_client, *from_client;
	struct tls *tls;
	struct buf clear, sealed; /* what our end heard, and has still to send */
	size_t piece;
	int fed; /* what tls_feed said last */
	struct fault why;
};

static struct tls_site *site_of(const char *clients)
{
	struct tls_site *site;
	struct fault why = { 0 };

	if (tls_site_open(in("site.pem"), in("site.key"), clients, &site, &why) < 0)
		fail_msg("%s", why.text);
	return site;
}

static void begin(struct ends *ends, struct tls_site *site, size_t piece, int version,
		  const struct identity *who)
{
	*ends = (struct ends){ .context = SSL_CTX_new(TLS_client_method()), .piece = piece };
	SSL_CTX_set_security_level(ends->context, 0);
	SSL_CTX_set_min_proto_version(ends->context, version);
	SSL_CTX_set_max_proto_version(ends->context, version);
	if (who)
		SSL_CTX_use_cert_and_key(ends->context, who->certificate, who->key, NULL, 1);
	ends->client = SSL_new(ends->context);
	ends->to_client = BIO_new(BIO_s_mem());
	ends->from_client = BIO_new(BIO_s_mem());
	SSL_set_bio(ends->client, ends->to_client, ends->from_client);
	SSL_set_connect_state(ends->client);
	ends->tls = tls_new(site);
}

static void finish(struct ends *ends)
{
	SSL_free(ends->client);
	SSL_CTX_free(ends->context);
	tls_free(ends->tls);
	buf_fini(&ends->clear);
	buf_fini(&ends->sealed);
	ERR_clear_error();
}

/* Carry what waits, in pieces, until neither has more to say. */
static void carry(struct ends *ends)
{
	char room[32 * 1024];
	int len;

	do {
		while ((len = BIO_read(ends->from_client, room, sizeof(room))) > 0)
			for (size_t at = 0, n; at < (size_t)len; at += n) {
				n = (size_t)len - at < ends->piece ? (size_t)len - at : ends->piece;
				ends->fed = tls_feed(ends->tls, room + at, n, &ends->clear, &ends->sealed,
						     &ends->why);
			}
		if (ends->sealed.len)
			BIO_write(ends->to_client, ends->sealed.data, (int)ends->sealed.len);
		buf_clear(&ends->sealed);
		if (!SSL_is_init_finished(ends->client))
			SSL_do_handshake(ends->client);
	} while (BIO_pending(ends->from_client));
}

/* Both ends are ready, and neither broke off. */
static bool meet(struct ends *ends)
{
	SSL_do_handshake(ends->client);
	carry(ends);
	return SSL_is_init_finished(ends->client) && tls_ready(ends->tls) && ends->fed == 0;
}

static void expect_client_reads(struct ends *ends, const char *bytes, size_t len)
{
	char *room = must_alloc(len + 1);
	size_t got = 0;
	int n;

	while ((n = SSL_read(ends->client, room + got, (int)(len + 1 - got))) > 0)
		got += (size_t)n;
	assert_int_equal(got, len);
	assert_memory_equal(room, bytes, len);
	free(room);
}

static void the_ends_talk(void **state)
{
	static const size_t pieces[] = { 1, 2, 5, 6, 700, 1 << 20 };
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	static char much[100000];
	struct tls_site *site = site_of(NULL);
	struct ends ends;

	(void)state;
	for (size_t i = 0; i < sizeof(much); i++)
		much[i] = (char)(i * 31 >> 3);
	for (size_t v = 0; v < 2; v++)
		for (size_t p = 0; p < sizeof(pieces) / sizeof(*pieces); p++) {
			begin(&ends, site, pieces[p], versions[v], NULL);
			assert_false(tls_ready(ends.tls));
			assert_true(meet(&ends));
			assert_int_equal(SSL_write(ends.client, much, 40000), 40000);
			carry(&ends);
			assert_int_equal(ends.clear.len, 40000);
			assert_memory_equal(ends.clear.data, much, 40000);
			assert_int_equal(tls_say(ends.tls, much, sizeof(much), &ends.sealed, NULL), 0);
			carry(&ends);
			expect_client_reads(&ends, much, sizeof(much));
			finish(&ends);
		}
	tls_site_close(site);
}

/* Many small records in one piece, and one record cut at each of its bytes. */
static void records_come_as_they_like(void **state)
{
	struct tls_site *site = site_of(NULL);
	struct ends ends;
	char record[256];
	int len;

	(void)state;
	begin(&ends, site, 1 << 20, TLS1_3_VERSION, NULL);
	SSL_set_max_send_fragment(ends.client, 512);
	assert_true(meet(&ends));
	for (int i = 0; i < 100; i++)
		SSL_write(ends.client, "0123456789", 10);
	carry(&ends);
	assert_int_equal(ends.clear.len, 1000);
	SSL_write(ends.client, "x", 1);
	len = BIO_read(ends.from_client, record, sizeof(record));
	for (int i = 0; i < len; i++) {
		assert_int_equal(ends.clear.len, 1000);
		assert_int_equal(tls_feed(ends.tls, record + i, 1, &ends.clear, &ends.sealed, NULL), 0);
	}
	assert_int_equal(ends.clear.len, 1001);
	finish(&ends);
	tls_site_close(site);
}

static void the_last_is_said(void **state)
{
	struct tls_site *site = site_of(NULL);
	struct ends ends;
	char room[8];

	(void)state;
	begin(&ends, site, 3, TLS1_3_VERSION, NULL);
	tls_end(ends.tls, &ends.sealed); /* before it began: nothing to say */
	assert_int_equal(ends.sealed.len, 0);
	assert_true(meet(&ends));
	assert_int_equal(tls_say(ends.tls, "bye", 3, &ends.sealed, NULL), 0);
	tls_end(ends.tls, &ends.sealed);
	carry(&ends);
	expect_client_reads(&ends, "bye", 3);
	assert_int_equal(SSL_get_error(ends.client, SSL_read(ends.client, room, sizeof(room))),
			 SSL_ERROR_ZERO_RETURN);
	assert_false(tls_ended(ends.tls));
	SSL_shutdown(ends.client);
	carry(&ends);
	assert_true(tls_ended(ends.tls));
	finish(&ends);
	tls_site_close(site);
}

static void old_and_weak_is_refused(void **state)
{
	struct tls_site *site = site_of(NULL);
	struct ends ends;

	(void)state;
	for (int version = TLS1_VERSION; version <= TLS1_1_VERSION; version++) {
		begin(&ends, site, 1, version, NULL);
		assert_false(meet(&ends));
		assert_int_equal(ends.fed, -FAULT_INVALID);
		finish(&ends);
	}
	/* TLS 1.2, but with CBC. */
	begin(&ends, site, 100, TLS1_2_VERSION, NULL);
	SSL_set_cipher_list(ends.client, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA");
	assert_false(meet(&ends));
	finish(&ends);
	/* A second handshake inside the first. */
	begin(&ends, site, 100, TLS1_2_VERSION, NULL);
	assert_true(meet(&ends));
	SSL_renegotiate(ends.client);
	assert_int_not_equal(SSL_do_handshake(ends.client), 1);
	carry(&ends);
	assert_false(SSL_is_init_finished(ends.client));
	finish(&ends);
	tls_site_close(site);
}

static void protocols_are_agreed_on(void **state)
{
	static const struct {
		const char *offer;
		bool met;
	} cases[] = {
		{ "\x08http/1.1", true },
		{ "\x02h2\x08http/1.1", true },
		{ "\x02h2", false },
	};
	struct tls_site *site = site_of(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ends ends;
		const unsigned char *chosen;
		unsigned len;

		begin(&ends, site, 100, TLS1_3_VERSION, NULL);
		SSL_set_alpn_protos(ends.client, (const unsigned char *)cases[i].offer,
				    (unsigned)strlen(cases[i].offer));
		assert_int_equal(meet(&ends), cases[i].met);
		SSL_get0_alpn_selected(ends.client, &chosen, &len);
		assert_int_equal(len, cases[i].met ? 8 : 0);
		finish(&ends);
	}
	tls_site_close(site);
}

static void rubbish_is_refused(void **state)
{
	static const char *const rubbish[] = { "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff\x01",
					       "\x80\x2e\x01\x00\x02", "\x17\x03\x03\x00\x01x",
					       "SSH-2.0-x\r\n" };
	struct tls_site *site = site_of(NULL);
	struct ends ends;
	char record[256];
	int len;

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(*rubbish); i++) {
		begin(&ends, site, 1, TLS1_3_VERSION, NULL);
		BIO_write(ends.from_client, rubbish[i], i == 2 ? 5 : i == 3 ? 6 : (int)strlen(rubbish[i]));
		carry(&ends);
		if (i != 2) /* the beginning of SSL 2: it waits for more */
			assert_int_equal(ends.fed, -FAULT_INVALID);
		assert_int_equal(ends.clear.len, 0);
		finish(&ends);
	}
	/* A record of which one bit was changed on the way says nothing. */
	begin(&ends, site, 100, TLS1_3_VERSION, NULL);
	assert_true(meet(&ends));
	SSL_write(ends.client, "secret", 6);
	len = BIO_read(ends.from_client, record, sizeof(record));
	record[len - 1] ^= 1;
	assert_int_equal(tls_feed(ends.tls, record, (size_t)len, &ends.clear, &ends.sealed, &ends.why),
			 -FAULT_INVALID);
	assert_int_equal(ends.clear.len, 0);
	assert_true(ends.sealed.len > 0); /* the alert */
	assert_int_equal(tls_feed(ends.tls, "x", 1, &ends.clear, &ends.sealed, &ends.why), -FAULT_INVALID);
	finish(&ends);
	tls_site_close(site);
}

static void clients_are_known_by_their_key(void **state)
{
	struct identity authority = issue("authority", NULL, 10 * DAY),
			other = issue("authority", NULL, 10 * DAY);
	struct identity unit = issue("unit", &authority, 10 * DAY),
			stranger = issue("unit", &other, 10 * DAY);
	struct identity late = issue("unit", &authority, -60);
	const struct {
		const struct identity *who;
		bool met;
	} cases[] = {
		{ &unit, true },
		{ NULL, false },
		{ &stranger, false },
		{ &late, false },
	};
	char key[TLS_KEY_NAME], again[TLS_KEY_NAME];
	struct tls_site *site;
	struct ends ends;

	(void)state;
	store(&authority, in("authority.pem"), NULL);
	site = site_of(in("authority.pem"));
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			begin(&ends, site, 50, version, cases[i].who);
			assert_int_equal(meet(&ends), cases[i].met);
			assert_int_equal(tls_client_key(ends.tls, key), cases[i].met);
			finish(&ends);
		}
	/* A new certificate for the same key is the same unit. */
	begin(&ends, site, 50, TLS1_3_VERSION, &unit);
	assert_true(meet(&ends));
	assert_true(tls_client_key(ends.tls, key));
	finish(&ends);
	X509_gmtime_adj(X509_getm_notAfter(unit.certificate), 20 * DAY);
	X509_sign(unit.certificate, authority.key, EVP_sha256());
	begin(&ends, site, 50, TLS1_3_VERSION, &unit);
	assert_true(meet(&ends));
	assert_true(tls_client_key(ends.tls, again));
	assert_string_equal(key, again);
	assert_int_equal(strlen(key), 64);
	finish(&ends);
	tls_site_close(site);
	forget(&authority);
	forget(&other);
	forget(&unit);
	forget(&stranger);
	forget(&late);
}

static void bad_files_are_named(void **state)
{
	struct identity good = issue("good", NULL, DAY), old = issue("old", NULL, -60),
			leaf = issue("leaf", &good, DAY);
	struct tls_site *site;
	struct fault why;
	FILE *out;

	(void)state;
	store(&good, in("good.pem"), in("good.key"));
	store(&old, in("old.pem"), in("old.key"));
	store(&leaf, in("leaf.pem"), NULL);
	put(in("text"), "this is no PEM\n");
	put(in("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	out = fopen(in("locked.key"), "w");
	PEM_write_PrivateKey(out, good.key, EVP_aes_256_cbc(), (const unsigned char *)"phrase", 6, NULL,
			     NULL);
	fclose(out);
	const struct {
		const char *chain, *key, *clients, *named, *says;
		int code;
	} cases[] = {
		{ "none.pem", "good.key", NULL, "none.pem", "not there", FAULT_ABSENT },
		{ "good.pem", "none.key", NULL, "none.key", "not there", FAULT_ABSENT },
		{ "text", "good.key", NULL, "text", "no certificate", FAULT_INVALID },
		{ "broken.pem", "good.key", NULL, "broken.pem", "certificate", FAULT_INVALID },
		{ "good.pem", "text", NULL, "text", "no private key", FAULT_INVALID },
		{ "good.pem", "good.pem", NULL, "good.pem", "no private key", FAULT_INVALID },
		{ "good.pem", "locked.key", NULL, "locked.key", "pass phrase", FAULT_INVALID },
		{ "good.pem", "old.key", NULL, "old.key", "not that of the certificate", FAULT_INVALID },
		{ "old.pem", "old.key", NULL, "old.pem", "expired", FAULT_INVALID },
		{ "good.pem", "good.key", "text", "text", "no certificate", FAULT_INVALID },
		{ "good.pem", "good.key", "leaf.pem", "leaf.pem", "authority", FAULT_INVALID },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		why = (struct fault){ 0 };
		assert_int_equal(tls_site_open(in(cases[i].chain), in(cases[i].key),
					       cases[i].clients ? in(cases[i].clients) : NULL, &site, &why),
				 -cases[i].code);
		if (!strstr(why.text, cases[i].named) || !strstr(why.text, cases[i].says))
			fail_msg("row %zu: %s", i, why.text);
		assert_true(why.zh[0] != '\0');
	}
	forget(&good);
	forget(&old);
	forget(&leaf);
}

static mode_t mode_of(const char *path)
{
	struct stat is;

	assert_int_equal(stat(path, &is), 0);
	return is.st_mode & 07777;
}

static void a_site_makes_its_own(void **state)
{
	const int64_t now = clock_wall();
	char print[TLS_KEY_NAME], again[TLS_KEY_NAME];
	struct tls_site *site;
	FILE *file = fopen(in("site.pem"), "r");
	X509 *own = PEM_read_X509(file, NULL, NULL, NULL);
	int days, seconds;

	(void)state;
	fclose(file);
	assert_int_equal(mode_of(in("site.pem")), 0600);
	assert_int_equal(mode_of(in("site.key")), 0600);
	assert_int_equal(X509_check_host(own, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(own, "elsewhere", 0, 0, NULL), 0);
	assert_int_equal(X509_check_ip_asc(own, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(own, "::1", 0), 1);
	assert_int_equal(X509_check_ip_asc(own, "127.0.0.2", 0), 0);
	ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(own));
	assert_in_range(days, 396, 397);
	X509_free(own);

	/* What is there stays. */
	site = site_of(NULL);
	tls_site_print(site, print);
	tls_site_close(site);
	assert_int_equal(tls_site_make(in("site.pem"), in("site.key"), local, now, NULL), 0);
	site = site_of(NULL);
	tls_site_print(site, again);
	tls_site_close(site);
	assert_string_equal(print, again);
}

/* A crash between the two files leaves the key, and it is used; a certificate
 * without a key is not ours to write over. */
static void half_a_site_is_mended_or_named(void **state)
{
	const char *const bad[] = { "a host", NULL }, *const none[] = { NULL };
	struct fault why = { 0 };
	struct tls_site *site;
	struct arena *mem = arena_new();
	char *before, *after;
	size_t len;

	(void)state;
	assert_int_equal(tls_site_make(in("half.pem"), in("half.key"), local, clock_wall(), &why), 0);
	assert_int_equal(file_read(in("half.key"), 9999, mem, &before, &len, NULL), 0);
	unlink(in("half.pem"));
	assert_int_equal(tls_site_make(in("half.pem"), in("half.key"), local, clock_wall(), &why), 0);
	assert_int_equal(file_read(in("half.key"), 9999, mem, &after, &len, NULL), 0);
	assert_string_equal(before, after);
	assert_int_equal(tls_site_open(in("half.pem"), in("half.key"), NULL, &site, &why), 0);
	tls_site_close(site);
	unlink(in("half.key"));
	assert_int_equal(tls_site_make(in("half.pem"), in("half.key"), local, clock_wall(), &why),
			 -FAULT_INVALID);
	assert_non_null(strstr(why.text, "half.key"));
	assert_int_equal(access(in("half.key"), F_OK), -1);
	assert_int_equal(tls_site_make(in("bad.pem"), in("bad.key"), bad, clock_wall(), &why),
			 -FAULT_INVALID);
	assert_int_equal(tls_site_make(in("bad.pem"), in("bad.key"), none, clock_wall(), &why),
			 -FAULT_INVALID);
	assert_int_equal(access(in("bad.pem"), F_OK), -1);
	assert_int_equal(access(in("bad.key"), F_OK), -1);
	arena_free(mem);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	return tls_site_make(in("site.pem"), in("site.key"), local, clock_wall(), NULL);
}

static int clear_up(void **state)
{
	static const char *const files[] = { "site.pem", "site.key",   "authority.pem", "good.pem",
					     "good.key", "old.pem",    "old.key",       "leaf.pem",
					     "text",     "broken.pem", "locked.key",    "half.pem",
					     "half.key" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlink(in(files[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ends_talk),
		cmocka_unit_test(records_come_as_they_like),
		cmocka_unit_test(the_last_is_said),
		cmocka_unit_test(old_and_weak_is_refused),
		cmocka_unit_test(protocols_are_agreed_on),
		cmocka_unit_test(rubbish_is_refused),
		cmocka_unit_test(clients_are_known_by_their_key),
		cmocka_unit_test(bad_files_are_named),
		cmocka_unit_test(a_site_makes_its_own),
		cmocka_unit_test(half_a_site_is_mended_or_named),
	};

	return cmocka_run_group_tests(tests, set_up, clear_up);
}
