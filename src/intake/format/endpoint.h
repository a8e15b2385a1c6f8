#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "intake/event.h"

/*
 * endpoint -- an event of macOS's Endpoint Security, as eslogger writes it.
 *
 * JSON that is modelled after es_message_t; Apple promises nothing about it. An exec is
 * a process_creation, a file that is created or renamed to its name a file_event; the
 * names of Sigma are added to those of the message. Endpoint Security has no event of
 * IP connections.
 */

/* Ask for names; once, before the first event is made. */
void endpoint_prepare(void);

/* Does nothing when the event is not such a one. */
void endpoint_place(struct event *e);

/* Where events of row `i` are from, for whoever lists them; false past the end. */
bool endpoint_row(size_t i, struct logsource *out);
/* Have they a field of this name? */
bool endpoint_gives(size_t i, const char *field);
