#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intake/event.h"

/*
 * marks -- where the strings of a line of JSON begin and end, found before it is read.
 *
 * In one pass over the bytes, many at once and without a branch on what they are
 * (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019): so that a
 * reader goes from quote to quote and never looks for one. The line need not be
 * JSON; what stands between the quotes is for the reader to check.
 */
/* How many bytes at once: what the processor can do, each kind all that is before it. */
enum marks_reach { MARKS_BY_16, MARKS_BY_32, MARKS_BY_64, MARKS_REACHES };
#define MARKS_FOR_32 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define MARKS_FOR_64 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi2")))

enum { MARKS_BLOCK = 64, MARKS_BLOCKS = LINE_LIMIT / MARKS_BLOCK + 2, MARKS_BEHIND = 4 };

struct marks {
	enum marks_reach reach;
	bool controls; /* there is a control character somewhere */
	bool high;     /* or a byte that is not ASCII */
	uint32_t count;
	/* Places in the line of quotes that no backslash stands before; behind the last
	 * one the line's length, MARKS_BEHIND times. */
	uint32_t quotes[LINE_LIMIT + MARKS_BLOCK];
	/* By block, a bit for each byte: backslashes that begin an escape; and of what
	 * they stand before, all but backslashes and quotes. */
	uint64_t begins[MARKS_BLOCKS], odd[MARKS_BLOCKS];
	uint32_t last_block;
};

struct marks *marks_new(void); /* with the farthest reach that the processor has */
void marks_free(struct marks *m);

enum marks_reach marks_farthest(void);

/* At most LINE_LIMIT bytes. */
void marks_find(struct marks *m, const char *line, size_t len);

/* Eight bytes at once without those whose bit is set: where each that is left comes from. */
extern unsigned char marks_orders[256][8];

/* The place of the first escape's backslash from `at` on, or UINT32_MAX. */
static inline uint32_t marks_escape_from(const struct marks *m, uint32_t at)
{
	uint32_t block = at / MARKS_BLOCK;
	uint64_t here = m->begins[block] & UINT64_MAX << at % MARKS_BLOCK;

	while (!here && block < m->last_block)
		here = m->begins[++block];
	return here ? block * MARKS_BLOCK + (uint32_t)__builtin_ctzll(here) : UINT32_MAX;
}
