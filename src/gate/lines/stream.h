#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/fault.h"
#include "gate/lines/lanes.h"
#include "gate/lines/roster.h"

/*
 * stream -- syslog by TCP (RFC 6587) and by TLS (RFC 5425): connections that send lines.
 *
 * Over TCP a source is an address; over TLS it is the name that the roster gives
 * to the client's key. A key that nobody enrolled is a source of its own name,
 * "tls:" and the beginning of the key: its lines are counted and not taken, and
 * the connection ends. Who sends faster than can be detected is not read for a
 * while; nothing of a stream is lost for want of room.
 */
struct stream;

struct stream_options {
	const char *tcp, *tls;            /* "ADDRESS:PORT", or NULL */
	const char *cert, *key, *clients; /* PEM files, of TLS */
	struct lanes *lanes;
	int64_t (*clock)(void); /* NULL: time is given, 0 is put */
	/* What is not a line, for the tallies. */
	void (*too_long)(void *who, const char *source);
	void (*refused)(void *who, const char *source, uint64_t lines);
	void *who;
};

int stream_open(uv_loop_t *loop, const struct stream_options *options, struct stream **out,
		struct fault *why);
/* From now on the names are these; who has lost theirs is cut off. */
void stream_heed(struct stream *stream, const struct roster *roster);
void stream_resume(struct stream *stream); /* lanes have been emptied */
void stream_expire(struct stream *stream); /* cut off who does not end a handshake */
uint64_t stream_turned_away(const struct stream *stream);
unsigned stream_count(const struct stream *stream);
/* The loop must run once more after this, then it may be freed. */
void stream_stop(struct stream *stream);
void stream_free(struct stream *stream);
