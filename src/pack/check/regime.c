#include <string.h>

#include "base/zone.h"
#include "pack/check/check_private.h"

/*
 * Duties to report upward: how sure each is said to be, what opens each stage,
 * and in whose time it is reckoned.
 */

/* clang-format off */
static const char *const certainties[] = {
	"read",        /* the text was read */
	"partly-read", /* a part of it, or a summary */
	"memory",      /* from memory, to be read */
	"unknown",
	"proposal",    /* no law says so: ours */
};
/* clang-format on */

static bool known_certainty(const char *word)
{
	for (size_t i = 0; i < sizeof(certainties) / sizeof(*certainties); i++)
		if (!strcmp(word, certainties[i]))
			return true;
	return false;
}

static void check_certainty(const struct checking *c, struct place at, const char *what,
			    const char *certainty)
{
	if (certainty && !known_certainty(certainty))
		problem_add(c->problems, at, NULL,
			    "%s: certainty is read, partly-read, memory, unknown or proposal, not '%.40s'",
			    what, certainty);
}

/* What a case can know: the codes of enumeration case_fact. */
static void check_fact(const struct checking *c, const struct report_stage *stage,
		       const struct stage_leg *leg)
{
	const struct enumeration *facts = pack_enum(c->pack, "case_fact");

	if (!facts || !enum_code(facts, leg->from))
		problem_add(c->problems, stage->at, NULL,
			    "stage %s counts from '%.60s', which is no code of enumeration case_fact, nor "
			    "sent:STAGE",
			    stage->id, leg->from);
}

static void check_leg(const struct checking *c, const struct regime *regime, const struct report_stage *stage,
		      const struct stage_leg *leg)
{
	const struct report_stage *of = leg->of ? regime_stage(regime, leg->of) : NULL;

	if (leg->of && !of)
		problem_add(c->problems, stage->at, NULL,
			    "stage %s waits for stage '%.40s', which %s has not", stage->id, leg->of,
			    regime->id);
	if (of == stage && !strcmp(leg->from, "sent"))
		problem_add(c->problems, stage->at, NULL, "stage %s waits for itself", stage->id);
	if (strcmp(leg->from, "sent"))
		check_fact(c, stage, leg);
	else if (!leg->of)
		problem_add(c->problems, stage->at, NULL, "stage %s: sent:STAGE names the stage", stage->id);
}

/* Whoever says that a stage was verified says who and when. */
static void check_verified(const struct checking *c, const struct report_stage *stage)
{
	if (!stage->verified_by != !stage->verified_at)
		problem_add(c->problems, stage->at, NULL,
			    "stage %s: verified_by and verified_at stand together, or neither", stage->id);
}

static void check_form(const struct checking *c, const struct report_stage *stage)
{
	if (!stage->form)
		return;
	for (size_t i = 0; i < c->pack->text_count; i++)
		if (!strcmp(c->pack->texts[i].name, stage->form))
			return;
	problem_add(c->problems, stage->at, NULL, "stage %s has the form '%.40s', which texts/ has not",
		    stage->id, stage->form);
}

/* One that is not told by the case is for a variant: else nobody ever has it. */
static void check_exception(const struct checking *c, const struct regime *regime,
			    const struct stage_exception *one)
{
	bool adopted = false;

	for (size_t i = 0; i < regime->variant_count; i++)
		adopted |= !strcmp(regime->variants[i].id, one->name);
	if (!one->when && !adopted)
		problem_add(c->problems, one->at, NULL,
			    "exception %s is for nobody: it has no when, and %s has no variant of this name",
			    one->name, regime->id);
	check_certainty(c, one->at, one->name, one->certainty);
}

static void check_stage(const struct checking *c, const struct regime *regime,
			const struct report_stage *stage)
{
	for (size_t i = 0; i < stage->leg_count; i++)
		check_leg(c, regime, stage, &stage->legs[i]);
	for (size_t i = 0; i < stage->exception_count; i++)
		check_exception(c, regime, &stage->exceptions[i]);
	check_certainty(c, stage->at, stage->id, stage->certainty);
	check_certainty(c, stage->at, stage->id, stage->rule_certainty);
	check_verified(c, stage);
	check_form(c, stage);
}

static void check_law(const struct checking *c, const struct regime *regime)
{
	check_certainty(c, regime->at, regime->id, regime->fields_certainty);
	check_certainty(c, regime->at, regime->id, regime->final_fields_certainty);
	check_certainty(c, regime->at, regime->id, regime->channels_certainty);
	if (regime->calendar && !pack_calendar(c->pack, regime->calendar))
		problem_add(c->problems, regime->at, NULL,
			    "regime %s is reckoned in calendar '%.40s', which is none", regime->id,
			    regime->calendar);
	for (size_t i = 0; i < regime->stage_count; i++) {
		for (size_t k = 0; k < i; k++)
			if (!strcmp(regime->stages[k].id, regime->stages[i].id))
				problem_add(c->problems, regime->stages[i].at, NULL,
					    "stage %s stands twice in %s", regime->stages[i].id, regime->id);
		check_stage(c, regime, &regime->stages[i]);
	}
}

static void check_calendars(const struct checking *c)
{
	struct zone zone;
	struct fault why;

	for (size_t i = 0; i < c->pack->calendar_count; i++) {
		const struct calendar_def *calendar = &c->pack->calendars[i];

		check_certainty(c, calendar->at, calendar->id, calendar->certainty);
		if (zone_read(calendar->rule, &zone, &why) < 0)
			problem_add(c->problems, calendar->at, NULL, "calendar %s: %s", calendar->id,
				    why.text);
	}
}

/* A deadline of the law wants someone who has read the law; where a law has
 * stages that is the legal officer of the site, who confirms each (docs/decisions/0082). */
void check_regimes(const struct checking *c)
{
	check_calendars(c);
	for (size_t i = 0; i < c->pack->regime_count; i++) {
		const struct regime *regime = &c->pack->regimes[i];

		if (regime->stage_count)
			check_law(c, regime);
		else if (regime->certainty && strcmp(regime->certainty, "proposal") && !*regime->verified_by)
			problem_add(c->problems, regime->at, NULL,
				    "regime %s claims certainty '%s' but names nobody under verified_by",
				    regime->id, regime->certainty);
	}
}
