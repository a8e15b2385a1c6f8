#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/buf.h"
#include "host/http/http.h"
#include "host/http/message.h"
#include "host/http/peers.h"

/*
 * http_private -- what the files of this folder know of each other.
 */
enum {
	READ_MOST = 64 * 1024,    /* one read; all connections share the room for it */
	PIECE = 64 * 1024,        /* of a file, read when the one before is sent */
	LINGER_MS = 1000,         /* for the other end to take the last answer and close */
	UNSENT_MOST = 128 * 1024, /* bytes the kernel takes from us beyond what is under way */
	BACKLOG = 1024,
};

struct listener {
	uv_tcp_t tcp;
	struct http *http;
	struct tls_site *site; /* NULL: in clear */
	char address[INET6_ADDRSTRLEN + 24];
	struct listener *next;
};

/* clang-format off */
enum phase {
	PHASE_GREETING, /* TLS: until the handshake is over */
	PHASE_IDLE,     /* no byte of a request is there */
	PHASE_HEAD,
	PHASE_BODY,
	PHASE_ANSWER,   /* all is read; whoever takes the requests has the word */
	PHASE_LAST,     /* the last answer is on its way */
	PHASE_LINGER,   /* all is said; what still comes is not looked at */
};
/* clang-format on */

struct connection {
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct http *http;
	struct tls *tls;
	struct peer *peer;
	char name[INET6_ADDRSTRLEN];
	enum phase phase;
	bool reading, busy, soon, ended, closing, writing, tells_drained;
	struct message message;
	struct http_exchange *exchange;
	struct buf pending;    /* came in, not looked at yet */
	struct buf out, going; /* said; in the kernel's hands */
	uint64_t since;        /* ms: of the phase, or of the span in which the body is counted */
	uint64_t span_bytes;   /* of the body in that span */
	uint64_t moved;        /* ms: when the kernel last took something */
	size_t left_to_send;   /* as it stood then */
	struct connection *prev, *next, *next_soon;
};

struct http_exchange {
	struct connection *connection;
	struct head head;
	char client_key[TLS_KEY_NAME];
	void *data;
	bool taken, paused, whole;            /* the request */
	bool answered, refused, stream, done; /* the answer; done: all of it is said */
	bool chunked, last;                   /* last: the connection ends with it */
	uint64_t most, got;                   /* bytes of the body */
	int fd;
	uint64_t file_left;
};

struct http {
	uv_loop_t *loop;
	uv_timer_t sweep, soon;
	struct http_taker taker;
	struct http_limits limits;
	struct http_counts counts;
	struct listener *listeners;
	struct peers *peers;
	struct connection *connections, *first_soon;
	unsigned handles; /* on the loop */
	bool stopping, timers_closed;
	struct buf clear; /* what TLS read says, during a read */
	char *room;       /* READ_MOST bytes */
};

/* listener.c */
void listener_close_all(struct http *http);

/* connection.c */
void connection_admit(struct listener *listener);
void connection_end(struct connection *connection); /* at once; the rest follows from the loop */
void connection_refuse(struct connection *connection, int status, const char *what);
/* Look at what waits, soon, from the loop. */
void connection_wake(struct connection *connection);
void connection_go_on(struct connection *connection);
void connection_sweep(struct connection *connection, uint64_t now);
void connection_stop(struct connection *connection);
/* All that was said is taken by the kernel. */
void connection_sent(struct connection *connection);

/* output.c */
void output_say(struct connection *connection, const void *bytes, size_t len);
void output_flush(struct connection *connection);
size_t output_waiting(const struct connection *connection);

/* answer.c */
void answer_head(struct buf *out, int status, const struct http_header *headers, size_t count);
const char *answer_words(int status);
/* A few words in plain text. */
void answer_refusal(struct connection *connection, int status, const char *what);

/* exchange.c */
struct http_exchange *exchange_new(struct connection *connection);
void exchange_free(struct http_exchange *exchange);
/* More of the answer, after the rest was taken; false where there is no more. */
bool exchange_pump(struct http_exchange *exchange);

/* http.c */
void http_handle_closed(struct http *http);
void http_wake(struct http *http);
