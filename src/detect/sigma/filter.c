#include <string.h>
#include <strings.h>

#include "detect/sigma/rule_private.h"

/* filter -- what a site leaves out of rules that it did not write. */

enum { FILTER_RULES = 1000 };

static int read_rules(struct rule_reading *r, const struct tree *at, struct name_list **out)
{
	const bool list = at->kind == TREE_LIST;

	if (at->kind == TREE_SCALAR && !strcasecmp(at->text, "any"))
		return 0;
	if (at->kind == TREE_MAP || (list && (!at->first || tree_count(at) > FILTER_RULES)))
		return tree_say(r->why, r->file, at,
				"rules should be 'any', or ids and names of at most %d rules",
				"rules 应为 any，或至多 %d 条规则的 id 或名称", FILTER_RULES);
	for (const struct tree *t = list ? at->first : at; t; t = list ? t->next : NULL) {
		if (t->kind != TREE_SCALAR || !t->len)
			return tree_say(r->why, r->file, t, "the id or name of a rule is expected",
					"此处应为规则的 id 或名称");
		*out = arena_take(r->mem, sizeof(**out));
		**out = (struct name_list){ t->text, t->line, t->column, NULL };
		out = &(*out)->next;
	}
	return 0;
}

static int read_selections(struct rule_reading *r, const struct tree *at)
{
	struct selection **last = &r->rule->selections;
	int ret;

	for (const struct tree *t = at->first; t; t = t->next) {
		if (!strcmp(t->key, "rules") || !strcmp(t->key, "condition"))
			continue;
		if ((ret = selection_read(r, t, last)) < 0)
			return ret;
		last = &(*last)->next;
	}
	return 0;
}

int filter_read(struct rule_reading *r, const struct tree *at)
{
	const struct tree *rules = tree_find(at, "rules"), *condition = tree_find(at, "condition");
	struct filter *filter = arena_take(r->mem, sizeof(*filter));
	int ret;

	if (!rules || !condition)
		return tree_say(r->why, r->file, at,
				"a filter wants rules, a selection and condition (Sigma 2.1.0, filters)",
				"筛除规则须有 rules、选择项和 condition（Sigma 2.1.0，filters）");
	if (condition->kind == TREE_LIST)
		return tree_say(r->why, r->file, condition, "the condition of a filter should be one text",
				"筛除规则的 condition 应为一段文本");
	if ((ret = read_rules(r, rules, &filter->rules)) < 0 || (ret = read_selections(r, at)) < 0 ||
	    (ret = condition_read(r, condition, &r->rule->condition)) < 0)
		return ret;
	/* The specification leaves out what the condition finds; other readers join it to
	 * the rule with "and". Of a "not" that would be the very opposite, unnoticed. */
	if (r->rule->condition->kind == CONDITION_NOT)
		return tree_say(
			r->why, r->file, condition,
			"what the condition of a filter finds is left out, so that one that begins with "
			"'not' would leave only that; say what is to be left out",
			"筛除规则的条件所找到的即被略去，因此以 not 开头的条件只会留下它；请写明要略去什么");
	r->rule->filter = filter;
	return 0;
}
