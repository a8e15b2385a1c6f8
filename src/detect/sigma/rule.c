#include "detect/sigma/rule.h"

#include <string.h>

#include "detect/sigma/rule_private.h"

static const char *const levels[] = { "informational", "low", "medium", "high", "critical" };

/* clang-format off */
/* The keys of a rule: those that are read, and those that are for people. */
static const char *const keys[] = {
	"title", "id", "name", "taxonomy", "status", "description", "license", "author", "references",
	"date", "modified", "logsource", "detection", "fields", "falsepositives", "level", "tags", "scope",
	"related", "correlation", "generate", "regression_tests_path", "simulation", "fengsui",
};
/* clang-format on */

const char *rule_level_word(enum rule_level level) { return levels[level]; }

static int check_keys(struct rule_reading *r, const struct tree *at)
{
	for (const struct tree *t = at->first; t; t = t->next) {
		bool known = false;

		if (!strcmp(t->key, "filter"))
			return tree_fault(r->why, r->file, t,
					  "filters are not carried out; put it into the rule");
		if (!strcmp(t->key, "action"))
			return tree_fault(r->why, r->file, t,
					  "collections with 'action' are no longer Sigma");
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && !known; i++)
			known = !strcmp(t->key, keys[i]);
		if (!known)
			return tree_fault(r->why, r->file, t, "unknown key '%s' in a rule", t->key);
	}
	return 0;
}

static int read_text(struct rule_reading *r, const struct tree *at, const char *key, const char **out)
{
	const struct tree *t = tree_find(at, key);

	if (!t)
		return 0;
	if (t->kind != TREE_SCALAR || strlen(t->text) != t->len)
		return tree_fault(r->why, r->file, t, "%s should be text", key);
	*out = t->text;
	return 0;
}

static int read_level(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "level");

	r->rule->level = LEVEL_MEDIUM;
	if (!t)
		return 0;
	for (size_t i = 0; t->kind == TREE_SCALAR && i < sizeof(levels) / sizeof(*levels); i++)
		if (!strcmp(t->text, levels[i])) {
			r->rule->level = (enum rule_level)i;
			return 0;
		}
	return tree_fault(r->why, r->file, t, "level should be informational, low, medium, high or critical");
}

static int read_tags(struct rule_reading *r, const struct tree *at)
{
	const struct tree *t = tree_find(at, "tags");
	struct name_list **last = &r->rule->tags;

	if (t && t->kind != TREE_LIST)
		return tree_fault(r->why, r->file, t, "tags should be a list");
	for (t = t ? t->first : NULL; t; t = t->next) {
		if (t->kind != TREE_SCALAR)
			return tree_fault(r->why, r->file, t, "a tag is text");
		*last = arena_take(r->mem, sizeof(**last));
		**last = (struct name_list){ t->text, t->line, t->column, NULL };
		last = &(*last)->next;
	}
	return 0;
}

static int read_about(struct rule_reading *r, const struct tree *at)
{
	struct rule *rule = r->rule;
	int ret;

	if ((ret = check_keys(r, at)) < 0 || (ret = read_text(r, at, "id", &rule->id)) < 0 ||
	    (ret = read_text(r, at, "name", &rule->name)) < 0 ||
	    (ret = read_text(r, at, "title", &rule->title)) < 0 ||
	    (ret = read_text(r, at, "author", &rule->author)) < 0 ||
	    (ret = read_text(r, at, "license", &rule->license)) < 0 ||
	    (ret = join_read(r, tree_find(at, "fengsui"))) < 0 ||
	    (ret = read_text(r, at, "status", &rule->status)) < 0 || (ret = read_level(r, at)) < 0 ||
	    (ret = read_tags(r, at)) < 0)
		return ret;
	if (!rule->title || !*rule->title)
		return tree_fault(r->why, r->file, at, "title: is missing");
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
		return tree_fault(r->why, r->file, at,
				  "detection should be a map with selections and condition:");
	for (const struct tree *t = at->first; t; t = t->next) {
		if (t == condition)
			continue;
		if (!strcmp(t->key, "timeframe"))
			return tree_fault(r->why, r->file, t,
					  "timeframe is no longer Sigma; write a correlation");
		if ((ret = selection_read(r, t, last)) < 0)
			return ret;
		last = &(*last)->next;
	}
	return condition_read(r, condition, &r->rule->condition);
}

static int read_body(struct rule_reading *r, const struct tree *at)
{
	const struct tree *source = tree_find(at, "logsource"), *detection = tree_find(at, "detection"),
			  *correlation = tree_find(at, "correlation"), *generate = tree_find(at, "generate");
	int ret;

	if (correlation && (detection || source))
		return tree_fault(r->why, r->file, correlation,
				  "a correlation has no detection or logsource");
	if (generate && !correlation)
		return tree_fault(r->why, r->file, generate, "generate is for correlations");
	if (correlation)
		return correlation_read(r, correlation, generate, &r->rule->correlation);
	if (!source)
		return tree_fault(r->why, r->file, at, "logsource: is missing");
	if (!detection)
		return tree_fault(r->why, r->file, at, "detection: is missing");
	if ((ret = boundary_check_source(r, source)) < 0)
		return ret;
	return read_detection(r, detection);
}

int rule_read(struct arena *mem, const char *file, const struct tree *at, struct rule **out,
	      struct fault *why)
{
	struct rule_reading r = { mem, file, why, arena_take(mem, sizeof(*r.rule)) };
	const struct tree *tags;
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(why, file, at, "a rule is a map that begins with title:");
	r.rule->file = file;
	r.rule->line = at->line;
	if ((ret = read_about(&r, at)) < 0 || (ret = read_body(&r, at)) < 0)
		return ret;
	tags = tree_find(at, "tags");
	if ((ret = boundary_check_tags(&r, tags ? tags : at)) < 0)
		return ret;
	*out = r.rule;
	return 0;
}
