/* Reckon the level from the scores given with the move. */

#include "action/action_private.h"

#include <string.h>

#include "grade/grade.h"

static const json_t *given(const struct deed *deed, const struct object *subject, const char *name)
{
	const json_t *value = json_object_get(deed->input, name);

	return value ? value : json_object_get(subject->body, name);
}

static void read_scores(const struct pack *pack, const json_t *typed, int *scores)
{
	for (size_t i = 0; i < pack->dimension_count; i++)
		scores[i] = (int)json_integer_value(json_object_get(typed, pack->dimensions[i].code));
}

/* Harm to national security below the level that starts the plan is a question
 * to the Office, not a matter to pass over (reading A06). */
static void ask_special(struct deed *deed, struct object *subject, const int *scores, int level)
{
	const struct pack *pack = subject->pack;

	for (size_t i = 0; i < pack->dimension_count; i++)
		if (!strcmp(pack->dimensions[i].code, "state") && scores[i] >= 2 &&
		    level < threshold_now(deed))
			change_set(deed, subject, "ask_special", json_true());
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *field = use->value ? use->value : "confirmed_level";
	const json_t *urgency = given(deed, subject, "urgency");
	int scores[16] = { 0 }, raise = (int)json_integer_value(urgency), ret;
	struct grade grade;

	if (subject->pack->dimension_count > 16)
		return fault_set(why, FAULT_LIMIT, "more than 16 dimensions");
	read_scores(subject->pack, given(deed, subject, "scores"), scores);
	if ((ret = grade_level(subject->pack, scores, raise, &grade, why)) < 0)
		return ret;
	if (raise > 0 && !given(deed, subject, "urgency_reason"))
		refuse(deed, "N14", "紧急加级须说明理由", "raising the level for urgency wants a reason",
		       "urgency_reason");
	if (grade.incomplete && !strcmp(field, "confirmed_level") && !json_object_get(deed->input, "reason"))
		refuse(deed, "N14", "有未知评分项，须说明理由", "a score is unknown: a reason is wanted",
		       "reason");
	change_set(deed, subject, field, json_integer(grade.level));
	if (!strcmp(field, "confirmed_level"))
		ask_special(deed, subject, scores, grade.level);
	return 0;
}

const struct effect effect_grade = {
	.name = "grade",
	.en = "reckons the level from the scores",
	.zh = "按评分计算级别",
	.run = run,
};
