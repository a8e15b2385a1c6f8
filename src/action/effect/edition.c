/* Count a new edition of the text; what was published stays readable in the record. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	json_int_t edition = json_integer_value(json_object_get(subject->body, "edition"));

	(void)use;
	(void)why;
	change_set(deed, subject, "edition", json_integer(edition + 1));
	return 0;
}

const struct effect effect_edition = {
	.name = "edition",
	.en = "makes a new edition; the old one stays readable",
	.zh = "形成新版次，旧版保留可读",
	.run = run,
};
