/* Carry linked records along, all of them or none. */

#include "action/action_private.h"

#include <string.h>

/* The records that a name leads to: the record itself where the name is its
 * own kind, what a ref field points at, or all that point here. */
static int targets(struct deed *deed, struct object *subject, const char *name, const char *through,
		   struct objects *out, struct fault *why)
{
	const struct field *field = kind_field(subject->kind, name);
	struct object *incident = world_case(deed, subject);
	int64_t id = field && field->type == FIELD_REF ? world_ref(deed, subject, name) : 0;

	*out = (struct objects){ arena_many(deed->mem, 1, sizeof(*out->at)), 0 };
	if (field && field->type == FIELD_REF) {
		if (id && (out->at[0] = world_get(deed, id, why)))
			out->count = 1;
		return id && !out->count ? -why->code : 0;
	}
	if (incident && incident != subject && !strcmp(name, "incident")) {
		out->at[0] = incident;
		out->count = 1;
		return 0;
	}
	if (!strcmp(name, subject->kind->name) && !through) {
		out->at[0] = subject;
		out->count = 1;
		return 0;
	}
	if (!pack_kind(subject->pack, name))
		return 0;
	return world_linked(deed, subject, name, through, out, why);
}

/* Where several moves are named, each record takes the one that its state allows. */
static int carry(struct deed *deed, struct object *subject, const char *path, const char *through,
		 struct fault *why)
{
	const char *dot = strrchr(path, '.');
	const struct move *move;
	struct objects found;
	json_t *none;
	int ret;

	if (!dot)
		return fault_set(why, FAULT_CORRUPT, "move: '%s' is not kind.move", path);
	ret = targets(deed, subject, arena_copy_bytes(deed->mem, path, (size_t)(dot - path)), through, &found,
		      why);
	for (size_t i = 0; ret == 0 && i < found.count; i++) {
		move = kind_move(found.at[i]->kind, dot + 1);
		if (!move)
			return fault_set(why, FAULT_CORRUPT, "a %s has no move %s", found.at[i]->kind->name,
					 dot + 1);
		if (!move_from_here(found.at[i], move))
			continue;
		none = json_object();
		ret = move_make(deed, found.at[i], move, none, BY_RULE, why);
		json_decref(none);
	}
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *through = effect_arg(use, "through");
	int ret = 0;

	if (use->value)
		return carry(deed, subject, use->value, through, why);
	for (size_t i = 0; ret == 0 && i < use->values.count; i++)
		ret = carry(deed, subject, use->values.at[i], through, why);
	return ret;
}

const struct effect effect_move = {
	.name = "move",
	.en = "carries linked records along, all or none",
	.zh = "带动关联记录，全部成功或全部不动",
	.run = run,
};
