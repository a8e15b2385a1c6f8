/* Publish on the public channel: the editions of the record that stand now are for everybody to read, and
 * what is withdrawn stays readable as withdrawn. The page itself is made from them (action/public.c). */

#include "action/action_private.h"

#include <string.h>

#include "action/letter.h"

/* What is shown beside a withdrawn text is public too. */
static int reason_may_leave(struct deed *deed, struct fault *why)
{
	const char *reason = json_string_value(json_object_get(deed->input, "reason"));
	json_t *found = json_array();
	const int count = restricted_in(deed, "reason", reason, found, why);

	if (count > 0)
		refuse(deed, "N12", "公开的理由含有不得公开的信息",
		       "the reason is shown in public, and holds what must not leave",
		       restricted_said(deed, found, "; ", 5));
	json_decref(found);
	return count < 0 ? count : 0;
}

static void make_public(struct deed *deed, struct object *edition)
{
	const char *state = state_of(edition, "life");

	if (!state || strcmp(state, "current") || json_is_true(json_object_get(edition->body, "public")))
		return;
	change_set(deed, edition, "public", json_true());
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct objects editions;
	int ret;

	(void)use;
	if (!pack_kind(subject->pack, "edition"))
		return 0;
	if ((ret = reason_may_leave(deed, why)) < 0 || deed->missing ||
	    (ret = world_linked(deed, subject, "edition", NULL, &editions, why)) < 0)
		return ret;
	for (size_t i = 0; i < editions.count; i++)
		make_public(deed, editions.at[i]);
	outbox_row(deed, subject, letter_about(deed, subject, NULL), "public", "public", NULL);
	return 0;
}

const struct effect effect_publish = {
	.name = "publish",
	.en = "publishes on the public channel",
	.zh = "在公开渠道发布",
	.run = run,
};
