/* Issue a bulletin to those who take part. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	return inform_target(deed, subject, "participants", why);
}

const struct effect effect_issue = {
	.name = "issue",
	.en = "issues a bulletin to the participants",
	.zh = "向参与单位发出通报",
	.run = run,
};
