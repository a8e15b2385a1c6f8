#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/fault.h"
#include "host/tls.h"

/*
 * http -- HTTP/1.1 (RFC 9112) on sockets of our own: requests in, answers out.
 *
 * One loop, no thread. What a request means is not known here. A connection
 * answers its requests one after the other; the next one is read when the
 * last answer has been handed to the kernel. Not offered, and refused clearly:
 * upgrade, Expect (417), trailers, ranges, transfer codings other than chunked.
 */
struct http;          /* a server: listeners and their connections */
struct http_exchange; /* one request and its answer */

/* clang-format off */
struct http_limits {
	size_t head_bytes;          /* request line and headers: 16 KiB, else 431 */
	size_t headers;             /* their number: 64 */
	size_t target_bytes;        /* 8 KiB, else 414 */
	unsigned head_ms;           /* from the first byte to the end of the head: 10 s, else 408 */
	unsigned idle_ms;           /* between two requests: 60 s */
	unsigned body_bytes_per_s;  /* slower than this over head_ms: 408 (1 KiB) */
	unsigned send_ms;           /* an answer of which nothing was taken for so long: 20 s */
	unsigned connections;       /* 12,000; one more is closed at once */
	unsigned connections_each;  /* of one address (IPv6: /64): 256, loopback included */
	size_t stream_bytes;        /* said on a stream and not taken: 256 KiB, then it is cut */
};
/* clang-format on */

struct http_limits http_limits_usual(void);

struct http_header {
	const char *name; /* of a request: in lower case */
	const char *value;
};

struct http_request {
	const char *method; /* as sent: "GET" */
	const char *target; /* as sent */
	const char *path;   /* percent-decoded: begins with '/', has no NUL, no empty, "." or ".." segment */
	const char *query;  /* as sent, without '?'; "" where there is none */
	const struct http_header *headers;
	size_t header_count;
	int64_t length;         /* of the body; 0: none; -1: chunked */
	const char *peer;       /* address of the other end, no port */
	bool secure;            /* by TLS */
	const char *client_key; /* hex, of the client's certificate (host/tls.h), or NULL */
};

/* What the server tells whoever takes the requests. An exchange lives from
 * `head` until `over` returns; each may be answered in `head`, `part`, `whole`
 * or later. */
struct http_taker {
	void *who;
	/* The head is read. To take a body call http_take_body(); a body that
	 * nobody takes and is longer than nothing is answered with 413. */
	void (*head)(struct http_exchange *exchange, void *who);
	/* More of the body. */
	void (*part)(struct http_exchange *exchange, const char *bytes, size_t len, void *who);
	/* The request is complete. */
	void (*whole)(struct http_exchange *exchange, void *who);
	/* Answered and sent, or the connection is gone: the last call. */
	void (*over)(struct http_exchange *exchange, void *who);
	/* A stream has room again, or its other end takes nothing (NULL: do not tell). */
	void (*drained)(struct http_exchange *exchange, void *who);
};

/* Strings are borrowed until http_close. `loop` is the caller's. */
int http_open(uv_loop_t *loop, const struct http_taker *taker, const struct http_limits *limits,
	      struct http **out, struct fault *why);
/* "127.0.0.1:8080", "[::1]:8080", ":8080" for all addresses of IPv4; port 0: a free one. Without `site` in
 * clear, which only a loopback address may be. */
int http_listen(struct http *http, const char *address, struct tls_site *site, struct fault *why);
/* The address in use, with its port: "https://127.0.0.1:8443". */
void http_address(const struct http *http, size_t listener, char *out, size_t size);
/* No new connections; what is answered is sent; then nothing is left on the loop. */
void http_stop(struct http *http);
void http_close(struct http *http);

struct http_counts {
	uint64_t connections, requests, refused; /* refused: malformed or over a limit */
	uint64_t turned_away;                    /* connections over the limit */
	unsigned open, streams;
};
struct http_counts http_count(const struct http *http);

const struct http_request *http_request(const struct http_exchange *exchange);
const char *http_header(const struct http_exchange *exchange, const char *name); /* or NULL */
void http_set_data(struct http_exchange *exchange, void *data);
void *http_data(const struct http_exchange *exchange);
bool http_answered(const struct http_exchange *exchange);
bool http_gone(const struct http_exchange *exchange); /* nobody is there to be answered any more */

/* Up to so many bytes of body, else 413. */
void http_take_body(struct http_exchange *exchange, uint64_t most);
/* Read no further until told: the house is busy with what came. */
void http_pause(struct http_exchange *exchange);
void http_resume(struct http_exchange *exchange);

/* The whole answer; copied. Date, Content-Length, Connection are ours; a HEAD
 * request gets no body. An answer before the body was read ends the connection. */
void http_answer(struct http_exchange *exchange, int status, const struct http_header *headers, size_t count,
		 const void *body, size_t len);
/* The answer is the rest of an open file; `fd` is closed by us. */
void http_answer_file(struct http_exchange *exchange, int status, const struct http_header *headers,
		      size_t count, int fd, uint64_t size);
/* An answer without an end (chunked). */
void http_stream(struct http_exchange *exchange, int status, const struct http_header *headers, size_t count);
/* false: too much waits already, nothing was taken and the stream is cut. */
bool http_stream_say(struct http_exchange *exchange, const void *bytes, size_t len);
size_t http_stream_waiting(const struct http_exchange *exchange); /* bytes not taken by the kernel */
void http_stream_end(struct http_exchange *exchange);
