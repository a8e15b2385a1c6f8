/* Gather into a field what the case has of that kind and what has not expired: indicators for a warning. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

/* What a case keeps to itself does not go out with a warning. */
static bool may_go(struct deed *deed, const struct object *o)
{
	const char *marking = json_string_value(json_object_get(o->body, "marking"));
	const char *to = json_string_value(json_object_get(o->body, "expires_at"));
	int64_t at = 0;

	if (to)
		stamp_parse(to, strlen(to), &at, NULL);
	return (!at || at > deed->now) &&
	       (!marking || !strcmp(marking, "members") || !strcmp(marking, "public"));
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const struct field *field = kind_field(subject->kind, use->value);
	struct object *incident = world_case(deed, subject);
	struct objects found;
	json_t *list;
	int ret;

	if (!field || !incident || !pack_kind(subject->pack, field->of))
		return 0;
	if ((ret = world_linked(deed, incident, field->of, "incident", &found, why)) < 0)
		return ret;
	list = json_object_get(subject->body, field->name)
		       ? json_deep_copy(json_object_get(subject->body, field->name))
		       : json_array();
	for (size_t i = 0; i < found.count; i++)
		if (may_go(deed, found.at[i]) && !refs_have(list, found.at[i]->id))
			json_array_append_new(list, json_integer(found.at[i]->id));
	if (json_array_size(list))
		change_field(deed, subject, field, list);
	else
		json_decref(list);
	return 0;
}

const struct effect effect_gather = {
	.name = "gather",
	.en = "gathers what the case has of a kind",
	.zh = "汇集案件中的同类记录",
	.run = run,
};
