/* What effects share: values that a pack names, and records that they open. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

static json_t *now_text(const struct deed *deed)
{
	char text[STAMP_LEN];

	stamp_format(deed->now, text);
	return json_string(text);
}

/* The unit that has this part in the plan, by the organisation's register. */
int64_t effect_unit_with_role(struct deed *deed, const char *role)
{
	struct fault why;
	int64_t id = 0;

	store_int(deed->house->store,
		  "SELECT object FROM facets WHERE kind = 'unit' AND name = 'role' AND value = $1 ORDER BY "
		  "object LIMIT 1",
		  VALUES(value_text(role)), &id, &why);
	return id;
}

static struct object *office_organ(struct deed *deed)
{
	struct fault why;
	int64_t id = 0;

	if (store_int(deed->house->store,
		      "SELECT object FROM facets WHERE kind = 'organ' AND name = 'organ_type' AND value = "
		      "'office'"
		      " ORDER BY object LIMIT 1",
		      NO_VALUES, &id, &why) < 0)
		return NULL;
	return world_get(deed, id, &why);
}

/* What the Office signs with: the name of its organ. */
static json_t *publisher_name(struct deed *deed, const char *field)
{
	struct object *organ = office_organ(deed);

	return organ ? json_incref(json_object_get(organ->body, field)) : NULL;
}

/* The Office sits where its organ says: organ of type office, hosted by a unit. */
int64_t effect_office(struct deed *deed)
{
	struct object *organ = office_organ(deed);
	int64_t id = organ ? world_ref(deed, organ, "host") : 0;

	return organ && !id ? world_ref(deed, organ, "unit") : id;
}

static json_t *named_value(struct deed *deed, struct object *subject, const char *name)
{
	int64_t id;

	if (!strcmp(name, "actor"))
		return deed->person ? json_integer(deed->person) : NULL;
	if (!strcmp(name, "now"))
		return now_text(deed);
	if (!strcmp(name, "threshold"))
		return json_integer(threshold_now(deed));
	if (!strcmp(name, "office"))
		return (id = effect_office(deed)) ? json_integer(id) : NULL;
	if (!strncmp(name, "publisher_name", 14))
		return publisher_name(deed, name[14] ? "name_en" : "name");
	if (!strcmp(name, "delegation"))
		return json_incref(json_object_get(deed->authority, "delegation"));
	if (!strcmp(name, "proposer"))
		return deed->proposer ? json_integer(deed->proposer) : NULL;
	if (!strcmp(name, "self"))
		return json_integer(subject->id);
	if (json_object_get(deed->input, name))
		return json_incref(json_object_get(deed->input, name));
	return json_incref(world_value(deed, subject, name, NULL));
}

json_t *effect_value(struct deed *deed, struct object *subject, const struct field *field, const char *said,
		     struct fault *why)
{
	json_t *typed, *value = NULL;

	if (*said == '$')
		return named_value(deed, subject, said + 1);
	typed = json_string(said);
	if (input_value(deed, field, typed, &value, why) < 0)
		value = NULL;
	json_decref(typed);
	return value;
}

static const struct move *creation(const struct kind *kind)
{
	for (size_t i = 0; i < kind->move_count; i++)
		if (kind->moves[i]->form == MOVE_CREATE)
			return kind->moves[i];
	return NULL;
}

static bool points_at(const struct kind *kind, const json_t *input, int64_t id)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == FIELD_REF &&
		    json_integer_value(json_object_get(input, kind->fields[i].name)) == id)
			return true;
	return false;
}

/* The record points back at what opened it, where it does not yet, and at the case both belong to. */
static void point_back(struct deed *deed, struct object *subject, const struct kind *kind, json_t *input)
{
	struct object *incident = world_case(deed, subject);

	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];

		if (field->type != FIELD_REF || field->many || json_object_get(input, field->name))
			continue;
		if (!strcmp(field->of, subject->kind->name) && !points_at(kind, input, subject->id))
			json_object_set_new(input, field->name, json_integer(subject->id));
		else if (incident && !strcmp(field->name, "incident"))
			json_object_set_new(input, field->name, json_integer(incident->id));
		else
			continue;
		if (!strcmp(subject->kind->name, "incident"))
			return;
	}
}

int open_linked(struct deed *deed, struct object *subject, const char *name, json_t *input,
		struct object **out, struct fault *why)
{
	const struct kind *kind = pack_kind(subject->pack, name);
	const struct move *move = kind ? creation(kind) : NULL;
	struct object *made;
	int ret;

	if (!move)
		return fault_set(why, FAULT_CORRUPT, "the plan pack has no way to make a %s", name);
	point_back(deed, subject, kind, input);
	made = world_make(deed, subject->pack, kind, subject->space);
	ret = move_make(deed, made, move, input, BY_RULE, why);
	if (ret == 0 && out)
		*out = made;
	return ret;
}

/* Every tool that the record names makes this move, where its state allows it. */
int move_tools(struct deed *deed, struct object *subject, const char *name, struct fault *why)
{
	json_t *one, *none;
	size_t i;
	int ret = 0;

	json_array_foreach(json_object_get(subject->body, "tools"), i, one) {
		struct object *tool = world_get(deed, json_integer_value(one), why);
		const struct move *move = tool ? kind_move(tool->kind, name) : NULL;

		if (ret < 0 || !move || !move_from_here(tool, move))
			continue;
		none = json_object();
		ret = move_make(deed, tool, move, none, BY_RULE, why);
		json_decref(none);
	}
	return ret;
}
