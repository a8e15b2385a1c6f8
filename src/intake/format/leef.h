#pragma once

#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * leef -- QRadar's Log Event Extended Format, 1.0 and 2.0.
 *
 * deviceVendor, deviceProduct, deviceVersion and eventId come from the header.
 * Attributes keep their names; a tab stands between them, in 2.0 also what the
 * header says: a character, or its code as x5E or 0x5E.
 */

/* A message that begins "LEEF:", with what stands in front of it left away.
 * Fails with FAULT_INVALID (header, delimiter or attribute) or FAULT_LIMIT. */
int leef_read(const char *text, size_t len, int zone_minutes, struct event *e, struct fault *why);
