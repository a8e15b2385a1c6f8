#include <string.h>

#include "gate/http/parts.h"
#include "pack/show.h"

/*
 * regimes -- what `fengsui plan regimes` prints, taken apart for a page: which laws the plan in force knows,
 * their stages, and how certain each term is. Which of them bind here stands in the records `regime_adoption`.
 */

static json_t *both(struct words words)
{
	return words.zh && words.en ? json_pack("{s:s, s:s}", "zh", words.zh, "en", words.en) : NULL;
}

static json_t *spoken(const char *zh, const char *en) { return both((struct words){ .zh = zh, .en = en }); }

static json_t *term_told(struct term term)
{
	SCOPED(buf_fini) struct buf zh = { 0 };
	SCOPED(buf_fini) struct buf en = { 0 };

	show_term(&zh, term, true);
	show_term(&en, term, false);
	return spoken(zh.data, en.data);
}

static json_t *rule_told(const struct pack *pack, const struct report_stage *stage)
{
	SCOPED(buf_fini) struct buf zh = { 0 };
	SCOPED(buf_fini) struct buf en = { 0 };

	show_stage_rule(&zh, pack, stage, true);
	show_stage_rule(&en, pack, stage, false);
	return spoken(zh.data, en.data);
}

static json_t *exceptions_told(const struct report_stage *stage)
{
	json_t *list = json_array();

	for (size_t i = 0; i < stage->exception_count; i++) {
		const struct stage_exception *one = &stage->exceptions[i];

		json_array_append_new(list, json_pack("{s:s, s:o, s:s*}", "name", one->name, "within",
						      term_told(one->within), "certainty", one->certainty));
	}
	return list;
}

/* Facts of the case from which it counts; "sent" with the stage that must have been sent. */
static json_t *starts_told(const struct report_stage *stage)
{
	json_t *list = json_array();

	for (size_t i = 0; i < stage->leg_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s*, s:o}", "from", stage->legs[i].from, "of",
						      stage->legs[i].of, "within",
						      term_told(stage->legs[i].within)));
	return list;
}

static json_t *stage_told(const struct pack *pack, const struct report_stage *stage)
{
	return json_pack("{s:s, s:s*, s:o*, s:o*, s:o*, s:o, s:o, s:s*, s:b, s:s*, s:s*, s:s*, s:s*, s:o*}", "id",
			 stage->id, "variant", stage->variant, "label", both(stage->label), "recipient",
			 both(stage->recipient), "rule", rule_told(pack, stage), "starts", starts_told(stage),
			 "exceptions", exceptions_told(stage), "type", stage->type, "mandatory",
			 stage->mandatory, "basis", stage->basis, "certainty", stage->certainty, "verified_by",
			 stage->verified_by, "verified_at", stage->verified_at, "note", both(stage->note));
}

static json_t *stages_told(const struct pack *pack, const struct regime *regime)
{
	json_t *list = json_array();

	for (size_t i = 0; i < regime->stage_count; i++)
		json_array_append_new(list, stage_told(pack, &regime->stages[i]));
	return list;
}

static json_t *variants_told(const struct regime *regime)
{
	json_t *list = json_array();

	for (size_t i = 0; i < regime->variant_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o*}", "id", regime->variants[i].id, "who",
						      both(regime->variants[i].who)));
	return list;
}

/* One without stages is the plan's own rule, in force with the plan. */
static json_t *own_told(const struct regime *regime)
{
	const struct term term = { .count = (int)(regime->within / 60000000), .unit = TERM_MINUTE };

	return json_pack("{s:s, s:o, s:b, s:o, s:s*, s:s*, s:b, s:s*, s:s*, s:s*}", "id", regime->id, "label",
			 both(regime->label), "own", 1, "within", term_told(term), "recipient",
			 regime->recipient, "type", regime->type, "mandatory", regime->mandatory, "basis",
			 regime->basis, "certainty", regime->certainty, "verified_by", regime->verified_by);
}

static json_t *law_told(const struct pack *pack, const struct regime *regime)
{
	return json_pack("{s:s, s:o, s:b, s:s*, s:s*, s:s*, s:s*, s:s*, s:o*, s:o*, s:o*, s:o, s:o}", "id",
			 regime->id, "label", both(regime->label), "own", 0, "jurisdiction",
			 regime->jurisdiction, "calendar", regime->calendar, "source", regime->source,
			 "edition", regime->edition, "in_force", regime->in_force, "status",
			 both(regime->status), "trigger", both(regime->trigger), "note", both(regime->note),
			 "variants", variants_told(regime), "stages", stages_told(pack, regime));
}

int plan_regimes(struct call *call, struct fault *why)
{
	const struct pack *pack = house_pack(call->web->gate->house);
	json_t *list;
	int ret;

	if ((ret = call_no_query(call, why)) < 0)
		return ret;
	list = json_array();
	for (size_t i = 0; i < pack->regime_count; i++)
		json_array_append_new(list, pack->regimes[i].stage_count ? law_told(pack, &pack->regimes[i])
									 : own_told(&pack->regimes[i]));
	call_answer(call, 200,
		    json_pack("{s:{s:s, s:s, s:s}, s:o}", "version", "digest", pack->digest, "id", pack->id,
			      "version", pack->version, "regimes", list));
	return 0;
}
