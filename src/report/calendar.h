#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/zone.h"
#include "pack/pack.h"

/*
 * calendar -- the days of a place, and a term counted on them.
 *
 * Pure arithmetic on what the pack says of the place and what the site has
 * entered since: a day that is free, a day that is worked. It reads no clock,
 * no store and nothing of the machine.
 */
struct calendar_day {
	int32_t day; /* since 1970-01-01 */
	bool works;
};

struct calendar {
	struct zone zone;
	const struct calendar_def *def;  /* NULL: Saturdays and Sundays rest */
	const struct calendar_day *site; /* it knows better than the pack; the last that names a day counts */
	size_t site_count;
};

/* FAULT_INVALID where the pack's time rule is none. `def` may be NULL: UTC. */
int calendar_open(const struct calendar_def *def, const struct calendar_day *site, size_t site_count,
		  struct calendar *out, struct fault *why);

bool calendar_works(const struct calendar *calendar, int32_t day);

/* When `term` is over that begins at `from`. Minutes pass as they pass; days and months keep
 * the hour of the place, a month that has no such day ends on its last one; business days do
 * not count the day they begin on and end with the last second of theirs. At once: `from`. */
int64_t calendar_after(const struct calendar *calendar, int64_t from, struct term term);

/* Working days of the plan's clocks: the hour is kept. */
int64_t calendar_working(const struct calendar *calendar, int64_t from, int64_t days);
