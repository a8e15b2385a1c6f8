/* Open, freeze or close the space of the drill: records of a drill are made only while it is open. */

#include "action/action_private.h"

#include <string.h>

enum { OWNERS_MOST = 5000 };

/* When the drill is over its clocks alarm nobody any more. */
static int stop_clocks(struct deed *deed, struct fault *why)
{
	int64_t *ids = arena_many(deed->mem, OWNERS_MOST, sizeof(*ids));
	size_t count = 0;
	struct rows *rows;
	int got;

	if (store_query(
		    deed->house->store,
		    "SELECT DISTINCT object FROM clocks WHERE space = 2 AND state IN ('running', 'paused')"
		    " ORDER BY object LIMIT 5000",
		    NO_VALUES, &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; got == 0 && i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);

		if (!o)
			return -why->code;
		got = clock_end_all(deed, o, why);
	}
	return got;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *what = use->value ? use->value : "open";

	json_object_set_new(change_of(deed, subject, NULL), "space", json_string(what));
	return strcmp(what, "open") ? stop_clocks(deed, why) : 0;
}

const struct effect effect_drill_space = {
	.name = "drill_space",
	.en = "opens, freezes or closes the space of the drill",
	.zh = "开启、冻结或关闭演练空间",
	.run = run,
};
