#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "pack/document/document.h"
#include "pack/show.h"
#include "pack/show/tell.h"

/*
 * Two versions of a plan, in words: what came, what went, what reads otherwise.
 */

struct comparing {
	struct buf *out;
	const struct pack *a, *b;
	bool chinese;
	size_t lines;
};

static const char *pick(const struct comparing *d, const char *zh, const char *en)
{
	return d->chinese ? zh : en;
}

static void came(struct comparing *d, const char *where, const char *what)
{
	buf_format(d->out, "+ %s%s%s\n", where, *where ? " " : "", what);
	d->lines++;
}

static void went(struct comparing *d, const char *where, const char *what)
{
	buf_format(d->out, "- %s%s%s\n", where, *where ? " " : "", what);
	d->lines++;
}

static const char *or_none(const struct comparing *d, const char *text)
{
	return text && *text ? text : pick(d, "（无）", "(none)");
}

static void changed(struct comparing *d, const char *where, const char *aspect, const char *before,
		    const char *after)
{
	if (before && after && !strcmp(before, after))
		return;
	if ((!before || !*before) && (!after || !*after))
		return;
	buf_format(d->out, "~ %s %s: %s → %s\n", where, aspect, or_none(d, before), or_none(d, after));
	d->lines++;
}

/* Two phrases that were told into buffers; both are emptied for the next. */
static void told(struct comparing *d, const char *where, const char *aspect, struct buf *before,
		 struct buf *after)
{
	changed(d, where, aspect, before->data ? before->data : "", after->data ? after->data : "");
	buf_clear(before);
	buf_clear(after);
}

static void diff_label(struct comparing *d, const char *where, const struct words *a, const struct words *b)
{
	changed(d, where, pick(d, "中文名称", "label zh"), a->zh ? a->zh : "", b->zh ? b->zh : "");
	changed(d, where, pick(d, "英文名称", "label en"), a->en ? a->en : "", b->en ? b->en : "");
}

static const char *state_word(const struct state *state) { return state ? state->name : ""; }

static void from_names(struct buf *out, const struct move *move)
{
	for (size_t i = 0; i < move->from_count; i++)
		buf_format(out, "%s%s", i ? ", " : "", move->from[i]->name);
}

static void diff_move(struct comparing *d, const char *where, const struct move *a, const struct move *b)
{
	struct buf x = { 0 }, y = { 0 };

	diff_label(d, where, &a->label, &b->label);
	from_names(&x, a), from_names(&y, b);
	told(d, where, pick(d, "起始状态", "from"), &x, &y);
	changed(d, where, pick(d, "到达状态", "to"), state_word(a->to), state_word(b->to));
	tell_who(&x, d->a, a, d->chinese), tell_who(&y, d->b, b, d->chinese);
	told(d, where, pick(d, "由谁", "who"), &x, &y);
	tell_by_itself(&x, a, d->chinese), tell_by_itself(&y, b, d->chinese);
	told(d, where, pick(d, "自动", "auto"), &x, &y);
	tell_guards(&x, &a->by, d->chinese), tell_guards(&y, &b->by, d->chinese);
	told(d, where, pick(d, "对办理人的条件", "by"), &x, &y);
	tell_wants(&x, a->needs, a->need_count, d->chinese),
		tell_wants(&y, b->needs, b->need_count, d->chinese);
	told(d, where, pick(d, "须有", "needs"), &x, &y);
	tell_wants(&x, a->asks, a->ask_count, d->chinese), tell_wants(&y, b->asks, b->ask_count, d->chinese);
	told(d, where, pick(d, "填写", "asks"), &x, &y);
	tell_guards(&x, &a->conditions, d->chinese), tell_guards(&y, &b->conditions, d->chinese);
	told(d, where, pick(d, "条件", "if"), &x, &y);
	tell_clock_ops(&x, d->a, a, d->chinese), tell_clock_ops(&y, d->b, b, d->chinese);
	told(d, where, pick(d, "时钟", "clocks"), &x, &y);
	tell_effects(&x, a, d->chinese), tell_effects(&y, b, d->chinese);
	told(d, where, pick(d, "效果", "does"), &x, &y);
	tell_names(&x, &a->rows), tell_names(&y, &b->rows);
	told(d, where, pick(d, "转换行", "rows"), &x, &y);
	tell_names(&x, &a->record), tell_names(&y, &b->record);
	told(d, where, pick(d, "记录", "record"), &x, &y);
	changed(d, where, pick(d, "拒绝代码", "refuse"), a->refuse, b->refuse);
	changed(d, where, pick(d, "再次验证身份", "step_up"), a->step_up ? "yes" : "no",
		b->step_up ? "yes" : "no");
	changed(d, where, pick(d, "回执", "receipt"), a->receipt ? "yes" : "no", b->receipt ? "yes" : "no");
	buf_fini(&x);
	buf_fini(&y);
}

/* "kind incident, move confirm" */
static const char *place(struct buf *at, const struct comparing *d, const struct kind *kind,
			 const char *what_zh, const char *what_en, const char *name)
{
	buf_clear(at);
	buf_format(at, "%s %s %s", kind->name, pick(d, what_zh, what_en), name);
	return at->data;
}

static void diff_moves(struct comparing *d, const struct kind *a, const struct kind *b)
{
	struct buf at = { 0 };
	const struct move *other;

	for (size_t i = 0; i < a->move_count; i++)
		if (!kind_move(b, a->moves[i]->name))
			went(d, "", place(&at, d, a, "动作", "move", a->moves[i]->name));
	for (size_t i = 0; i < b->move_count; i++) {
		place(&at, d, b, "动作", "move", b->moves[i]->name);
		if ((other = kind_move(a, b->moves[i]->name)))
			diff_move(d, at.data, other, b->moves[i]);
		else
			came(d, "", at.data);
	}
	buf_fini(&at);
}

static void diff_fields(struct comparing *d, const struct kind *a, const struct kind *b)
{
	struct buf at = { 0 }, x = { 0 }, y = { 0 };
	const struct field *other;

	for (size_t i = 0; i < a->field_count; i++)
		if (!kind_field(b, a->fields[i].name))
			went(d, "", place(&at, d, a, "字段", "field", a->fields[i].name));
	for (size_t i = 0; i < b->field_count; i++) {
		place(&at, d, b, "字段", "field", b->fields[i].name);
		if (!(other = kind_field(a, b->fields[i].name))) {
			came(d, "", at.data);
			continue;
		}
		tell_field(&x, other, d->chinese), tell_field(&y, &b->fields[i], d->chinese);
		told(d, at.data, pick(d, "读作", "reads"), &x, &y);
	}
	buf_fini(&at);
	buf_fini(&x);
	buf_fini(&y);
}

static void diff_states(struct comparing *d, const struct kind *kind, const struct region *a,
			const struct region *b)
{
	struct buf at = { 0 };
	const struct state *other;

	for (size_t i = 0; i < a->state_count; i++)
		if (!region_state(b, a->states[i].name))
			went(d, "", place(&at, d, kind, "状态", "state", a->states[i].name));
	for (size_t i = 0; i < b->state_count; i++) {
		place(&at, d, kind, "状态", "state", b->states[i].name);
		if (!(other = region_state(a, b->states[i].name))) {
			came(d, "", at.data);
			continue;
		}
		diff_label(d, at.data, &other->label, &b->states[i].label);
		changed(d, at.data, pick(d, "终态", "end"), other->end ? "yes" : "no",
			b->states[i].end ? "yes" : "no");
	}
	buf_fini(&at);
}

static void diff_regions(struct comparing *d, const struct kind *a, const struct kind *b)
{
	struct buf at = { 0 };
	const struct region *other;

	for (size_t i = 0; i < a->region_count; i++)
		if (!kind_region(b, a->regions[i].name))
			went(d, "", place(&at, d, a, "状态机", "machine", a->regions[i].name));
	for (size_t i = 0; i < b->region_count; i++) {
		place(&at, d, b, "状态机", "machine", b->regions[i].name);
		if (!(other = kind_region(a, b->regions[i].name))) {
			came(d, "", at.data);
			continue;
		}
		changed(d, at.data, pick(d, "起始", "start"), state_word(other->start),
			state_word(b->regions[i].start));
		diff_states(d, b, other, &b->regions[i]);
	}
	buf_fini(&at);
}

static void tell_always(struct buf *out, const struct kind *kind, bool chinese)
{
	for (size_t i = 0; i < kind->always_count; i++) {
		buf_text(out, i ? "; " : "");
		if (kind->always[i].when)
			tell_guard(out, kind->always[i].when, chinese);
		buf_format(out, " => %s [%s]", tell_label(&kind->always[i].say, chinese),
			   kind->always[i].refuse);
	}
}

static void tell_alike(struct buf *out, const struct alike *alike)
{
	char within[64];

	if (!alike->of.count)
		return;
	stamp_format_span(alike->within, within, sizeof(within));
	tell_names(out, &alike->of);
	buf_format(out, " = %s, %s ± %s", alike->same, alike->near, within);
}

static void diff_alerts(struct comparing *d, const struct kind *a, const struct kind *b, struct buf *x,
			struct buf *y)
{
	tell_joins(x, &a->joins, d->chinese), tell_joins(y, &b->joins, d->chinese);
	told(d, b->name, pick(d, "归并", "joins"), x, y);
	tell_belongs(x, &a->belongs, d->chinese), tell_belongs(y, &b->belongs, d->chinese);
	told(d, b->name, pick(d, "并入案件", "belongs"), x, y);
	tell_suppressed(x, &a->suppressed, d->chinese), tell_suppressed(y, &b->suppressed, d->chinese);
	told(d, b->name, pick(d, "抑制", "suppressed"), x, y);
}

static void diff_kind(struct comparing *d, const struct kind *a, const struct kind *b)
{
	struct buf x = { 0 }, y = { 0 };

	diff_label(d, b->name, &a->label, &b->label);
	changed(d, b->name, pick(d, "关于", "about"), a->about, b->about);
	changed(d, b->name, pick(d, "编号", "number"), a->number, b->number);
	diff_fields(d, a, b);
	diff_regions(d, a, b);
	diff_moves(d, a, b);
	tell_always(&x, a, d->chinese), tell_always(&y, b, d->chinese);
	told(d, b->name, pick(d, "始终成立", "always"), &x, &y);
	tell_names(&x, &a->ends_with), tell_names(&y, &b->ends_with);
	told(d, b->name, pick(d, "结束前须了结", "ends with"), &x, &y);
	tell_alike(&x, &a->alike), tell_alike(&y, &b->alike);
	told(d, b->name, pick(d, "疑似重复", "alike"), &x, &y);
	diff_alerts(d, a, b, &x, &y);
	buf_fini(&x);
	buf_fini(&y);
}

static void diff_kinds(struct comparing *d)
{
	const struct kind *other;

	for (size_t i = 0; i < d->a->kind_count; i++)
		if (!pack_kind(d->b, d->a->kinds[i].name))
			went(d, pick(d, "记录类别", "kind"), d->a->kinds[i].name);
	for (size_t i = 0; i < d->b->kind_count; i++)
		if ((other = pack_kind(d->a, d->b->kinds[i].name)))
			diff_kind(d, other, &d->b->kinds[i]);
		else
			came(d, pick(d, "记录类别", "kind"), d->b->kinds[i].name);
}

static void diff_clock(struct comparing *d, const struct clock_def *a, const struct clock_def *b)
{
	struct buf x = { 0 }, y = { 0 };

	diff_label(d, b->code, &a->label, &b->label);
	tell_clock_length(&x, a, d->chinese), tell_clock_length(&y, b, d->chinese);
	told(d, b->code, pick(d, "时长", "length"), &x, &y);
	tell_escalation(&x, a, d->chinese), tell_escalation(&y, b, d->chinese);
	told(d, b->code, pick(d, "催办", "escalation"), &x, &y);
	tell_names(&x, &a->runs_in), tell_names(&y, &b->runs_in);
	told(d, b->code, pick(d, "计时状态", "runs in"), &x, &y);
	buf_fini(&x);
	buf_fini(&y);
}

static void diff_clocks(struct comparing *d)
{
	const struct clock_def *other;

	for (size_t i = 0; i < d->a->clock_count; i++)
		if (!pack_clock(d->b, d->a->clocks[i].code))
			went(d, pick(d, "时钟", "clock"), d->a->clocks[i].code);
	for (size_t i = 0; i < d->b->clock_count; i++)
		if ((other = pack_clock(d->a, d->b->clocks[i].code)))
			diff_clock(d, other, &d->b->clocks[i]);
		else
			came(d, pick(d, "时钟", "clock"), d->b->clocks[i].code);
}

static void diff_roles(struct comparing *d)
{
	static const char *const scopes[] = { "all", "case", "unit", "sector" };
	const struct role *other;

	for (size_t i = 0; i < d->a->role_count; i++)
		if (!pack_role(d->b, d->a->roles[i].code))
			went(d, pick(d, "角色", "role"), d->a->roles[i].code);
	for (size_t i = 0; i < d->b->role_count; i++) {
		const struct role *role = &d->b->roles[i];

		if (!(other = pack_role(d->a, role->code))) {
			came(d, pick(d, "角色", "role"), role->code);
			continue;
		}
		diff_label(d, role->code, &other->label, &role->label);
		changed(d, role->code, pick(d, "范围", "scope"), scopes[other->scope], scopes[role->scope]);
		changed(d, role->code, pick(d, "须担保", "guarded"), other->guarded ? "yes" : "no",
			role->guarded ? "yes" : "no");
	}
}

static void diff_refusals(struct comparing *d)
{
	const struct refusal *other;

	for (size_t i = 0; i < d->a->refusal_count; i++)
		if (!pack_refusal(d->b, d->a->refusals[i].code))
			went(d, pick(d, "拒绝代码", "refusal"), d->a->refusals[i].code);
	for (size_t i = 0; i < d->b->refusal_count; i++)
		if ((other = pack_refusal(d->a, d->b->refusals[i].code)))
			diff_label(d, d->b->refusals[i].code, &other->label, &d->b->refusals[i].label);
		else
			came(d, pick(d, "拒绝代码", "refusal"), d->b->refusals[i].code);
}

/* "1 2 3, authorised" */
static const char *allowed(const struct comparing *d, const struct publication *to, char out[64])
{
	size_t n = 0;

	*out = '\0';
	for (int level = 1; to && level <= 5; level++)
		if (to->levels[level])
			n += (size_t)snprintf(out + n, 64 - n, "%s%d", n ? " " : "", level);
	if (to && to->authorised)
		snprintf(out + n, 64 - n, "%s", pick(d, "，须授权", ", authorised"));
	return out;
}

static void diff_publication(struct comparing *d)
{
	const struct pack *packs[] = { d->a, d->b };
	char before[64], after[64], level[32];

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < packs[k]->publication_count; i++) {
			const char *marking = packs[k]->publications[i].marking;

			if (k == 0 || !pack_publication(d->a, marking))
				changed(d, marking, pick(d, "可发布级别", "levels that may go out"),
					allowed(d, pack_publication(d->a, marking), before),
					allowed(d, pack_publication(d->b, marking), after));
		}
	for (int i = 1; i <= 5; i++) {
		snprintf(level, sizeof(level), pick(d, "预警%d级", "warning level %d"), i);
		changed(d, level, pick(d, "颜色", "colour"), d->a->colours[i].name, d->b->colours[i].name);
		diff_label(d, level, &d->a->colours[i].label, &d->b->colours[i].label);
		changed(d, level, pick(d, "响应等级", "grade"), d->a->colours[i].grade,
			d->b->colours[i].grade);
		changed(d, level, pick(d, "CAP 严重程度", "CAP severity"), d->a->colours[i].cap,
			d->b->colours[i].cap);
	}
}

static bool has_part(const struct document_template *in, const char *words, bool chinese)
{
	struct buf other = { 0 };
	bool has = false;

	for (size_t i = 0; !has && i < in->part_count; i++) {
		buf_clear(&other);
		tell_part(&other, &in->parts[i], chinese);
		has = !strcmp(other.data, words);
	}
	buf_fini(&other);
	return has;
}

/* The blocks of one that the other has not. */
static size_t parts_missing(struct comparing *d, const char *where, const struct document_template *of,
			    const struct document_template *in,
			    void (*say)(struct comparing *d, const char *where, const char *what))
{
	struct buf x = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < of->part_count; i++) {
		buf_clear(&x);
		tell_part(&x, &of->parts[i], d->chinese);
		if (has_part(in, x.data, d->chinese))
			continue;
		say(d, where, x.data);
		count++;
	}
	buf_fini(&x);
	return count;
}

static void all_parts(struct buf *out, const struct document_template *of, bool chinese)
{
	for (size_t i = 0; i < of->part_count; i++)
		buf_char(out, '\n'), tell_part(out, &of->parts[i], chinese);
}

static void diff_parts(struct comparing *d, const char *where, const struct document_template *a,
		       const struct document_template *b)
{
	struct buf x = { 0 }, y = { 0 };
	size_t count = parts_missing(d, where, a, b, went);

	count += parts_missing(d, where, b, a, came);
	if (!count) {
		all_parts(&x, a, d->chinese), all_parts(&y, b, d->chinese);
		if (x.len != y.len || memcmp(x.data ? x.data : "", y.data ? y.data : "", x.len))
			changed(d, where, pick(d, "内容块", "blocks"), pick(d, "原顺序", "in their order"),
				pick(d, "次序或重复有变", "in another order, or again"));
	}
	buf_fini(&x);
	buf_fini(&y);
}

static void diff_document(struct comparing *d, const struct document_template *a,
			  const struct document_template *b)
{
	struct buf at = { 0 }, x = { 0 }, y = { 0 };

	buf_format(&at, "%s %s", pick(d, "文件", "document"), b->id);
	changed(d, at.data, pick(d, "记录类别", "of"), a->of, b->of);
	diff_label(d, at.data, &a->label, &b->label);
	buf_format(&x, "%s / %s", a->title.zh, a->title.en),
		buf_format(&y, "%s / %s", b->title.zh, b->title.en);
	told(d, at.data, pick(d, "题目", "title"), &x, &y);
	changed(d, at.data, pick(d, "版头", "letterhead"), a->letterhead.zh, b->letterhead.zh);
	changed(d, at.data, pick(d, "英文版头", "letterhead en"), a->letterhead.en, b->letterhead.en);
	changed(d, at.data, pick(d, "文号", "number"), a->number, b->number);
	changed(d, at.data, pick(d, "标记", "marking"), a->marking, b->marking);
	if (a->when)
		tell_guard(&x, a->when, d->chinese);
	if (b->when)
		tell_guard(&y, b->when, d->chinese);
	told(d, at.data, pick(d, "适用于", "when"), &x, &y);
	tell_names(&x, &a->fixed), tell_names(&y, &b->fixed);
	told(d, at.data, pick(d, "定稿格式", "fixed"), &x, &y);
	changed(d, at.data, pick(d, "归档", "archived"), a->archived ? "yes" : "no",
		b->archived ? "yes" : "no");
	buf_format(&x, "%d", a->offset_min), buf_format(&y, "%d", b->offset_min);
	told(d, at.data, pick(d, "时区（分钟）", "minutes from UTC"), &x, &y);
	diff_parts(d, at.data, a, b);
	buf_fini(&at);
	buf_fini(&x);
	buf_fini(&y);
}

static void diff_documents(struct comparing *d)
{
	const struct document_template *other;

	for (size_t i = 0; i < d->a->document_count; i++)
		if (!pack_document(d->b, d->a->documents[i].id))
			went(d, pick(d, "文件", "document"), d->a->documents[i].id);
	for (size_t i = 0; i < d->b->document_count; i++)
		if ((other = pack_document(d->a, d->b->documents[i].id)))
			diff_document(d, other, &d->b->documents[i]);
		else
			came(d, pick(d, "文件", "document"), d->b->documents[i].id);
}

static void diff_codes(struct comparing *d, const struct enumeration *a, const struct enumeration *b)
{
	struct buf at = { 0 };
	const struct code *other;

	for (size_t i = 0; i < a->count; i++)
		if (!enum_code(b, a->codes[i].code))
			went(d, a->name, a->codes[i].code);
	for (size_t i = 0; i < b->count; i++) {
		if (!(other = enum_code(a, b->codes[i].code))) {
			came(d, b->name, b->codes[i].code);
			continue;
		}
		buf_clear(&at);
		buf_format(&at, "%s %s", b->name, b->codes[i].code);
		diff_label(d, at.data, &other->label, &b->codes[i].label);
	}
	buf_fini(&at);
}

static void diff_enums(struct comparing *d)
{
	const struct enumeration *other;

	for (size_t i = 0; i < d->a->enum_count; i++)
		if (!pack_enum(d->b, d->a->enums[i].name))
			went(d, pick(d, "枚举", "enumeration"), d->a->enums[i].name);
	for (size_t i = 0; i < d->b->enum_count; i++)
		if ((other = pack_enum(d->a, d->b->enums[i].name)))
			diff_codes(d, other, &d->b->enums[i]);
		else
			came(d, pick(d, "枚举", "enumeration"), d->b->enums[i].name);
}

static void diff_plans(struct comparing *d)
{
	const struct special_plan *other;

	for (size_t i = 0; i < d->a->plan_count; i++)
		if (!pack_plan(d->b, d->a->plans[i].id))
			went(d, pick(d, "专项预案", "special plan"), d->a->plans[i].id);
	for (size_t i = 0; i < d->b->plan_count; i++)
		if ((other = pack_plan(d->a, d->b->plans[i].id)))
			changed(d, d->b->plans[i].id, pick(d, "版本", "version"), other->version,
				d->b->plans[i].version);
		else
			came(d, pick(d, "专项预案", "special plan"), d->b->plans[i].id);
}

static const struct regime *regime_of(const struct pack *pack, const char *id)
{
	for (size_t i = 0; i < pack->regime_count; i++)
		if (!strcmp(pack->regimes[i].id, id))
			return &pack->regimes[i];
	return NULL;
}

static void tell_stages(struct buf *out, const struct pack *pack, const struct regime *regime, bool chinese)
{
	for (size_t i = 0; i < regime->stage_count; i++) {
		const struct report_stage *stage = &regime->stages[i];

		buf_format(out, "; %s: ", stage->id);
		show_stage_rule(out, pack, stage, chinese);
		buf_format(out, " [%s]", stage->certainty);
	}
}

static void tell_regime(struct buf *out, const struct pack *pack, const struct regime *regime, bool chinese)
{
	if (regime->when)
		tell_guard(out, regime->when, chinese);
	if (regime->stage_count)
		tell_stages(out, pack, regime, chinese);
	else
		buf_format(out, " => %s, %lld min, %s%s", regime->recipient,
			   (long long)(regime->within / 60000000), regime->type,
			   regime->mandatory ? ", mandatory" : "");
}

static void diff_regimes(struct comparing *d)
{
	struct buf x = { 0 }, y = { 0 };
	const struct regime *other;

	for (size_t i = 0; i < d->a->regime_count; i++)
		if (!regime_of(d->b, d->a->regimes[i].id))
			went(d, pick(d, "上报规则", "reporting duty"), d->a->regimes[i].id);
	for (size_t i = 0; i < d->b->regime_count; i++) {
		if (!(other = regime_of(d->a, d->b->regimes[i].id))) {
			came(d, pick(d, "上报规则", "reporting duty"), d->b->regimes[i].id);
			continue;
		}
		tell_regime(&x, d->a, other, d->chinese);
		tell_regime(&y, d->b, &d->b->regimes[i], d->chinese);
		told(d, d->b->regimes[i].id, pick(d, "读作", "reads"), &x, &y);
	}
	buf_fini(&x);
	buf_fini(&y);
}

static void diff_about(struct comparing *d)
{
	struct buf x = { 0 }, y = { 0 };

	changed(d, pick(d, "预案", "plan"), pick(d, "版本", "version"), d->a->version, d->b->version);
	diff_label(d, pick(d, "预案", "plan"), &d->a->label, &d->b->label);
	buf_format(&x, "%d", d->a->threshold), buf_format(&y, "%d", d->b->threshold);
	told(d, pick(d, "预案", "plan"), pick(d, "启动级别", "threshold"), &x, &y);
	buf_fini(&x);
	buf_fini(&y);
}

size_t show_differences(struct buf *out, const struct pack *a, const struct pack *b, bool chinese)
{
	struct comparing d = { out, a, b, chinese, 0 };

	diff_about(&d);
	diff_kinds(&d);
	diff_clocks(&d);
	diff_roles(&d);
	diff_refusals(&d);
	diff_publication(&d);
	diff_documents(&d);
	diff_enums(&d);
	diff_plans(&d);
	diff_regimes(&d);
	return d.lines;
}
