#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "deliver/channels.h"

/*
 * message -- one letter to one recipient by one channel, on its way.
 *
 * Made by the loop, with all that sending it needs; the worker's while it is sent; then
 * it comes back with what became of it. Everything in it lives in its arena.
 */
enum message_outcome {
	MESSAGE_SENT,    /* the receiver took it */
	MESSAGE_REFUSED, /* the receiver answered, and would not have this one */
	MESSAGE_TROUBLE, /* the channel itself: no connection, no answer, not let in, busy */
	MESSAGE_STOPPED, /* the house stops; it was not said whether it arrived */
};

enum { MESSAGE_WAIT_MOST_S = 900 }; /* as long as the longest pause of our own */
enum { MESSAGE_WORDS = 200, MESSAGE_FILES_MOST = 8, MESSAGE_BYTES_MOST = 16 * 1024 * 1024 };

struct message_file {
	const char *name, *type, *digest, *path;
};

struct message {
	struct arena *mem;
	struct channels *channels; /* held */
	const struct channel *channel;
	int64_t id;
	const char *key, *recipient, *address, *about; /* about: "WRN-2026-0001" */
	const char *zh, *en;                           /* whole texts, the subject being the first line */
	const char *link;                              /* to acknowledge by; NULL: none */
	int64_t at;                                    /* when the letter was written */
	struct message_file files[MESSAGE_FILES_MOST];
	size_t file_count;

	/* what became of it */
	enum message_outcome outcome;
	int code;   /* of SMTP or HTTP, or the exit status; 0: it came to none */
	int wait_s; /* before that its receiver does not want to be asked again; 0: it did not say */
	char words[MESSAGE_WORDS]; /* what the receiver said, or why not: one line of plain UTF-8 */

	/* the loop's notes about that */
	bool charged;    /* a refusal of this very message */
	bool entered;    /* in the batch that is open */
	int64_t next_at; /* when it is tried again */
	struct message *next;
};

struct message *message_new(struct channels *channels, const struct channel *channel);
void message_free(struct message *message);

/* Messages in their order. */
struct messages {
	struct message *first, **last;
};

void messages_init(struct messages *messages);
void messages_put(struct messages *messages, struct message *message); /* at the end; it is theirs */
struct message *messages_take(struct messages *messages);              /* the first; NULL: none */
void messages_fini(struct messages *messages);                         /* and those that are left */

/* Into `words`: one line, no controls, cut at a character's end. */
void message_say(struct message *message, const char *text, size_t len);

/* The first line of a text and what follows it, without blanks at the ends. */
struct message_lines {
	const char *subject, *rest;
	size_t subject_len;
};
struct message_lines message_lines(const char *text);

/* As JSON, for a webhook or a program; with the address for a program. Files are in it
 * in base64. FAULT_LIMIT, or FAULT_IO where a file cannot be read. */
int message_json(const struct message *message, struct buf *out, struct fault *why);
/* As a mail (RFC 5322, MIME), lines ending in CRLF. */
int message_mail(const struct message *message, struct buf *out, struct fault *why);
