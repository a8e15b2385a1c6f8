#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/sigma/rule.h"

/*
 * meter -- the bar on standard error: how far, how fast, how long still.
 *
 * Only on a terminal, a few times a second, each time in one write over the line
 * that was there; it makes room for output and is gone at the end.
 */
enum { METER_LINE = 512, METER_EVERY_MS = 200 };

struct meter {
	bool on, chinese;
	int64_t began, said;
	uint64_t bytes_all;    /* 0: nobody knows how much will come */
	char line[METER_LINE]; /* what stands there; empty: nothing */
};

struct meter_state {
	uint64_t bytes; /* of the inputs, packed as they are */
	uint64_t text;  /* unpacked */
	uint64_t events;
	const uint64_t *levels; /* alerts by level */
};

void meter_begin(struct meter *m, bool wanted, bool chinese, uint64_t bytes_all);
/* Is it time to draw it anew? */
bool meter_due(const struct meter *m);
void meter_draw(struct meter *m, const struct meter_state *state);
/* Take it away for something else on the terminal, and put it back. */
void meter_hide(const struct meter *m);
void meter_show(const struct meter *m);
void meter_end(struct meter *m);
