#pragma once

#include "detect/window/keeper.h"

/*
 * ring -- hits in the order of their times, each with so many bytes as its
 * owner wants; a late one goes where its time puts it.
 */
struct ring {
	uint32_t from, count, room, stride;
	char bytes[];
};

static inline size_t ring_size(uint32_t room, uint32_t stride)
{
	return sizeof(struct ring) + (size_t)room * stride;
}

/* Number 0 is the oldest. Each begins with its struct kept. */
static inline struct kept *ring_at(const struct ring *r, uint32_t i)
{
	uint32_t at = r->from + i;

	return (struct kept *)(r->bytes + (size_t)(at >= r->room ? at - r->room : at) * r->stride);
}

static inline void ring_drop_oldest(struct ring *r)
{
	if (++r->from == r->room)
		r->from = 0;
	r->count--;
}

/* Room for one more, up to `most`; false when there is no memory. */
bool ring_widen(struct pool *p, struct ring **r, uint32_t stride, uint32_t most);
/* A place for a hit of that time; there must be room. Equal times stay in the
 * order in which they came. */
struct kept *ring_place(struct ring *r, int64_t time);
void ring_free(struct pool *p, struct ring *r);
size_t ring_lines(const struct ring *r, struct kept *out, size_t most);
