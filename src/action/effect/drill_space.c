/* Not carried out by this version: the move that wants it is refused, and says so (docs/waiting.md). */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return fault_set(why, FAULT_REFUSED,
			 "%s waits for the effect 'drill_space', which this version does not carry out",
			 object_name(deed, subject));
}

const struct effect effect_drill_space = {
	.name = "drill_space",
	.en = "opens, freezes or closes the space of the drill",
	.zh = "开启、冻结或关闭演练空间",
	.run = run,
};
