/* Try each channel with a message to the address that its file lists for tests; what became of it stands on
 * the record. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	int count;

	(void)use;
	return subject->space == RECORD_DRILL ? 0 : channels_test(deed, subject, &count, why);
}

const struct effect effect_test_channels = {
	.name = "test_channels",
	.en = "tries each channel that leaves the house",
	.zh = "测试各对外渠道",
	.run = run,
};
