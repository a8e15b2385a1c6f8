/* Look for special plans that fit the case; what was found stands in the record, also nothing (R139, R142).
 */

#include "action/action_private.h"

#include <string.h>

static bool stands_already(struct deed *deed, struct object *incident, const char *plan)
{
	struct objects started;
	struct fault why;

	if (world_linked(deed, incident, "special_plan", "incident", &started, &why) < 0)
		return false;
	for (size_t i = 0; i < started.count; i++) {
		const char *id = json_string_value(json_object_get(started.at[i]->body, "plan"));

		if (id && !strcmp(id, plan) && !object_ended(started.at[i]))
			return true;
	}
	return false;
}

static int open_match(struct deed *deed, struct object *incident, const struct special_plan *plan,
		      const char **trace, struct fault *why)
{
	json_t *input = json_pack("{s:s, s:s*, s:s}", "plan", plan->id, "version", plan->version, "because",
				  plan->when ? plan->when->say.en : "always");
	int ret = 0;

	*trace = arena_text(deed->mem, "%s%s%s", *trace, **trace ? ", " : "", plan->id);
	if (!stands_already(deed, incident, plan->id))
		ret = open_linked(deed, incident, "special_plan", input, NULL, why);
	json_decref(input);
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *trace = "";
	int matched = 0, ret = 0;
	json_t *search;

	(void)use;
	for (size_t i = 0; ret == 0 && i < subject->pack->plan_count; i++) {
		const struct special_plan *plan = &subject->pack->plans[i];

		/* The generic playbook is what is left when nothing matched. */
		if (!plan->when || !strcmp(plan->kind, "generic") || !guard_holds(deed, subject, plan->when))
			continue;
		matched++;
		ret = open_match(deed, subject, plan, &trace, why);
	}
	search = json_pack("{s:i, s:s}", "matched_count", matched, "rule_trace", *trace ? trace : "none");
	if (ret == 0)
		ret = open_linked(deed, subject, "plan_search", search, NULL, why);
	json_decref(search);
	return ret;
}

const struct effect effect_match_plans = {
	.name = "match_plans",
	.en = "looks for special plans and keeps what matched",
	.zh = "检索专项预案并记录匹配结果",
	.run = run,
};
