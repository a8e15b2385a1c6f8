/* Ask for a check as a job; its result stands in the record before a move reads it. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)why;
	json_object_set_new(change_of(deed, subject, NULL), "check_wanted",
			    json_string(use->value ? use->value : ""));
	return 0;
}

const struct effect effect_run = {
	.name = "run",
	.en = "starts a check as a job",
	.zh = "以任务方式开始检查",
	.run = run,
};
