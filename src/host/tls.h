#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * tls -- one end of a TLS connection, as bytes in and bytes out.
 *
 * Knows no socket: whoever owns one feeds what arrived and sends what is to
 * leave. TLS 1.2 with ECDHE and AEAD, and TLS 1.3; nothing older, no
 * renegotiation, no compression (RFC 9325).
 */
struct tls_site; /* a certificate with its key, shared by connections */
struct tls;      /* one connection */

enum { TLS_KEY_NAME = 65 }; /* hex of a SHA-256 and its NUL */

/* PEM files: the chain, the site's own certificate first, and its key. With
 * `clients` (PEM of one or more authorities) a client must show a certificate
 * that one of them signed. Fails with FAULT_INVALID naming the file and what
 * is wrong with it (expired, key of another certificate, no PEM); FAULT_ABSENT
 * where there is no such file. */
int tls_site_open(const char *chain, const char *key, const char *clients, struct tls_site **out,
		  struct fault *why);
void tls_site_close(struct tls_site *site);
/* Make a key (P-256) and a certificate for this host in the two files (0600,
 * durable) unless both are there; `names` is a list that ends with NULL: host
 * names and addresses. Valid for 397 days from `now` (microseconds). A key that
 * is there alone is used; a certificate without its key is FAULT_INVALID. */
int tls_site_make(const char *chain, const char *key, const char *const *names, int64_t now,
		  struct fault *why);
/* SHA-256 of the certificate in hex, for people to compare. */
void tls_site_print(const struct tls_site *site, char out[static TLS_KEY_NAME]);

struct tls *tls_new(struct tls_site *site);
void tls_free(struct tls *tls);

/* Bytes from the network; what they say in clear is appended to `clear`, what
 * is to be sent in answer to `sealed`. FAULT_INVALID: the connection is over
 * (send `sealed` before closing: it holds the alert). */
int tls_feed(struct tls *tls, const void *bytes, size_t len, struct buf *clear, struct buf *sealed,
	     struct fault *why);
/* Seal what is to be said. Only after tls_ready(). */
int tls_say(struct tls *tls, const void *bytes, size_t len, struct buf *sealed, struct fault *why);
bool tls_ready(const struct tls *tls);             /* the handshake is over */
bool tls_ended(const struct tls *tls);             /* the other end has said its last */
void tls_end(struct tls *tls, struct buf *sealed); /* close_notify */
/* SHA-256 of the public key (SubjectPublicKeyInfo) of the client's
 * certificate, in hex; false where it showed none. */
bool tls_client_key(const struct tls *tls, char out[static TLS_KEY_NAME]);
