/* How far a post reaches: which records answer to its case, unit, sector or territory. */

#include "action/action_private.h"

#include <string.h>

static bool names_person(const struct object *o, const char *field, int64_t person)
{
	const json_t *value = o ? json_object_get(o->body, field) : NULL;
	json_t *one;
	size_t i;

	if (json_is_integer(value))
		return json_integer_value(value) == person;
	json_array_foreach((json_t *)value, i, one)
		if (json_integer_value(one) == person)
			return true;
	return false;
}

/* Who was named to lead a case that is there leads it, with or without a post
 * as a lead: the naming is the decision. */
struct object *scope_led(struct deed *deed, struct object *subject)
{
	struct object *incident = subject ? world_case(deed, subject) : NULL;

	return incident && !incident->fresh && !deed->staff->left &&
			       names_person(incident, "lead", deed->staff->person)
		       ? incident
		       : NULL;
}

/* On a case hold: its lead, the members of its on-scene group and of teams
 * that have arrived, and whoever has a post on just this case. */
static bool on_case(struct deed *deed, struct object *subject, const struct post *post)
{
	struct object *incident = world_case(deed, subject);
	struct objects requests;
	struct fault why;

	if (!incident || post->incident)
		return true;
	if (!strcmp(post->role, "CL"))
		return names_person(incident, "lead", deed->staff->person);
	if (names_person(incident, "on_scene", deed->staff->person) ||
	    names_person(incident, "lead", deed->staff->person))
		return true;
	if (world_linked(deed, incident, "support_request", "incident", &requests, &why) < 0)
		return false;
	for (size_t i = 0; i < requests.count; i++) {
		const char *state = state_of(requests.at[i], "life");

		if ((names_person(requests.at[i], "members", deed->staff->person) ||
		     names_person(requests.at[i], "leader", deed->staff->person)) &&
		    state && (!strcmp(state, "on_site") || requests.at[i] == subject))
			return true;
	}
	return false;
}

/* The case whose units, sectors and territories a record answers to. Where it
 * came along with a case that was merged, that is still the earlier one: to
 * join two cases is to handle them together, not to show one unit what is
 * another's. Who works on the case works on all that is in it (on_case). */
static struct object *home_case(struct deed *deed, struct object *subject)
{
	int64_t before = world_ref(deed, subject, "came_from");
	struct object *found;
	struct fault why;

	return before && (found = world_get(deed, before, &why)) ? found : world_case(deed, subject);
}

/* Does it fit any system of the case, or one that a merge has taken from it? */
static bool fits_a_system(struct deed *deed, struct object *incident, int64_t wanted,
			  bool (*fits)(struct deed *, struct object *, int64_t))
{
	struct objects systems;
	struct fault why;

	if (!incident || world_linked(deed, incident, "affected_system", NULL, &systems, &why) < 0)
		return false;
	for (size_t i = 0; i < systems.count; i++)
		if (fits(deed, systems.at[i], wanted))
			return true;
	return false;
}

bool scope_names_unit(struct deed *deed, struct object *o, int64_t unit)
{
	(void)deed;
	for (size_t i = 0; i < o->kind->field_count; i++) {
		const struct field *field = &o->kind->fields[i];

		if (field->type == FIELD_REF && !strcmp(field->of, "unit") &&
		    names_person(o, field->name, unit))
			return true;
	}
	return o->id == unit;
}

static bool names_a_unit(const struct object *o)
{
	for (size_t i = 0; i < o->kind->field_count; i++)
		if (o->kind->fields[i].type == FIELD_REF && !strcmp(o->kind->fields[i].of, "unit") &&
		    json_object_get(o->body, o->kind->fields[i].name))
			return true;
	return false;
}

/* The record that says whose it is: itself, or the system of the case it is about. */
static struct object *owner_of(struct deed *deed, struct object *subject)
{
	int64_t system = world_ref(deed, subject, "affected_system");
	struct fault why;

	if (!strcmp(subject->kind->name, "incident"))
		return NULL;
	if (names_a_unit(subject))
		return subject;
	return system ? world_get(deed, system, &why) : NULL;
}

/* The unit's own: it stands in the record, or in the system that the record is
 * about; where neither names one, in the case or any system of it. */
static bool of_unit(struct deed *deed, struct object *subject, int64_t unit)
{
	struct object *incident = home_case(deed, subject), *owner = owner_of(deed, subject);

	if (!unit)
		return false;
	if (subject->id == unit)
		return true;
	if (owner)
		return scope_names_unit(deed, owner, unit);
	if (incident && scope_names_unit(deed, incident, unit))
		return true;
	if (subject->fresh && !incident)
		return true;
	return fits_a_system(deed, incident, unit, scope_names_unit);
}

/* The unit answers for a unit that stands in the record, directly or by its
 * sector. */
static bool answers_for(struct deed *deed, struct object *o, int64_t unit)
{
	for (size_t i = 0; i < o->kind->field_count; i++) {
		const struct field *field = &o->kind->fields[i];

		if (field->type == FIELD_REF && !strcmp(field->of, "unit") &&
		    (world_ref(deed, o, arena_text(deed->mem, "%s.authority", field->name)) == unit ||
		     world_ref(deed, o, arena_text(deed->mem, "%s.sector.authority", field->name)) == unit))
			return true;
	}
	return world_ref(deed, o, "system.competent") == unit;
}

static bool of_sector(struct deed *deed, struct object *subject, int64_t unit)
{
	struct object *incident = home_case(deed, subject);

	if (!unit)
		return false;
	if (answers_for(deed, subject, unit) || (incident && answers_for(deed, incident, unit)))
		return true;
	return of_unit(deed, subject, unit);
}

/* What a published message is sent to, by kind: a record of its own for each unit. */
static const struct {
	const char *message, *addressee;
} addressees[] = { { "warning", "warning_target" }, { "bulletin", "bulletin_reader" } };

/* A draft is not for those to whom it will go. */
static bool is_out(const struct object *o)
{
	const char *state = state_of(o, "life");

	return state &&
	       (!strcmp(state, "published") || !strcmp(state, "lifted") || !strcmp(state, "withdrawn"));
}

/* By the links, for a warning may go to ten thousand units. */
static bool names_addressee(struct deed *deed, struct object *message, size_t kind, int64_t unit)
{
	struct fault why;
	int64_t any = 0;

	return message && is_out(message) &&
	       store_int(deed->house->store,
			 "SELECT 1 FROM links a JOIN links b ON b.child = a.child WHERE a.parent = $1 AND "
			 "a.kind = $2 AND"
			 " a.field = 'unit' AND b.parent = $3 AND b.kind = $2 AND b.field = $4 LIMIT 1",
			 VALUES(value_int(unit), value_text(addressees[kind].addressee),
				value_int(message->id), value_text(addressees[kind].message)),
			 &any, &why) == 0;
}

/* An indicator that went out with a warning to this unit. */
static bool went_along(struct deed *deed, struct object *indicator, int64_t unit)
{
	struct fault why;
	int64_t any = 0;

	return !strcmp(indicator->kind->name, "indicator") &&
	       store_int(
		       deed->house->store,
		       "SELECT 1 FROM links i"
		       " JOIN facets f ON f.object = i.child AND f.name = 'life' AND f.value IN "
		       "('published', 'lifted')"
		       " JOIN links b ON b.parent = i.child AND b.kind = 'warning_target' AND b.field = "
		       "'warning'"
		       " JOIN links a ON a.child = b.child AND a.kind = 'warning_target' AND a.field = 'unit'"
		       " WHERE i.parent = $1 AND i.kind = 'warning' AND i.field = 'indicators' AND a.parent "
		       "= $2 LIMIT 1",
		       VALUES(value_int(indicator->id), value_int(unit)), &any, &why) == 0;
}

/* Was it sent to this unit: the message itself, its editions, its indicators? */
static bool addressed_to(struct deed *deed, struct object *subject, int64_t unit)
{
	struct fault why;

	for (size_t i = 0; unit && i < sizeof(addressees) / sizeof(*addressees); i++) {
		const struct field *field = kind_field(subject->kind, addressees[i].message);
		int64_t id;

		if (!strcmp(subject->kind->name, addressees[i].addressee))
			continue; /* who else it went to is nobody's business */
		if (!strcmp(subject->kind->name, addressees[i].message) &&
		    names_addressee(deed, subject, i, unit))
			return true;
		id = field && field->type == FIELD_REF ? world_ref(deed, subject, field->name) : 0;
		if (id && names_addressee(deed, world_get(deed, id, &why), i, unit))
			return true;
	}
	return unit && went_along(deed, subject, unit);
}

/* Whom a draft is to go to is no more for them than the draft. */
static bool of_a_draft(struct deed *deed, struct object *subject)
{
	for (size_t i = 0; i < sizeof(addressees) / sizeof(*addressees); i++) {
		struct object *message;
		struct fault why;

		if (strcmp(subject->kind->name, addressees[i].addressee))
			continue;
		message = world_get(deed, world_ref(deed, subject, addressees[i].message), &why);
		return message && !is_out(message);
	}
	return false;
}

enum { PARENTS_MOST = 16 };

/* Is it this territory, or a part of it? */
static bool within(struct deed *deed, int64_t territory, int64_t wanted)
{
	struct object *o;
	struct fault why;

	for (int i = 0; territory && i < PARENTS_MOST; i++) {
		if (territory == wanted)
			return true;
		if (!(o = world_get(deed, territory, &why)))
			return false;
		territory = world_ref(deed, o, "parent");
	}
	return false;
}

/* A unit, or a system, that stands in the record lies there. */
static bool lies_in(struct deed *deed, struct object *o, int64_t wanted)
{
	for (size_t i = 0; i < o->kind->field_count; i++) {
		const struct field *field = &o->kind->fields[i];

		if (field->type == FIELD_REF &&
		    (!strcmp(field->of, "unit") || !strcmp(field->of, "system")) &&
		    within(deed, world_ref(deed, o, arena_text(deed->mem, "%s.territory", field->name)),
			   wanted))
			return true;
	}
	return within(deed, kind_field(o->kind, "territory") ? world_ref(deed, o, "territory") : 0, wanted);
}

static bool of_territory(struct deed *deed, struct object *subject, int64_t wanted)
{
	struct object *incident = home_case(deed, subject);

	return within(deed, subject->id, wanted) || lies_in(deed, subject, wanted) ||
	       (incident && lies_in(deed, incident, wanted)) ||
	       (subject->fresh && !incident && !names_a_unit(subject)) ||
	       fits_a_system(deed, incident, wanted, lies_in);
}

static bool names_sector(struct deed *deed, struct object *o, int64_t wanted)
{
	for (size_t i = 0; i < o->kind->field_count; i++) {
		const struct field *field = &o->kind->fields[i];

		if (field->type == FIELD_REF && !strcmp(field->of, "unit") &&
		    world_ref(deed, o, arena_text(deed->mem, "%s.sector", field->name)) == wanted)
			return true;
	}
	return o->id == wanted || (!strcmp(o->kind->name, "unit") && world_ref(deed, o, "sector") == wanted);
}

/* What the post was given for, beside its role: a case, a sector, a territory;
 * and a unit where the role by itself would reach everything. */
static bool given_for(struct deed *deed, struct object *subject, const struct post *post,
		      const struct role *role)
{
	struct object *incident = world_case(deed, subject);

	if (post->incident && (!incident || incident->id != post->incident))
		return false;
	if (post->sector && !names_sector(deed, subject, post->sector) &&
	    !(incident && names_sector(deed, incident, post->sector)))
		return false;
	if (post->territory && !of_territory(deed, subject, post->territory))
		return false;
	return !post->unit || role->scope != SCOPE_ALL || of_unit(deed, subject, post->unit);
}

bool scope_has(struct deed *deed, struct object *subject, const struct post *post)
{
	const struct role *role = pack_role(deed->house->pack, post->role);
	int64_t unit = post->unit ? post->unit : deed->staff->unit;

	if (!role || !subject)
		return role != NULL;
	/* Whatever the role reaches, this post of it reaches no further. */
	if (!given_for(deed, subject, post, role))
		return false;
	switch (role->scope) {
	case SCOPE_CASE:
		return on_case(deed, subject, post);
	case SCOPE_UNIT:
		return (of_unit(deed, subject, unit) && !of_a_draft(deed, subject)) ||
		       addressed_to(deed, subject, unit);
	case SCOPE_SECTOR:
		return (of_sector(deed, subject, unit) && !of_a_draft(deed, subject)) ||
		       addressed_to(deed, subject, unit);
	case SCOPE_ALL:
		break;
	}
	return true;
}
