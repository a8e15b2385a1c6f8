#pragma once

#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * cef -- ArcSight's Common Event Format: seven parts between bars, then key=value.
 *
 * deviceVendor, deviceProduct, deviceVersion, signatureId, name and severity
 * come from the header, the extension's keys keep their names. What a line
 * names itself (cs1Label=Policy cs1=...) is there under both names.
 */

/* A message that begins "CEF:", with what stands in front of it left away.
 * Fails with FAULT_INVALID (a header that does not end) or FAULT_LIMIT. */
int cef_read(const char *text, size_t len, int zone_minutes, struct event *e, struct fault *why);
