/* Open the duties to report upward that the regimes ask for now; an open one is not opened twice (A26). */

#include "action/action_private.h"

#include <string.h>

#include "action/duty/duty.h"
#include "base/stamp.h"

static bool owed_already(struct deed *deed, struct object *incident, const struct regime *regime)
{
	struct objects duties;
	struct fault why;

	if (world_linked(deed, incident, "upward_report", "incident", &duties, &why) < 0)
		return false;
	for (size_t i = 0; i < duties.count; i++) {
		const char *id = json_string_value(json_object_get(duties.at[i]->body, "regime"));

		if (id && !strcmp(id, regime->id))
			return true;
	}
	return false;
}

/* Final reports are asked for at closing, all others once a level is confirmed. */
static bool asked_now(const struct deed *deed, const struct regime *regime)
{
	bool closing = deed->move && !strcmp(deed->move->name, "close");

	return closing == (regime->type && !strcmp(regime->type, "final"));
}

static int open_own(struct deed *deed, struct object *incident, const struct regime *regime,
		    struct fault *why)
{
	json_t *input = json_pack(
		"{s:s, s:s, s:s, s:I, s:b, s:s*, s:s*, s:s*, s:s*}", "regime", regime->id, "recipient",
		regime->recipient, "type", regime->type ? regime->type : "initial", "within_min",
		(json_int_t)(regime->within / STAMP_MINUTE), "mandatory", regime->mandatory, "legal_basis",
		regime->basis && *regime->basis ? regime->basis : NULL, "certainty", regime->certainty,
		"form", regime->form, "channel", regime->channel);
	int ret = open_linked(deed, incident, "upward_report", input, NULL, why);

	json_decref(input);
	return ret;
}

/* The plan's own rules: in force with the plan. */
static int own_rules(struct deed *deed, struct object *incident, struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < incident->pack->regime_count; i++) {
		const struct regime *regime = &incident->pack->regimes[i];

		if (!regime->stage_count && asked_now(deed, regime) &&
		    !owed_already(deed, incident, regime) &&
		    (!regime->when || guard_holds(deed, incident, regime->when)))
			ret = open_own(deed, incident, regime, why);
	}
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const bool stages_only = use->value && !strcmp(use->value, "stages");
	struct object *incident;
	int ret = 0;

	if (!strcmp(subject->kind->name, "regime_adoption"))
		return adoption_confirm(deed, subject, why);
	if (!(incident = world_case(deed, subject)))
		return 0;
	if (!stages_only)
		ret = own_rules(deed, incident, why);
	if (ret == 0)
		ret = stages_open(deed, incident, why);
	if (ret == 0 && !strcmp(subject->kind->name, "case_fact"))
		ret = stages_replan(deed, incident, why);
	return ret;
}

const struct effect effect_report_duties = {
	.name = "report_duties",
	.en = "opens the duties to report upward",
	.zh = "建立应上报事项",
	.run = run,
};
