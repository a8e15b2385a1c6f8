#include "detect/window/keeper.h"

/* temporal: of each rule its latest hit. It is in the window when that one is. */

struct seen {
	struct kept last[1]; /* by the first place in the list */
};

static size_t size_of(const struct asked *a) { return a->members * sizeof(struct kept); }

static bool keep(struct pool *p, void **state, const struct asked *a, const struct incoming *in,
		 int64_t newest, bool tight, uint64_t *dropped)
{
	struct seen *s = *state;

	(void)newest;
	(void)dropped;
	if (!s) {
		if (tight || !(s = pool_take(p, size_of(a))))
			return false;
		for (uint32_t i = 0; i < a->members; i++)
			s->last[i] = (struct kept){ .time = NEVER };
		*state = s;
	}
	if (in->kept.time >= s->last[in->kept.member].time)
		s->last[in->kept.member] = in->kept;
	return true;
}

/* A bit for each place whose rule is there; *count: how many different ones. */
static uint64_t there(const struct seen *s, const struct asked *a, int64_t newest, uint32_t *count)
{
	const int64_t begin = window_begin(a, newest);
	uint64_t bits = 0;

	*count = 0;
	for (uint32_t i = 0; i < a->members; i++)
		if (s->last[a->first[i]].time >= begin) {
			bits |= UINT64_C(1) << i;
			*count += a->first[i] == i;
		}
	return bits;
}

static bool holds(const void *state, const struct asked *a, int64_t newest)
{
	uint32_t count;
	uint64_t bits = there(state, a, newest, &count);

	if (a->rule->expression)
		return expression_holds(a->rule->expression, a->rule, bits);
	return a->rule->bounds ? bounds_hold(a->rule->bounds, count) : count == a->distinct;
}

/* There are few: in the order of time by moving each to its place. */
static size_t lines(const void *state, const struct asked *a, int64_t newest, struct kept *out, size_t most,
		    uint64_t *hits)
{
	const struct seen *s = state;
	size_t count = 0;

	for (uint32_t i = 0; i < a->members && count < most; i++) {
		size_t k = count;

		if (s->last[i].time < window_begin(a, newest))
			continue;
		for (; k > 0 && out[k - 1].time > s->last[i].time; k--)
			out[k] = out[k - 1];
		out[k] = s->last[i];
		count++;
	}
	*hits = count;
	return count;
}

static void release(struct pool *p, void *state, const struct asked *a) { pool_give(p, state, size_of(a)); }

const struct keeper keeper_together = { keep, holds, lines, release };
