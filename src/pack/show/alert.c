/* What the plan says of alerts, in words. */

#include "base/stamp.h"
#include "pack/show/tell.h"

static const char *pick(bool chinese, const char *zh, const char *en) { return chinese ? zh : en; }

static void tell_span(struct buf *out, const char *words, int64_t span)
{
	char text[64];

	if (!span)
		return;
	stamp_format_span(span, text, sizeof(text));
	buf_format(out, words, text);
}

static void tell_joining(struct buf *out, const struct joining *how, bool chinese)
{
	buf_text(out, pick(chinese, "规则", "rule"));
	if (how->given && how->by.count) {
		buf_text(out, ", ");
		tell_names(out, &how->by);
	}
	tell_span(out, pick(chinese, "；距末次 %s 以内", "; within %s of the last"), how->within);
	tell_span(out, pick(chinese, "；距首次 %s 以内", "; within %s of the first"), how->at_most);
}

static void tell_while(struct buf *out, const struct guards *conditions, bool chinese)
{
	if (!conditions->count)
		return;
	buf_text(out, pick(chinese, "；条件：", "; where: "));
	tell_guards(out, conditions, chinese);
}

void tell_joins(struct buf *out, const struct joins *joins, bool chinese)
{
	if (!joins->said)
		return;
	buf_text(out, pick(chinese, "相同：", "equal: "));
	tell_joining(out, &joins->usual, chinese);
	buf_format(out, pick(chinese, "；保留原文 %d 份", "; files of lines kept: %d"), joins->samples);
	tell_while(out, &joins->conditions, chinese);
	for (size_t i = 0; i < joins->rule_count; i++) {
		buf_format(out, pick(chinese, "；其中 %s：", "; of %s: "), joins->rules[i].rule);
		tell_joining(out, &joins->rules[i], chinese);
	}
}

void tell_belongs(struct buf *out, const struct belongs *belongs, bool chinese)
{
	if (!belongs->count)
		return;
	buf_text(out, pick(chinese, "并入案件：", "into a case: "));
	for (size_t i = 0; i < belongs->count; i++) {
		const struct belonging *row = &belongs->rows[i];

		buf_format(out, "%s%s (%s: ", i ? pick(chinese, "；", "; ") : "",
			   tell_label(&row->label, chinese), row->of);
		tell_names(out, &row->same);
		tell_span(out, ", %s)", row->within);
	}
	tell_while(out, &belongs->conditions, chinese);
}

void tell_suppressed(struct buf *out, const struct suppressed *suppressed, bool chinese)
{
	if (!suppressed->by)
		return;
	buf_format(out, pick(chinese, "由 %s 抑制：", "kept quiet by %s: "), suppressed->by);
	tell_names(out, &suppressed->same);
	tell_while(out, &suppressed->conditions, chinese);
}
