/* Give the tools that the record names free again. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return move_tools(deed, subject, "free", why);
}

const struct effect effect_free = {
	.name = "free",
	.en = "gives people or tools free again",
	.zh = "释放人员或器材",
	.run = run,
};
