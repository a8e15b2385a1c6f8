#include <stdio.h>
#include <string.h>

#include "ctl/cap/cap.h"
#include "warn/check.h"
#include "warn/message.h"

/*
 * show -- `fengsui cap show`: what a message says, in the order a duty officer asks.
 */

static void row(const struct cap_line *line, const char *en, const char *zh, const char *value)
{
	if (value && *value)
		printf("  %s%s%s\n", cap_words(line, en, zh), cap_words(line, ": ", "："),
		       cap_legible(line, value));
}

static void rows(const struct cap_line *line, const char *en, const char *zh, const struct cap_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		row(line, en, zh,
		    arena_text(line->mem, "%s = %s", pairs->at[i].name,
			       pairs->at[i].value ? pairs->at[i].value : ""));
}

static const char *joined(const struct cap_line *line, const struct cap_words *words)
{
	const char *all = "";

	for (size_t i = 0; i < words->count; i++)
		all = arena_text(line->mem, "%s%s%s", all, *all ? ", " : "", words->at[i]);
	return all;
}

static void show_info(const struct cap_line *line, const struct cap_info *info)
{
	printf("[%s]\n", info->language && *info->language ? cap_legible(line, info->language) : "en-US");
	row(line, "headline", "标题", info->headline);
	row(line, "event", "事件", info->event);
	row(line, "urgency, severity, certainty", "紧急程度、严重程度、确定性",
	    arena_text(line->mem, "%s, %s, %s", info->urgency, info->severity, info->certainty));
	row(line, "what to do", "响应类型", joined(line, &info->responses));
	row(line, "effective", "生效", info->effective);
	row(line, "expires", "失效", info->expires);
	row(line, "from", "发布单位", info->sender_name);
	row(line, "description", "说明", info->description);
	row(line, "instruction", "措施", info->instruction);
	row(line, "web", "网址", info->web);
	row(line, "contact", "联系方式", info->contact);
	rows(line, "code", "事件代码", &info->event_codes);
	rows(line, "parameter", "参数", &info->parameters);
	for (size_t i = 0; i < info->area_count; i++) {
		row(line, "area", "区域", info->areas[i].description);
		rows(line, "geocode", "区域代码", &info->areas[i].geocodes);
	}
}

static void show_message(const struct cap_line *line, const struct cap_message *m)
{
	printf("%s\n", cap_legible(line, m->identifier));
	row(line, "sender", "发送者", m->sender);
	row(line, "sent", "发送时间", m->sent);
	row(line, "status, type, scope", "状态、类型、范围",
	    arena_text(line->mem, "%s, %s, %s", m->status, m->type, m->scope));
	row(line, "restriction", "限制", m->restriction);
	row(line, "addresses", "收件者", m->addresses);
	row(line, "code", "代码", joined(line, &m->codes));
	row(line, "note", "备注", m->note);
	row(line, "references", "引用", m->references);
	row(line, "incidents", "事件编号", m->incidents);
	for (size_t i = 0; i < m->info_count; i++)
		show_info(line, &m->infos[i]);
}

int cap_show(const struct cap_line *line, const char *path)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct findings found = { 0 };
	struct signatures signatures;
	const struct finding *first;
	const struct node *alert;
	const char *trusted;
	struct fault why;
	char *bytes;
	size_t len;
	int ret;

	if ((ret = cap_read(line, path, &bytes, &len)) || (ret = cap_trusted(line, &trusted)))
		return ret;
	alert = check_message(bytes, len, mem, &found);
	if (!alert || findings_of(&found, STAGE_SCHEMA)) {
		first = findings_first(&found);
		fprintf(stderr, "fengsui cap: %s:%u: %s\n", path, first ? first->line : 0,
			first ? cap_words(line, rule_en(first->rule), rule_zh(first->rule)) : "");
		return CAP_REFUSED;
	}
	show_message(line, message_of(alert, mem));
	if (sign_verify(bytes, len, trusted, &signatures, &why) == 0)
		cap_say_signatures(line, &signatures, "  ");
	if (found.refused)
		printf(cap_words(line, "  not as the standard says; fengsui cap check %s says more\n",
				 "  不符合标准，详见 fengsui cap check %s\n"),
		       path);
	return found.refused ? CAP_REFUSED : CAP_FINE;
}
