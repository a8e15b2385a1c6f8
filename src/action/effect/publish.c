/* Not carried out by this version: the move that wants it is refused, and says so (docs/waiting.tsv). */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return fault_say(why, FAULT_REFUSED,
			 "%s waits for the effect 'publish', which this version does not carry out",
			 "%s 须由“publish”完成，本版本不执行", object_name(deed, subject));
}

const struct effect effect_publish = {
	.name = "publish",
	.en = "publishes on the public channel",
	.zh = "在公开渠道发布",
	.run = run,
};
