/* Send to one recipient in its form and by its channel. */

#include "action/action_private.h"

#include <inttypes.h>

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	json_t *to = use->value ? world_value(deed, subject, use->value, NULL) : NULL;

	(void)why;
	if (json_is_integer(to))
		outbox_put(deed, subject, "paper",
			   arena_text(deed->mem, "unit:%" PRId64, (int64_t)json_integer_value(to)), "send");
	else if (json_is_string(to))
		outbox_put(deed, subject, "paper", json_string_value(to), "send");
	return 0;
}

const struct effect effect_send = {
	.name = "send",
	.en = "sends to one recipient in its form",
	.zh = "按对方格式发送给一个接收方",
	.run = run,
};
