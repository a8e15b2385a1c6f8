#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "detect/explain.h"
#include "detect/matcher.h"

/*
 * notes -- events that some rule matched, kept for whoever carries on in order.
 *
 * Whole events with all their values, packed side by side, so that the thread
 * that took them can go on with the next lines. Names of sources are not copied.
 */
struct notes {
	struct buf bytes;
	uint32_t events;
};

void notes_init(struct notes *n);
void notes_fini(struct notes *n);
void notes_clear(struct notes *n);

/* Match an event; keep it if a rule does. */
void notes_take(struct notes *n, struct matcher *m, const struct event *e);

/* Where one is in reading them; zero at first. */
struct notes_cursor {
	size_t at;
};
/* The next event into `e`, and what matched it; what is in them lives as
 * long as the notes are not changed. False at the end. */
bool notes_next(const struct notes *n, struct notes_cursor *at, struct event *e, const struct match **matches,
		uint32_t *count);
