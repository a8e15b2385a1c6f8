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

static bool valid_now(const struct deed *deed, const struct post *post)
{
	return post->from <= deed->now && (!post->to || deed->now < post->to);
}

bool staff_holds(struct deed *deed, struct object *subject, const char *role, json_t **how)
{
	struct object *incident;

	for (size_t i = 0; deed->staff && i < deed->staff->post_count; i++) {
		const struct post *post = &deed->staff->posts[i];

		if (strcmp(post->role, role) || !valid_now(deed, post) || !scope_has(deed, subject, post))
			continue;
		if (how && !*how)
			*how = json_pack("{s:s, s:s, s:I}", "role", role, "by", post->by, "of",
					 (json_int_t)post->id);
		return true;
	}
	if (deed->staff && !strcmp(role, "CL") && (incident = scope_led(deed, subject))) {
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
			 scope_names_unit(deed, object, deed->staff->unit));
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
		if (open || (sees_cases ? scope_has(deed, object, post) : has_part(deed, object, post)))
			return true;
	}
	return object->id == deed->staff->person || scope_led(deed, object);
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
