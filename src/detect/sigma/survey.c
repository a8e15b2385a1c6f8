#include "detect/sigma/survey.h"

#include <string.h>

/* The least text that can be looked for, with what marks the ends of a value. */
enum { WITNESS_BYTES = 4, END_MARK = 2 };

const char *survey_cost_word(enum rule_cost cost)
{
	static const char *const words[] = { "cheap", "ordinary", "dear" };

	return words[cost];
}

/* ---- what is read ------------------------------------------------------------- */

struct counting {
	struct arena *mem;
	struct survey *out;
	size_t room;
};

static void put_field(struct counting *c, const char *field)
{
	struct survey *out = c->out;

	if (!field) {
		out->anywhere = true;
		return;
	}
	for (size_t i = 0; i < out->field_count; i++)
		if (!strcmp(out->fields[i], field))
			return;
	if (out->field_count == c->room) {
		const size_t room = c->room ? 2 * c->room : 8;
		const char **fields = arena_many(c->mem, room, sizeof(*fields));

		if (c->room)
			memcpy(fields, out->fields, c->room * sizeof(*fields));
		out->fields = fields;
		c->room = room;
	}
	out->fields[out->field_count++] = field;
}

static void count_item(struct counting *c, const struct item *item)
{
	put_field(c, item->field);
	for (const struct value *v = item->values; v; v = v->next) {
		c->out->tests++;
		c->out->regexes += v->op == MATCH_REGEX;
		if (v->op >= MATCH_REFERS_EQUALS)
			put_field(c, v->text);
	}
}

static void count_condition(struct counting *c, const struct condition *x)
{
	if (x->kind == CONDITION_SELECTION)
		for (const struct clause *clause = x->selection->clauses; clause; clause = clause->next)
			for (const struct item *item = clause->items; item; item = item->next)
				count_item(c, item);
	for (const struct condition *n = x->first; n; n = n->next)
		count_condition(c, n);
}

static bool reaches(const struct condition *x, const struct selection *s)
{
	bool found = x->kind == CONDITION_SELECTION && x->selection == s;

	for (const struct condition *n = x->first; n && !found; n = n->next)
		found = reaches(n, s);
	return found;
}

static void find_unused(struct counting *c, const struct rule *rule)
{
	size_t count = 0;

	for (const struct selection *s = rule->selections; s; s = s->next)
		count++;
	c->out->unused = arena_many(c->mem, count + 1, sizeof(*c->out->unused));
	for (const struct selection *s = rule->selections; s; s = s->next)
		if (!reaches(rule->condition, s))
			c->out->unused[c->out->unused_count++] = s->name;
}

/* ---- a witness ---------------------------------------------------------------- */

static size_t longest_run(const struct value *v)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < v->len; i++) {
		run = v->wild[i] ? 0 : run + 1;
		if (run > longest)
			longest = run;
	}
	return longest;
}

static bool value_witness(const struct value *v)
{
	switch (v->op) {
	case MATCH_EQUALS:
		return true;
	case MATCH_STARTS:
	case MATCH_ENDS:
		return v->len + END_MARK >= WITNESS_BYTES;
	case MATCH_CONTAINS:
		return v->len >= WITNESS_BYTES;
	case MATCH_GLOB:
		return longest_run(v) >= WITNESS_BYTES;
	default:
		return false;
	}
}

/* Of alternatives each has to have one; of what must all hold, one is enough. */
static bool item_witness(const struct item *item)
{
	for (const struct value *v = item->values; v; v = v->next)
		if (value_witness(v) == item->all)
			return item->all && !item->negated;
	return !item->all && !item->negated;
}

static bool selection_witness(const struct selection *s)
{
	for (const struct clause *c = s->clauses; c; c = c->next) {
		const struct item *item = c->items;

		while (item && !item_witness(item))
			item = item->next;
		if (!item)
			return false;
	}
	return true;
}

static bool has_witness(const struct condition *x)
{
	unsigned with = 0, without = 0;

	if (x->kind == CONDITION_SELECTION)
		return selection_witness(x->selection);
	for (const struct condition *n = x->first; n; n = n->next)
		has_witness(n) ? with++ : without++;
	switch (x->kind) {
	case CONDITION_AND:
		return with > 0;
	case CONDITION_OR:
		return !without;
	case CONDITION_COUNT: /* so few are without that one of the others is among those that hold */
		return without < x->count;
	default:
		return false;
	}
}

/* ---- the whole ---------------------------------------------------------------- */

static void survey_correlation(struct counting *c, const struct correlation *x)
{
	for (const struct name_list *n = x->group_by; n; n = n->next)
		put_field(c, n->name);
	for (const struct name_list *n = x->fields; n; n = n->next)
		put_field(c, n->name);
	/* It is worked out on the hits of other rules alone. */
	c->out->witness = true;
	c->out->cost = COST_ORDINARY;
}

void survey_rule(struct arena *mem, const struct rule *rule, struct survey *out)
{
	struct counting c = { .mem = mem, .out = out };

	*out = (struct survey){ .fields = NULL };
	if (rule->correlation) {
		survey_correlation(&c, rule->correlation);
		return;
	}
	count_condition(&c, rule->condition);
	find_unused(&c, rule);
	out->witness = has_witness(rule->condition);
	out->cost = !out->witness                                   ? COST_DEAR
		    : out->regexes || out->tests > COST_CHEAP_TESTS ? COST_ORDINARY
								    : COST_CHEAP;
}

/* ---- could it ever be true ---------------------------------------------------- */

/* What a part of the condition may come to. */
struct may {
	bool hold, fail;
};

struct asking {
	survey_gives *gives;
	const void *who;
};

/* Of a field that is never there, every test has one outcome. */
static bool holds_absent(const struct item *item)
{
	bool any = false, all = true;

	for (const struct value *v = item->values; v; v = v->next) {
		any |= v->op == MATCH_NULL;
		all &= v->op == MATCH_NULL;
	}
	return (item->all ? all : any) != item->negated;
}

static struct may item_may(const struct asking *a, const struct item *item)
{
	bool holds;

	if (!item->field || a->gives(a->who, item->field))
		return (struct may){ true, true };
	holds = holds_absent(item);
	return (struct may){ holds, !holds };
}

static struct may selection_may(const struct asking *a, const struct selection *s)
{
	struct may any = { false, true };

	for (const struct clause *c = s->clauses; c; c = c->next) {
		struct may all = { true, false };

		for (const struct item *item = c->items; item; item = item->next) {
			const struct may m = item_may(a, item);

			all.hold &= m.hold;
			all.fail |= m.fail;
		}
		any.hold |= all.hold;
		any.fail &= all.fail;
	}
	return any;
}

static struct may condition_may(const struct asking *a, const struct condition *x)
{
	unsigned hold = 0, fail = 0, members = 0;

	if (x->kind == CONDITION_SELECTION)
		return selection_may(a, x->selection);
	for (const struct condition *n = x->first; n; n = n->next, members++) {
		const struct may m = condition_may(a, n);

		hold += m.hold;
		fail += m.fail;
	}
	switch (x->kind) {
	case CONDITION_AND:
		return (struct may){ hold == members, fail > 0 };
	case CONDITION_OR:
		return (struct may){ hold > 0, fail == members };
	case CONDITION_COUNT:
		return (struct may){ hold >= x->count, members - fail < x->count };
	default:
		return (struct may){ fail > 0, hold > 0 };
	}
}

bool survey_may_fire(const struct rule *rule, survey_gives *gives, const void *who)
{
	return condition_may(&(struct asking){ gives, who }, rule->condition).hold;
}
