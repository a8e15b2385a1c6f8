/* Earlier signatures no longer count: what they stood under was changed. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return pending_void(deed, subject, why);
}

const struct effect effect_void = {
	.name = "void",
	.en = "makes earlier signatures no longer count",
	.zh = "使先前签字失效",
	.run = run,
};
