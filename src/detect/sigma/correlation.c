#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/stamp.h"
#include "detect/sigma/rule_private.h"
#include "pack/nearest.h"

/* correlation -- reading a rule about how the hits of other rules come together. */

enum { WANTS_BOUNDS = 1, WANTS_FIELD = 2, TAKES_TEXT = 4, WANTS_PERCENTILE = 8 };

/* clang-format off */
static const struct {
	const char *word;
	enum correlation_kind kind;
	unsigned wants;
} kinds[] = {
	{ "event_count",      CORRELATION_EVENTS,     WANTS_BOUNDS },
	{ "value_count",      CORRELATION_VALUES,     WANTS_BOUNDS | WANTS_FIELD },
	{ "temporal",         CORRELATION_TEMPORAL,   TAKES_TEXT },
	{ "temporal_ordered", CORRELATION_ORDERED,    TAKES_TEXT },
	{ "value_sum",        CORRELATION_SUM,        WANTS_BOUNDS | WANTS_FIELD },
	{ "value_avg",        CORRELATION_AVG,        WANTS_BOUNDS | WANTS_FIELD },
	{ "value_percentile", CORRELATION_PERCENTILE, WANTS_BOUNDS | WANTS_FIELD | WANTS_PERCENTILE },
};

static const struct {
	const char *word;
	enum compare_op op;
} compares[] = {
	{ "lt", COMPARE_LT }, { "lte", COMPARE_LTE }, { "gt", COMPARE_GT },
	{ "gte", COMPARE_GTE }, { "eq", COMPARE_EQ }, { "neq", COMPARE_NEQ },
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

enum { RULES_MOST = 64, SPAN_DAYS = 366 };

int span_read(struct rule_reading *r, const struct tree *at, int64_t *out)
{
	static const struct {
		char unit;
		int64_t length;
	} units[] = { { 's', STAMP_SECOND }, { 'm', STAMP_MINUTE }, { 'h', STAMP_HOUR }, { 'd', STAMP_DAY } };
	char *end = NULL;
	long n = at->kind == TREE_SCALAR ? strtol(at->text, &end, 10) : 0;

	for (size_t i = 0; end && i < 4; i++)
		if (n > 0 && *end == units[i].unit && !end[1] &&
		    n <= SPAN_DAYS * STAMP_DAY / units[i].length) {
			*out = n * units[i].length;
			return 0;
		}
	return tree_say(r->why, r->file, at, "timespan should be a number with s, m, h or d, up to %dd",
			"timespan 应为数字加 s、m、h 或 d，至多 %dd", SPAN_DAYS);
}

static unsigned wants(const struct correlation *c)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].kind == c->kind)
			return kinds[i].wants;
	return 0;
}

static int read_type(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	const char *const text = at->kind == TREE_SCALAR ? at->text : "";
	const char *words[COUNT(kinds)];

	for (size_t i = 0; i < COUNT(kinds); i++) {
		words[i] = kinds[i].word;
		if (!strcmp(text, kinds[i].word)) {
			c->kind = kinds[i].kind;
			return 0;
		}
	}
	return unknown_word(r, at, "type", text, words, COUNT(words));
}

static int read_names(struct rule_reading *r, const struct tree *at, struct name_list **out)
{
	const struct tree *t = at->kind == TREE_LIST ? at->first : at;

	if (at->kind == TREE_MAP || !t || (at->kind == TREE_LIST && tree_count(at) > RULES_MOST))
		return tree_say(r->why, r->file, at, "%s should be a name or a list of at most %d names",
				"%s 应为一个名称，或至多 %d 个名称的列表", at->key, RULES_MOST);
	for (; t; t = at->kind == TREE_LIST ? t->next : NULL) {
		if (t->kind != TREE_SCALAR || !t->len)
			return tree_say(r->why, r->file, t, "a name is expected", "此处应为名称");
		*out = arena_take(r->mem, sizeof(**out));
		**out = (struct name_list){ t->text, t->line, t->column, NULL };
		out = &(*out)->next;
	}
	return 0;
}

static int read_alias(struct rule_reading *r, const struct tree *at, struct alias **out)
{
	if (at->kind != TREE_MAP || !at->first)
		return tree_say(r->why, r->file, at, "an alias should be {rule: field, rule: field}",
				"别名应写作 {规则: 字段, 规则: 字段}");
	for (const struct tree *t = at->first; t; t = t->next) {
		struct alias *a = arena_take(r->mem, sizeof(*a));

		if (t->kind != TREE_SCALAR || !t->len)
			return tree_say(r->why, r->file, t, "the name of a field is expected",
					"此处应为字段名");
		*a = (struct alias){ at->key, t->key, t->text, t->line, t->column, *out };
		*out = a;
	}
	return 0;
}

static int read_aliases(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	int ret;

	if (at->kind != TREE_MAP)
		return tree_say(r->why, r->file, at, "aliases should be {alias: {rule: field}}",
				"aliases 应写作 {别名: {规则: 字段}}");
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_alias(r, t, &c->aliases)) < 0)
			return ret;
	return 0;
}

/* ---- condition ------------------------------------------------------------- */

static int read_number(struct rule_reading *r, const struct tree *at, double *out)
{
	return number_read(at, out)
		       ? 0
		       : tree_say(r->why, r->file, at, "%s should be a number", "%s 应为数字", at->key);
}

static int read_percentile(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	double n;
	int ret = read_number(r, at, &n);

	if (ret < 0)
		return ret;
	if (n != floor(n) || n < 1 || n > 100)
		return tree_say(r->why, r->file, at, "percentile should be 1 to 100; 50 is the median",
				"percentile 应为 1 至 100；50 为中位数");
	c->percentile = (unsigned)n;
	return 0;
}

static int read_bound(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	static const char *const words[] = { "lt", "lte", "gt", "gte", "eq", "neq", "field", "percentile" };
	struct bound *b;
	int ret;

	if (!strcmp(at->key, "field"))
		return read_names(r, at, &c->fields);
	if (!strcmp(at->key, "percentile"))
		return read_percentile(r, at, c);
	for (size_t i = 0; i < COUNT(compares); i++) {
		if (strcmp(at->key, compares[i].word))
			continue;
		b = arena_take(r->mem, sizeof(*b));
		*b = (struct bound){ .op = compares[i].op, .next = c->bounds };
		if ((ret = read_number(r, at, &b->number)) < 0)
			return ret;
		c->bounds = b;
		return 0;
	}
	return unknown_word(r, at, "key", at->key, words, COUNT(words));
}

/* Every name that may stand in the expression: those listed, else what it names itself. */
static size_t names_of(struct rule_reading *r, const struct correlation *c, const char ***out)
{
	size_t count = 0, i = 0;

	for (const struct name_list *n = c->rules; n; n = n->next)
		count++;
	*out = arena_many(r->mem, count + 1, sizeof(**out));
	for (const struct name_list *n = c->rules; n; n = n->next)
		(*out)[i++] = n->name;
	return count;
}

/* Every rule that is listed should stand in it, or it could as well be left out. */
static bool stands_in(const struct condition_names *x, const char *name)
{
	bool found = x->kind == CONDITION_SELECTION && !strcmp(x->name, name);

	for (const struct condition_names *n = x->first; n && !found; n = n->next)
		found = stands_in(n, name);
	return found;
}

static bool is_there(const struct correlation *c, const char *name, uint64_t there)
{
	unsigned place = 0;

	for (const struct name_list *n = c->rules; n; n = n->next, place++)
		if (!strcmp(n->name, name))
			return there >> place & 1;
	return false;
}

bool expression_holds(const struct condition_names *x, const struct correlation *c, uint64_t there)
{
	unsigned held = 0, members = 0;

	if (x->kind == CONDITION_SELECTION)
		return is_there(c, x->name, there);
	for (const struct condition_names *n = x->first; n; n = n->next) {
		held += expression_holds(n, c, there);
		members++;
	}
	switch (x->kind) {
	case CONDITION_AND:
		return held == members;
	case CONDITION_OR:
		return held > 0;
	case CONDITION_NOT:
		return !held;
	case CONDITION_COUNT:
		return held >= x->count;
	case CONDITION_SELECTION:
		break;
	}
	return false;
}

static int read_expression(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	const char **names;
	size_t count;
	int ret;

	if (!c->rules)
		return tree_say(r->why, r->file, at, "rules: is missing; it lists what the condition names",
				"缺少 rules:，条件所用的规则须列于其中");
	count = names_of(r, c, &names);
	if ((ret = expression_read(r, at, names, count, &c->expression)) < 0)
		return ret;
	for (const struct name_list *n = c->rules; n; n = n->next)
		if (!stands_in(c->expression, n->name))
			return tree_say(r->why, r->file, at,
					"'%s' is among the rules and not in the condition",
					"“%s”列于 rules，却未用于条件", n->name);
	/* Nothing has to happen for it to be true: it would report for ever, or never. */
	if (expression_holds(c->expression, c, 0))
		return tree_say(
			r->why, r->file, at,
			"the condition is true when nothing has happened; name a rule that has to be there",
			"什么都未发生时此条件即成立；应写明必须出现的规则");
	return 0;
}

static int read_condition(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	int ret;

	if (at->kind == TREE_SCALAR && wants(c) & TAKES_TEXT)
		return read_expression(r, at, c);
	if (at->kind == TREE_SCALAR)
		return tree_say(r->why, r->file, at,
				"a condition in words is for temporal and temporal_ordered; here a map like "
				"{gte: 10}",
				"文字条件仅用于 temporal 和 temporal_ordered；此处应为 {gte: 10} 之类的映射");
	if (at->kind != TREE_MAP)
		return tree_say(r->why, r->file, at, "condition should be a map like {gte: 10}",
				"condition 应为 {gte: 10} 之类的映射");
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_bound(r, t, c)) < 0)
			return ret;
	return 0;
}

/* ---- the whole --------------------------------------------------------------- */

static int read_generate(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	if (at->kind != TREE_SCALAR || (strcasecmp(at->text, "true") && strcasecmp(at->text, "false")))
		return tree_say(r->why, r->file, at, "generate should be true or false",
				"generate 应为 true 或 false");
	c->generate = !strcasecmp(at->text, "true");
	return 0;
}

static int read_key(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	static const char *const words[] = { "type",      "rules",    "group-by", "timespan",
					     "condition", "generate", "aliases" };

	if (!strcmp(at->key, "type"))
		return read_type(r, at, c);
	if (!strcmp(at->key, "rules"))
		return read_names(r, at, &c->rules);
	if (!strcmp(at->key, "group-by"))
		return read_names(r, at, &c->group_by);
	if (!strcmp(at->key, "timespan"))
		return span_read(r, at, &c->span);
	if (!strcmp(at->key, "generate"))
		return read_generate(r, at, c);
	if (!strcmp(at->key, "aliases"))
		return read_aliases(r, at, c);
	if (!strcmp(at->key, "condition"))
		return 0; /* it is read last: what it may be hangs on the type and the rules */
	return unknown_word(r, at, "key", at->key, words, COUNT(words));
}

static int check_bounds(struct rule_reading *r, const struct tree *at, const struct correlation *c)
{
	const bool counts = c->kind < CORRELATION_SUM;

	for (const struct bound *b = c->bounds; b && counts; b = b->next)
		if (b->number < 0 || b->number > CORRELATION_MOST || b->number != floor(b->number))
			return tree_say(r->why, r->file, at,
					"a count is compared with a whole number up to %d",
					"计数只能与不超过 %d 的整数比较", CORRELATION_MOST);
	return 0;
}

static int check(struct rule_reading *r, const struct tree *at, const struct correlation *c)
{
	const unsigned want = wants(c);
	const bool several = c->fields && c->fields->next;

	if (want & WANTS_BOUNDS && !c->bounds)
		return tree_say(r->why, r->file, at, "this type wants condition: {gte: NUMBER} or the like",
				"此类型须有 condition: {gte: 数字} 之类的条件");
	if (!(want & WANTS_FIELD) != !c->fields)
		return tree_say(r->why, r->file, at,
				"condition: field: is for the types value_..., which want it",
				"condition: field: 用于 value_... 各类型，且不可缺少");
	if (several && c->kind != CORRELATION_VALUES)
		return tree_say(r->why, r->file, at, "several fields are for value_count only",
				"多个字段仅用于 value_count");
	if (want & WANTS_PERCENTILE && !c->percentile)
		return tree_say(r->why, r->file, at,
				"value_percentile wants condition: percentile: 1 to 100; the specification "
				"leaves open which is meant without it (50 is the median)",
				"value_percentile 须有 condition: percentile: 1 至 "
				"100；不写时规范未说明所指（50 为中位数）");
	if (!(want & WANTS_PERCENTILE) && c->percentile)
		return tree_say(r->why, r->file, at, "percentile is for value_percentile",
				"percentile 仅用于 value_percentile");
	return check_bounds(r, at, c);
}

int correlation_read(struct rule_reading *r, const struct tree *at, const struct tree *generate,
		     struct correlation **out)
{
	struct correlation *c = arena_take(r->mem, sizeof(*c));
	const struct tree *condition;
	int ret;

	if (at->kind != TREE_MAP)
		return tree_say(r->why, r->file, at, "correlation should be a map", "correlation 应为映射");
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_key(r, t, c)) < 0)
			return ret;
	if (!tree_find(at, "type") || !c->rules || !c->span)
		return tree_say(r->why, r->file, at, "a correlation wants type, rules and timespan",
				"关联规则须有 type、rules 和 timespan");
	if ((condition = tree_find(at, "condition")) && (ret = read_condition(r, condition, c)) < 0)
		return ret;
	if ((generate && (ret = read_generate(r, generate, c)) < 0) ||
	    (ret = check(r, condition ? condition : at, c)) < 0)
		return ret;
	*out = c;
	return 0;
}
