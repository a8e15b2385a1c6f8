/* Deliver to every target, through the outbox. */

#include "action/action_private.h"

#include <inttypes.h>

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct objects targets;
	int ret;

	(void)use;
	if (!pack_kind(subject->pack, "warning_target"))
		return 0;
	ret = world_linked(deed, subject, "warning_target", NULL, &targets, why);
	for (size_t i = 0; ret == 0 && i < targets.count; i++) {
		int64_t unit = world_ref(deed, targets.at[i], "unit");

		if (unit)
			outbox_put(deed, subject, "portal", arena_text(deed->mem, "unit:%" PRId64, unit),
				   "deliver");
	}
	return ret;
}

const struct effect effect_deliver = {
	.name = "deliver",
	.en = "delivers to every target",
	.zh = "向全部对象送达",
	.run = run,
};
