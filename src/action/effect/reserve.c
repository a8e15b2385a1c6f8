/* Reserve the tools that the record names. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	json_t *one, *none;
	size_t i;
	int ret = 0;

	(void)use;
	json_array_foreach(json_object_get(subject->body, "tools"), i, one) {
		struct object *tool = world_get(deed, json_integer_value(one), why);
		const struct move *move = tool ? kind_move(tool->kind, "reserve") : NULL;

		if (!move || !move_from_here(tool, move))
			continue;
		none = json_object();
		if (ret == 0)
			ret = move_make(deed, tool, move, none, BY_RULE, why);
		json_decref(none);
	}
	return ret;
}

const struct effect effect_reserve = {
	.name = "reserve",
	.en = "reserves people or tools",
	.zh = "预定人员或器材",
	.run = run,
};
