#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "pack/pack.h"
#include "report/calendar.h"

/*
 * due -- by when a stage of a regime is due.
 *
 * Pure arithmetic on the stage, the facts of the case to the minute, and the
 * calendar of the place: board, timer, drill and test all reckon the same way.
 */
struct known {
	const char *from, *of; /* "aware"; "sent" of "in" */
	int64_t at;
};

/* Does this fact open the stage? Its first leg waits for it. */
bool due_opens(const struct report_stage *stage, const struct known *fact);

/* By when the stage is due that `opened` has opened. Another fact counts as it was last known.
 * The earliest leg counts; one that had ended before the stage could open counts no more, where
 * another is left. `instead` (an exception) may be NULL. `out` is 0 where the law gives no
 * number: at once, and never in time before it is sent. */
int64_t due_of_stage(const struct report_stage *stage, const struct term *instead, const struct known *opened,
		     const struct known *facts, size_t count, const struct calendar *calendar);
