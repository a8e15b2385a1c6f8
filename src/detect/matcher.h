#pragma once

#include <stdint.h>

#include "detect/engine/match.h"
#include "detect/engine/program.h"
#include "intake/event.h"

/*
 * matcher -- which rules an event matches, each event by itself.
 *
 * One for each thread; the program is shared. What rules say of events together
 * is the detector's, which takes events in their order.
 */
struct matcher;

/* The program must outlive it. */
struct matcher *matcher_new(const struct program *p);
void matcher_free(struct matcher *m);

/* How many rules match (correlations do not), and their numbers in rising order,
 * good until the next event. */
uint32_t matcher_feed(struct matcher *m, const struct event *e, const uint32_t **rules);

/* What is looked for in the next events is made anew from what was seen in those
 * before, or that begins to be counted. It comes about by itself from time to time;
 * a test need not wait for that. */
void matcher_turn(struct matcher *m);

/* The event that was fed last, with what is known of it. */
struct view *matcher_view(struct matcher *m);

struct matcher_counts {
	uint64_t events;
	uint64_t tried;         /* conditions that were worked out */
	uint64_t cut;           /* alarm: events for which not all rules were tried */
	uint64_t regex_limited; /* alarm: regular expressions that were stopped */
};
struct matcher_counts matcher_counts(const struct matcher *m);
