/* Reckon clocks that go by level anew, from now; a missed one stays missed. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	int64_t ids[256];
	size_t count = 0;
	struct rows *rows;
	int ret;

	(void)use;
	if ((ret = clock_replan(deed, subject, why)) < 0 || subject->fresh)
		return ret;
	ret = store_query(deed->house->store,
			  "SELECT DISTINCT l.child FROM links l JOIN clocks c ON c.object = l.child AND "
			  "c.state = 'running'"
			  " WHERE l.parent = $1 ORDER BY l.child",
			  VALUES(value_int(subject->id)), &rows, why);
	while (ret == 0 && count < 256 && rows_next(rows, why) == 1)
		ids[count++] = rows_int(rows, 0);
	if (ret == 0)
		rows_close(rows);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct object *linked = world_get(deed, ids[i], why);

		ret = linked ? clock_replan(deed, linked, why) : -why->code;
	}
	return ret;
}

const struct effect effect_replan_clocks = {
	.name = "replan_clocks",
	.en = "reckons clocks by level anew; missed ones stay missed",
	.zh = "按新级别重排时钟，已超时的保留",
	.run = run,
};
