#pragma once

#include <stddef.h>
#include <stdint.h>

#include "detect/engine/lookout.h"
#include "detect/engine/program.h"
#include "intake/event.h"
#include "intake/logsource.h"

/*
 * route -- the rules for the events of one log, and what finds them.
 *
 * Made when the first event of that log comes. There are as many as the closed
 * table of log sources has combinations that occur. What is looked for changes
 * with what was seen; of long events it stays as it was at first, so that what is
 * left out of an event that makes too much work does not hang on those before it.
 */
enum { ROUTE_LONG = 16 * 1024 /* bytes of an event, line and values */ };

struct route {
	const struct program *program;
	struct logsource from;
	uint32_t *rules; /* in rising order */
	uint32_t rule_count;
	struct lookout *first, *now; /* maybe the same */
	struct experience seen;
	uint32_t period, left; /* events between two looks, and until the next turn */
	struct route *next;
};

struct routes;

struct routes *routes_new(const struct program *p);
void routes_free(struct routes *r);
struct route *routes_find(struct routes *r, const struct logsource *from);

/* So many events have been: begin to count what is asked for, or have another
 * lookout made. */
void route_turn(struct route *r);

/* Each of them, whatever it has seen. */
void routes_turn(struct routes *r);

/* What to use for the next event. */
static inline const struct lookout *route_lookout(struct route *r, const struct event *e)
{
	if (e->raw_len + e->text_bytes > ROUTE_LONG)
		return r->first;
	if (r->left-- == 0)
		route_turn(r);
	return r->now;
}
