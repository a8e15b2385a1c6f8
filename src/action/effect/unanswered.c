/* A warning that a unit left unanswered stays on the unit's record, and on its cases of that week. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

enum { LOOKED_AT = 200 };

#define THAT_WEEK (7 * STAMP_DAY)

static void add(struct deed *deed, struct object *to, int64_t warning)
{
	const struct field *field = kind_field(to->kind, "unanswered");
	json_t *list = json_object_get(to->body, "unanswered");

	if (!field || !warning || refs_have(list, warning))
		return;
	list = list ? json_deep_copy(list) : json_array();
	json_array_append_new(list, json_integer(warning));
	change_field(deed, to, field, list);
}

/* The newest records of a kind that name this unit; at most LOOKED_AT. */
static int of_unit(struct deed *deed, int64_t unit, const char *kind, int64_t ids[static LOOKED_AT],
		   size_t *count, struct fault *why)
{
	struct rows *rows;
	int got = 0;

	*count = 0;
	if (store_query(deed->house->store,
			"SELECT child FROM links WHERE parent = $1 AND kind = $2 AND field = 'unit'"
			" ORDER BY child DESC LIMIT 200",
			VALUES(value_int(unit), value_text(kind)), &rows, why) < 0)
		return -why->code;
	while (*count < LOOKED_AT && (got = rows_next(rows, why)) == 1)
		ids[(*count)++] = rows_int(rows, 0);
	rows_close(rows);
	return got < 0 ? got : 0;
}

static bool without_answer(const struct object *target)
{
	const char *life = state_of(target, "life"),
		   *mark = json_string_value(json_object_get(target->body, "mark"));

	return (life && !strcmp(life, "escalated")) ||
	       (mark && !strcmp(mark, "unit") && life && !json_object_get(target->body, "acked_at"));
}

/* Since when. Not when the record was last touched: that a mail about it came back is noted on it, too, days
 * later. */
static int64_t since(const struct object *target)
{
	const char *at = json_string_value(json_object_get(target->body, "unanswered_at"));
	int64_t stamp;

	return at && stamp_parse(at, strlen(at), &stamp, NULL) == 0 ? stamp : target->updated_at;
}

/* A new case: what its unit has not answered. */
static int note_on_case(struct deed *deed, struct object *incident, int64_t unit, struct fault *why)
{
	int64_t ids[LOOKED_AT];
	size_t count;
	int ret = of_unit(deed, unit, "warning_target", ids, &count, why);

	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct object *target = world_get(deed, ids[i], why);

		if (!target)
			return -why->code;
		if (target->space == incident->space && without_answer(target) &&
		    since(target) >= deed->now - THAT_WEEK)
			add(deed, incident, world_ref(deed, target, "warning"));
	}
	return ret;
}

/* A target that is closed without an answer: on the unit, and on cases that it has. */
static int note_on_unit(struct deed *deed, struct object *target, int64_t unit, struct fault *why)
{
	const int64_t warning = world_ref(deed, target, "warning");
	struct object *o = world_get(deed, unit, why);
	int64_t ids[LOOKED_AT];
	size_t count;
	int ret;

	if (!o)
		return -why->code;
	/* An exercise leaves no mark on whom it trained. */
	if (target->space == RECORD_REAL)
		add(deed, o, warning);
	ret = of_unit(deed, unit, "incident", ids, &count, why);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		if (!(o = world_get(deed, ids[i], why)))
			return -why->code;
		if (o->space == target->space && !object_ended(o) && o->created_at >= deed->now - THAT_WEEK)
			add(deed, o, warning);
	}
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const int64_t unit = world_ref(deed, subject, "unit");

	(void)use;
	if (!unit)
		return 0;
	if (kind_field(subject->kind, "unanswered"))
		return note_on_case(deed, subject, unit, why);
	return note_on_unit(deed, subject, unit, why);
}

const struct effect effect_unanswered = {
	.name = "unanswered",
	.en = "notes an unanswered warning on the unit and its cases of that week",
	.zh = "将未反馈的预警记入单位及其同周案件",
	.run = run,
};
