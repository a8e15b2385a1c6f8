#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/stamp.h"
#include "detect/sigma/rule_private.h"

/* correlation -- reading a rule about how the hits of other rules come together. */

/* clang-format off */
static const struct {
	const char *word;
	enum correlation_kind kind;
} kinds[] = {
	{ "event_count", CORRELATION_EVENTS },  { "value_count", CORRELATION_VALUES },
	{ "temporal", CORRELATION_TEMPORAL },   { "temporal_ordered", CORRELATION_ORDERED },
};

static const struct {
	const char *word;
	enum compare_op op;
} compares[] = {
	{ "lt", COMPARE_LT }, { "lte", COMPARE_LTE }, { "gt", COMPARE_GT },
	{ "gte", COMPARE_GTE }, { "eq", COMPARE_EQ }, { "neq", COMPARE_NEQ },
};
/* clang-format on */

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
	return tree_fault(r->why, r->file, at, "timespan should be a number with s, m, h or d, up to %dd",
			  SPAN_DAYS);
}

static int read_type(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	for (size_t i = 0; at->kind == TREE_SCALAR && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(at->text, kinds[i].word)) {
			c->kind = kinds[i].kind;
			return 0;
		}
	return tree_fault(
		r->why, r->file, at,
		"type '%s' is not carried out; event_count, value_count, temporal or temporal_ordered",
		at->kind == TREE_SCALAR ? at->text : "");
}

static int read_names(struct rule_reading *r, const struct tree *at, struct name_list **out)
{
	const struct tree *t = at->kind == TREE_LIST ? at->first : at;

	if (at->kind == TREE_MAP || !t || (at->kind == TREE_LIST && tree_count(at) > RULES_MOST))
		return tree_fault(r->why, r->file, at, "%s should be a name or a list of at most %d names",
				  at->key, RULES_MOST);
	for (; t; t = at->kind == TREE_LIST ? t->next : NULL) {
		if (t->kind != TREE_SCALAR || !t->len)
			return tree_fault(r->why, r->file, t, "a name is expected");
		*out = arena_take(r->mem, sizeof(**out));
		**out = (struct name_list){ t->text, t->line, t->column, NULL };
		out = &(*out)->next;
	}
	return 0;
}

static int read_alias(struct rule_reading *r, const struct tree *at, struct alias **out)
{
	if (at->kind != TREE_MAP || !at->first)
		return tree_fault(r->why, r->file, at, "an alias should be {rule: field, rule: field}");
	for (const struct tree *t = at->first; t; t = t->next) {
		struct alias *a = arena_take(r->mem, sizeof(*a));

		if (t->kind != TREE_SCALAR || !t->len)
			return tree_fault(r->why, r->file, t, "the name of a field is expected");
		*a = (struct alias){ at->key, t->key, t->text, *out };
		*out = a;
	}
	return 0;
}

static int read_bound(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	char *end = NULL;
	unsigned long long n = at->kind == TREE_SCALAR && at->len ? strtoull(at->text, &end, 10) : 0;

	if (!strcmp(at->key, "field"))
		return read_names(r, at, &c->fields);
	for (size_t i = 0; i < sizeof(compares) / sizeof(*compares); i++) {
		struct bound *b;

		if (strcmp(at->key, compares[i].word))
			continue;
		if (!end || *end || *at->text == '-' || n > CORRELATION_MOST)
			return tree_fault(r->why, r->file, at, "%s should be a number up to %d", at->key,
					  CORRELATION_MOST);
		b = arena_take(r->mem, sizeof(*b));
		*b = (struct bound){ compares[i].op, n, c->bounds };
		c->bounds = b;
		return 0;
	}
	return tree_fault(r->why, r->file, at, "unknown key '%s'; lt, lte, gt, gte, eq, neq or field",
			  at->key);
}

static int read_condition(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at, "condition should be a map like {gte: 10}");
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_bound(r, t, c)) < 0)
			return ret;
	return 0;
}

static int read_generate(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	if (at->kind != TREE_SCALAR || (strcasecmp(at->text, "true") && strcasecmp(at->text, "false")))
		return tree_fault(r->why, r->file, at, "generate should be true or false");
	c->generate = !strcasecmp(at->text, "true");
	return 0;
}

static int read_key(struct rule_reading *r, const struct tree *at, struct correlation *c)
{
	int ret;

	if (!strcmp(at->key, "type"))
		return read_type(r, at, c);
	if (!strcmp(at->key, "rules"))
		return read_names(r, at, &c->rules);
	if (!strcmp(at->key, "group-by"))
		return read_names(r, at, &c->group_by);
	if (!strcmp(at->key, "timespan"))
		return span_read(r, at, &c->span);
	if (!strcmp(at->key, "condition"))
		return read_condition(r, at, c);
	if (!strcmp(at->key, "generate"))
		return read_generate(r, at, c);
	if (strcmp(at->key, "aliases") || at->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at,
				  "unknown key '%s'; type, rules, group-by, timespan, condition, aliases or "
				  "generate",
				  at->key);
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_alias(r, t, &c->aliases)) < 0)
			return ret;
	return 0;
}

static int check(struct rule_reading *r, const struct tree *at, const struct correlation *c)
{
	const bool counts = c->kind == CORRELATION_EVENTS || c->kind == CORRELATION_VALUES;

	if (!tree_find(at, "type") || !c->rules || !c->span)
		return tree_fault(r->why, r->file, at, "a correlation wants type, rules and timespan");
	if (counts && !c->bounds)
		return tree_fault(r->why, r->file, at, "a count wants condition: {gte: NUMBER} or the like");
	if (!counts && c->bounds)
		return tree_fault(r->why, r->file, at,
				  "a count in a temporal correlation is not carried out");
	if ((c->kind == CORRELATION_VALUES) != (c->fields != NULL))
		return tree_fault(r->why, r->file, at,
				  "condition: field: is for value_count, which wants it");
	if (c->fields && c->fields->next)
		return tree_fault(r->why, r->file, at,
				  "a value_count over several fields is not carried out");
	return 0;
}

int correlation_read(struct rule_reading *r, const struct tree *at, const struct tree *generate,
		     struct correlation **out)
{
	struct correlation *c = arena_take(r->mem, sizeof(*c));
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at, "correlation should be a map");
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_key(r, t, c)) < 0)
			return ret;
	if ((generate && (ret = read_generate(r, generate, c)) < 0) || (ret = check(r, at, c)) < 0)
		return ret;
	*out = c;
	return 0;
}
