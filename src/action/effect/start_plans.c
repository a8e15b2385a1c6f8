/* Start every special plan that matched, all at the same instant (T080). */

#include "action/action_private.h"

#include <string.h>

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct objects plans;
	int ret = world_linked(deed, subject, "special_plan", "incident", &plans, why);

	(void)use;
	for (size_t i = 0; ret == 0 && i < plans.count; i++) {
		const struct move *start = kind_move(plans.at[i]->kind, "start");
		json_t *none = json_object();

		if (start && move_from_here(plans.at[i], start))
			ret = move_make(deed, plans.at[i], start, none, BY_RULE, why);
		json_decref(none);
	}
	return ret; /* one refuses: none has started */
}

const struct effect effect_start_plans = {
	.name = "start_plans",
	.en = "starts all special plans that matched, at once",
	.zh = "同时启动全部匹配的专项预案",
	.run = run,
};
