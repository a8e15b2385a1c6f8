/* Set a mark that stays: on this record, and on the unit or year it is about. */

#include "action/action_private.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	json_t *change = change_of(deed, subject, NULL), *marks = json_object_get(change, "marks");

	(void)why;
	if (!marks) {
		marks = json_array();
		json_object_set_new(change, "marks", marks);
	}
	json_array_append_new(marks, json_string(use->value ? use->value : "mark"));
	change_set(deed, subject, "mark", json_string(use->value ? use->value : "mark"));
	return 0;
}

const struct effect effect_mark = {
	.name = "mark",
	.en = "sets a mark that stays",
	.zh = "加永久标记",
	.run = run,
};
