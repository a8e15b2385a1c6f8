#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * stamp -- a moment: microseconds since 1970-01-01T00:00:00Z, as int64_t.
 *
 * Written as RFC 3339 in UTC with microseconds and `Z`. Years 1970 to 9999.
 * It reads no clock: time is given to the house, never taken (host/clock.h).
 */
enum { STAMP_LEN = 28 }; /* "2026-01-02T03:04:05.000000Z" and a NUL */

#define STAMP_SECOND INT64_C(1000000)
#define STAMP_MINUTE (60 * STAMP_SECOND)
#define STAMP_HOUR (60 * STAMP_MINUTE)
#define STAMP_DAY (24 * STAMP_HOUR)

void stamp_format(int64_t stamp, char out[static STAMP_LEN]);

/* RFC 3339 with Z or an offset, fraction of 0..9 digits (cut to microseconds). */
int stamp_parse(const char *text, size_t len, int64_t *out, struct fault *why);

/* "90 s", "15 min", "4 h", "30 d", "P" forms are not taken. In microseconds. */
int stamp_parse_span(const char *text, int64_t *out, struct fault *why);
/* The same in words a person reads: "4 h", "2 d 3 h", "15 min". */
void stamp_format_span(int64_t span, char *out, size_t size);

/* The civil date (proleptic Gregorian, UTC) of a stamp, and back. */
struct civil {
	int year, month, day, hour, minute, second, micro, weekday; /* 0 = Sunday */
};
struct civil stamp_civil(int64_t stamp);
int64_t stamp_of(struct civil date);
