/* Reserve the tools that the record names. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	json_t *one;
	size_t i;

	(void)use;
	json_array_foreach(json_object_get(subject->body, "tools"), i, one) {
		struct object *tool =
			json_is_integer(one) ? world_get(deed, json_integer_value(one), why) : NULL;

		if (!tool)
			continue;
		change_of(deed, tool, arena_text(deed->mem, "%s.reserve", tool->kind->name));
		change_set(deed, tool, "readiness", json_string("reserved"));
	}
	return 0;
}

const struct effect effect_reserve = {
	.name = "reserve",
	.en = "reserves people or tools",
	.zh = "预定人员或器材",
	.run = run,
};
