/* Open a linked record: one, one for each value of a field, or one for each step of a special plan. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"

/* The parameters of the pack as the input of the new record. */
static int given(struct deed *deed, struct object *subject, const struct effect_use *use, json_t *input,
		 struct fault *why)
{
	const struct kind *kind = pack_kind(subject->pack, use->value);

	for (size_t i = 0; i < use->arg_count; i++) {
		const struct field *field = kind ? kind_field(kind, use->keys[i]) : NULL;
		json_t *value;

		if (!strcmp(use->keys[i], "each") || !strcmp(use->keys[i], "as") ||
		    !strcmp(use->keys[i], "through"))
			continue;
		if (!field)
			return fault_set(why, FAULT_CORRUPT, "open: a %s has no field %s", use->value,
					 use->keys[i]);
		if ((value = effect_value(deed, subject, field, use->args[i], why)))
			json_object_set_new(input, use->keys[i], value);
	}
	return 0;
}

static int open_one(struct deed *deed, struct object *subject, const struct effect_use *use, json_t *extra,
		    struct fault *why)
{
	json_t *input = extra ? json_copy(extra) : json_object();
	int ret = given(deed, subject, use, input, why);

	if (ret == 0)
		ret = open_linked(deed, subject, use->value, input, NULL, why);
	json_decref(input);
	return ret;
}

/* ---- the steps of a special plan ------------------------------------------ */

/* Who answers for it in a unit: its head, or else its operator. */
static int64_t answers_for(struct deed *deed, int64_t unit, int64_t otherwise)
{
	static const char *const roles[] = { "UHD", "UOP", "DIR" };
	struct objects people;
	struct object *o;
	struct fault why;

	if (!(o = world_get(deed, unit, &why)) || world_linked(deed, o, "person", "unit", &people, &why) < 0)
		return otherwise;
	for (size_t r = 0; r < 3; r++)
		for (size_t i = 0; i < people.count; i++) {
			const struct staff *staff;

			if (staff_of(deed->house, people.at[i]->id, &staff, &why) < 0)
				continue;
			for (size_t k = 0; k < staff->post_count; k++)
				if (!strcmp(staff->posts[k].role, roles[r]))
					return people.at[i]->id;
		}
	return otherwise;
}

static json_t *step_input(struct deed *deed, struct object *subject, const struct plan_step *step,
			  int64_t unit, struct object *incident)
{
	int64_t lead = incident ? world_ref(deed, incident, "lead") : 0;
	int64_t person = answers_for(deed, unit, lead ? lead : deed->person);
	char due[STAMP_LEN];
	json_t *input;

	stamp_format(deed->now + step->within, due);
	input = json_pack("{s:s, s:s, s:I, s:s, s:s*, s:s*}", "text",
			  arena_text(deed->mem, "%s / %s", step->text.zh, step->text.en), "type",
			  step->tasking ? step->tasking : "step", "assignee", (json_int_t)unit, "due_at", due,
			  "phase", step->phase, "action", step->action);
	if (person)
		json_object_set_new(input, "accountable", json_integer(person));
	json_object_set_new(input, "special_plan", json_integer(subject->id));
	return input;
}

static int step_for(struct deed *deed, struct object *subject, const struct effect_use *use,
		    const struct plan_step *step, int64_t unit, int64_t system, struct fault *why)
{
	struct object *incident = world_case(deed, subject);
	json_t *input = step_input(deed, subject, step, unit, incident);
	int ret;

	if (system && kind_field(pack_kind(subject->pack, use->value), "affected_system"))
		json_object_set_new(input, "affected_system", json_integer(system));
	ret = open_one(deed, subject, use, input, why);
	json_decref(input);
	return ret;
}

/* The unit that carries out a step of this role; the Office where nobody is named. */
static int64_t step_unit(struct deed *deed, struct object *incident, const char *role)
{
	int64_t unit = effect_unit_with_role(deed, role);

	if (!unit && incident && !strcmp(role, "sector_authority"))
		unit = world_ref(deed, incident, "unit.authority");
	if (!unit && incident && !strcmp(role, "case_lead"))
		unit = world_ref(deed, incident, "lead.unit");
	return unit ? unit : effect_office(deed);
}

/* A step for the affected unit goes to every affected system's unit. */
static int open_step(struct deed *deed, struct object *subject, const struct effect_use *use,
		     const struct plan_step *step, struct fault *why)
{
	struct object *incident = world_case(deed, subject);
	struct objects systems = { 0 };
	int ret = 0;

	if (strcmp(step->role, "affected_unit"))
		return step_for(deed, subject, use, step, step_unit(deed, incident, step->role), 0, why);
	if (incident)
		ret = world_linked(deed, incident, "affected_system", "incident", &systems, why);
	for (size_t i = 0; ret == 0 && i < systems.count; i++)
		ret = step_for(deed, subject, use, step, world_ref(deed, systems.at[i], "unit"),
			       systems.at[i]->id, why);
	if (ret == 0 && !systems.count && incident)
		ret = step_for(deed, subject, use, step, world_ref(deed, incident, "unit"), 0, why);
	return ret;
}

static int open_steps(struct deed *deed, struct object *subject, const struct effect_use *use,
		      struct fault *why)
{
	const char *id = json_string_value(json_object_get(subject->body, "plan"));
	const struct special_plan *plan = id ? pack_plan(subject->pack, id) : NULL;
	int ret = 0;

	if (!plan)
		return fault_set(why, FAULT_CORRUPT, "the plan pack has no special plan '%s'", id ? id : "");
	for (size_t i = 0; ret == 0 && i < plan->step_count; i++)
		ret = open_step(deed, subject, use, &plan->steps[i], why);
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *each = effect_arg(use, "each"), *as = effect_arg(use, "as");
	json_t *values, *one;
	size_t i;
	int ret = 0;

	if (!each)
		return open_one(deed, subject, use, NULL, why);
	if (!strcmp(each, "plan.steps") || !strcmp(each, "plan.step"))
		return open_steps(deed, subject, use, why);
	values = world_value(deed, subject, each, NULL);
	json_array_foreach(values, i, one) {
		json_t *extra = json_pack("{s:O}", as ? as : "text", one);

		if (ret == 0)
			ret = open_one(deed, subject, use, extra, why);
		json_decref(extra);
	}
	return ret;
}

const struct effect effect_open = {
	.name = "open",
	.en = "opens linked records",
	.zh = "建立关联记录",
	.run = run,
};
