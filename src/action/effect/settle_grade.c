/* Accept, reject or override the level that was proposed. */

#include "action/action_private.h"

#include <string.h>

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	int64_t proposed = value_level(json_object_get(subject->body, "proposed_level"));

	(void)why;
	if (use->value && !strcmp(use->value, "accept") && proposed)
		change_set(deed, subject, "confirmed_level", json_integer(proposed));
	change_set(deed, subject, "proposed_level", json_null());
	return 0;
}

const struct effect effect_settle_grade = {
	.name = "settle_grade",
	.en = "accepts, rejects or overrides the proposed level",
	.zh = "采纳、否决或改定拟调级别",
	.run = run,
};
