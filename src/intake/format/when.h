#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * when -- the time of an event in the field where its format keeps it.
 *
 * moment.h finds times in text that may be none, and so wants to be sure; here
 * the format has said that this is a time, which makes 0 the year 1970.
 */

/* Seconds since 1970 with a fraction; up to the year 9999. */
bool when_seconds(const char *text, size_t len, int64_t *out);

/* What CEF, LEEF and audit logs of clouds write: ISO, "Nov 26 2026 05:02:28.123"
 * with or without a zone behind it, seconds or milliseconds since 1970. */
bool when_any(const char *text, size_t len, int zone_minutes, int64_t *out);
