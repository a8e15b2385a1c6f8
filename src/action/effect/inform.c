/* Tell a person, an organ or a unit, through the outbox; `text:` names the form of the plan to use. */

#include "action/action_private.h"

#include "action/letter.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const struct letter *letter = letter_about(deed, subject, effect_arg(use, "text"));

	return inform_with(deed, subject, letter, use->value, why);
}

const struct effect effect_inform = {
	.name = "inform",
	.en = "sends a message through the outbox",
	.zh = "经发件箱发出通知",
	.run = run,
};
