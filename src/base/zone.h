#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/stamp.h"

/*
 * zone -- the civil time of a place, from its rule as POSIX writes it.
 *
 * "CST-8" or "CET-1CEST,M3.5.0,M10.5.0/3": offset, and on which Sunday of
 * which month it changes. The rule of the present counts for all years; a
 * place that changes its law changes the line in the plan pack. Nothing of the
 * machine is asked, neither TZ nor its data base: a deadline comes out the same
 * wherever and whenever it is reckoned. See docs/decisions/0081.
 */
struct zone_change {
	int month, week, weekday; /* M3.5.0: the last Sunday (5: last, 0: Sunday) of March */
	int64_t at;               /* of the clock before the change, microseconds after midnight */
};

struct zone {
	int64_t standard, summer; /* east of UTC, microseconds; equal where nothing changes */
	bool changes;
	struct zone_change begins, ends; /* of summer time */
};

int zone_read(const char *rule, struct zone *out, struct fault *why);
/* East of UTC at this moment, in microseconds. */
int64_t zone_offset(const struct zone *zone, int64_t stamp);
/* What clock and calendar of the place show. */
struct civil zone_civil(const struct zone *zone, int64_t stamp);
/* The moment at which they show this: the first where they do so twice; where
 * they leave it out, as far behind the change as was asked for. */
int64_t zone_stamp(const struct zone *zone, struct civil local);
