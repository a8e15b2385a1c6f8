/* Deliver to every target, through the outbox: one letter, and for each target at least two ways. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "action/letter.h"

/* The portal is one way. Where no other is known the duty officer calls. */
static int deliver_to(struct deed *deed, struct object *target, const struct letter *letter,
		      struct fault *why)
{
	int64_t unit = world_ref(deed, target, "unit");
	const char *recipient = arena_text(deed->mem, "unit:%" PRId64, unit);
	struct ways ways;
	int ret;

	if (!unit)
		return 0;
	if ((ret = ways_to(deed, recipient, &ways, why)) < 0 ||
	    (ret = outbox_tell(deed, target, letter, recipient, why)) < 0)
		return ret;
	if (!ways.count)
		outbox_row(deed, target, letter, "call", recipient, NULL);
	return 0;
}

/* The CAP file goes with the letter, for those whose machines read it. */
static int enclose(struct deed *deed, struct object *subject, struct letter *letter, struct fault *why)
{
	struct enclosure cap;

	return cap_enclosure(deed, subject, &cap) ? letter_attach(letter, cap.digest, cap.name, cap.type, why)
						  : 0;
}

/* All targets of a warning; or one that is added to a warning, which is what is told then. */
static int targets_of(struct deed *deed, struct object **subject, struct objects *out, struct fault *why)
{
	struct object *target = *subject;

	if (strcmp(target->kind->name, "warning_target"))
		return world_linked(deed, target, "warning_target", NULL, out, why);
	*out = (struct objects){ .at = arena_many(deed->mem, 1, sizeof(*out->at)), .count = 1 };
	out->at[0] = target;
	*subject = world_get(deed, world_ref(deed, target, "warning"), why);
	return *subject ? 0 : -why->code;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct letter *letter;
	struct objects targets;
	int ret = 0;

	if (!pack_kind(subject->pack, "warning_target") ||
	    (ret = targets_of(deed, &subject, &targets, why)) < 0 || !targets.count)
		return ret;
	letter = letter_delivered(deed, subject, effect_arg(use, "text"));
	ret = enclose(deed, subject, letter, why);
	for (size_t i = 0; ret == 0 && i < targets.count; i++)
		ret = deliver_to(deed, targets.at[i], letter, why);
	return ret;
}

const struct effect effect_deliver = {
	.name = "deliver",
	.en = "delivers to every target",
	.zh = "向全部对象送达",
	.run = run,
};
