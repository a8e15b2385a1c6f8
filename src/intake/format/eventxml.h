#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * eventxml -- an event as the Windows Event Log writes it, in one line of XML.
 *
 * <Event><System>...</System><EventData><Data Name="Image">...: what Sysmon for Linux
 * says to syslog, and agents of Windows that send events as they are. No XML in
 * general: elements, attributes, text, the five entities and characters by number.
 * Declarations, comments, CDATA and entities of one's own are refused, so that nothing
 * grows when it is read. A value is named by its element, of Data by its Name, an
 * attribute by both (TimeCreated_SystemTime).
 */
enum { EVENTXML_DEPTH = 8 };

bool eventxml_concerns(const char *text, size_t len);

/* Read a text for which eventxml_concerns(), and say where it is from. Fails with
 * FAULT_INVALID where it is no such event or cut off, or FAULT_LIMIT. */
int eventxml_read(const char *text, size_t len, struct event *e, struct fault *why);
