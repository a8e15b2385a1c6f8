/* What the register of people never takes: one login for two, roles that exclude each other, the last one
 * gone. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

enum { HOLDINGS = 100000 };

static int64_t moment(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));
	int64_t stamp = 0;

	if (text)
		stamp_parse(text, strlen(text), &stamp, NULL);
	return stamp;
}

int register_login(struct deed *deed, const struct kind *kind, const struct object *subject, json_t *input,
		   struct fault *why)
{
	const char *login = json_string_value(json_object_get(input, "login"));
	int64_t others = 0;
	int ret;

	if (strcmp(kind->name, "person") || !login)
		return 0;
	ret = store_int(deed->house->store,
			"SELECT count(*) FROM facets WHERE kind = 'person' AND name = 'login' AND value = $1 "
			"AND object <> $2",
			VALUES(value_text(login), value_int(subject ? subject->id : 0)), &others, why);
	if (ret == 0 && others)
		ret = fault_say(why, FAULT_INVALID, "login: '%.64s' is the login of another person",
				"登录名“%.64s”已属另一人员", login);
	return ret;
}

/* ---- roles that exclude each other (N35) ---------------------------------- */

static bool exclude(const struct names *pair, const char *a, const char *b)
{
	return strcmp(a, b) && names_have(pair, a) && names_have(pair, b);
}

static void ask_pairs(struct deed *deed, struct object *given, const char *role, struct object *held)
{
	const struct pack *pack = deed->house->pack;
	const char *other = staff_role(deed, held);
	int64_t to = moment(held->body, "valid_to");

	if (held == given || !other || (to && to <= deed->now))
		return;
	for (size_t i = 0; i < pack->incompatible_count; i++)
		if (exclude(&pack->incompatible[i], role, other)) {
			const struct role *is = pack_role(pack, other), *would = pack_role(pack, role);

			refuse(deed, "N35",
			       arena_text(deed->mem, "此人现任“%s”，不得兼任“%s”", is ? is->label.zh : other,
					  would ? would->label.zh : role),
			       arena_text(deed->mem, "who is '%s' may not be '%s' as well",
					  is ? is->label.en : other, would ? would->label.en : role),
			       object_name(deed, held));
		}
}

static const char *person_field(const char *kind)
{
	return strcmp(kind, "delegation") ? "person" : "grantee";
}

static void ask_role(struct deed *deed, struct object *given, const char *role, int64_t id)
{
	static const char *const kinds[] = { "post", "organ_member", "delegation" };
	struct objects held;
	struct object *person;
	struct fault why;

	if (!role || !id || !(person = world_get(deed, id, &why)))
		return;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (pack_kind(given->pack, kinds[k]) &&
		    world_linked(deed, person, kinds[k], person_field(kinds[k]), &held, &why) == 0)
			for (size_t i = 0; i < held.count; i++)
				ask_pairs(deed, given, role, held.at[i]);
}

static void ask_new_role(struct deed *deed, struct object *given)
{
	ask_role(deed, given, staff_role(deed, given),
		 world_ref(deed, given, person_field(given->kind->name)));
}

/* ---- the last one (N39) --------------------------------------------------- */

static bool holds_at(struct deed *deed, struct object *given, const char *role, int64_t at)
{
	const char *own = staff_role(deed, given);
	int64_t to = moment(given->body, "valid_to"), person = world_ref(deed, given, "person");
	struct object *who;
	struct fault why;

	return own && !strcmp(own, role) && !json_is_true(json_object_get(given->body, "waits")) &&
	       moment(given->body, "valid_from") <= at && (!to || at < to) &&
	       (who = world_get(deed, person, &why)) && !json_is_false(json_object_get(who->body, "active"));
}

/* Does anybody hold this role at that moment, as things stand in this deed? */
static bool anybody(struct deed *deed, const char *role, int64_t at)
{
	int64_t *ids = arena_many(deed->mem, HOLDINGS, sizeof(*ids));
	size_t count = 0;
	struct rows *rows;
	struct object *o;
	struct fault why;

	if (store_query(deed->house->store,
			"SELECT id FROM objects WHERE kind IN ('post', 'organ_member') ORDER BY id DESC",
			NO_VALUES, &rows, &why) < 0)
		return true;
	while (count < HOLDINGS && rows_next(rows, &why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++)
		if ((o = world_get(deed, ids[i], &why)) && holds_at(deed, o, role, at))
			return true;
	return false;
}

static void ask_end(struct deed *deed, struct object *given)
{
	static const char *const needed[] = { "LG", "SCA", "AUD" };
	const char *role = staff_role(deed, given);
	int64_t to = moment(given->body, "valid_to");

	for (size_t i = 0; role && i < sizeof(needed) / sizeof(*needed); i++)
		if (!strcmp(role, needed[i]) && !anybody(deed, role, to > deed->now ? to : deed->now)) {
			const struct role *known = pack_role(deed->house->pack, role);

			refuse(deed, "N39",
			       arena_text(deed->mem, "此后将无人担任“%s”", known ? known->label.zh : role),
			       arena_text(deed->mem, "after that nobody would be '%s'",
					  known ? known->label.en : role),
			       object_name(deed, given));
		}
}

static void ask_leaving(struct deed *deed, struct object *person)
{
	static const char *const kinds[] = { "post", "organ_member" };
	struct objects held;
	struct fault why;

	for (size_t k = 0; k < 2; k++)
		if (pack_kind(person->pack, kinds[k]) &&
		    world_linked(deed, person, kinds[k], "person", &held, &why) == 0)
			for (size_t i = 0; i < held.count; i++) {
				int64_t to = moment(held.at[i]->body, "valid_to");

				if (!to || deed->now < to)
					ask_end(deed, held.at[i]);
			}
}

/* ---- nobody gives to himself (N15) ----------------------------------------- */

/* Who gives roles could otherwise decide everything alone. */
static void ask_own(struct deed *deed, struct object *given)
{
	int64_t person = world_ref(deed, given, person_field(given->kind->name));

	if (deed->staff && person == deed->staff->person)
		refuse(deed, "N15", "不得为本人授予或延长角色，须由他人办理",
		       "nobody gives a role to himself, or prolongs it; somebody else does", NULL);
}

static void ask_own_end(struct deed *deed, struct object *given)
{
	int64_t to = moment(deed->input, "valid_to");

	if (to > deed->now)
		ask_own(deed, given);
}

/* A guarded role that a person gives waits for another who vouches; what the
 * owner of the folder enters at the very start has nobody else yet. */
void register_given(struct deed *deed, struct object *subject, const struct move *move)
{
	const char *role = staff_role(deed, subject);
	const struct role *known = role ? pack_role(deed->house->pack, role) : NULL;

	if (move->form != MOVE_CREATE || !deed->staff || !known || !known->guarded ||
	    !kind_field(subject->kind, "waits"))
		return;
	change_set(deed, subject, "given_by", json_integer(deed->staff->person));
	change_set(deed, subject, "waits", json_true());
}

/* Noted as missing, whatever the plan says. */
void register_ask(struct deed *deed, struct object *subject, const struct move *move)
{
	bool post = !strcmp(subject->kind->name, "post") || !strcmp(subject->kind->name, "organ_member");

	if (move->form == MOVE_CREATE && (post || !strcmp(subject->kind->name, "delegation"))) {
		ask_new_role(deed, subject);
		ask_own(deed, subject);
	} else if (!strcmp(subject->kind->name, "incident") && json_object_get(deed->input, "lead")) {
		ask_role(deed, subject, "CL", world_ref(deed, subject, "lead"));
	} else if (post && json_object_get(deed->input, "valid_to")) {
		ask_end(deed, subject);
		ask_own_end(deed, subject);
	} else if (!strcmp(subject->kind->name, "person") &&
		   json_is_false(json_object_get(deed->input, "active"))) {
		ask_leaving(deed, subject);
	}
}
