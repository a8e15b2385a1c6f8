/* Not carried out by this version: the move that wants it is refused, and says so (docs/waiting.md). */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return fault_set(why, FAULT_REFUSED,
			 "%s waits for the effect 'load_pack', which this version does not carry out",
			 object_name(deed, subject));
}

const struct effect effect_load_pack = {
	.name = "load_pack",
	.en = "puts a version of the plan in force",
	.zh = "使预案版本生效",
	.run = run,
};
