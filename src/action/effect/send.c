/* Send to one recipient in its form and by its channel. */

#include "action/action_private.h"

#include <inttypes.h>

#include "action/letter.h"

static const char *recipient_of(struct deed *deed, const json_t *to)
{
	if (json_is_integer(to))
		return arena_text(deed->mem, "unit:%" PRId64, (int64_t)json_integer_value(to));
	return json_string_value(to);
}

/* On paper always, since whoever must have it may ask for that; and by each way that is known. */
static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *to = use->value ? recipient_of(deed, world_value(deed, subject, use->value, NULL)) : NULL;
	const struct letter *letter;
	struct ways ways;
	int ret;

	if (!to)
		return 0;
	letter = letter_delivered(deed, subject, effect_arg(use, "text"));
	outbox_row(deed, subject, letter, "paper", to, NULL);
	if (subject->space == RECORD_DRILL)
		return 0;
	if ((ret = ways_to(deed, to, &ways, why)) < 0)
		return ret;
	for (size_t i = 0; i < ways.count; i++)
		outbox_row(deed, subject, letter, ways.at[i].channel, to, ways.at[i].via);
	return 0;
}

const struct effect effect_send = {
	.name = "send",
	.en = "sends to one recipient in its form",
	.zh = "按对方格式发送给一个接收方",
	.run = run,
};
