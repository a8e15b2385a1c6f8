/* Turn to the next contact of the unit. Who stands above it (its head, its competent authority, the Office)
 * is told by the ladder of the clock that was missed, each at its time. */

#include "action/action_private.h"

#include <inttypes.h>

#include "action/letter.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const struct letter *letter = letter_about(deed, subject, effect_arg(use, "text"));
	int64_t unit = world_ref(deed, subject, "unit");
	int ret = 0;

	/* In an exercise the steps are recorded, and nobody is reached. */
	if (unit)
		ret = next_contact(deed, subject, letter, unit, why);
	return ret == 0 ? inform_with(deed, subject, letter, unit ? "duty" : "office", why) : ret;
}

const struct effect effect_escalate = {
	.name = "escalate",
	.en = "turns to the next contact of the chain",
	.zh = "按联络链逐级催办",
	.run = run,
};
