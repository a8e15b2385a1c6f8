/* What a merge took along goes on as a case of its own: the merged case has come to its end and stays there,
 * and the new one points back at it. */

#include "action/action_private.h"

#include <string.h>

/* clang-format off */
static const char *const taken_along[] = { "report", "alert", "evidence", "indicator", "affected_system" };
static const char *const told_again[] = { "title", "reporter", "aware_at", "what", "unit" };
/* clang-format on */
enum { MERGES_MOST = 64 }; /* cases merged into one another, followed that far */

/* Did the record come with this case, or with one that had been merged into it before? */
static bool came_with(struct deed *deed, struct object *o, int64_t merged)
{
	struct fault why;
	int64_t from = world_ref(deed, o, "came_from");

	for (int i = 0; from && from != merged && i < MERGES_MOST; i++) {
		struct object *earlier = world_get(deed, from, &why);

		from = earlier ? world_ref(deed, earlier, "target_case") : 0;
	}
	return from && from == merged;
}

static void take_back(struct deed *deed, struct object *o, const struct object *merged, int64_t fresh)
{
	change_of(deed, o, arena_text(deed->mem, "%s.separated", o->kind->name));
	change_set(deed, o, "incident", json_integer(fresh));
	if (world_ref(deed, o, "came_from") == merged->id)
		change_set(deed, o, "came_from", json_null());
}

/* A system goes with what was done to it since: measures, taskings, evidence of it. */
static int take_back_system(struct deed *deed, struct object *system, const struct object *merged,
			    int64_t fresh, struct fault *why)
{
	const struct pack *pack = system->pack;
	struct objects done;
	int ret = 0;

	take_back(deed, system, merged, fresh);
	for (size_t k = 0; ret == 0 && k < pack->kind_count; k++) {
		if (!kind_field(&pack->kinds[k], system->kind->name) ||
		    !kind_field(&pack->kinds[k], "incident"))
			continue;
		ret = world_linked(deed, system, pack->kinds[k].name, system->kind->name, &done, why);
		for (size_t i = 0; ret == 0 && i < done.count; i++)
			take_back(deed, done.at[i], merged, fresh);
	}
	return ret;
}

static int open_again(struct deed *deed, struct object *merged, struct object **fresh, struct fault *why)
{
	json_t *input = json_pack("{s:I}", "separated_from", (json_int_t)merged->id);
	int ret;

	for (size_t i = 0; i < sizeof(told_again) / sizeof(*told_again); i++)
		json_object_set(input, told_again[i], json_object_get(merged->body, told_again[i]));
	ret = open_linked(deed, merged, merged->kind->name, input, fresh, why);
	json_decref(input);
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct object *target =
		use->value ? world_get(deed, world_ref(deed, subject, use->value), why) : NULL;
	struct object *fresh;
	struct objects linked;
	int ret;

	if (!target)
		return 0;
	ret = open_again(deed, subject, &fresh, why);
	for (size_t k = 0; ret == 0 && k < sizeof(taken_along) / sizeof(*taken_along); k++) {
		const struct kind *kind = pack_kind(subject->pack, taken_along[k]);

		if (!kind || !kind_field(kind, "came_from"))
			continue;
		ret = world_linked(deed, target, taken_along[k], "incident", &linked, why);
		for (size_t i = 0; ret == 0 && i < linked.count; i++) {
			if (!came_with(deed, linked.at[i], subject->id))
				continue;
			if (!strcmp(taken_along[k], "affected_system"))
				ret = take_back_system(deed, linked.at[i], subject, fresh->id, why);
			else
				take_back(deed, linked.at[i], subject, fresh->id);
		}
	}
	return ret;
}

const struct effect effect_separate = {
	.name = "separate",
	.en = "opens a new case for what a merge took along",
	.zh = "为并案时带走的内容另立新案",
	.run = run,
};
