#include "detect/window/ring.h"

#include <string.h>

bool ring_widen(struct pool *p, struct ring **r, uint32_t stride, uint32_t most)
{
	struct ring *old = *r, *wide;
	uint32_t room = old ? old->room * 2 : 1;

	if (old && old->count < old->room)
		return true;
	room = room > most ? most : room;
	if (!(wide = pool_take(p, ring_size(room, stride))))
		return false;
	*wide = (struct ring){ .room = room, .stride = stride };
	for (; old && wide->count < old->count; wide->count++)
		memcpy(wide->bytes + (size_t)wide->count * stride, ring_at(old, wide->count), stride);
	ring_free(p, old);
	*r = wide;
	return true;
}

struct kept *ring_place(struct ring *r, int64_t time)
{
	uint32_t i = r->count++;

	for (; i > 0 && ring_at(r, i - 1)->time > time; i--)
		memcpy(ring_at(r, i), ring_at(r, i - 1), r->stride);
	return ring_at(r, i);
}

void ring_free(struct pool *p, struct ring *r)
{
	if (r)
		pool_give(p, r, ring_size(r->room, r->stride));
}

size_t ring_lines(const struct ring *r, struct kept *out, size_t most)
{
	uint32_t count = r->count < most ? r->count : (uint32_t)most;

	for (uint32_t i = 0; i < count; i++)
		out[i] = *ring_at(r, r->count - count + i);
	return count;
}
