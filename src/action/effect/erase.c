/* Erase a content for good; its commitment stays in the record. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	return erase_field(deed, subject, use->value, why);
}

const struct effect effect_erase = {
	.name = "erase",
	.en = "erases a content; its commitment stays in the record",
	.zh = "擦除内容，记录中保留其承诺值",
	.run = run,
};
