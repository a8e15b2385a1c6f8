#include <string.h>

#include "pack/check/check_private.h"

/*
 * Regions as graphs: states and the moves between them.
 */

static bool is_change(const struct move *move, const struct region *region)
{
	return move->form == MOVE_CHANGE && move->region == region && move->to;
}

/* Spread from what is seen along the moves until nothing new comes in. */
static void spread_forward(const struct kind *kind, const struct region *region, bool *seen)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < kind->move_count; i++) {
			const struct move *move = kind->moves[i];

			if (!is_change(move, region) || seen[move->to->index])
				continue;
			for (size_t k = 0; k < move->from_count; k++)
				if (seen[move->from[k]->index])
					more = seen[move->to->index] = true;
		}
	}
}

static void spread_backward(const struct kind *kind, const struct region *region, bool *seen,
			    bool (*counts)(const struct move *move))
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < kind->move_count; i++) {
			const struct move *move = kind->moves[i];

			if (!is_change(move, region) || !seen[move->to->index] || (counts && !counts(move)))
				continue;
			for (size_t k = 0; k < move->from_count; k++)
				if (!seen[move->from[k]->index])
					more = seen[move->from[k]->index] = true;
		}
	}
}

static void region_reachable(const struct checking *c, const struct kind *kind, const struct region *region)
{
	bool *seen = arena_many(c->mem, region->state_count, sizeof(*seen));

	seen[region->start->index] = true;
	spread_forward(kind, region, seen);
	for (size_t i = 0; i < region->state_count; i++)
		if (!seen[i])
			problem_add(c->problems, region->states[i].at, NULL,
				    "no move of %s leads to '%s' from its start '%s'", kind->name,
				    region->states[i].name, region->start->name);
}

void check_reachable(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; k < c->pack->kinds[i].region_count; k++)
			region_reachable(c, &c->pack->kinds[i], &c->pack->kinds[i].regions[k]);
}

static bool *ends_of(const struct checking *c, const struct region *region)
{
	bool *seen = arena_many(c->mem, region->state_count, sizeof(*seen));

	for (size_t i = 0; i < region->state_count; i++)
		seen[i] = region->states[i].end;
	return seen;
}

static bool has_end(const struct region *region)
{
	for (size_t i = 0; i < region->state_count; i++)
		if (region->states[i].end)
			return true;
	return false;
}

static void region_ends(const struct checking *c, const struct kind *kind, const struct region *region)
{
	bool *seen = ends_of(c, region);

	if (!has_end(region)) {
		problem_add(c->problems, region->at, NULL,
			    "region '%s' of %s never ends; mark a state 'end: yes'", region->name,
			    kind->name);
		return;
	}
	spread_backward(kind, region, seen, NULL);
	for (size_t i = 0; i < region->state_count; i++)
		if (!seen[i])
			problem_add(c->problems, region->states[i].at, NULL,
				    "from '%s' of %s no move leads on to an end", region->states[i].name,
				    kind->name);
}

void check_can_end(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; k < c->pack->kinds[i].region_count; k++)
			region_ends(c, &c->pack->kinds[i], &c->pack->kinds[i].regions[k]);
}

/* A move that only another record can carry is no way out for an obligation:
 * the case waits for it, and would wait for itself. */
static bool own_way(const struct move *move)
{
	if (move->who_count)
		return true;
	for (size_t i = 0; i < move->auto_count; i++)
		if (move->auto_[i].form != TRIGGER_WITH)
			return true;
	return false;
}

static void way_out(const struct checking *c, const struct kind *waits, const struct kind *owed)
{
	const struct region *region = &owed->regions[0];
	bool *seen = ends_of(c, region);

	if (!has_end(region))
		return; /* told by check_can_end */
	spread_backward(owed, region, seen, own_way);
	for (size_t i = 0; i < region->state_count; i++)
		if (!seen[i])
			problem_add(c->problems, region->states[i].at, NULL,
				    "%s waits for %s to end, which has no way out of '%s' by itself",
				    waits->name, owed->name, region->states[i].name);
}

void check_obligations(const struct checking *c)
{
	const struct kind *owed;

	for (size_t i = 0; i < c->pack->kind_count; i++) {
		const struct kind *kind = &c->pack->kinds[i];

		for (size_t k = 0; k < kind->ends_with.count; k++) {
			owed = pack_kind(c->pack, kind->ends_with.at[k]);
			if (owed && owed->region_count)
				way_out(c, kind, owed);
			else if (owed)
				problem_add(c->problems, kind->at, NULL,
					    "%s waits for %s, which has no states", kind->name, owed->name);
		}
	}
}

/* Does `from` wait for `to`, maybe through others? */
static bool waits_for(const struct checking *c, const struct kind *from, const struct kind *to, bool *seen)
{
	const struct kind *next;

	for (size_t i = 0; i < from->ends_with.count; i++) {
		next = pack_kind(c->pack, from->ends_with.at[i]);
		if (next == to)
			return true;
		if (!next || seen[next - c->pack->kinds])
			continue;
		seen[next - c->pack->kinds] = true;
		if (waits_for(c, next, to, seen))
			return true;
	}
	return false;
}

void check_ends_with_cycles(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++) {
		const struct kind *kind = &c->pack->kinds[i];
		bool *seen = arena_many(c->mem, c->pack->kind_count, sizeof(*seen));

		if (waits_for(c, kind, kind, seen))
			problem_add(c->problems, kind->at, NULL,
				    "%s ends only when it has ended: ends_with leads back to it", kind->name);
	}
}
