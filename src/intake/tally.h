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

/* A source may send `per_second` lines on average and a second's worth at once;
 * 0: as many as it likes. Times are those of receipt. */
struct tally_limit {
	uint64_t per_second;
	int64_t credit_until; /* of the bucket: when it is full again */
};

/* May another line come in at `now` (microseconds)? Counts nothing. */
int tally_admits(struct tally_limit *limit, int64_t now);
void tally_add(struct tally *sum, const struct tally *more);
