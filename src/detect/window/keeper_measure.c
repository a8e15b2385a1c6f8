#include "detect/window/ring.h"

#include <math.h>

#include "detect/window/rank.h"

/* value_sum, value_avg, value_percentile: the numbers of the window. Sums are
 * kept as whole and 2^-64ths, so that what leaves takes away exactly what it
 * brought and nothing drifts. */

struct sample {
	struct kept kept;
	double number;
	uint32_t node; /* of the rank */
	uint32_t unused;
};

struct measure {
	__int128 whole, part;
	struct ring *ring;
	struct rank *rank; /* of value_percentile alone */
};

enum { STRIDE = sizeof(struct sample) };

static bool ranks(const struct asked *a) { return a->rule->kind == CORRELATION_PERCENTILE; }

static void weigh(struct measure *m, double number, int sign)
{
	double whole = floor(number);

	m->whole += sign * (__int128)whole;
	m->part += sign * (__int128)((number - whole) * 0x1p64);
}

static double sum_of(const struct measure *m)
{
	__int128 whole = m->whole + (m->part >> 64);

	return (double)whole + (double)(uint64_t)m->part * 0x1p-64;
}

static void drop_oldest(struct measure *m, const struct asked *a)
{
	const struct sample *s = (const struct sample *)ring_at(m->ring, 0);

	if (ranks(a))
		rank_remove(m->rank, s->node, a->rule->percentile);
	else
		weigh(m, s->number, -1);
	ring_drop_oldest(m->ring);
}

static bool widen(struct pool *p, struct measure *m, const struct asked *a)
{
	return ring_widen(p, &m->ring, STRIDE, MEASURED_MOST) &&
	       (!ranks(a) || rank_widen(p, &m->rank, MEASURED_MOST));
}

static void release(struct pool *p, void *state, const struct asked *a)
{
	struct measure *m = state;

	(void)a;
	if (!m)
		return;
	ring_free(p, m->ring);
	rank_free(p, m->rank);
	pool_give(p, m, sizeof(*m));
}

static struct measure *begin(struct pool *p, const struct asked *a)
{
	struct measure *m = pool_take(p, sizeof(*m));

	if (!m)
		return NULL;
	*m = (struct measure){ .whole = 0 };
	if (widen(p, m, a))
		return m;
	release(p, m, a);
	return NULL;
}

static bool has_room(const struct measure *m, const struct asked *a)
{
	return m->ring->count < m->ring->room && (!ranks(a) || rank_has_room(m->rank));
}

static bool keep(struct pool *p, void **state, const struct asked *a, const struct incoming *in,
		 int64_t newest, bool tight, uint64_t *dropped)
{
	struct measure *m = *state;
	struct sample *s;

	if (!m && (tight || !(m = begin(p, a))))
		return false;
	*state = m;
	while (m->ring->count && ring_at(m->ring, 0)->time < window_begin(a, newest))
		drop_oldest(m, a);
	if (m->ring->count == MEASURED_MOST || (tight && m->ring->count && !has_room(m, a))) {
		drop_oldest(m, a);
		(*dropped)++;
	}
	if (!has_room(m, a) && (tight || !widen(p, m, a)))
		return false;
	s = (struct sample *)ring_place(m->ring, in->kept.time);
	*s = (struct sample){ .kept = in->kept, .number = in->number };
	if (ranks(a))
		s->node = rank_add(m->rank, in->number, a->rule->percentile);
	else
		weigh(m, in->number, 1);
	return true;
}

static bool holds(const void *state, const struct asked *a, int64_t newest)
{
	const struct measure *m = state;
	double number = ranks(a) ? rank_number(m->rank) : sum_of(m);

	(void)newest;
	if (a->rule->kind == CORRELATION_AVG)
		number /= m->ring->count;
	return bounds_hold(a->rule->bounds, number);
}

static size_t lines(const void *state, const struct asked *a, int64_t newest, struct kept *out, size_t most,
		    uint64_t *hits)
{
	const struct measure *m = state;

	(void)a;
	(void)newest;
	*hits = m->ring->count;
	return ring_lines(m->ring, out, most);
}

const struct keeper keeper_measure = { keep, holds, lines, release };
