/* Who acts, in which role, and where the right to act comes from. */

#include "action/action_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

static int64_t time_of(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));
	int64_t stamp = 0;

	if (text)
		stamp_parse(text, strlen(text), &stamp, NULL);
	return stamp;
}

static void add_post(struct staff *staff, struct post post)
{
	staff->posts = must_grow(staff->posts, (staff->post_count + 1) * sizeof(*staff->posts));
	staff->posts[staff->post_count++] = post;
}

static int read_posts(struct deed *deed, struct staff *staff, struct object *person, struct fault *why)
{
	struct objects posts;
	int ret = world_linked(deed, person, "post", "person", &posts, why);

	for (size_t i = 0; ret == 0 && i < posts.count; i++) {
		const json_t *body = posts.at[i]->body;
		const char *role = json_string_value(json_object_get(body, "role"));
		const struct role *known = role ? pack_role(deed->house->pack, role) : NULL;

		if (known && !json_is_true(json_object_get(body, "waits")))
			add_post(staff,
				 (struct post){
					 .role = known->code,
					 .id = posts.at[i]->id,
					 .unit = json_integer_value(json_object_get(body, "unit")),
					 .sector = json_integer_value(json_object_get(body, "sector")),
					 .incident = json_integer_value(json_object_get(body, "incident")),
					 .territory = json_integer_value(json_object_get(body, "territory")),
					 .from = time_of(body, "valid_from"),
					 .to = time_of(body, "valid_to"),
					 .by = "post",
				 });
	}
	return ret;
}

/* A head or deputy of the Leading Group decides for it; who is director of the
 * Office holds that role. Members advise. */
static const char *seat_role(const char *organ, const char *position)
{
	if (!organ || !position)
		return NULL;
	if (!strcmp(organ, "leading_group") && (!strcmp(position, "head") || !strcmp(position, "deputy")))
		return "LG";
	if (!strcmp(organ, "office") && !strcmp(position, "director"))
		return "DIR";
	return NULL;
}

static int read_seats(struct deed *deed, struct staff *staff, struct object *person, struct fault *why)
{
	struct objects seats;
	int ret = world_linked(deed, person, "organ_member", "person", &seats, why);

	for (size_t i = 0; ret == 0 && i < seats.count; i++) {
		const json_t *body = seats.at[i]->body;
		const char *position = json_string_value(json_object_get(body, "position"));
		const char *organ =
			json_string_value(world_value(deed, seats.at[i], "organ.organ_type", NULL));
		const char *role = seat_role(organ, position);

		if (role && pack_role(deed->house->pack, role) &&
		    !json_is_true(json_object_get(body, "waits")))
			add_post(staff, (struct post){
						.role = pack_role(deed->house->pack, role)->code,
						.id = seats.at[i]->id,
						.from = time_of(body, "valid_from"),
						.to = time_of(body, "valid_to"),
						.by = !strcmp(position, "deputy") ? "deputy" : "seat",
					});
	}
	return ret;
}

/* The role that a post, a seat or a delegation gives, or NULL. */
const char *staff_role(struct deed *deed, struct object *given)
{
	const char *role = json_string_value(json_object_get(given->body, "role"));
	const char *power = json_string_value(json_object_get(given->body, "power"));

	if (!strcmp(given->kind->name, "delegation"))
		return power && !strcmp(power, "leading_group") ? "LG" : NULL;

	if (!strcmp(given->kind->name, "organ_member"))
		role = seat_role(json_string_value(world_value(deed, given, "organ.organ_type", NULL)),
				 json_string_value(json_object_get(given->body, "position")));
	return role;
}

int staff_of(struct house *house, int64_t person, const struct staff **out, struct fault *why)
{
	struct staff *staff;
	struct deed deed;
	struct object *o;
	int ret = 0;

	for (staff = house->staff; staff; staff = staff->next)
		if (staff->person == person) {
			*out = staff;
			return 0;
		}
	deed_open(&deed, house, NULL, 0);
	staff = must_alloc(sizeof(*staff));
	staff->person = person;
	if (!(o = world_get(&deed, person, why)))
		ret = -why->code;
	else if (strcmp(o->kind->name, "person"))
		ret = fault_say(why, FAULT_REFUSED, "#%lld is no person", "#%lld 不是人员",
				(long long)person);
	/* Who has left holds nothing any more, whatever was given. */
	if (ret == 0) {
		staff->left = json_is_false(json_object_get(o->body, "active"));
		staff->unit = json_integer_value(json_object_get(o->body, "unit"));
	}
	if (ret == 0 && !staff->left)
		ret = read_posts(&deed, staff, o, why);
	if (ret == 0 && !staff->left)
		ret = read_seats(&deed, staff, o, why);
	deed_close(&deed);
	staff->next = house->staff;
	house->staff = staff;
	*out = staff;
	if (ret < 0)
		staff_forget(house);
	return ret;
}

void staff_forget(struct house *house)
{
	while (house->staff) {
		struct staff *next = house->staff->next;

		free(house->staff->posts);
		free(house->staff);
		house->staff = next;
	}
	house->staff_changed = false;
}

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
static struct object *led(struct deed *deed, struct object *subject)
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

static bool unit_named(struct deed *deed, struct object *o, int64_t unit)
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
		return unit_named(deed, owner, unit);
	if (incident && unit_named(deed, incident, unit))
		return true;
	if (subject->fresh && !incident)
		return true;
	return fits_a_system(deed, incident, unit, unit_named);
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

static bool in_scope(struct deed *deed, struct object *subject, const struct post *post)
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

static bool valid_now(const struct deed *deed, const struct post *post)
{
	return post->from <= deed->now && (!post->to || deed->now < post->to);
}

bool staff_holds(struct deed *deed, struct object *subject, const char *role, json_t **how)
{
	struct object *incident;

	for (size_t i = 0; deed->staff && i < deed->staff->post_count; i++) {
		const struct post *post = &deed->staff->posts[i];

		if (strcmp(post->role, role) || !valid_now(deed, post) || !in_scope(deed, subject, post))
			continue;
		if (how && !*how)
			*how = json_pack("{s:s, s:s, s:I}", "role", role, "by", post->by, "of",
					 (json_int_t)post->id);
		return true;
	}
	if (deed->staff && !strcmp(role, "CL") && (incident = led(deed, subject))) {
		if (how && !*how)
			*how = json_pack("{s:s, s:s, s:I}", "role", role, "by", "lead", "of",
					 (json_int_t)incident->id);
		return true;
	}
	/* Who decides for the Leading Group does not hand that on. */
	if (deed->staff && !strcmp(role, "LG") && !(subject && !strcmp(subject->kind->name, "delegation"))) {
		bool expired;

		return staff_delegated(deed, subject, "leading_group", &expired, how);
	}
	return false;
}

bool staff_holds_any(struct deed *deed, struct object *subject, const struct names *roles, json_t **how)
{
	for (size_t i = 0; i < roles->count; i++)
		if (staff_holds(deed, subject, roles->at[i], how))
			return true;
	return false;
}

static bool runs_now(const struct deed *deed, const struct object *shift)
{
	return time_of(shift->body, "starts_at") <= deed->now && deed->now < time_of(shift->body, "ends_at");
}

/* A roster is made weeks ahead: the newest record is seldom the shift that runs. */
struct object *staff_shift_now(struct deed *deed)
{
	enum { LOOKED_AT = 200 };
	struct object *newest = NULL, *shift;
	int64_t ids[LOOKED_AT];
	struct fault why;
	struct rows *rows;
	size_t count = 0;

	if (store_query(deed->house->store,
			"SELECT id FROM objects WHERE kind = 'duty_shift' AND space = 1 ORDER BY id DESC "
			"LIMIT 200",
			NO_VALUES, &rows, &why) < 0)
		return NULL;
	while (count < LOOKED_AT && rows_next(rows, &why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++) {
		if (!(shift = world_get(deed, ids[i], &why)))
			return NULL;
		if (runs_now(deed, shift))
			return shift;
		newest = newest ? newest : shift;
	}
	return newest;
}

bool staff_on_shift(struct deed *deed)
{
	struct objects shifts;
	struct object *person;
	struct fault why;

	if (!deed->staff || !(person = world_get(deed, deed->staff->person, &why)) ||
	    world_linked(deed, person, "duty_shift", "person", &shifts, &why) < 0)
		return false;
	for (size_t i = 0; i < shifts.count; i++)
		if (runs_now(deed, shifts.at[i]))
			return true;
	return false;
}

/* A delegation may say from which level of the case it holds. */
static bool delegated_for(struct deed *deed, struct object *subject, const json_t *body)
{
	int64_t least = value_level(json_object_get(body, "min_level"));
	struct object *incident = subject ? world_case(deed, subject) : NULL;

	return !least || !incident ||
	       value_level(json_object_get(incident->body, "confirmed_level")) >= least;
}

/* A delegation of this power to the actor, in force now; `expired` tells of
 * one that is not. */
bool staff_delegated(struct deed *deed, struct object *subject, const char *power, bool *expired,
		     json_t **how)
{
	struct objects given;
	struct object *person;
	struct fault why;

	*expired = false;
	if (!deed->staff || deed->staff->left || !(person = world_get(deed, deed->staff->person, &why)) ||
	    world_linked(deed, person, "delegation", "grantee", &given, &why) < 0)
		return false;
	for (size_t i = 0; i < given.count; i++) {
		const json_t *body = given.at[i]->body;
		const char *of = json_string_value(json_object_get(body, "power"));
		int64_t to = time_of(body, "valid_to");

		/* One that is only asked for gives nothing yet. */
		if (given.at[i]->fresh || !of || strcmp(of, power) || !delegated_for(deed, subject, body))
			continue;
		if (time_of(body, "valid_from") <= deed->now && (!to || deed->now < to)) {
			if (how && !*how)
				*how = json_pack("{s:s, s:s, s:I}", "role", power, "by", "delegation", "of",
						 (json_int_t)given.at[i]->id);
			return true;
		}
		*expired = true;
	}
	return false;
}

/* clang-format off */
/* What everybody with a post may read: the house's own registers. */
static const char *const registers[] = { "organisation", "plan", "duty", "resource" };
/* Roles that run the software or the accounts see no case. */
static const char *const blind[] = { "SYS", "SCA", "PUB", "FIN", "RES", "PED" };
/* clang-format on */

static bool among(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, list[i]))
			return true;
	return false;
}

static bool branch_names(const struct branch *branch, const char *role)
{
	for (size_t i = 0; i < branch->signer_count; i++)
		if (names_have(&branch->signers[i], role))
			return true;
	return names_have(&branch->roles, role) || names_have(&branch->confirm, role);
}

/* Who has work to do on a record reads it, also where it belongs to a case:
 * the plan editor a proposal, the keeper what is reserved for it. What is the
 * duty of one unit stays with that unit. */
static bool has_part(struct deed *deed, struct object *object, const struct post *post)
{
	bool named = false;

	for (size_t m = 0; !named && m < object->kind->move_count; m++)
		for (size_t i = 0; !named && i < object->kind->moves[m]->who_count; i++)
			named = branch_names(&object->kind->moves[m]->who[i], post->role);
	return named && (!strcmp(object->kind->about, "plan") || !strcmp(object->kind->about, "resource") ||
			 unit_named(deed, object, deed->staff->unit));
}

/* May the actor read this record? What it may not is as if it were not there. */
bool staff_sees(struct deed *deed, struct object *object)
{
	bool open = among(object->kind->about, registers, sizeof(registers) / sizeof(*registers)) &&
		    !json_object_get(object->body, "incident");

	if (!deed->staff)
		return true;
	for (size_t i = 0; i < deed->staff->post_count; i++) {
		const struct post *post = &deed->staff->posts[i];
		bool sees_cases = !among(post->role, blind, sizeof(blind) / sizeof(*blind));

		if (!valid_now(deed, post))
			continue;
		if (open || (sees_cases ? in_scope(deed, object, post) : has_part(deed, object, post)))
			return true;
	}
	return object->id == deed->staff->person || led(deed, object);
}

static bool reaches_all(struct deed *deed, const struct post *post)
{
	const struct role *role = pack_role(deed->house->pack, post->role);

	return role && role->scope == SCOPE_ALL && !post->unit && !post->incident && !post->sector &&
	       !post->territory && !among(post->role, blind, sizeof(blind) / sizeof(*blind));
}

bool staff_holds_for_all(struct deed *deed, const char *const *roles, size_t count)
{
	for (size_t i = 0; deed->staff && i < deed->staff->post_count; i++) {
		const struct post *post = &deed->staff->posts[i];

		if (valid_now(deed, post) && among(post->role, roles, count) && reaches_all(deed, post))
			return true;
	}
	return !deed->staff;
}

bool staff_sees_all(struct deed *deed, const struct kind *kind)
{
	const bool open = among(kind->about, registers, sizeof(registers) / sizeof(*registers)) &&
			  !kind_field(kind, "incident");

	if (!deed->staff)
		return true;
	for (size_t i = 0; i < deed->staff->post_count; i++)
		if (valid_now(deed, &deed->staff->posts[i]) &&
		    (open || reaches_all(deed, &deed->staff->posts[i])))
			return true;
	return false;
}
