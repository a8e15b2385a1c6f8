#include "detect/window/definition.h"

#include <string.h>

#include "detect/window/hash.h"

/* The same in every process, so that it can be compared across a restart. */
enum { SEED = 0x5165 };

static void mix(uint64_t *h, const void *bytes, size_t len) { *h = hash_bytes(bytes ? bytes : "", len, *h); }
static void mix_number(uint64_t *h, uint64_t n) { mix(h, &n, sizeof(n)); }

static void mix_text(uint64_t *h, const char *text)
{
	mix_number(h, text ? strlen(text) : UINT64_MAX);
	if (text)
		mix(h, text, strlen(text));
}

static void mix_double(uint64_t *h, double n)
{
	uint64_t bits;

	memcpy(&bits, &n, sizeof(bits));
	mix_number(h, bits);
}

/* A new member of these belongs into the functions below: a rule that says
 * something else would else go on with the windows of the old one. */
_Static_assert(sizeof(struct value) == 64, "mix_value names all of it");
_Static_assert(sizeof(struct item) == 40, "mix_item names all of it");
_Static_assert(sizeof(struct condition) == 32, "mix_condition names all of it");
_Static_assert(sizeof(struct condition_names) == 32, "mix_expression names all of it");
_Static_assert(sizeof(struct correlation) == 80, "mix_correlation names all of it");

static void mix_names(uint64_t *h, const struct name_list *n)
{
	for (; n; n = n->next)
		mix_text(h, n->name);
	mix_text(h, NULL);
}

static void mix_value(uint64_t *h, const struct value *v)
{
	mix_number(h, v->op | (uint64_t)v->cased << 16 | (uint64_t)v->regex_flags << 32);
	mix_number(h, v->part | (uint64_t)v->compare << 32);
	mix_number(h, v->len);
	mix(h, v->text, v->text ? v->len : 0);
	mix(h, v->wild, v->wild ? v->len : 0);
	mix_double(h, v->number);
}

static void mix_item(uint64_t *h, const struct item *i)
{
	mix_text(h, i->field);
	mix_number(h, (unsigned)i->all | (unsigned)i->negated << 1);
	for (const struct value *v = i->values; v; v = v->next)
		mix_value(h, v);
	mix_text(h, NULL);
}

static void mix_selection(uint64_t *h, const struct selection *s)
{
	mix_text(h, s->name);
	for (const struct clause *c = s->clauses; c; c = c->next) {
		for (const struct item *i = c->items; i; i = i->next)
			mix_item(h, i);
		mix_text(h, NULL);
	}
}

static void mix_condition(uint64_t *h, const struct condition *c)
{
	mix_number(h, c->kind | (uint64_t)c->count << 32);
	if (c->kind == CONDITION_SELECTION)
		mix_selection(h, c->selection);
	for (const struct condition *m = c->first; m; m = m->next)
		mix_condition(h, m);
	mix_text(h, NULL);
}

static void mix_expression(uint64_t *h, const struct condition_names *x)
{
	mix_number(h, x->kind | (uint64_t)x->count << 32);
	mix_text(h, x->name);
	for (const struct condition_names *m = x->first; m; m = m->next)
		mix_expression(h, m);
	mix_text(h, NULL);
}

static void mix_rule(uint64_t *h, const struct ruleset *set, const struct rule *rule);

static void mix_correlation(uint64_t *h, const struct ruleset *set, const struct correlation *c)
{
	mix_number(h, c->kind | (uint64_t)c->percentile << 32);
	mix_number(h, (uint64_t)c->span);
	mix_names(h, c->rules);
	mix_names(h, c->group_by);
	mix_names(h, c->fields);
	for (const struct alias *a = c->aliases; a; a = a->next) {
		mix_text(h, a->name);
		mix_text(h, a->rule);
		mix_text(h, a->field);
	}
	for (const struct bound *b = c->bounds; b; b = b->next) {
		mix_number(h, b->op);
		mix_double(h, b->number);
	}
	if (c->expression)
		mix_expression(h, c->expression);
	for (const struct name_list *n = c->rules; n; n = n->next)
		mix_rule(h, set, ruleset_at(set, ruleset_find(set, n->name)));
}

static void mix_rule(uint64_t *h, const struct ruleset *set, const struct rule *rule)
{
	mix_text(h, rule->id);
	mix_text(h, rule->name);
	mix_text(h, rule->product);
	mix_text(h, rule->category);
	mix_text(h, rule->service);
	if (rule->correlation)
		mix_correlation(h, set, rule->correlation);
	else
		mix_condition(h, rule->condition);
}

uint64_t definition_digest(const struct ruleset *set, const struct rule *rule)
{
	uint64_t h = SEED;

	mix_rule(&h, set, rule);
	return h;
}
