#include <string.h>

#include "model/closed.h"
#include "pack/check/check_private.h"

/*
 * Facts that must come out: grades, numbers, refusal codes, steps.
 */

/* The level is the highest score; urgency may add to it; 5 is the top. */
static int level_of(const struct pack *pack, const struct worked_grade *worked)
{
	int level = 1, score;

	for (size_t i = 0; i < pack->dimension_count; i++) {
		score = worked->scores[i] ? worked->scores[i] : pack->unknown_score;
		if (score > level)
			level = score;
	}
	level += worked->urgency;
	return level > 5 ? 5 : level;
}

void check_grades(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->worked_count; i++) {
		const struct worked_grade *worked = &c->pack->worked[i];
		int level = level_of(c->pack, worked);

		if (worked->urgency > c->pack->urgency_most)
			problem_add(c->problems, worked->at, NULL, "%s: urgency %d; at most %d may be added",
				    worked->id, worked->urgency, c->pack->urgency_most);
		if (level != worked->level)
			problem_add(c->problems, worked->at, NULL, "%s: the scores give level %d, not %d",
				    worked->id, level, worked->level);
		else if ((level >= c->pack->threshold) != !strcmp(worked->plan, "yes"))
			problem_add(c->problems, worked->at, NULL,
				    "%s: at level %d the plan %s, since it starts at %d", worked->id, level,
				    level >= c->pack->threshold ? "starts (yes)"
								: "does not start (no or ask)",
				    c->pack->threshold);
	}
}

/* Lowering may be decided for a time; a pack cannot raise it (N42). */
void check_threshold(const struct checking *c)
{
	if (c->pack->threshold > 3)
		problem_add(c->problems, (struct place){ "pack.yml", 1, 1 }, "N42",
			    "threshold %d is above 3: the plan starts at level 3 or earlier",
			    c->pack->threshold);
}

/* Codes with which the house itself refuses, whatever the plan says. */
static const char *const own_codes[] = { "N01", "N04", "N09", "N10", "N14", "N15", "N16", "N18",
					 "N19", "N20", "N21", "N23", "N24", "N28", "N30", "N31",
					 "N33", "N35", "N37", "N38", "N39", "N42", "N44", "N45" };

void check_refusals(const struct checking *c)
{
	for (size_t i = 0; i < sizeof(own_codes) / sizeof(*own_codes); i++)
		if (!pack_refusal(c->pack, own_codes[i]))
			problem_add(c->problems, (struct place){ "refusals.yml", 1, 1 }, NULL,
				    "%s is missing; Fengsui itself refuses with it, in the words of the plan",
				    own_codes[i]);
}

/* All of the record, in an end state of its main region, under no further condition. */
static bool seals(const struct kind *kind, const struct always *rule)
{
	const struct guard *when = rule->when;

	if (!rule->readonly || rule->fields.count || !rule->refuse || strcmp(rule->refuse, "N09") || !when ||
	    when->form != GUARD_IN || when->when || strcmp(when->path, kind->regions[0].name))
		return false;
	for (size_t i = 0; i < kind->regions[0].state_count; i++)
		if (kind->regions[0].states[i].end &&
		    names_have(&when->values, kind->regions[0].states[i].name))
			return true;
	return false;
}

/* The house asks the plan when a case is shut, and what must have ended before:
 * a plan that does not say would leave every case open to change for ever. */
void check_shut(const struct checking *c)
{
	const struct kind *incident = pack_kind(c->pack, "incident");
	bool sealed = false;

	if (!incident || !incident->region_count)
		return;
	for (size_t i = 0; i < incident->always_count; i++)
		sealed |= seals(incident, &incident->always[i]);
	if (!sealed)
		problem_add(c->problems, incident->at, NULL,
			    "an archived case could still be changed; write under always: {when: {in: {%s: "
			    "archived}}, readonly: yes, refuse: N09}",
			    incident->regions[0].name);
	if (!incident->ends_with.count || !incident->ends_refuse || strcmp(incident->ends_refuse, "N23"))
		problem_add(c->problems, incident->at, NULL,
			    "a case could end over what is still open; write ends_with: {kinds: [tasking], "
			    "refuse: N23}");
}

void check_numbers(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; c->pack->kinds[i].number && k < i; k++)
			if (c->pack->kinds[k].number &&
			    !strcmp(c->pack->kinds[i].number, c->pack->kinds[k].number))
				problem_add(c->problems, c->pack->kinds[i].at, NULL,
					    "%s takes its numbers from the series of %s; two records would "
					    "share one",
					    c->pack->kinds[i].name, c->pack->kinds[k].name);
}

static const struct region *machine_before(const struct pack *pack, size_t kind, size_t region,
					   const char *machine)
{
	for (size_t i = 0; i <= kind; i++)
		for (size_t k = 0; k < (i == kind ? region : pack->kinds[i].region_count); k++)
			if (pack->kinds[i].regions[k].machine &&
			    !strcmp(pack->kinds[i].regions[k].machine, machine))
				return &pack->kinds[i].regions[k];
	return NULL;
}

void check_machines(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; k < c->pack->kinds[i].region_count; k++) {
			const struct region *region = &c->pack->kinds[i].regions[k];
			const struct region *other =
				region->machine ? machine_before(c->pack, i, k, region->machine) : NULL;

			if (other)
				problem_add(c->problems, region->at, NULL,
					    "machine %s is that of region '%s' in %s already",
					    region->machine, other->name, other->at.file);
		}
}

/* Names that every record has from the engine. */
static const char *const reserved[] = { "id", "kind", "number", "states" };

static void check_field(const struct checking *c, const struct kind *kind, const struct field *field)
{
	if (!strcmp(field->name, "recorded_at"))
		problem_add(c->problems, field->at, "N28",
			    "recorded_at is set by the record itself, never a field");
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcmp(field->name, reserved[i]))
			problem_add(c->problems, field->at, NULL,
				    "'%s' is what every record has already; call the field of %s otherwise",
				    field->name, kind->name);
	/* An index would keep what an erasure must take away. */
	if (field->filter && field->type == FIELD_TEXT)
		problem_add(c->problems, field->at, NULL,
			    "'%s' is free text, which can be erased, so no list filters on it; make it word "
			    "or enum",
			    field->name);
	if (field->search && field->type != FIELD_TEXT && field->type != FIELD_WORD)
		problem_add(c->problems, field->at, NULL, "'%s' has no words to search", field->name);
}

void check_fields(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->kind_count; i++) {
		const struct kind *kind = &c->pack->kinds[i];
		const struct field *title = kind->title ? kind_field(kind, kind->title) : NULL;

		for (size_t k = 0; k < kind->field_count; k++)
			check_field(c, kind, &kind->fields[k]);
		if (title && (title->many || title->type == FIELD_BLOB || title->type == FIELD_SCORES))
			problem_add(c->problems, kind->at, NULL, "title '%s' of %s cannot name it to people",
				    kind->title, kind->name);
	}
}

void check_steps(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->plan_count; i++) {
		const struct special_plan *plan = &c->pack->plans[i];

		if (!plan->step_count)
			problem_add(c->problems, plan->at, NULL, "plan %s has no steps", plan->id);
		for (size_t k = 0; k < plan->step_count; k++)
			if (plan->steps[k].tasking && !plan->steps[k].within)
				problem_add(
					c->problems, plan->steps[k].at, "N32",
					"step %zu of %s is a tasking without a due time; write within: 2 h",
					k + 1, plan->id);
	}
}
