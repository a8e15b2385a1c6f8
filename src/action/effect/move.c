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
	if (!*name || (!strcmp(name, subject->kind->name) && !through)) {
		/* Of one's own kind: the predecessor where records of it have one, else the record itself. */
		const struct field *previous = *name ? kind_field(subject->kind, "previous") : NULL;

		out->at[0] = subject;
		out->count = 1;
		if (!previous || previous->type != FIELD_REF || strcmp(previous->of, name))
			return 0;
		id = world_ref(deed, subject, "previous");
		out->count = id != 0;
		return !id || (out->at[0] = world_get(deed, id, why)) ? 0 : -why->code;
	}
	if (!pack_kind(subject->pack, name))
		return 0;
	return world_linked(deed, subject, name, through, out, why);
}

/* The move of the list that this record's state allows; NULL for none. */
static const struct move *allowed(const struct object *target, const struct names *moves)
{
	for (size_t i = 0; i < moves->count; i++) {
		const struct move *move = kind_move(target->kind, moves->at[i]);

		if (move && move_from_here(target, move))
			return move;
	}
	return NULL;
}

/* What is carried along has the reason of what carries it. */
static json_t *reason_for(const struct deed *deed, const struct move *move)
{
	json_t *said = json_object(), *reason = json_object_get(deed->input, "reason");

	for (size_t i = 0; reason && i < move->ask_count; i++)
		if (!strcmp(move->asks[i].name, "reason"))
			json_object_set(said, "reason", reason);
	return said;
}

static int carry_one(struct deed *deed, struct object *target, const struct names *moves, struct fault *why)
{
	const struct move *move = allowed(target, moves);
	json_t *said;
	int ret;

	if (!move) {
		/* What has ended is passed over; what is open and cannot follow stops it all. */
		if (!object_ended(target) && moves->count > 1)
			refuse(deed, "N23",
			       arena_text(deed->mem, "%s当前状态不能随之变动", target->kind->label.zh),
			       arena_text(deed->mem, "the %s cannot follow from its present state",
					  target->kind->label.en),
			       object_name(deed, target));
		return 0;
	}
	said = reason_for(deed, move);
	ret = move_make(deed, target, move, said, BY_RULE, why);
	json_decref(said);
	return ret;
}

/* All paths of one use lead to the same records: kind.a, kind.b. */
static int carry(struct deed *deed, struct object *subject, const struct names *paths, const char *through,
		 struct fault *why)
{
	struct names moves = { arena_many(deed->mem, paths->count, sizeof(*moves.at)), 0 };
	const char *to = ""; /* without a kind: the record itself */
	struct objects found;
	int ret;

	for (size_t i = 0; i < paths->count; i++) {
		const char *dot = strrchr(paths->at[i], '.');

		if (dot)
			to = arena_copy_bytes(deed->mem, paths->at[i], (size_t)(dot - paths->at[i]));
		moves.at[moves.count++] = dot ? dot + 1 : paths->at[i];
	}
	ret = targets(deed, subject, to, through, &found, why);
	for (size_t i = 0; ret == 0 && i < found.count; i++)
		ret = carry_one(deed, found.at[i], &moves, why);
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *through = effect_arg(use, "through");
	const char *one = use->value;
	struct names single = { &one, 1 };

	return carry(deed, subject, use->values.count > 1 ? &use->values : &single, through, why);
}

const struct effect effect_move = {
	.name = "move",
	.en = "carries linked records along, all or none",
	.zh = "带动关联记录，全部成功或全部不动",
	.run = run,
};
