#include "pack/show/tell.h"

#include <string.h>

#include "base/stamp.h"
#include "model/vocabulary.h"

const char *tell_label(const struct words *label, bool chinese)
{
	const char *text = chinese ? label->zh : label->en;

	return text ? text : "";
}

static const char *pick(bool chinese, const char *zh, const char *en) { return chinese ? zh : en; }

/* A separator before everything but the first. */
static void apart(struct buf *out, size_t i, const char *separator)
{
	if (i)
		buf_text(out, separator);
}

void tell_names(struct buf *out, const struct names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		apart(out, i, ", ");
		buf_text(out, names->at[i]);
	}
}

void tell_from(struct buf *out, const struct move *move, bool chinese)
{
	for (size_t i = 0; i < move->from_count; i++) {
		apart(out, i, pick(chinese, "、", ", "));
		buf_text(out, tell_label(&move->from[i]->label, chinese));
	}
}

static void tell_roles(struct buf *out, const struct pack *pack, const struct names *roles, bool chinese)
{
	const struct role *role;

	for (size_t i = 0; i < roles->count; i++) {
		apart(out, i, i + 1 < roles->count ? pick(chinese, "、", ", ") : pick(chinese, "或", " or "));
		role = pack_role(pack, roles->at[i]);
		buf_text(out, role ? tell_label(&role->label, chinese) : roles->at[i]);
	}
}

static void tell_branch(struct buf *out, const struct pack *pack, const struct branch *branch, bool chinese)
{
	if (branch->when) {
		buf_text(out, pick(chinese, "若", "where "));
		tell_guard(out, branch->when, chinese);
		buf_text(out, pick(chinese, "：", ": "));
	}
	if (branch->form == WHO_TWO)
		buf_text(out, pick(chinese, "提议：", "proposed by "));
	if (branch->form != WHO_SIGN)
		tell_roles(out, pack, &branch->roles, chinese);
	if (branch->form == WHO_TWO) {
		buf_text(out, pick(chinese, "；另一人确认：", ", confirmed by another person: "));
		tell_roles(out, pack, &branch->confirm, chinese);
	}
	if (branch->form == WHO_SIGN)
		buf_text(out, pick(chinese, "共同签字：", "signed by all of "));
	for (size_t i = 0; i < branch->signer_count; i++) {
		apart(out, i, pick(chinese, " + ", " + "));
		tell_roles(out, pack, &branch->signers[i], chinese);
	}
}

void tell_who(struct buf *out, const struct pack *pack, const struct move *move, bool chinese)
{
	for (size_t i = 0; i < move->who_count; i++) {
		apart(out, i, pick(chinese, "；否则", "; else "));
		tell_branch(out, pack, &move->who[i], chinese);
	}
}

void tell_by_itself(struct buf *out, const struct move *move, bool chinese)
{
	static const struct words how[] = {
		[TRIGGER_WITH] = { "随", "with " },       [TRIGGER_AFTER] = { "其后", "after " },
		[TRIGGER_CLOCK] = { "超时", "clock " },   [TRIGGER_REACHED] = { "到期", "when reached: " },
		[TRIGGER_SIGNAL] = { "信号", "signal " },
	};

	for (size_t i = 0; i < move->auto_count; i++) {
		apart(out, i, pick(chinese, "、", ", "));
		buf_format(out, "%s%s%s", tell_label(&how[move->auto_[i].form], chinese), chinese ? " " : "",
			   move->auto_[i].name);
	}
}

void tell_wants(struct buf *out, const struct want *wants, size_t count, bool chinese)
{
	for (size_t i = 0; i < count; i++) {
		const struct want *want = &wants[i];

		apart(out, i, pick(chinese, "、", ", "));
		buf_text(out, want->field ? tell_label(&want->field->label, chinese) : want->name);
		if (want->otherwise && !strcmp(want->otherwise, "unknown"))
			buf_text(out, pick(chinese, "（或“不明”及理由）", " (or unknown, with a reason)"));
		else if (want->otherwise)
			buf_text(out, pick(chinese, "（或“无”及理由）", " (or none, with a reason)"));
		if (want->optional)
			buf_text(out, pick(chinese, "（可不填）", " (may be left out)"));
	}
}

void tell_guard(struct buf *out, const struct guard *guard, bool chinese)
{
	if (guard->when) {
		buf_text(out, pick(chinese, "若", "where "));
		tell_guard(out, guard->when, chinese);
		buf_text(out, pick(chinese, "，则", ": "));
	}
	buf_text(out, tell_label(&guard->say, chinese));
	if (guard->refuse)
		buf_format(out, " [%s]", guard->refuse);
}

void tell_guards(struct buf *out, const struct guards *guards, bool chinese)
{
	for (size_t i = 0; i < guards->count; i++) {
		apart(out, i, pick(chinese, "；", "; "));
		tell_guard(out, guards->at[i], chinese);
	}
}

void tell_clock_ops(struct buf *out, const struct pack *pack, const struct move *move, bool chinese)
{
	static const struct words how[] = {
		[CLOCK_START] = { "启动", "start" },     [CLOCK_STOP] = { "停止", "stop" },
		[CLOCK_PAUSE] = { "暂停", "pause" },     [CLOCK_RESUME] = { "继续", "resume" },
		[CLOCK_RESTART] = { "重启", "restart" },
	};

	for (size_t i = 0; i < move->clock_count; i++) {
		const struct clock_op *op = &move->clocks[i];
		const struct clock_def *clock = pack_clock(pack, op->code);

		apart(out, i, pick(chinese, "；", "; "));
		buf_format(out, "%s %s %s", tell_label(&how[op->op], chinese), op->code,
			   clock ? tell_label(&clock->label, chinese) : "");
		if (op->on)
			buf_format(out, " (%s)", op->on);
		if (op->when) {
			buf_text(out, pick(chinese, "，若", ", where "));
			tell_guard(out, op->when, chinese);
		}
	}
}

static void tell_parameters(struct buf *out, const struct effect_use *use)
{
	for (size_t i = 0; i < use->arg_count; i++)
		buf_format(out, "%s%s: %s", i || use->values.count ? ", " : " ", use->keys[i], use->args[i]);
}

void tell_effects(struct buf *out, const struct move *move, bool chinese)
{
	for (size_t i = 0; i < move->does_count; i++) {
		const struct effect_use *use = &move->does[i];
		const struct effect_shape *shape = vocabulary_effect(use->name);

		apart(out, i, pick(chinese, "；", "; "));
		buf_text(out, shape ? pick(chinese, shape->zh, shape->en) : use->name);
		if (use->values.count) {
			buf_text(out, pick(chinese, "：", ": "));
			tell_names(out, &use->values);
		}
		tell_parameters(out, use);
		if (use->when) {
			buf_text(out, pick(chinese, "（若", " (where "));
			tell_guard(out, use->when, chinese);
			buf_text(out, pick(chinese, "）", ")"));
		}
	}
}

static void tell_span(struct buf *out, int64_t span, bool chinese)
{
	char text[64];

	if (span < 0) {
		buf_text(out, pick(chinese, "无", "none"));
		return;
	}
	stamp_format_span(span, text, sizeof(text));
	buf_text(out, text);
}

void tell_clock_length(struct buf *out, const struct clock_def *clock, bool chinese)
{
	if (clock->measured)
		buf_text(out, pick(chinese, "仅统计", "measured only"));
	else if (clock->length_field)
		buf_format(out, pick(chinese, "按字段 %s（分钟）", "as field %s says, in minutes"),
			   clock->length_field);
	else if (clock->length[0] >= 0 && !clock->level)
		tell_span(out, clock->length[0], chinese);
	for (int level = 5; level >= 1 && clock->level; level--) {
		apart(out, level < 5, ", ");
		buf_format(out, pick(chinese, "%d级 ", "level %d "), level);
		tell_span(out, clock->length[level], chinese);
	}
	if (clock->level && clock->length[0] >= 0) {
		buf_text(out, pick(chinese, "，未定级 ", ", without a level "));
		tell_span(out, clock->length[0], chinese);
	}
	if (clock->working_days)
		buf_text(out, pick(chinese, "（工作日）", " (working days)"));
}

void tell_escalation(struct buf *out, const struct clock_def *clock, bool chinese)
{
	for (size_t i = 0; i < clock->rung_count; i++) {
		apart(out, i, pick(chinese, "；", "; "));
		buf_text(out, pick(chinese, "超时后 ", "missed by "));
		tell_span(out, clock->rungs[i].after, chinese);
		buf_text(out, pick(chinese, " 通知 ", ": tell "));
		tell_names(out, &clock->rungs[i].inform);
	}
}

void tell_field(struct buf *out, const struct field *field, bool chinese)
{
	static const struct words types[] = {
		[FIELD_TEXT] = { "文本", "text" },     [FIELD_WORD] = { "词", "word" },
		[FIELD_NUMBER] = { "数", "number" },   [FIELD_YES] = { "是否", "yes or no" },
		[FIELD_TIME] = { "时间", "time" },     [FIELD_ENUM] = { "枚举", "one of" },
		[FIELD_REF] = { "关联", "a" },         [FIELD_BLOB] = { "证据文件", "evidence file" },
		[FIELD_SCORES] = { "评分", "scores" },
	};

	buf_format(out, "%s: %s%s%s", tell_label(&field->label, chinese),
		   tell_label(&types[field->type], chinese), field->of ? " " : "",
		   field->of ? field->of : "");
	if (field->many)
		buf_text(out, pick(chinese, "，可多项", ", several"));
	if (field->filter && field->type != FIELD_REF)
		buf_text(out, pick(chinese, "，可筛选", ", lists filter on it"));
	if (field->search)
		buf_text(out, pick(chinese, "，可检索", ", searched"));
	if (field->engine)
		buf_text(out, pick(chinese, "，由系统设置", ", set by the system"));
}
