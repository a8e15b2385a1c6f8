/* Reserve the tools that the record names. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return move_tools(deed, subject, "reserve", why);
}

const struct effect effect_reserve = {
	.name = "reserve",
	.en = "reserves people or tools",
	.zh = "预定人员或器材",
	.run = run,
};
