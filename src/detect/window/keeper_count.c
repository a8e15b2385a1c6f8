#include "detect/window/ring.h"

/* event_count: the last N hits, where N is what the condition compares with. An
 * older one cannot change the verdict any more, and what comes later makes it
 * older still; so nothing is lost by letting it go. */

enum { STRIDE = sizeof(struct kept) };

static void slide(struct ring *r, int64_t begin)
{
	while (r && r->count && ring_at(r, 0)->time < begin)
		ring_drop_oldest(r);
}

static bool keep(struct pool *p, void **state, const struct asked *a, const struct incoming *in,
		 int64_t newest, bool tight, uint64_t *dropped)
{
	struct ring *r = *state;

	slide(r, window_begin(a, newest));
	if (r && r->count == a->most) {
		if (in->kept.time < ring_at(r, 0)->time)
			return true;
		ring_drop_oldest(r);
	}
	if (tight && r && r->count == r->room) {
		ring_drop_oldest(r);
		(*dropped)++;
	} else if (tight ? !r : !ring_widen(p, (struct ring **)state, STRIDE, a->most)) {
		return false;
	}
	*ring_place(*state, in->kept.time) = in->kept;
	return true;
}

static bool holds(const void *state, const struct asked *a, int64_t newest)
{
	(void)newest;
	return bounds_hold(a->rule->bounds, ((const struct ring *)state)->count);
}

static size_t lines(const void *state, const struct asked *a, int64_t newest, struct kept *out, size_t most,
		    uint64_t *hits)
{
	(void)a;
	(void)newest;
	*hits = ((const struct ring *)state)->count;
	return ring_lines(state, out, most);
}

static void release(struct pool *p, void *state, const struct asked *a)
{
	(void)a;
	ring_free(p, state);
}

const struct keeper keeper_count = { keep, holds, lines, release };
