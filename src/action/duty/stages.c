/* The stages that a case owes: opened by what is known of it, planned anew when that is corrected. */

#include "action/duty/duty.h"

#include <string.h>

#include "base/stamp.h"

static const char *word_of(const struct object *object, const char *field)
{
	return json_string_value(json_object_get(object->body, field));
}

/* Another term than the usual: for whom it was adopted, or for such a case. */
static const struct term *exception(struct deed *deed, struct object *incident,
				    const struct report_stage *stage, const char *variant)
{
	for (size_t i = 0; i < stage->exception_count; i++) {
		const struct stage_exception *one = &stage->exceptions[i];

		if (one->when ? guard_holds(deed, incident, one->when)
			      : variant && !strcmp(variant, one->name))
			return &one->within;
	}
	return NULL;
}

static int reckon(struct deed *deed, struct object *incident, const struct adoption *adoption,
		  const struct report_stage *stage, const struct case_known *opened,
		  const struct case_known *facts, size_t count, int64_t *out, struct fault *why)
{
	struct known *known = arena_many(deed->mem, count + 1, sizeof(*known));
	struct calendar calendar;
	int ret;

	if ((ret = days_of(deed, adoption->calendar, &calendar, why)) < 0)
		return ret;
	for (size_t i = 0; i < count; i++)
		known[i] = facts[i].known;
	*out = due_of_stage(stage, exception(deed, incident, stage, adoption->variant), &opened->known, known,
			    count, &calendar);
	return 0;
}

/* ---- opening ----------------------------------------------------------------- */

static bool applies(struct deed *deed, struct object *incident, const struct adoption *adoption,
		    const struct report_stage *stage)
{
	const int64_t level = value_level(json_object_get(incident->body, "confirmed_level"));

	if (stage->variant && (!adoption->variant || strcmp(stage->variant, adoption->variant)))
		return false;
	if (adoption->from_level && level < adoption->from_level)
		return false;
	return (!adoption->regime->when || guard_holds(deed, incident, adoption->regime->when)) &&
	       (!stage->when || guard_holds(deed, incident, stage->when));
}

static bool owed_already(const struct objects *duties, const struct adoption *adoption,
			 const struct report_stage *stage, const struct object *cause)
{
	for (size_t i = 0; i < duties->count; i++) {
		const struct object *duty = duties->at[i];
		const char *regime = word_of(duty, "regime"), *id = word_of(duty, "stage");
		const int64_t fact = json_integer_value(json_object_get(duty->body, "fact"));
		const int64_t previous = json_integer_value(json_object_get(duty->body, "previous"));

		if (regime && id && !strcmp(regime, adoption->regime->id) && !strcmp(id, stage->id) &&
		    (fact == cause->id || previous == cause->id))
			return true;
	}
	return false;
}

static json_t *input_of(const struct adoption *adoption, const struct report_stage *stage,
			const struct case_known *opened, int64_t due)
{
	const char *channel = adoption->channel ? adoption->channel : stage->channel;
	json_t *input = json_pack(
		"{s:s, s:s, s:s*, s:I, s:s, s:s, s:b, s:s*, s:s*, s:s*, s:s*, s:b, s:I}", "regime",
		adoption->regime->id, "stage", stage->id, "variant", adoption->variant, "adoption",
		(json_int_t)adoption->object->id, "recipient",
		adoption->recipient ? adoption->recipient : stage->recipient.zh, "type", stage->type,
		"mandatory", stage->mandatory, "legal_basis", stage->basis, "certainty", stage->certainty,
		"form", stage->form, "channel", channel, "counts", adoption_counts(adoption, stage),
		strcmp(opened->known.from, "sent") ? "fact" : "previous", (json_int_t)opened->by->id);
	char text[STAMP_LEN];

	if (due) {
		stamp_format(due, text);
		json_object_set_new(input, "due_at", json_string(text));
	}
	return input;
}

static int open_stage(struct deed *deed, struct object *incident, const struct adoption *adoption,
		      const struct report_stage *stage, const struct case_known *facts, size_t count,
		      struct fault *why)
{
	struct objects duties;
	int ret = world_linked(deed, incident, "upward_report", "incident", &duties, why);

	for (size_t i = 0; ret == 0 && i < count; i++) {
		int64_t due = 0;
		json_t *input;

		if (!due_opens(stage, &facts[i].known) || owed_already(&duties, adoption, stage, facts[i].by))
			continue;
		if ((ret = reckon(deed, incident, adoption, stage, &facts[i], facts, count, &due, why)) < 0)
			break;
		input = input_of(adoption, stage, &facts[i], due);
		ret = open_linked(deed, incident, "upward_report", input, NULL, why);
		json_decref(input);
	}
	return ret;
}

static int open_regime(struct deed *deed, struct object *incident, const struct adoption *adoption,
		       struct fault *why)
{
	struct case_known *facts;
	size_t count;
	int ret = facts_of(deed, incident, adoption->regime->id, &facts, &count, why);

	for (size_t i = 0; ret == 0 && i < adoption->regime->stage_count; i++)
		if (applies(deed, incident, adoption, &adoption->regime->stages[i]))
			ret = open_stage(deed, incident, adoption, &adoption->regime->stages[i], facts, count,
					 why);
	return ret;
}

int stages_open(struct deed *deed, struct object *incident, struct fault *why)
{
	struct adoptions adoptions;
	int ret;

	/* A pack of before these kinds has none of it. */
	if (!pack_kind(incident->pack, "case_fact"))
		return 0;
	ret = adoptions_of(deed, incident->pack, &adoptions, why);
	for (size_t i = 0; ret == 0 && i < adoptions.count; i++)
		ret = open_regime(deed, incident, &adoptions.at[i], why);
	return ret;
}

/* ---- planning anew ------------------------------------------------------------- */

static const struct case_known *cause_of(const struct object *duty, const struct case_known *facts,
					 size_t count)
{
	const int64_t fact = json_integer_value(json_object_get(duty->body, "fact"));
	const int64_t previous = json_integer_value(json_object_get(duty->body, "previous"));

	for (size_t i = 0; i < count; i++)
		if (facts[i].by->id == fact || facts[i].by->id == previous)
			return &facts[i];
	return NULL;
}

static const struct adoption *adopted_by(const struct adoptions *adoptions, const struct object *duty)
{
	const int64_t id = json_integer_value(json_object_get(duty->body, "adoption"));

	for (size_t i = 0; i < adoptions->count; i++)
		if (adoptions->at[i].object->id == id)
			return &adoptions->at[i];
	return NULL;
}

static int replan(struct deed *deed, struct object *incident, struct object *duty,
		  const struct adoption *adoption, struct fault *why)
{
	const struct report_stage *stage = regime_stage(adoption->regime, word_of(duty, "stage"));
	const struct case_known *opened;
	struct case_known *facts;
	char text[STAMP_LEN];
	int64_t due = 0;
	size_t count;
	int ret;

	if ((ret = facts_of(deed, incident, adoption->regime->id, &facts, &count, why)) < 0 || !stage ||
	    !(opened = cause_of(duty, facts, count)))
		return ret;
	if ((ret = reckon(deed, incident, adoption, stage, opened, facts, count, &due, why)) < 0 || !due)
		return ret;
	stamp_format(due, text);
	if (word_of(duty, "due_at") && !strcmp(word_of(duty, "due_at"), text))
		return 0;
	change_of(deed, duty, "duty.replanned");
	change_set(deed, duty, "due_at", json_string(text));
	return clock_again(deed, duty, "CK12_stage", why);
}

int stages_replan(struct deed *deed, struct object *incident, struct fault *why)
{
	struct adoptions adoptions;
	struct objects duties;
	int ret;

	if ((ret = adoptions_of(deed, incident->pack, &adoptions, why)) < 0 ||
	    (ret = world_linked(deed, incident, "upward_report", "incident", &duties, why)) < 0)
		return ret;
	for (size_t i = 0; ret == 0 && i < duties.count; i++) {
		struct object *duty = duties.at[i];
		const struct adoption *adoption = adopted_by(&adoptions, duty);
		const bool waits = !object_ended(duty) && strcmp(state_of(duty, "life"), "sent");

		if (adoption && waits && !clock_asks(deed, duty, "CK12_stage", CLOCK_MISSED))
			ret = replan(deed, incident, duty, adoption, why);
	}
	return ret;
}
