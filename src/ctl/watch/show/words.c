#include "ctl/watch/show/words.h"

#include <ctype.h>
#include <string.h>

#include "host/terminal.h"

/* clang-format off */
static const struct {
	const char *zh, *colour;
} levels[] = {
	[LEVEL_INFORMATIONAL] = { "提示", "\033[2m" },
	[LEVEL_LOW]           = { "低",   "\033[36m" },
	[LEVEL_MEDIUM]        = { "中",   "\033[33m" },
	[LEVEL_HIGH]          = { "高",   "\033[31m" },
	[LEVEL_CRITICAL]      = { "严重", "\033[1;31m" },
};

/* Tactics of ATT&CK as Sigma tags spell them; what stands in reports is the number. */
static const struct {
	const char *tag, *number;
} tactics[] = {
	{ "reconnaissance",       "TA0043" },
	{ "resource-development", "TA0042" },
	{ "initial-access",       "TA0001" },
	{ "execution",            "TA0002" },
	{ "persistence",          "TA0003" },
	{ "privilege-escalation", "TA0004" },
	{ "defense-evasion",      "TA0005" },
	{ "credential-access",    "TA0006" },
	{ "discovery",            "TA0007" },
	{ "lateral-movement",     "TA0008" },
	{ "collection",           "TA0009" },
	{ "command-and-control",  "TA0011" },
	{ "exfiltration",         "TA0010" },
	{ "impact",               "TA0040" },
};
/* clang-format on */

const char *words_level(enum rule_level level, bool chinese)
{
	return chinese ? levels[level].zh : rule_level_word(level);
}

const char *words_colour(enum rule_level level) { return levels[level].colour; }

void words_levels(struct buf *out, const uint64_t *counts, bool chinese, const char *first)
{
	const char *gap = first;

	for (int i = LEVEL_CRITICAL; i >= LEVEL_INFORMATIONAL; i--) {
		if (!counts[i])
			continue;
		buf_format(out, "%s%s %llu", gap, words_level(i, chinese), (unsigned long long)counts[i]);
		gap = chinese ? "，" : ", ";
	}
}

void words_time(int64_t stamp, char out[static STAMP_LEN])
{
	enum { DATE = 10, SECONDS = 19 };

	stamp_format(stamp, out);
	out[DATE] = ' ';
	out[SECONDS] = '\0';
}

static bool is_tactic(const char *tag, const char *tactic)
{
	for (; *tag && *tactic; tag++, tactic++)
		if (*tag != *tactic && !(*tag == '_' && *tactic == '-'))
			return false;
	return *tag == *tactic;
}

static void put_attack(struct buf *out, const char *tag)
{
	const char *gap = out->len ? ", " : "";

	/* t1110.001, s0005, g0016: techniques, software, groups. */
	if (strchr("tsg", *tag) && isdigit((unsigned char)tag[1])) {
		buf_format(out, "%s%c%s", gap, toupper((unsigned char)*tag), tag + 1);
		return;
	}
	for (size_t i = 0; i < sizeof(tactics) / sizeof(*tactics); i++)
		if (is_tactic(tag, tactics[i].tag))
			buf_format(out, "%s%s", gap, tactics[i].number);
}

void words_attack(struct buf *out, const struct rule *rule)
{
	struct buf list = { 0 };

	for (const struct name_list *t = rule->tags; t; t = t->next)
		if (!strncmp(t->name, "attack.", strlen("attack.")) && t->name[strlen("attack.")])
			put_attack(&list, t->name + strlen("attack."));
	if (list.len)
		buf_put(out, list.data, list.len);
	buf_fini(&list);
}

void words_whole(struct buf *out, const char *text, size_t len)
{
	const size_t from = out->len;

	/* No character takes more columns than bytes: nothing is cut. */
	terminal_cell(out, text, len, (int)len);
	while (out->len > from && out->data[out->len - 1] == ' ')
		out->len--;
}

static void put_fields(struct buf *out, const struct alert_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (out->len)
			buf_char(out, ' ');
		buf_put(out, fields[i].name, fields[i].name_len);
		buf_char(out, '=');
		buf_put(out, fields[i].text, fields[i].len);
	}
}

/* A search for words says nothing of fields: the line itself is what matched. */
void words_matched(struct buf *out, const struct alert *a)
{
	put_fields(out, a->group, a->group_count);
	put_fields(out, a->fields, a->field_count);
	if (a->rule->correlation)
		buf_format(out, "%s×%llu", out->len ? " " : "", (unsigned long long)a->hits);
	else if (!a->field_count)
		buf_put(out, a->event->raw, a->event->raw_len);
}
