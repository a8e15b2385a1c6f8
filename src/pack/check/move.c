#include <string.h>

#include "pack/check/check_private.h"

/*
 * Moves: who can make them, which rows they carry, what they need of others.
 */

static const struct move *next_move(const struct pack *pack, size_t *kind, size_t *at)
{
	for (; *kind < pack->kind_count; (*kind)++, *at = 0)
		if (*at < pack->kinds[*kind].move_count)
			return pack->kinds[*kind].moves[(*at)++];
	return NULL;
}

#define for_each_move(pack, move)                                                                            \
	for (size_t kind_ = 0, at_ = 0; ((move) = next_move(pack, &kind_, &at_)) != NULL;)

static bool opened_by_effect(const struct pack *pack, const struct kind *kind)
{
	const struct move *move;

	for_each_move(pack, move) for (size_t i = 0; i < move->does_count; i++)
	{
		const struct effect_use *use = &move->does[i];

		if ((!strcmp(use->name, "open") || !strcmp(use->name, "address")) && use->value &&
		    !strcmp(use->value, kind->name))
			return true;
		if (effect_carries(use->name, kind->name))
			return true;
	}
	return false;
}

void check_actors(const struct checking *c)
{
	const struct move *move;

	for_each_move(c->pack, move)
	{
		if (!move->who_count && move->by.count)
			problem_add(c->problems, move->at, NULL,
				    "%s.%s asks who acts, but is automatic only; nobody acts there",
				    move->kind->name, move->name);
		if (move->who_count || move->auto_count)
			continue;
		if (move->form != MOVE_CREATE || !opened_by_effect(c->pack, move->kind))
			problem_add(c->problems, move->at, NULL,
				    "nobody can make %s.%s: give it 'who' or a trigger under 'auto'",
				    move->kind->name, move->name);
	}
}

static void check_branch(const struct checking *c, const struct move *move, size_t i)
{
	const struct branch *branch = &move->who[i];

	if (!branch->when && i + 1 < move->who_count)
		problem_add(c->problems, move->who[i + 1].at, NULL,
			    "never reached: the branch before it has no 'when' and always holds");
	if (branch->when && i + 1 == move->who_count)
		problem_warn(c->problems, branch->at, "nobody may make %s.%s where this 'when' does not hold",
			     move->kind->name, move->name);
	if (branch->form != WHO_SIGN && !branch->roles.count)
		problem_add(c->problems, branch->at, NULL, "no role stands here, so nobody may make %s.%s",
			    move->kind->name, move->name);
	if (branch->form == WHO_TWO && !branch->confirm.count)
		problem_add(c->problems, branch->at, NULL, "nobody may confirm %s.%s", move->kind->name,
			    move->name);
	for (size_t k = 0; k < branch->signer_count; k++)
		if (!branch->signers[k].count)
			problem_add(c->problems, branch->at, NULL, "signature %zu of %s.%s has no role",
				    k + 1, move->kind->name, move->name);
}

void check_branches(const struct checking *c)
{
	const struct move *move;

	for_each_move(c->pack, move) for (size_t i = 0; i < move->who_count; i++) check_branch(c, move, i);
}

static bool in_seeds(const struct pack *pack, const struct kind *kind)
{
	for (size_t i = 0; i < pack->seed_count; i++)
		if (pack->seeds[i].kind == kind)
			return true;
	return false;
}

/* A kind that nothing can make is a form that nobody can fill in. */
void check_create(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++) {
		const struct kind *kind = &c->pack->kinds[i];

		if (kind_move(kind, "create") || in_seeds(c->pack, kind) || opened_by_effect(c->pack, kind))
			continue;
		problem_add(c->problems, kind->at, NULL,
			    "nothing makes the kind %s: give it 'create', a move 'from: new', or an effect "
			    "{open: %s}",
			    kind->name, kind->name);
	}
}

static bool same_step(const struct move *a, const struct move *b)
{
	if (a->region != b->region || a->to != b->to || a->from_count != b->from_count)
		return false;
	for (size_t i = 0; i < a->from_count; i++)
		if (a->from[i] != b->from[i])
			return false;
	return true;
}

static void row_once(const struct checking *c, const struct move *move, const char *row)
{
	const struct move *other;

	for_each_move(c->pack, other)
	{
		if (other == move)
			return;
		if (names_have(&other->rows, row) && !same_step(move, other)) {
			problem_add(c->problems, move->at, NULL,
				    "row %s is carried by %s.%s already; outcomes of one row go the same way",
				    row, other->kind->name, other->name);
			return;
		}
	}
}

/* One row may have several outcomes (accept, reject, override), but one way. */
void check_rows(const struct checking *c)
{
	const struct move *move;

	for_each_move(c->pack, move) for (size_t i = 0; i < move->rows.count; i++)
		row_once(c, move, move->rows.at[i]);
}

static bool freezes(const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < kind->move_count; i++)
		for (size_t k = 0; k < kind->moves[i]->does_count; k++) {
			const struct effect_use *use = &kind->moves[i]->does[k];

			if (!strcmp(use->name, "freeze") && names_have(&use->values, name))
				return true;
		}
	return false;
}

static void frozen_in(const struct checking *c, const struct kind *kind, const struct guard *guard)
{
	const char *dot;
	const struct field *cross;
	const struct kind *at = kind;
	const char *name = guard->path;

	if (guard->form == GUARD_SAME_TEXT) {
		if ((dot = strchr(name, '.'))) {
			cross = kind_field(kind, arena_copy_bytes(c->mem, name, (size_t)(dot - name)));
			at = cross && cross->type == FIELD_REF ? pack_kind(c->pack, cross->of) : NULL;
			name = dot + 1;
		}
		if (!at || !freezes(at, name))
			problem_add(c->problems, guard->at, NULL,
				    "no move of %s does {freeze: %s}, so there is no text to compare",
				    at ? at->name : kind->name, name);
	}
	for (size_t i = 0; i < guard->part_count; i++)
		frozen_in(c, kind, guard->parts[i]);
}

void check_frozen(const struct checking *c)
{
	const struct move *move;

	for_each_move(c->pack, move) for (size_t i = 0; i < move->conditions.count; i++)
		frozen_in(c, move->kind, move->conditions.at[i]);
}

static bool refers(const struct kind *from, const struct kind *to)
{
	for (size_t i = 0; i < from->field_count; i++)
		if (from->fields[i].type == FIELD_REF && !strcmp(from->fields[i].of, to->name))
			return true;
	return false;
}

/* Both refer to the same third kind: siblings, like two records of one case. */
static bool siblings(const struct kind *a, const struct kind *b)
{
	for (size_t i = 0; i < a->field_count; i++)
		for (size_t k = 0; a->fields[i].type == FIELD_REF && k < b->field_count; k++)
			if (b->fields[k].type == FIELD_REF && !strcmp(a->fields[i].of, b->fields[k].of))
				return true;
	return false;
}

static void check_effect_link(const struct checking *c, const struct move *move, const struct effect_use *use,
			      const char *name)
{
	const char *dot = strchr(name, '.');
	const struct kind *other =
		pack_kind(c->pack, dot ? arena_copy_bytes(c->mem, name, (size_t)(dot - name)) : name);

	if (!other || other == move->kind || refers(other, move->kind) || refers(move->kind, other) ||
	    siblings(other, move->kind))
		return;
	problem_add(c->problems, use->at, NULL,
		    "%s and %s are not linked by any ref field, so {%s: %s} finds nothing", move->kind->name,
		    other->name, use->name, name);
}

void check_linked(const struct checking *c)
{
	const struct move *move;

	for_each_move(c->pack, move) for (size_t i = 0; i < move->does_count; i++)
	{
		const struct effect_use *use = &move->does[i];

		if (strcmp(use->name, "move") && strcmp(use->name, "open") && strcmp(use->name, "address"))
			continue;
		for (size_t k = 0; k < use->values.count; k++)
			check_effect_link(c, move, use, use->values.at[k]);
	}
}
