/* Open or close the team's access to the case; staff.c reads it from the request's state. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	char text[STAMP_LEN];

	(void)why;
	stamp_format(deed->now, text);
	change_set(deed, subject, use->value && !strcmp(use->value, "open") ? "access_from" : "access_to",
		   json_string(text));
	return 0;
}

const struct effect effect_access = {
	.name = "access",
	.en = "opens or closes the team's access to the case",
	.zh = "开通或收回队伍的案件访问权",
	.run = run,
};
