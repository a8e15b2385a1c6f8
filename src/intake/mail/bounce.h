#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * bounce -- what a mail server reports of the fate of a message that it had taken (RFC 3464).
 *
 * Anybody can write one: it says which message it speaks of and for whom, and whoever
 * sent that message decides whether that can be.
 */
enum { BOUNCE_RECIPIENTS_MOST = 20, BOUNCE_WORDS = 160, BOUNCE_BYTES_MOST = 256 * 1024 };

enum bounce_action { BOUNCE_FAILED, BOUNCE_DELAYED, BOUNCE_DELIVERED };

struct bounce_recipient {
	enum bounce_action action; /* relayed and expanded are delivered: it has gone on */
	char status[16];           /* "5.1.1" */
	const char *final;         /* addresses as the report says; "" where it says none */
	const char *original;
	const char *words; /* of the server that refused it: one line, clean */
};

struct bounce {
	const char *id; /* Message-ID of what came back, without <>; "" where it did not */
	struct bounce_recipient recipients[BOUNCE_RECIPIENTS_MOST];
	size_t count; /* 0: a form that is not known */
};

/* The fields of a message/delivery-status: `count` is 0 afterwards where they are not such. Groups that are
 * not whole (no address, no action, a status of another class than the action) are passed over. */
void bounce_fields(const char *bytes, size_t len, struct arena *mem, struct bounce *out);

/* The Message-ID of a head that came back; "" where it has none. */
const char *bounce_returned(const char *bytes, size_t len, struct arena *mem);

struct _GMimeMessage; /* of GMime, which only the sources here include */

/* Is this a bounce at all, whatever its form? */
bool bounce_is(struct _GMimeMessage *message);
/* What it says, in `mem`. */
void bounce_read(struct _GMimeMessage *message, struct arena *mem, struct bounce *out);
