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

/* What was kept of it as a document, in each language and format. */
static int enclose(struct deed *deed, struct object *subject, struct letter *letter, struct fault *why)
{
	const struct kind *kind = pack_kind(subject->pack, "issued_document");
	struct objects kept = { 0 };
	int ret = 0;

	if (kind && kind_field(kind, subject->kind->name))
		ret = world_linked(deed, subject, kind->name, subject->kind->name, &kept, why);
	for (size_t i = 0; ret == 0 && i < kept.count && i < LETTER_FILES; i++) {
		const json_t *body = kept.at[i]->body;

		ret = letter_attach(letter, json_string_value(json_object_get(body, "file")),
				    json_string_value(json_object_get(body, "name")),
				    json_string_value(json_object_get(body, "media")), why);
	}
	return ret;
}

/* On paper always, since whoever must have it may ask for that; and by each way that is known. */
static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *to = use->value ? recipient_of(deed, world_value(deed, subject, use->value, NULL)) : NULL;
	struct letter *letter;
	int ret;

	if (!to)
		return 0;
	letter = letter_delivered(deed, subject, effect_arg(use, "text"));
	if ((ret = enclose(deed, subject, letter, why)) < 0)
		return ret;
	return outbox_by(deed, subject, letter, "paper", to, why);
}

const struct effect effect_send = {
	.name = "send",
	.en = "sends to one recipient in its form",
	.zh = "按对方格式发送给一个接收方",
	.run = run,
};
