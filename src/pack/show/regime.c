#include <string.h>

#include "pack/show.h"
#include "pack/show/tell.h"

/*
 * The duties to report upward as a table: who must be told what, by when, how
 * sure that is, and where it stands.
 */

/* clang-format off */
static const struct {
	enum term_unit unit;
	const char *zh, *en;
} units[] = {
	{ TERM_DAY,          "%d天",       "%d d" },
	{ TERM_MONTH,        "%d个月",     "%d month" },
	{ TERM_BUSINESS_DAY, "%d个工作日", "%d business days" },
};
/* clang-format on */

void show_term(struct buf *out, struct term term, bool chinese)
{
	if (term.unit == TERM_AT_ONCE) {
		buf_text(out, chinese ? "立即" : "at once");
	} else if (term.unit == TERM_MINUTE && term.count % 60 == 0) {
		buf_format(out, chinese ? "%d小时" : "%d h", term.count / 60);
	} else if (term.unit == TERM_MINUTE) {
		buf_format(out, chinese ? "%d分钟" : "%d min", term.count);
	} else {
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
			if (units[i].unit == term.unit)
				buf_format(out, chinese ? units[i].zh : units[i].en, term.count);
	}
}

static const char *fact_label(const struct pack *pack, const char *code, bool chinese)
{
	const struct enumeration *facts = pack_enum(pack, "case_fact");
	const struct code *fact = facts ? enum_code(facts, code) : NULL;

	if (fact)
		return chinese ? fact->label.zh : fact->label.en;
	return code;
}

static void show_leg(struct buf *out, const struct pack *pack, const struct stage_leg *leg, bool chinese)
{
	if (!strcmp(leg->from, "sent"))
		buf_format(out, chinese ? "阶段 %s 报出" : "stage %s sent", leg->of);
	else
		buf_text(out, fact_label(pack, leg->from, chinese));
	if (strcmp(leg->from, "sent") && leg->of)
		buf_format(out, " (%s)", leg->of);
	buf_text(out, " + ");
	show_term(out, leg->within, chinese);
}

/* "aware + 24 h" or "min(classified + 4 h, aware + 24 h)" */
void show_stage_rule(struct buf *out, const struct pack *pack, const struct report_stage *stage, bool chinese)
{
	if (stage->leg_count > 1)
		buf_text(out, "min(");
	for (size_t i = 0; i < stage->leg_count; i++) {
		if (i)
			buf_text(out, ", ");
		show_leg(out, pack, &stage->legs[i], chinese);
	}
	if (stage->leg_count > 1)
		buf_text(out, ")");
}

static void show_stage(struct buf *out, const struct pack *pack, const struct report_stage *stage,
		       bool chinese)
{
	buf_format(out, "  %s  ", stage->id);
	buf_text(out, chinese ? stage->label.zh : stage->label.en);
	buf_text(out, "\n      ");
	show_stage_rule(out, pack, stage, chinese);
	buf_format(out, " -> %s", chinese ? stage->recipient.zh : stage->recipient.en);
	buf_format(out, "  [%s] %s", stage->certainty ? stage->certainty : "",
		   stage->basis ? stage->basis : "");
	if (stage->verified_by && stage->verified_at)
		buf_format(out, chinese ? "  核实：%s %s" : "  verified: %s %s", stage->verified_by,
			   stage->verified_at);
	for (size_t i = 0; i < stage->exception_count; i++) {
		buf_format(out,
			   chinese ? "\n      例外 %s：" : "\n      except %s: ", stage->exceptions[i].name);
		show_term(out, stage->exceptions[i].within, chinese);
		buf_format(out, " [%s]",
			   stage->exceptions[i].certainty ? stage->exceptions[i].certainty : "");
	}
	buf_text(out, "\n");
}

static void show_law(struct buf *out, const struct pack *pack, const struct regime *regime, bool chinese)
{
	buf_format(out, "%s  %s (%s)\n", regime->id, chinese ? regime->label.zh : regime->label.en,
		   regime->jurisdiction ? regime->jurisdiction : "");
	if (regime->status.zh)
		buf_format(out, "  %s\n", chinese ? regime->status.zh : regime->status.en);
	if (regime->source)
		buf_format(out, "  %s\n", regime->source);
	for (size_t i = 0; i < regime->stage_count; i++)
		show_stage(out, pack, &regime->stages[i], chinese);
}

static void show_own(struct buf *out, const struct regime *regime, bool chinese)
{
	struct term term = { .count = (int)(regime->within / 60000000), .unit = TERM_MINUTE };

	buf_format(out, "%s  %s\n  ", regime->id, chinese ? regime->label.zh : regime->label.en);
	show_term(out, term, chinese);
	buf_format(out, " -> %s  [%s] %s\n", regime->recipient ? regime->recipient : "",
		   regime->certainty ? regime->certainty : "", regime->basis ? regime->basis : "");
}

void show_regimes(struct buf *out, const struct pack *pack, bool chinese)
{
	size_t stages = 0;

	for (size_t i = 0; i < pack->regime_count; i++) {
		const struct regime *regime = &pack->regimes[i];

		stages += regime->stage_count ? regime->stage_count : 1;
		if (regime->stage_count)
			show_law(out, pack, regime, chinese);
		else
			show_own(out, regime, chinese);
	}
	buf_format(out,
		   chinese ? "共%zu项制度、%zu个阶段。未经本单位法制审核人员确认的，不计时。\n"
			   : "%zu regimes, %zu stages. What the legal officer of the site has not confirmed "
			     "does not "
			     "count.\n",
		   pack->regime_count, stages);
}
