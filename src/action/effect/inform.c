/* Tell a person, an organ or a unit, through the outbox. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	return inform_target(deed, subject, use->value, why);
}

const struct effect effect_inform = {
	.name = "inform",
	.en = "sends a message through the outbox",
	.zh = "经发件箱发出通知",
	.run = run,
};
