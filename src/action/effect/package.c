/* Ask for the package of the record as a job. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)why;
	json_object_set_new(change_of(deed, subject, NULL), "package_wanted",
			    json_string(use->value ? use->value : "full"));
	return 0;
}

const struct effect effect_package = {
	.name = "package",
	.en = "builds a package as a job",
	.zh = "以任务方式生成归档包",
	.run = run,
};
