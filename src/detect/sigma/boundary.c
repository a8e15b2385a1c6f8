#include <ctype.h>
#include <string.h>

#include "detect/sigma/rule_private.h"
#include "intake/logsource.h"
#include "pack/nearest.h"

/* boundary -- what a rule must be about before it is loaded at all.
 *
 * A log of the closed table, and a technique of ATT&CK, a published
 * vulnerability or a technical class. Nothing that people say has either. */

/* clang-format off */
/* Tactics of ATT&CK (enterprise), with the names of version 18 and earlier. */
static const char *const tactics[] = {
	"reconnaissance", "resource-development", "initial-access", "execution", "persistence",
	"privilege-escalation", "defense-evasion", "defense-impairment", "stealth", "credential-access",
	"discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
};

/* Technical classes, for what ATT&CK has no word for: class.NAME. */
static const char *const classes[] = {
	"malware", "ransomware", "webshell", "botnet", "cryptomining", "phishing-infrastructure",
	"scan", "brute-force", "denial-of-service", "intrusion", "web-attack", "data-leak", "defacement",
	"vulnerability", "misconfiguration", "equipment-failure", "outage",
};
/* clang-format on */

enum { SOURCE_ROWS = 1000 };

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool among(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *a = word, *b = list[i];

		/* attack.defense_evasion is how older rules write it. */
		while (*a && (*a == *b || (*a == '_' && *b == '-'))) {
			a++;
			b++;
		}
		if (!*a && !*b)
			return true;
	}
	return false;
}

/* t1059, t1059.001, g0016, s0002 */
static bool is_attack_number(const char *p)
{
	if (*p != 't' && *p != 'g' && *p != 's')
		return false;
	for (int i = 1; i <= 4; i++)
		if (!isdigit((unsigned char)p[i]))
			return false;
	p += 5;
	return !*p || (*p == '.' && isdigit((unsigned char)p[1]) && isdigit((unsigned char)p[2]) &&
		       isdigit((unsigned char)p[3]) && !p[4]);
}

/* 2021-44228, also 2021.44228 */
static bool is_cve(const char *p)
{
	for (int i = 0; i < 4; i++)
		if (!isdigit((unsigned char)p[i]))
			return false;
	if (p[4] != '-' && p[4] != '.')
		return false;
	return p[5] && strspn(p + 5, "0123456789") == strlen(p + 5);
}

static bool is_technical(const char *tag)
{
	if (!strncmp(tag, "attack.", 7))
		return is_attack_number(tag + 7) || among(tag + 7, tactics, COUNT(tactics));
	if (!strncmp(tag, "cve.", 4))
		return is_cve(tag + 4);
	return !strncmp(tag, "class.", 6) && among(tag + 6, classes, COUNT(classes));
}

int boundary_check_tags(struct rule_reading *r, const struct tree *at)
{
	for (const struct name_list *t = r->rule->tags; t; t = t->next)
		if (is_technical(t->name))
			return 0;
	/* A correlation stands on rules that have each passed themselves. */
	if (r->rule->correlation)
		return 0;
	return tree_say(r->why, r->file, at,
			"N33: no technical tag; attack.t1110, an ATT&CK tactic, cve.2021-44228 or "
			"class.malware says what the rule is about",
			"N33：缺少技术标签；应以 attack.t1110、ATT&CK 战术、cve.2021-44228 或 class.malware "
			"说明规则所涉");
}

enum { SOURCE_PRODUCT, SOURCE_CATEGORY, SOURCE_SERVICE };

/* The words of the closed table in one of its columns, or NULL past the end. */
static bool word_of(size_t row, int column, const char **out)
{
	const char *columns[3];

	if (!logsource_row(row, &columns[0], &columns[1], &columns[2]))
		return false;
	*out = columns[column];
	return true;
}

static const char *near_word(const struct tree *at, int column)
{
	const char *words[SOURCE_ROWS], *word;
	size_t count = 0;

	for (size_t i = 0; i < SOURCE_ROWS && word_of(i, column, &word); i++)
		if (word)
			words[count++] = word;
	return nearest(at->text, words, count);
}

static int read_word(struct rule_reading *r, const struct tree *at, int column, const char **out)
{
	const char *near;

	if (at->kind != TREE_SCALAR || !at->len)
		return tree_say(r->why, r->file, at, "%s should be a word", "%s 应为一个词", at->key);
	if ((*out = logsource_word(at->text)))
		return 0;
	if ((near = near_word(at, column)))
		return tree_say(
			r->why, r->file, at,
			"N33: %s '%.80s' is not in the closed table of log sources; did you mean '%s'?",
			"N33：%s“%.80s”不在日志来源封闭表中；是否指“%s”？", at->key, at->text, near);
	return tree_say(r->why, r->file, at, "N33: %s '%.80s' is not in the closed table of log sources",
			"N33：%s“%.80s”不在日志来源封闭表中", at->key, at->text);
}

static const char *const source_keys[] = { "product", "category", "service", "definition" };

int boundary_check_source(struct rule_reading *r, const struct tree *at)
{
	int ret = 0;

	if (at->kind != TREE_MAP)
		return tree_say(r->why, r->file, at,
				"logsource should be a map of product, category, service",
				"logsource 应为含 product、category、service 的映射");
	for (const struct tree *t = at->first; t && ret == 0; t = t->next) {
		if (!strcmp(t->key, "product"))
			ret = read_word(r, t, SOURCE_PRODUCT, &r->rule->product);
		else if (!strcmp(t->key, "category"))
			ret = read_word(r, t, SOURCE_CATEGORY, &r->rule->category);
		else if (!strcmp(t->key, "service"))
			ret = read_word(r, t, SOURCE_SERVICE, &r->rule->service);
		else if (strcmp(t->key, "definition"))
			ret = unknown_word(r, t, "key", t->key, source_keys, COUNT(source_keys));
	}
	if (ret < 0)
		return ret;
	if (!logsource_known(r->rule->product, r->rule->category, r->rule->service))
		return tree_say(r->why, r->file, at, "N33: there is no such log source in the closed table",
				"N33：日志来源封闭表中没有此来源");
	return 0;
}
