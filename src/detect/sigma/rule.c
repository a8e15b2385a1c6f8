#include "detect/sigma/rule.h"

#include <string.h>

#include "detect/sigma/rule_private.h"

static const char *const levels[] = { "informational", "low", "medium", "high", "critical" };

static const char *const statuses[] = { "stable", "test", "experimental", "deprecated", "unsupported" };
static const char *const relations[] = { "derived", "obsolete", "merged", "renamed", "similar" };

/* clang-format off */
/* The keys of a rule: those that are read, and those that are for people. */
static const char *const keys[] = {
	"title", "id", "name", "taxonomy", "status", "description", "license", "author", "references",
	"date", "modified", "logsource", "detection", "fields", "falsepositives", "level", "tags", "scope",
	"related", "correlation", "generate", "filter", "regression_tests_path", "simulation", "fengsui",
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

enum { TITLE_CHARACTERS = 256 };

const char *rule_level_word(enum rule_level level) { return levels[level]; }

static int check_keys(struct rule_reading *r, const struct tree *at)
{
	for (const struct tree *t = at->first; t; t = t->next) {
		size_t i = 0;

		if (!strcmp(t->key, "action"))
			return tree_say(r->why, r->file, t,
					"action: global, repeat and reset are not Sigma since 2.0.0 (rules "
					"specification: one document is one rule); write each rule out",
					"action: global、repeat、reset 自 2.0.0 起不属于 "
					"Sigma（规则规范：一份文档一条规则）；请逐条写全");
		while (i < COUNT(keys) && strcmp(t->key, keys[i]))
			i++;
		if (i == COUNT(keys))
			return unknown_word(r, t, "key", t->key, keys, COUNT(keys));
	}
	return 0;
}

static int read_text(struct rule_reading *r, const struct tree *at, const char *key, const char **out)
{
	const struct tree *t = tree_find(at, key);

	if (!t)
		return 0;
	if (t->kind != TREE_SCALAR || strlen(t->text) != t->len)
		return tree_say(r->why, r->file, t, "%s should be text", "%s 应为文本", key);
	*out = t->text;
	return 0;
}

/* The number of a word in its table, or a refusal. */
static int read_word(struct rule_reading *r, const struct tree *at, const char *key, const char *const *words,
		     size_t count, size_t *out)
{
	const char *const text = at->kind == TREE_SCALAR ? at->text : "";

	for (size_t i = 0; i < count; i++)
		if (!strcmp(text, words[i])) {
			*out = i;
			return 0;
		}
	return unknown_word(r, at, key, text, words, count);
}

static int read_level(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "level");
	size_t level = LEVEL_MEDIUM;
	int ret = t ? read_word(r, t, "level", levels, COUNT(levels), &level) : 0;

	r->rule->level = (enum rule_level)level;
	return ret;
}

static int read_status(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "status");
	size_t status;
	int ret;

	if (!t)
		return 0;
	if ((ret = read_word(r, t, "status", statuses, COUNT(statuses), &status)) == 0)
		r->rule->status = statuses[status];
	return ret;
}

/* Names of fields and logs are those of the taxonomy of Sigma itself. */
static int check_taxonomy(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "taxonomy");

	if (!t || (t->kind == TREE_SCALAR && !strcmp(t->text, "sigma")))
		return 0;
	return tree_say(r->why, r->file, t,
			"taxonomy '%.80s' is not carried out, only 'sigma' (Sigma 2.1.0, 'Taxonomy')",
			"不支持 taxonomy“%.80s”，只支持 sigma（Sigma 2.1.0，Taxonomy）",
			t->kind == TREE_SCALAR ? t->text : "");
}

static int check_related(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "related"), *type;
	size_t relation;
	int ret;

	if (t && t->kind != TREE_LIST)
		return tree_say(r->why, r->file, t, "related should be a list of {id: ID, type: TYPE}",
				"related 应为 {id: ID, type: 类型} 的列表");
	for (t = t ? t->first : NULL; t; t = t->next) {
		if (!tree_find(t, "id") || !(type = tree_find(t, "type")))
			return tree_say(r->why, r->file, t, "a related rule is {id: ID, type: TYPE}",
					"相关规则应写作 {id: ID, type: 类型}");
		if ((ret = read_word(r, type, "type", relations, COUNT(relations), &relation)) < 0)
			return ret;
	}
	return 0;
}

static int read_tags(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "tags");
	struct name_list **last = &r->rule->tags;

	if (t && t->kind != TREE_LIST)
		return tree_say(r->why, r->file, t, "tags should be a list", "tags 应为列表");
	for (t = t ? t->first : NULL; t; t = t->next) {
		if (t->kind != TREE_SCALAR)
			return tree_say(r->why, r->file, t, "a tag is text", "标签应为文本");
		*last = arena_take(r->mem, sizeof(**last));
		**last = (struct name_list){ t->text, t->line, t->column, NULL };
		last = &(*last)->next;
	}
	return 0;
}

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

static int read_title(struct rule_reading *r, const struct tree *at)
{
	int ret = read_text(r, at, "title", &r->rule->title);

	if (ret < 0)
		return ret;
	if (!r->rule->title || !*r->rule->title)
		return tree_say(r->why, r->file, at, "title: is missing", "缺少 title:");
	if (characters(r->rule->title) > TITLE_CHARACTERS)
		return tree_say(r->why, r->file, tree_find(at, "title"),
				"a title has at most %d characters (Sigma 2.1.0, 'Title')",
				"标题至多 %d 个字符（Sigma 2.1.0，Title）", TITLE_CHARACTERS);
	return 0;
}

static int read_about(struct rule_reading *r, const struct tree *at)
{
	struct rule *rule = r->rule;
	int ret;

	if ((ret = check_keys(r, at)) < 0 || (ret = read_text(r, at, "id", &rule->id)) < 0 ||
	    (ret = read_text(r, at, "name", &rule->name)) < 0 || (ret = read_title(r, at)) < 0 ||
	    (ret = read_text(r, at, "author", &rule->author)) < 0 || (ret = read_status(r, at)) < 0 ||
	    (ret = read_text(r, at, "license", &rule->license)) < 0 ||
	    (ret = join_read(r, tree_find(at, "fengsui"))) < 0 ||
	    (ret = read_level(r, at)) < 0 || (ret = check_taxonomy(r, at)) < 0 ||
	    (ret = check_related(r, at)) < 0 || (ret = read_tags(r, at)) < 0)
		return ret;
	if (!rule->id || !*rule->id)
		rule->id = rule->name ? rule->name : rule->title;
	return 0;
}

static int read_detection(struct rule_reading *r, const struct tree *at)
{
	const struct tree *condition = tree_find(at, "condition");
	struct selection **last = &r->rule->selections;
	int ret;

	if (at->kind != TREE_MAP || !condition)
		return tree_say(r->why, r->file, at,
				"detection should be a map with selections and condition:",
				"detection 应为含选择项和 condition: 的映射");
	for (const struct tree *t = at->first; t; t = t->next) {
		if (t == condition)
			continue;
		if (!strcmp(t->key, "timeframe"))
			return tree_say(
				r->why, r->file, t,
				"timeframe is no longer Sigma (2.0.0 took it out of detection); write a "
				"correlation",
				"timeframe 已不属于 Sigma（2.0.0 起移出 detection）；请改写为关联规则");
		if ((ret = selection_read(r, t, last)) < 0)
			return ret;
		last = &(*last)->next;
	}
	return condition_read(r, condition, &r->rule->condition);
}

/* At most one of them makes the document what it is. */
static int check_alone(struct rule_reading *r, const struct tree *at)
{
	const struct tree *correlation = tree_find(at, "correlation"), *filter = tree_find(at, "filter"),
			  *generate = tree_find(at, "generate");
	const bool detection = tree_find(at, "detection"), source = tree_find(at, "logsource");

	if (correlation && (detection || source || filter))
		return tree_say(r->why, r->file, correlation,
				"a correlation has no detection, filter or logsource",
				"关联规则没有 detection、filter 或 logsource");
	if (filter && detection)
		return tree_say(r->why, r->file, filter, "a filter has no detection; it is one itself",
				"筛除规则没有 detection；它本身即是");
	if (generate && !correlation)
		return tree_say(r->why, r->file, generate, "generate is for correlations",
				"generate 仅用于关联规则");
	return 0;
}

static int read_body(struct rule_reading *r, const struct tree *at)
{
	const struct tree *source = tree_find(at, "logsource"), *detection = tree_find(at, "detection"),
			  *correlation = tree_find(at, "correlation"), *filter = tree_find(at, "filter");
	int ret = check_alone(r, at);

	if (ret < 0)
		return ret;
	if (correlation)
		return correlation_read(r, correlation, tree_find(at, "generate"), &r->rule->correlation);
	if (!source)
		return tree_say(r->why, r->file, at, "logsource: is missing", "缺少 logsource:");
	if (!detection && !filter)
		return tree_say(r->why, r->file, at, "detection: is missing", "缺少 detection:");
	if ((ret = boundary_check_source(r, source)) < 0)
		return ret;
	return filter ? filter_read(r, filter) : read_detection(r, detection);
}

int rule_read(struct arena *mem, const struct lists *lists, const char *file, const struct tree *at,
	      struct rule **out, struct fault *why)
{
	struct rule_reading r = { .mem = mem,
				  .lists = lists,
				  .file = file,
				  .why = why,
				  .rule = arena_take(mem, sizeof(*r.rule)) };
	const struct tree *tags;
	int ret;

	if (at->kind != TREE_MAP)
		return tree_say(why, file, at,
				"a rule is a map that begins with title:", "规则应为以 title: 开头的映射");
	r.rule->file = file;
	r.rule->line = at->line;
	if ((ret = read_about(&r, at)) < 0 || (ret = read_body(&r, at)) < 0)
		return ret;
	tags = tree_find(at, "tags");
	/* A filter only takes away from rules that have each passed themselves. */
	if (!r.rule->filter && (ret = boundary_check_tags(&r, tags ? tags : at)) < 0)
		return ret;
	*out = r.rule;
	return 0;
}
