#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "detect/sigma/rule.h"

/*
 * calendar -- one part of the time that a field's value writes, for Sigma's time modifiers.
 *
 * ISO 8601 (a date alone has no hour and no minute) is read as it is written,
 * whatever its zone: the specification wants no conversion. Seconds or
 * milliseconds since 1970 are UTC. A week is that of ISO 8601, 1 to 53.
 */

/* False where the value is no such time, or has no such part. */
bool calendar_part(const char *text, size_t len, enum time_part part, int *out);
