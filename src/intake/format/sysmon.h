#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "intake/event.h"

/*
 * sysmon -- what an event of Sysmon for Linux is, in the words of Sigma.
 *
 * Its numbers and names are those of Sysmon for Windows; its channel is
 * Linux-Sysmon/Operational. (Sigma's taxonomy names 1, 3 and 11 for Linux; the other
 * categories are those that it names for Windows.)
 */

/* Does nothing when the event is not from that channel. */
void sysmon_place(struct event *e);

/* Where events of row `i` are from, for whoever lists them; false past the end. */
bool sysmon_row(size_t i, struct logsource *out);
/* Have they a field of this name? */
bool sysmon_gives(size_t i, const char *field);
