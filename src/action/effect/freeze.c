/* Keep the digest of the text as it stands, so that a later change shows. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	char digest[65];
	int ret;

	if (!use->value)
		return 0;
	if ((ret = deed_digest(deed, subject, digest, why)) < 0)
		return ret;
	change_set(deed, subject, use->value, json_string(digest));
	return 0;
}

const struct effect effect_freeze = {
	.name = "freeze",
	.en = "keeps the digest of a text, so that a change shows",
	.zh = "固定文本摘要，改动可见",
	.run = run,
};
