/* Move what belongs to the case to another one and leave a pointer. */

#include "action/action_private.h"

/* clang-format off */
static const char *const moved[] = { "report", "alert", "evidence", "affected_system", "indicator" };
/* clang-format on */

static void move_to(struct deed *deed, struct object *o, struct object *from, int64_t target)
{
	change_of(deed, o, arena_text(deed->mem, "%s.merged", o->kind->name));
	change_set(deed, o, "incident", json_integer(target));
	/* Who might see it before is who may see it afterwards; after a second
	 * merge too. */
	if (kind_field(o->kind, "came_from") && !world_ref(deed, o, "came_from"))
		change_set(deed, o, "came_from", json_integer(from->id));
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	int64_t target = use->value ? world_ref(deed, subject, use->value) : 0;
	struct objects linked;
	int ret = 0;

	if (!target)
		return 0;
	for (size_t k = 0; ret == 0 && k < sizeof(moved) / sizeof(*moved); k++) {
		if (!pack_kind(subject->pack, moved[k]))
			continue;
		ret = world_linked(deed, subject, moved[k], "incident", &linked, why);
		for (size_t i = 0; ret == 0 && i < linked.count; i++)
			move_to(deed, linked.at[i], subject, target);
	}
	return ret;
}

const struct effect effect_merge = {
	.name = "merge",
	.en = "moves links to another case and leaves a pointer",
	.zh = "关联并入另一案件并留指向",
	.run = run,
};
