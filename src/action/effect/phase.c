/* Bring the affected systems to a phase, where a pack keeps no machine for them. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct objects systems;
	int ret = world_linked(deed, subject, "affected_system", NULL, &systems, why);

	for (size_t i = 0; ret == 0 && i < systems.count; i++) {
		const struct region *region = systems.at[i]->kind->regions;
		const struct state *to =
			systems.at[i]->kind->region_count ? region_state(region, use->value) : NULL;

		if (to)
			change_state(deed, systems.at[i], region, to);
	}
	return ret;
}

const struct effect effect_phase = {
	.name = "phase",
	.en = "moves the affected systems to a phase",
	.zh = "推进受影响系统的阶段",
	.run = run,
};
