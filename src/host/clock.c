#include "host/clock.h"

#include <time.h>

static int64_t now(clockid_t which)
{
	struct timespec at;

	clock_gettime(which, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

int64_t clock_wall(void) { return now(CLOCK_REALTIME); }
int64_t clock_steady(void) { return now(CLOCK_BOOTTIME); }
