#pragma once

#include <stdint.h>

/*
 * tally -- what became of the lines of one source: nothing is lost in silence.
 *
 * received = stored + limited + malformed, at every moment. `odd` lines are
 * among the stored ones.
 */
struct tally {
	uint64_t received, stored;
	uint64_t limited;   /* more per second than the source may send */
	uint64_t malformed; /* too long, too many fields, JSON that is none */
	uint64_t bytes;
	uint64_t odd_pri, odd_nul, odd_utf8, odd_data;
};

/* A source may send `per_second` lines on average and `burst` at once; 0 per
 * second: as many as it likes. Times are those of receipt. */
struct tally_limit {
	uint64_t per_second, burst;
	int64_t credit_ns; /* of the bucket: when it is full again, in nanoseconds */
};

/* May another line come in at `now` (microseconds)? Counts nothing. */
int tally_admits(struct tally_limit *limit, int64_t now);
/* Microseconds until the next one may; 0: at once. */
int64_t tally_wait(const struct tally_limit *limit, int64_t now);
void tally_add(struct tally *sum, const struct tally *more);
