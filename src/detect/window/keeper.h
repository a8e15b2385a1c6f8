#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/window/pool.h"
#include "detect/sigma/rule.h"

/*
 * keeper -- what is kept of the hits of one group, by type of correlation.
 *
 * Each keeps as much as its condition can tell apart and no more, so that a
 * window is exact and still bounded. `newest` is the time of the latest hit of
 * the group: the window ends there and begins a timespan before it, and both
 * ends belong to it. Memory is the pool's; the state is NULL where nothing is
 * kept yet.
 */

/* No hit was ever so early. */
#define NEVER INT64_MIN

/* A hit, as far as it is kept. `member`: the place of its rule in the list of
 * the correlation, the first one where it stands there more than once. */
struct kept {
	int64_t time;
	uint64_t line;
	uint32_t source, member;
};

/* A hit that comes in. */
struct incoming {
	struct kept kept;
	const char *value; /* of value_count: the tuple of the fields */
	uint32_t value_len, value_hash;
	double number; /* of the types that reckon */
};

enum {
	NOWHERE = 255,
	MEMBERS_MOST = 64,
	/* Hits that are kept to reckon with. One that comes late is put in its
	 * place by moving those after it: this is also the bound of that work. */
	MEASURED_MOST = 50000,
};

/* What a correlation asks, worked out once. */
struct asked {
	const struct correlation *rule;
	const struct keeper *keeper;
	int64_t span;
	uint32_t most;               /* so many hits or values decide; a further one changes nothing */
	uint32_t members;            /* rules in the list */
	uint8_t again[MEMBERS_MOST]; /* by place: the next place of the same rule, or NOWHERE */
	uint8_t first[MEMBERS_MOST]; /* by place: the first place of the same rule */
	uint32_t distinct;           /* different rules in the list */
};

/* The beginning of the window that ends with `newest`. */
static inline int64_t window_begin(const struct asked *a, int64_t newest)
{
	return newest < NEVER + 1 + a->span ? NEVER + 1 : newest - a->span;
}

struct keeper {
	/* Take the hit in and let go of what has left the window. False when
	 * there is no memory for it; the state is then as it was, but for what
	 * has left. With `tight` no memory is asked for: the oldest hit makes
	 * room, counted in *dropped, and false means that there was none. */
	bool (*keep)(struct pool *p, void **state, const struct asked *a, const struct incoming *in,
		     int64_t newest, bool tight, uint64_t *dropped);
	bool (*holds)(const void *state, const struct asked *a, int64_t newest);
	/* The hits that make it hold, the latest `most` of them in the order of
	 * their times; *hits is how many there are. */
	size_t (*lines)(const void *state, const struct asked *a, int64_t newest, struct kept *out,
			size_t most, uint64_t *hits);
	void (*free)(struct pool *p, void *state, const struct asked *a);
};

extern const struct keeper keeper_count;    /* event_count */
extern const struct keeper keeper_values;   /* value_count */
extern const struct keeper keeper_together; /* temporal */
extern const struct keeper keeper_order;    /* temporal_ordered */
extern const struct keeper keeper_measure;  /* value_sum, value_avg, value_percentile */

const struct keeper *keeper_for(enum correlation_kind kind);

/* Does the number meet all bounds? No bounds: it does. */
bool bounds_hold(const struct bound *b, double number);
/* The smallest count beyond which no bound can tell a difference. */
uint32_t bounds_most(const struct bound *b);
