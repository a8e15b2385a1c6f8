/* Link two records both ways. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *to = effect_arg(use, "to"), *field = to ? to : subject->kind->name;
	int64_t id = use->value ? world_ref(deed, subject, use->value) : 0;
	struct object *other = id ? world_get(deed, id, why) : NULL;

	if (id && !other)
		return -why->code;
	if (other)
		change_set(deed, other, field, json_integer(subject->id));
	if (other && !other->type)
		other->type = arena_text(deed->mem, "%s.linked", other->kind->name);
	return 0;
}

const struct effect effect_link = {
	.name = "link",
	.en = "links two records both ways",
	.zh = "建立双向关联",
	.run = run,
};
