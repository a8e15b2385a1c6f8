/* Put the plan pack of a version in force: cases begun before keep theirs. */

#include "action/action_private.h"

static int take(struct deed *deed, const struct pack *pack, const char *folder, struct fault *why)
{
	const struct asker rule = { .person = deed->person, .machine = deed->machine };

	return pack_publish(deed->house, &rule, pack, folder, deed->now, why);
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	(void)use;
	/* A plan of one unit or one system may be text alone; it changes no rule of this house. */
	if (!json_object_get(subject->body, "pack"))
		return 0;
	return draft_use_pack(deed, subject, take, why);
}

const struct effect effect_load_pack = {
	.name = "load_pack",
	.en = "puts a version of the plan in force",
	.zh = "使预案版本生效",
	.run = run,
};
