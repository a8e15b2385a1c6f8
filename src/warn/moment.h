#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * moment -- a time as CAP writes it: 2026-11-23T08:00:00+08:00.
 *
 * No fraction, never Z; UTC is -00:00. The form of the schema: xs:dateTime
 * with its pattern. Years 0001 to 9999, also those before 1970.
 */
enum { MOMENT_LEN = 26 };

/* Microseconds since 1970; false where it is none. Blanks around it are passed over. */
bool moment_read(const char *text, int64_t *out);
/* Seconds and what is below are cut. `offset_min`: -840..840 from UTC. */
void moment_write(int64_t stamp, int offset_min, char out[static MOMENT_LEN]);
