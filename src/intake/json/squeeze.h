#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "intake/json/marks.h"

/*
 * squeeze -- a string without the backslashes that begin its escapes, many bytes at once.
 *
 * Nearly all escapes of a Windows log are \\, of which leaving one out is all there is
 * to do; for \n and its like a letter is replaced after that.
 */

/* Can it be done at all, and of a string with so many bytes of the line behind it? */
static inline bool squeeze_possible(enum marks_reach reach, size_t behind)
{
	return reach == MARKS_BY_64 || (reach == MARKS_BY_32 && behind >= 8);
}

/* The string from place `from` up to the quote at `stop` to `to`, behind whose stop - from
 * bytes EVENT_SLACK may be written; gives how many bytes it has then. UINT32_MAX: it
 * has an escape that is none, or a \u. `slash`: set where it has a \/. */
uint32_t squeeze(const struct marks *m, const char *line, uint32_t from, uint32_t stop, char *to,
		 bool *slash);
