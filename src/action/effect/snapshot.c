/* Keep with a proposal what was known when it was made. */

#include "action/action_private.h"

#include <string.h>

static json_t *numbers_of(struct deed *deed, struct object *subject, const char *kind)
{
	json_t *list = json_array();
	struct objects linked;
	struct fault why;

	if (pack_kind(subject->pack, kind) &&
	    world_linked(deed, subject, kind, "incident", &linked, &why) == 0)
		for (size_t i = 0; i < linked.count; i++)
			json_array_append_new(list, json_string(object_name(deed, linked.at[i])));
	return list;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	char digest[65];
	int ret;

	(void)use;
	if ((ret = deed_digest(deed, subject, digest, why)) < 0)
		return ret;
	json_object_set_new(change_of(deed, subject, NULL), "snapshot",
			    json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:O*}", "digest", digest, "version",
				      (json_int_t)subject->version, "evidence",
				      numbers_of(deed, subject, "evidence"), "reports",
				      numbers_of(deed, subject, "report"), "systems",
				      numbers_of(deed, subject, "affected_system"), "calls",
				      numbers_of(deed, subject, "call_attempt"), "delegation",
				      json_object_get(subject->body, "delegation")));
	return 0;
}

const struct effect effect_snapshot = {
	.name = "snapshot",
	.en = "keeps what was known with the proposal",
	.zh = "随提议保存当时所知",
	.run = run,
};
