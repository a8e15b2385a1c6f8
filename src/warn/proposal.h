#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "warn/message.h"

/*
 * proposal -- what another centre's message says, in the words of a warning of ours.
 *
 * It is taken to be reviewed, not believed: whoever reviews it decides what
 * becomes of it here.
 */
struct proposal {
	const char *title, *hazard, *measures; /* the last may be NULL */
	int level;                             /* 2..5 by the severity, 0 where it says none */
	const char *valid_to;                  /* RFC 3339, or NULL */
	const char *reference;                 /* "sender,identifier,sent" */
	const char *earlier;                   /* the references as they stand, or "" */
	const char *status;                    /* Actual, Exercise, … */
	const char *type;                      /* Alert, Update, Cancel, Ack, Error */
};

/* Of a message that was taken; the Chinese part where there is one, else the first. */
struct proposal proposal_of(const struct cap_message *message, struct arena *mem);
