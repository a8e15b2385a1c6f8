#include <string.h>

#include "pack/check/check_private.h"

/*
 * Cascades: a move that carries others says so (`does: move:`), and what is
 * carried names its carrier (`auto: with:`). Both sides must agree, and no
 * chain may come back to where it began.
 */

/* What effects in C make or move by themselves. */
static const struct {
	const char *effect, *kind;
} carriers[] = {
	{ "match_plans", "special_plan" },
	{ "match_plans", "plan_search" },
	{ "report_duties", "upward_report" },
	{ "edition", "edition" },
	{ "issue", "bulletin" },
	{ "escalate", "call_attempt" },
	{ "reserve", "resource" },
	{ "free", "resource" },
	{ "start_plans", "special_plan" },
	{ "phase", "affected_system" },
	{ "load_pack", "plan_version" },
	{ "link", "report" },
	{ "deliver", "warning_target" },
	{ "merge", "report" },
	{ "separate", "incident" },
	{ "document", "issued_document" },
};

bool effect_carries(const char *effect, const char *kind)
{
	for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++)
		if (!strcmp(carriers[i].effect, effect) && !strcmp(carriers[i].kind, kind))
			return true;
	return false;
}

static bool carries_by_name(const struct move *carrier, const struct move *carried)
{
	for (size_t i = 0; i < carrier->does_count; i++)
		for (size_t k = 0;
		     !strcmp(carrier->does[i].name, "move") && k < carrier->does[i].values.count; k++) {
			const char *name = carrier->does[i].values.at[k], *dot = strchr(name, '.');

			if (dot && !strncmp(name, carried->kind->name, (size_t)(dot - name)) &&
			    !carried->kind->name[dot - name] && !strcmp(dot + 1, carried->name))
				return true;
		}
	return false;
}

static bool carries_by_effect(const struct move *carrier, const struct move *carried)
{
	for (size_t i = 0; i < carrier->does_count; i++)
		if (effect_carries(carrier->does[i].name, carried->kind->name))
			return true;
	return false;
}

/* A record may also be made by the act that carries: {open: notice} carries notice.create. */
static bool carries_by_opening(const struct move *carrier, const struct move *carried)
{
	for (size_t i = 0; carried->form == MOVE_CREATE && i < carrier->does_count; i++)
		if ((!strcmp(carrier->does[i].name, "open") || !strcmp(carrier->does[i].name, "address")) &&
		    names_have(&carrier->does[i].values, carried->kind->name))
			return true;
	return false;
}

static const struct move *named_move(const struct checking *c, const char *name)
{
	const char *dot = strchr(name, '.');
	const struct kind *kind =
		dot ? pack_kind(c->pack, arena_copy_bytes(c->mem, name, (size_t)(dot - name))) : NULL;

	return kind ? kind_move(kind, dot + 1) : NULL;
}

static void carried_side(const struct checking *c, const struct move *move)
{
	const struct move *carrier;

	for (size_t i = 0; i < move->auto_count; i++) {
		const struct trigger *trigger = &move->auto_[i];

		if (trigger->form != TRIGGER_WITH || !(carrier = named_move(c, trigger->name)))
			continue;
		if (!carries_by_name(carrier, move) && !carries_by_effect(carrier, move) &&
		    !carries_by_opening(carrier, move))
			problem_add(c->problems, trigger->at, NULL,
				    "%s does not carry it: write does: [{move: %s.%s}] there", trigger->name,
				    move->kind->name, move->name);
	}
}

static bool names_carrier(const struct move *carried, const struct move *carrier)
{
	for (size_t i = 0; i < carried->auto_count; i++) {
		const char *name = carried->auto_[i].name, *dot = strchr(name, '.');

		if (carried->auto_[i].form == TRIGGER_WITH && dot &&
		    !strncmp(name, carrier->kind->name, (size_t)(dot - name)) &&
		    !carrier->kind->name[dot - name] && kind_move(carrier->kind, dot + 1) == carrier)
			return true;
	}
	return false;
}

static void carrying_side(const struct checking *c, const struct move *move)
{
	const struct move *carried;

	for (size_t i = 0; i < move->does_count; i++)
		for (size_t k = 0; !strcmp(move->does[i].name, "move") && k < move->does[i].values.count;
		     k++) {
			carried = named_move(c, move->does[i].values.at[k]);
			if (carried && !names_carrier(carried, move))
				problem_add(c->problems, move->does[i].at, NULL,
					    "%s does not name its carrier: write auto: {with: [%s.%s]} there",
					    move->does[i].values.at[k], move->kind->name, move->name);
		}
}

void check_cascades(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; k < c->pack->kinds[i].move_count; k++) {
			carried_side(c, c->pack->kinds[i].moves[k]);
			carrying_side(c, c->pack->kinds[i].moves[k]);
		}
}

/* Does carrying from `at` come back to `home`? The depth is bounded by the
 * number of moves, since each is visited once. */
struct walk {
	const struct checking *c;
	const struct move *home;
	const struct move **seen;
	size_t seen_count;
};

static bool visited(struct walk *walk, const struct move *move)
{
	for (size_t i = 0; i < walk->seen_count; i++)
		if (walk->seen[i] == move)
			return true;
	walk->seen[walk->seen_count++] = move;
	return false;
}

static bool comes_back(struct walk *walk, const struct move *at)
{
	const struct move *next;

	for (size_t i = 0; i < at->does_count; i++)
		for (size_t k = 0; !strcmp(at->does[i].name, "move") && k < at->does[i].values.count; k++) {
			next = named_move(walk->c, at->does[i].values.at[k]);
			if (next == walk->home)
				return true;
			if (next && !visited(walk, next) && comes_back(walk, next))
				return true;
		}
	return false;
}

void check_cascade_cycles(const struct checking *c)
{
	size_t moves = 0;

	for (size_t i = 0; i < c->pack->kind_count; i++)
		moves += c->pack->kinds[i].move_count;
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; k < c->pack->kinds[i].move_count; k++) {
			struct walk walk = { c, c->pack->kinds[i].moves[k], NULL, 0 };

			walk.seen = arena_many(c->mem, moves + 1, sizeof(*walk.seen));
			if (comes_back(&walk, walk.home))
				problem_add(c->problems, walk.home->at, NULL,
					    "%s.%s carries moves that carry it again: the cascade has no end",
					    walk.home->kind->name, walk.home->name);
		}
}
