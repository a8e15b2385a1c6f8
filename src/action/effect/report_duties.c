/* Open the duties to report upward that the regimes ask for now; an open one is not opened twice (A26). */

#include "action/action_private.h"

#include <string.h>

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

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	int ret = 0;

	(void)use;
	for (size_t i = 0; ret == 0 && i < subject->pack->regime_count; i++) {
		const struct regime *regime = &subject->pack->regimes[i];
		json_t *input;

		if (!asked_now(deed, regime) || owed_already(deed, subject, regime) ||
		    (regime->when && !guard_holds(deed, subject, regime->when)))
			continue;
		input = json_pack("{s:s, s:s, s:s, s:I, s:b, s:s*}", "regime", regime->id, "recipient",
				  regime->recipient, "type", regime->type ? regime->type : "initial",
				  "within_min", (json_int_t)(regime->within / STAMP_MINUTE), "mandatory",
				  regime->mandatory, "legal_basis",
				  regime->basis && *regime->basis ? regime->basis : NULL);
		ret = open_linked(deed, subject, "upward_report", input, NULL, why);
		json_decref(input);
	}
	return ret;
}

const struct effect effect_report_duties = {
	.name = "report_duties",
	.en = "opens the duties to report upward",
	.zh = "建立应上报事项",
	.run = run,
};
