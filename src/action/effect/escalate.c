/* Turn to the next contact of the chain: the head of the unit, then its sector authority, then the Office. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return inform_target(deed, subject, "office", why);
}

const struct effect effect_escalate = {
	.name = "escalate",
	.en = "turns to the next contact of the chain",
	.zh = "按联络链逐级催办",
	.run = run,
};
