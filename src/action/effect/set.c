/* Set fields of the record: from the actor, the moment, an input, or plain words. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	for (size_t i = 0; i < use->arg_count; i++) {
		const struct field *field = kind_field(subject->kind, use->keys[i]);
		json_t *value;

		if (!field)
			return fault_set(why, FAULT_CORRUPT, "set: a %s has no field %s", subject->kind->name,
					 use->keys[i]);
		value = effect_value(deed, subject, field, use->args[i], why);
		/* A rule has no actor: the field is emptied, so that nobody stands there in error. */
		if (value || json_object_get(subject->body, field->name))
			change_field(deed, subject, field, value ? value : json_null());
	}
	return 0;
}

const struct effect effect_set = {
	.name = "set",
	.en = "sets fields of the record",
	.zh = "设置记录字段",
	.run = run,
};
