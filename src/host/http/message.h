#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "host/http/head.h"

/*
 * message -- one request after the other out of bytes that come in pieces.
 *
 * Knows no socket. Two readers look at every byte: ours, which refuses all that
 * is doubtful, and llhttp; where they do not agree, the request is refused.
 */
enum message_event {
	MESSAGE_MORE,  /* all bytes are taken, more are wanted */
	MESSAGE_HEAD,  /* `head` is there; message_take_head() */
	MESSAGE_PART,  /* `part` of the body, inside what was fed */
	MESSAGE_WHOLE, /* the request is complete; the next feed begins another */
	MESSAGE_BAD,   /* refused with `status`, for the reason `what`; for good */
};

struct message {
	const struct http_limits *limits;
	struct buf raw; /* the head as it comes */
	struct head head;
	struct reader *reader; /* llhttp's; while a request is read */
	size_t line_bytes, lines;
	char last;       /* byte of the head, or of the framing of chunks */
	unsigned step;   /* enum step of message.c */
	uint64_t left;   /* of the body or the chunk */
	unsigned digits; /* of a chunk's size */
	const char *part;
	size_t part_len;
	int status;
	const char *what;
};

void message_init(struct message *message, const struct http_limits *limits);
void message_fini(struct message *message);
bool message_begun(const struct message *message); /* a byte of a head is there, and not the whole request */

/* Take from `*at` on what makes the next event; both are moved on. */
enum message_event message_feed(struct message *message, const char **at, size_t *left);
/* The head, with all that it owns. */
struct head message_take_head(struct message *message);
