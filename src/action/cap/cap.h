#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "action/action_private.h"
#include "evidence/blob.h"

/*
 * cap -- what a warning says as a CAP file (warn/message.h), and where that is kept.
 *
 * A file is made in the act that publishes, signed, and kept as a blob; the
 * edition holds its digest. What left is that file, for ever: it is never made
 * again from a record that may have changed.
 */

/* What a file is about. */
struct cap_about {
	struct object *warning, *edition;
	const struct colour *colour; /* of the level */
	bool cancel;
	/* made by cap_plan: */
	int64_t ends; /* when it expires */
	const char
		*references; /* "sender,identifier,sent" of messages of this warning that have not expired */
	const char *scope, *restriction, *tlp;
	const char *identifier, *sent;
};

/* Colour, grade and severity of this level, by the plan of the warning. */
const struct colour *cap_level(const struct object *warning, int64_t level);

/* What is decided before anything is written: scope, end, identifier. 1; or 0:
 * no file is made of this (classified; over already; nothing to cancel). */
int cap_plan(struct deed *deed, struct cap_about *about, struct fault *why);

/* The signed message, in `mem` of the deed. */
int cap_make(struct deed *deed, const struct cap_about *about, const char **bytes, size_t *len,
	     struct fault *why);

/* The message as it would leave, without its signature; FAULT_REFUSED where it would not be right. */
int cap_draft(struct deed *deed, const struct cap_about *about, const char **text, struct fault *why);

const char *cap_reference_of(struct deed *deed, const struct cap_about *about);

/* The warning holds the file of another centre: what it says of itself is noted. */
int cap_taken(struct deed *deed, struct object *warning, struct fault *why);

/* Text of the body, NULL where it is none. */
const char *cap_text(const struct object *object, const char *field);
int64_t cap_time(const struct object *object, const char *field); /* 0: none */
