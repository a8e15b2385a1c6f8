#pragma once

#include <stdint.h>

/*
 * clock -- the only place that reads clocks.
 *
 * Time is given to the house from here by those who start work (a request, a
 * tick), and never taken further in.
 */

/* The wall clock as a stamp (base/stamp.h): microseconds since 1970, UTC. It
 * may jump when somebody sets it. */
int64_t clock_wall(void);

/* Microseconds since some moment before the process began; never goes back,
 * and counts on while the machine sleeps. For spans only. */
int64_t clock_steady(void);
