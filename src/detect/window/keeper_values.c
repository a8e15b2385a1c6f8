#include "detect/window/keeper.h"

#include <string.h>

/* value_count: each value once, with the latest hit that carried it, in the
 * order of those hits. A value is in the window when its latest hit is. Of more
 * than the condition can tell apart the oldest goes: it would leave the window
 * before any of those that are kept. */

enum { INSIDE = 46, NONE = UINT32_MAX, SCANNED = 8 };

struct carried {
	uint32_t hash, source;
	uint64_t line;
	uint16_t len;
	char text[INSIDE]; /* or, when it is longer, a pointer to it */
};

_Static_assert(sizeof(struct carried) == 64, "a value is a line of the cache");

/* The order of their latest hits, in a table of its own: most of what a hit
 * looks at is then in a few lines of the cache. */
struct order {
	int64_t time;
	uint32_t older, newer;
};

/* One piece: this, the values, their order, then `slots` numbers of values by
 * hash, plus one. So few that they can be scanned have no slots. */
struct values {
	uint32_t count, room, slots;
	uint32_t oldest, newest;
	uint32_t free; /* given back, joined by `older` */
	uint32_t fresh;
	uint32_t unused;
	struct carried at[];
};

static size_t size_of(uint32_t room, uint32_t slots)
{
	return sizeof(struct values) + room * (sizeof(struct carried) + sizeof(struct order)) +
	       slots * sizeof(uint32_t);
}

static uint32_t slots_for(uint32_t room)
{
	uint32_t slots = 32;

	if (room <= SCANNED)
		return 0;
	while (slots < 2 * room)
		slots *= 2;
	return slots;
}

static struct order *order_of(const struct values *v, uint32_t i)
{
	return (struct order *)(uintptr_t)&v->at[v->room] + i;
}

static uint32_t *slots_of(struct values *v) { return (uint32_t *)order_of(v, v->room); }

static const char *text_of(const struct carried *x)
{
	const char *far;

	if (x->len <= INSIDE)
		return x->text;
	memcpy(&far, x->text, sizeof(far));
	return far;
}

static bool is(const struct carried *x, const struct incoming *in)
{
	return x->hash == in->value_hash && x->len == in->value_len && !memcmp(text_of(x), in->value, x->len);
}

static uint32_t find(struct values *v, const struct incoming *in)
{
	const uint32_t *slots = slots_of(v), mask = v->slots - 1;

	if (!v->slots) {
		for (uint32_t i = v->newest; i != NONE; i = order_of(v, i)->older)
			if (is(&v->at[i], in))
				return i;
		return NONE;
	}
	for (uint32_t s = in->value_hash & mask; slots[s]; s = (s + 1) & mask)
		if (is(&v->at[slots[s] - 1], in))
			return slots[s] - 1;
	return NONE;
}

static void slot_add(struct values *v, uint32_t i)
{
	uint32_t *slots = slots_of(v), mask = v->slots - 1, s = v->at[i].hash & mask;

	if (!v->slots)
		return;
	while (slots[s])
		s = (s + 1) & mask;
	slots[s] = i + 1;
}

/* Those behind it come forward, so that no gap hides them. */
static void slot_remove(struct values *v, uint32_t i)
{
	uint32_t *slots = slots_of(v), mask = v->slots - 1, hole = v->at[i].hash & mask;

	if (!v->slots)
		return;
	while (slots[hole] != i + 1)
		hole = (hole + 1) & mask;
	for (uint32_t s = (hole + 1) & mask; slots[s]; s = (s + 1) & mask) {
		uint32_t home = v->at[slots[s] - 1].hash & mask;

		if (((s - home) & mask) < ((s - hole) & mask))
			continue;
		slots[hole] = slots[s];
		hole = s;
	}
	slots[hole] = 0;
}

static void unlink_value(struct values *v, uint32_t i)
{
	struct order *x = order_of(v, i);

	*(x->older == NONE ? &v->oldest : &order_of(v, x->older)->newer) = x->newer;
	*(x->newer == NONE ? &v->newest : &order_of(v, x->newer)->older) = x->older;
}

/* Where its time puts it; almost always at the end. */
static void link_value(struct values *v, uint32_t i)
{
	struct order *x = order_of(v, i);
	uint32_t before = v->newest;

	while (before != NONE && order_of(v, before)->time > x->time)
		before = order_of(v, before)->older;
	x->older = before;
	x->newer = before == NONE ? v->oldest : order_of(v, before)->newer;
	*(before == NONE ? &v->oldest : &order_of(v, before)->newer) = i;
	*(x->newer == NONE ? &v->newest : &order_of(v, x->newer)->older) = i;
}

static void text_free(struct pool *p, struct carried *x)
{
	if (x->len > INSIDE)
		pool_give(p, (void *)(uintptr_t)text_of(x), x->len);
}

static void drop_oldest(struct pool *p, struct values *v)
{
	uint32_t i = v->oldest;

	slot_remove(v, i);
	unlink_value(v, i);
	text_free(p, &v->at[i]);
	order_of(v, i)->older = v->free;
	v->free = i;
	v->count--;
}

static uint32_t place_new(struct values *v)
{
	uint32_t i = v->free;

	v->count++;
	if (i == NONE)
		return v->fresh++;
	v->free = order_of(v, i)->older;
	return i;
}

static bool widen(struct pool *p, struct values **v, uint32_t most)
{
	struct values *old = *v, *wide;
	uint32_t room = old ? old->room * 2 : 1;

	if (old && old->count < old->room)
		return true;
	room = room > most ? most : room;
	if (!(wide = pool_take(p, size_of(room, slots_for(room)))))
		return false;
	*wide = (struct values){
		.room = room, .slots = slots_for(room), .oldest = NONE, .newest = NONE, .free = NONE
	};
	memset(slots_of(wide), 0, wide->slots * sizeof(uint32_t));
	for (uint32_t i = old ? old->oldest : NONE; i != NONE; i = order_of(old, i)->newer) {
		uint32_t to = place_new(wide);

		wide->at[to] = old->at[i];
		order_of(wide, to)->time = order_of(old, i)->time;
		link_value(wide, to);
		slot_add(wide, to);
	}
	if (old)
		pool_give(p, old, size_of(old->room, old->slots));
	*v = wide;
	return true;
}

static void seen_again(struct values *v, uint32_t i, const struct kept *kept)
{
	struct carried *x = &v->at[i];

	if (kept->time < order_of(v, i)->time)
		return;
	order_of(v, i)->time = kept->time;
	x->line = kept->line;
	x->source = kept->source;
	if (i == v->newest)
		return;
	unlink_value(v, i);
	link_value(v, i);
}

static bool add(struct pool *p, struct values *v, const struct incoming *in)
{
	char *far = NULL;
	struct carried *x;
	uint32_t i;

	if (in->value_len > INSIDE && !(far = pool_take(p, in->value_len)))
		return false;
	i = place_new(v);
	x = &v->at[i];
	x->hash = in->value_hash;
	x->source = in->kept.source;
	order_of(v, i)->time = in->kept.time;
	x->line = in->kept.line;
	x->len = (uint16_t)in->value_len;
	if (far)
		memcpy(x->text, &far, sizeof(far));
	memcpy(far ? far : x->text, in->value, in->value_len);
	link_value(v, i);
	slot_add(v, i);
	return true;
}

static bool keep(struct pool *p, void **state, const struct asked *a, const struct incoming *in,
		 int64_t newest, bool tight, uint64_t *dropped)
{
	struct values **v = (struct values **)state;
	const int64_t begin = window_begin(a, newest);
	uint32_t i;

	while (*v && (*v)->count && order_of(*v, (*v)->oldest)->time < begin)
		drop_oldest(p, *v);
	if (*v && (i = find(*v, in)) != NONE) {
		seen_again(*v, i, &in->kept);
		return true;
	}
	if (*v && (*v)->count == a->most) {
		if (in->kept.time < order_of(*v, (*v)->oldest)->time)
			return true;
		drop_oldest(p, *v);
	}
	if (!tight)
		return widen(p, v, a->most) && add(p, *v, in);
	if (!*v)
		return false;
	if ((*v)->count) {
		drop_oldest(p, *v);
		(*dropped)++;
	}
	return add(p, *v, in);
}

static bool holds(const void *state, const struct asked *a, int64_t newest)
{
	(void)newest;
	return bounds_hold(a->rule->bounds, ((const struct values *)state)->count);
}

static size_t lines(const void *state, const struct asked *a, int64_t newest, struct kept *out, size_t most,
		    uint64_t *hits)
{
	const struct values *v = state;
	size_t count = v->count < most ? v->count : most, i = count;

	(void)a;
	(void)newest;
	*hits = v->count;
	for (uint32_t at = v->newest; i-- > 0; at = order_of(v, at)->older)
		out[i] = (struct kept){ order_of(v, at)->time, v->at[at].line, v->at[at].source, 0 };
	return count;
}

static void release(struct pool *p, void *state, const struct asked *a)
{
	struct values *v = state;

	(void)a;
	if (!v)
		return;
	for (uint32_t i = v->oldest; i != NONE; i = order_of(v, i)->newer)
		text_free(p, &v->at[i]);
	pool_give(p, v, size_of(v->room, v->slots));
}

const struct keeper keeper_values = { keep, holds, lines, release };
