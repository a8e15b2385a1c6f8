#include "detect/window/ring.h"

#include <string.h>

/* temporal_ordered: for each place in the list the latest moment at which a
 * chain can have begun that has come so far. While hits come in order of time
 * that alone is exact; one that comes late has the chains worked out anew from
 * the hits that are kept. */

enum { STRIDE = sizeof(struct kept) };

/* reach[k]: of a chain through the places 0 to k. Where the condition counts or
 * names rules, reach[k * members + j]: of one of j + 1 places, the last of them
 * not after k; places may be left out. */
struct order {
	struct ring *ring;
	int64_t reach[];
};

static bool whole(const struct asked *a) { return !a->rule->bounds && !a->rule->expression; }

static uint32_t reaches(const struct asked *a) { return whole(a) ? a->members : a->members * a->members; }

static size_t size_of(const struct asked *a) { return sizeof(struct order) + reaches(a) * sizeof(int64_t); }

static void forget(struct order *o, const struct asked *a)
{
	for (uint32_t i = 0; i < reaches(a); i++)
		o->reach[i] = NEVER;
}

static void lengthen(struct order *o, uint32_t members, uint32_t k, int64_t time)
{
	for (uint32_t j = 0; j <= k; j++) {
		int64_t begun = j ? o->reach[(k - 1) * members + j - 1] : time;

		for (uint32_t i = k; i < members && o->reach[i * members + j] < begun; i++)
			o->reach[i * members + j] = begun;
	}
}

/* From the last place of its rule to the first, so that one hit is not two. */
static void step(struct order *o, const struct asked *a, const struct kept *hit)
{
	uint8_t places[MEMBERS_MOST];
	uint32_t count = 0;

	for (uint8_t k = (uint8_t)hit->member; k != NOWHERE; k = a->again[k])
		places[count++] = k;
	while (count-- > 0) {
		uint32_t k = places[count];

		if (!whole(a))
			lengthen(o, a->members, k, hit->time);
		else if (!k)
			o->reach[0] = hit->time;
		else if (o->reach[k] < o->reach[k - 1])
			o->reach[k] = o->reach[k - 1];
	}
}

static void replay(struct order *o, const struct asked *a)
{
	forget(o, a);
	for (uint32_t i = 0; i < o->ring->count; i++)
		step(o, a, ring_at(o->ring, i));
}

static struct order *begin(struct pool *p, const struct asked *a)
{
	struct order *o = pool_take(p, size_of(a));

	if (!o)
		return NULL;
	o->ring = NULL;
	forget(o, a);
	if (ring_widen(p, &o->ring, STRIDE, CORRELATION_MOST))
		return o;
	pool_give(p, o, size_of(a));
	return NULL;
}

/* A place in the ring, or false. */
static bool make_place(struct pool *p, struct order *o, bool tight, uint64_t *dropped)
{
	struct ring *r = o->ring;

	if (r->count < r->room)
		return true;
	if (r->count < CORRELATION_MOST && !tight)
		return ring_widen(p, &o->ring, STRIDE, CORRELATION_MOST);
	ring_drop_oldest(r);
	(*dropped)++;
	return true;
}

static bool keep(struct pool *p, void **state, const struct asked *a, const struct incoming *in,
		 int64_t newest, bool tight, uint64_t *dropped)
{
	struct order *o = *state;
	bool late;

	if (!o && (tight || !(o = begin(p, a))))
		return false;
	*state = o;
	while (o->ring->count && ring_at(o->ring, 0)->time < window_begin(a, newest))
		ring_drop_oldest(o->ring);
	if (!make_place(p, o, tight, dropped))
		return false;
	late = o->ring->count && ring_at(o->ring, o->ring->count - 1)->time > in->kept.time;
	*ring_place(o->ring, in->kept.time) = in->kept;
	if (late)
		replay(o, a);
	else
		step(o, a, &in->kept);
	return true;
}

static uint32_t longest(const struct order *o, const struct asked *a, int64_t newest)
{
	const int64_t *last = &o->reach[(a->members - 1) * a->members];
	uint32_t j = a->members;

	while (j > 0 && last[j - 1] < window_begin(a, newest))
		j--;
	return j;
}

/* A bit for each place whose rule was seen, and how many different ones. */
static uint64_t there(const struct order *o, const struct asked *a, uint32_t *count)
{
	uint64_t bits = 0;

	*count = 0;
	for (uint32_t i = o->ring->count; i-- > 0 && *count < a->distinct;) {
		uint32_t k = ring_at(o->ring, i)->member;

		if (bits >> k & 1)
			continue;
		(*count)++;
		for (; k != NOWHERE; k = a->again[k])
			bits |= UINT64_C(1) << k;
	}
	return bits;
}

static bool holds(const void *state, const struct asked *a, int64_t newest)
{
	const struct order *o = state;
	uint32_t count;
	uint64_t bits;

	if (whole(a))
		return o->reach[a->members - 1] >= window_begin(a, newest);
	if (a->rule->bounds)
		return bounds_hold(a->rule->bounds, longest(o, a, newest));
	bits = there(o, a, &count);
	return expression_holds(a->rule->expression, a->rule, bits) && longest(o, a, newest) >= count;
}

/* From behind, each time the latest hit that is not after the one that follows
 * it; of an incomplete list the latest of each rule. */
static size_t lines(const void *state, const struct asked *a, int64_t newest, struct kept *out, size_t most,
		    uint64_t *hits)
{
	const struct order *o = state;
	uint32_t k = a->members;
	uint64_t bits = 0;
	size_t at = most;

	(void)newest;
	for (uint32_t i = o->ring->count; i-- > 0 && at > 0;) {
		const struct kept *hit = ring_at(o->ring, i);

		if (whole(a) ? !k || a->first[k - 1] != hit->member : bits >> hit->member & 1)
			continue;
		k -= whole(a);
		bits |= UINT64_C(1) << hit->member;
		out[--at] = *hit;
	}
	*hits = most - at;
	memmove(out, out + at, (most - at) * sizeof(*out));
	return most - at;
}

static void release(struct pool *p, void *state, const struct asked *a)
{
	struct order *o = state;

	if (!o)
		return;
	ring_free(p, o->ring);
	pool_give(p, o, size_of(a));
}

const struct keeper keeper_order = { keep, holds, lines, release };
