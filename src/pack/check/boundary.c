#include <string.h>

#include "model/closed.h"
#include "pack/check/check_private.h"

/*
 * The boundary (DESIGN 13): the house handles technical security incidents.
 * No pack makes it watch persons or what they say. Each refusal is N33.
 */

static const char *listed(const struct checking *c, const struct closed_word *list)
{
	const char *text = list->word;

	for (list++; list->word; list++)
		text = arena_text(c->mem, "%s, %s", text, list->word);
	return text;
}

void check_abouts(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++) {
		const struct kind *kind = &c->pack->kinds[i];

		if (!closed_has(closed_abouts, kind->about))
			problem_add(c->problems, kind->at, "N33",
				    "kind %s is about '%.40s'; a kind is about one of %s, and no pack adds "
				    "to them",
				    kind->name, kind->about, listed(c, closed_abouts));
	}
}

static bool speaks_of_staff(const struct kind *kind) { return !strcmp(kind->about, "organisation"); }

/* Persons stand in one register, that of the staff: who belongs to a unit and
 * may hold a role. A second register of persons would be a list of others. */
void check_staff(const struct checking *c)
{
	const struct kind *staff = pack_kind(c->pack, closed_staff_kind);
	bool unit = false;

	if (!staff)
		return;
	if (!speaks_of_staff(staff))
		problem_add(c->problems, staff->at, "N33",
			    "kind %s is the staff register, about: organisation", staff->name);
	for (size_t i = 0; i < staff->field_count; i++) {
		const struct kind *to =
			staff->fields[i].type == FIELD_REF ? pack_kind(c->pack, staff->fields[i].of) : NULL;

		if (to && to != staff && speaks_of_staff(to))
			unit = true;
		else if (to && to != staff)
			problem_add(c->problems, staff->fields[i].at, "N33",
				    "%s.%s: a person of the staff refers to units and organs only, not to %s",
				    staff->name, staff->fields[i].name, to->name);
	}
	if (!unit)
		problem_add(c->problems, staff->at, "N33",
			    "%s refers to no unit: the register holds staff of units, nobody else",
			    staff->name);
}

static bool under_root(const struct enumeration *codes, const struct code *code,
		       const struct closed_word *roots)
{
	for (size_t i = 0; code && i <= codes->count; i++) {
		if (closed_has(roots, code->code))
			return true;
		code = code->parent ? enum_code(codes, code->parent) : NULL;
	}
	return false;
}

static void rooted(const struct checking *c, const char *name, const struct closed_word *roots)
{
	const struct enumeration *codes = pack_enum(c->pack, name);

	for (size_t i = 0; codes && i < codes->count; i++)
		if (!under_root(codes, &codes->codes[i], roots))
			problem_add(c->problems, codes->codes[i].at, "N33",
				    "%s '%.40s' stands under no technical root; roots are %s, added codes "
				    "stand 'under:' one",
				    name, codes->codes[i].code, listed(c, roots));
}

static const struct field *enum_field(const struct kind *kind, const char *of)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == FIELD_ENUM && !strcmp(kind->fields[i].of, of))
			return &kind->fields[i];
	return NULL;
}

void check_classes(const struct checking *c)
{
	const struct kind *incident = pack_kind(c->pack, "incident");

	rooted(c, "incident_class", closed_incident_roots);
	rooted(c, "consequence", closed_consequence_roots);
	if (incident && !enum_field(incident, "incident_class"))
		problem_add(c->problems, incident->at, "N33",
			    "an incident has a field of incident_class, so that each stands under a "
			    "technical root");
}

static bool refers_to_about(const struct checking *c, const struct kind *kind, const char *about)
{
	const struct kind *to;

	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == FIELD_REF && (to = pack_kind(c->pack, kind->fields[i].of)) &&
		    !strcmp(to->about, about))
			return true;
	return false;
}

static bool wants(const struct move *move, const char *name)
{
	for (size_t i = 0; i < move->need_count; i++)
		if (!strcmp(move->needs[i].name, name))
			return true;
	for (size_t i = 0; i < move->ask_count; i++)
		if (!strcmp(move->asks[i].name, name) && !move->asks[i].optional)
			return true;
	for (size_t i = 0; i < move->conditions.count; i++)
		if (move->conditions.at[i]->form == GUARD_HAS && !move->conditions.at[i]->when &&
		    !strcmp(move->conditions.at[i]->path, name))
			return true;
	return false;
}

static void indicator_kind(const struct checking *c, const struct kind *kind)
{
	const struct field *expires = kind_field(kind, "expires_at");
	const struct move *create = kind_move(kind, "create");

	if (!refers_to_about(c, kind, "incident") && !refers_to_about(c, kind, "message"))
		problem_add(c->problems, kind->at, "N33",
			    "%s holds indicators that belong to no case and no advisory; give it such a ref",
			    kind->name);
	if (!expires || expires->type != FIELD_TIME || (create && !wants(create, "expires_at")))
		problem_add(c->problems, kind->at, "N42",
			    "%s holds indicators that never expire; give it a time 'expires_at' that create "
			    "needs",
			    kind->name);
}

void check_indicators(const struct checking *c)
{
	rooted(c, "indicator_type", closed_indicators);
	for (size_t i = 0; i < c->pack->kind_count; i++)
		if (enum_field(&c->pack->kinds[i], "indicator_type"))
			indicator_kind(c, &c->pack->kinds[i]);
}

static bool wants_two(const struct move *move)
{
	for (size_t i = 0; i < move->who_count; i++)
		if (move->who[i].form != WHO_TWO &&
		    (move->who[i].form != WHO_SIGN || move->who[i].signer_count < 2))
			return false;
	return move->who_count > 0 && move->auto_count == 0;
}

/* What detection listens to is switched on by two persons, under every plan. */
void check_switches(const struct checking *c)
{
	const struct kind *kind = pack_kind(c->pack, "detection_switch");

	for (size_t i = 0; kind && i < kind->region_count; i++)
		if (kind->regions[i].start && !strcmp(kind->regions[i].start->name, "on"))
			problem_add(
				c->problems, kind->regions[i].at, "N33",
				"a detection rule is off until two persons have switched it on; start with "
				"another state than 'on'");
	for (size_t i = 0; kind && i < kind->move_count; i++)
		if (kind->moves[i]->to && !strcmp(kind->moves[i]->to->name, "on") &&
		    !wants_two(kind->moves[i]))
			problem_add(
				c->problems, kind->moves[i]->at, "N33",
				"'%s' switches a detection rule on; that takes two persons in every case: "
				"'propose' and 'confirm', or two signatures, and no 'auto'",
				kind->moves[i]->name);
}
