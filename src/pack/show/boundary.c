#include <string.h>

#include "model/closed.h"
#include "pack/show.h"
#include "pack/show/tell.h"

/*
 * What an auditor asks of a plan: what it is about, which classes of incident
 * and which indicators it knows, where persons stand, what leaves the house.
 */

static const char *pick(bool chinese, const char *zh, const char *en) { return chinese ? zh : en; }

static void headline(struct buf *out, const char *text)
{
	buf_format(out, "%s%s\n", out->len ? "\n" : "", text);
}

static void abouts(struct buf *out, const struct pack *pack, bool chinese)
{
	headline(out, pick(chinese, "各类记录是关于什么的（封闭清单）",
			   "What each kind of record is about (closed list)"));
	for (const struct closed_word *about = closed_abouts; about->word; about++) {
		buf_format(out, "  %s (%s):", pick(chinese, about->zh, about->en), about->word);
		for (size_t i = 0; i < pack->kind_count; i++)
			if (!strcmp(pack->kinds[i].about, about->word))
				buf_format(out, " %s", pack->kinds[i].name);
		buf_char(out, '\n');
	}
}

static const char *root_of(const struct enumeration *codes, const struct code *code)
{
	for (size_t i = 0; code && code->parent && i < codes->count; i++)
		code = enum_code(codes, code->parent);
	return code ? code->code : "";
}

static void roots(struct buf *out, const struct pack *pack, const char *name, const char *title,
		  const struct closed_word *list, bool chinese)
{
	const struct enumeration *codes = pack_enum(pack, name);

	headline(out, title);
	for (; list->word; list++) {
		buf_format(out, "  %s (%s):", pick(chinese, list->zh, list->en), list->word);
		for (size_t i = 0; codes && i < codes->count; i++)
			if (!strcmp(root_of(codes, &codes->codes[i]), list->word))
				buf_format(out, " %s", codes->codes[i].code);
		buf_char(out, '\n');
	}
}

static void staff(struct buf *out, const struct pack *pack, bool chinese)
{
	headline(out, pick(chinese, "指向人员登记册的字段", "Fields that refer to the staff register"));
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].field_count; k++) {
			const struct field *field = &pack->kinds[i].fields[k];

			if (field->type == FIELD_REF && !strcmp(field->of, closed_staff_kind))
				buf_format(out, "  %s.%s  %s\n", pack->kinds[i].name, field->name,
					   tell_label(&field->label, chinese));
		}
}

static void searched(struct buf *out, const struct pack *pack, bool chinese)
{
	headline(out, pick(chinese, "可检索的字段（检索不能存为告警）",
			   "Fields that search reads (no search can be kept as an alarm)"));
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].field_count; k++)
			if (pack->kinds[i].fields[k].search)
				buf_format(out, "  %s.%s\n", pack->kinds[i].name,
					   pack->kinds[i].fields[k].name);
}

static bool leaves_the_house(const struct effect_use *use)
{
	static const char *const outward[] = { "deliver", "publish", "send", "issue" };

	for (size_t i = 0; i < sizeof(outward) / sizeof(*outward); i++)
		if (!strcmp(outward[i], use->name))
			return true;
	return false;
}

static void outward(struct buf *out, const struct pack *pack, bool chinese)
{
	headline(out, pick(chinese, "向外发出的动作及其权限",
			   "Moves that send something out of the house, and who makes them"));
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].move_count; k++) {
			const struct move *move = pack->kinds[i].moves[k];
			bool sends = false;

			for (size_t n = 0; n < move->does_count; n++)
				sends |= leaves_the_house(&move->does[n]);
			if (!sends)
				continue;
			buf_format(out, "  %s.%s  ", pack->kinds[i].name, move->name);
			tell_who(out, pack, move, chinese);
			buf_char(out, '\n');
		}
}

/* Technical keys only: the check refuses free text here (N33). */
static void alerts(struct buf *out, const struct pack *pack, bool chinese)
{
	const struct kind *kind = pack_kind(pack, "alert");

	if (!kind || !kind->joins.said)
		return;
	headline(out,
		 pick(chinese, "告警：何为相同、何者被抑制、何者自动并入案件",
		      "Alerts: which are one, what keeps them quiet, which go into a case by themselves"));
	buf_text(out, "  ");
	tell_joins(out, &kind->joins, chinese);
	buf_text(out, "\n  ");
	tell_suppressed(out, &kind->suppressed, chinese);
	buf_text(out, "\n  ");
	tell_belongs(out, &kind->belongs, chinese);
	buf_char(out, '\n');
}

void show_boundary(struct buf *out, const struct pack *pack, bool chinese)
{
	abouts(out, pack, chinese);
	roots(out, pack, "incident_class",
	      pick(chinese, "事件类别及其技术根", "Classes of incident under their technical roots"),
	      closed_incident_roots, chinese);
	roots(out, pack, "consequence",
	      pick(chinese, "后果及其技术根", "Consequences under their technical roots"),
	      closed_consequence_roots, chinese);
	roots(out, pack, "indicator_type",
	      pick(chinese, "指标类型（均归属案件并到期失效）",
		   "Types of indicator (each belongs to a case and expires)"),
	      closed_indicators, chinese);
	staff(out, pack, chinese);
	alerts(out, pack, chinese);
	searched(out, pack, chinese);
	outward(out, pack, chinese);
	headline(out, pick(chinese, "条件与触发：没有文本匹配形式",
			   "Conditions and triggers: there is no form that matches text"));
}
