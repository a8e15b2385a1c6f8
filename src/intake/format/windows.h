#pragma once

#include "intake/event.h"

/*
 * windows -- what a Windows event is, in the words of Sigma.
 *
 * From its channel, number and type to service and categories; the forms that
 * exporters write (evtx_dump, winlogbeat, NXLog) come to the plain names, and
 * fields that another provider calls otherwise get their Sigma name as well.
 */

/* Read the tables; once, before the first event is made. */
void windows_prepare(void);

/* Does nothing when the event is not from Windows. */
void windows_place(struct event *e);

/* Where event `i` of the tables is from, for whoever lists it; false past the end. */
bool windows_row(size_t i, struct logsource *out);
