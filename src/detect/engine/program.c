#include "detect/engine/program.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "detect/engine/regex.h"
#include "intake/name.h"

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

static const uint64_t seed = UINT64_C(14695981039346656037);

static uint32_t spot(uint64_t h, uint32_t room) { return (uint32_t)(h ^ h >> 29) & (room - 1); }

/* Double an array when it is full. */
static void *room_for(void *array, uint32_t count, uint32_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 256;
	return must_grow(array, *room * size);
}

static uint32_t field_number(const char *name)
{
	return name ? name_number(name, strlen(name)) : FIELD_ANYWHERE;
}

static bool same(const struct predicate *a, const struct predicate *b)
{
	return a->op == b->op && a->field == b->field && a->cased == b->cased && a->len == b->len &&
	       a->part == b->part && a->compare == b->compare && a->regex_flags == b->regex_flags &&
	       !memcmp(&a->number, &b->number, sizeof(a->number)) && !memcmp(a->text, b->text, a->len) &&
	       !a->wild == !b->wild && (!a->wild || !memcmp(a->wild, b->wild, a->len));
}

static uint32_t *predicate_slot(const struct program *p, const struct predicate *x)
{
	uint64_t h = mix(seed, x->text, x->len);
	uint32_t i;

	h = mix(h, &x->op, sizeof(x->op));
	h = mix(h, &x->field, sizeof(x->field));
	i = spot(mix(h, &x->number, sizeof(x->number)), p->predicate_slot_room);
	while (p->predicate_slots[i] && !same(&p->predicates[p->predicate_slots[i] - 1], x))
		i = (i + 1) & (p->predicate_slot_room - 1);
	return &p->predicate_slots[i];
}

static void grow_predicate_slots(struct program *p)
{
	if (p->predicate_count * 2 < p->predicate_slot_room)
		return;
	free(p->predicate_slots);
	p->predicate_slot_room = p->predicate_slot_room ? p->predicate_slot_room * 2 : 1024;
	p->predicate_slots = must_alloc(p->predicate_slot_room * sizeof(*p->predicate_slots));
	for (uint32_t i = 0; i < p->predicate_count; i++)
		*predicate_slot(p, &p->predicates[i]) = i + 1;
}

/* The parts that want preparing; the rule's reader has checked them. */
static void prepare(struct predicate *x)
{
	char address[INET6_ADDRSTRLEN + 1] = { 0 };

	if (x->op == MATCH_REGEX)
		regex_new(x->text, x->len, x->regex_flags, &x->regex, NULL);
	if (x->op != MATCH_CIDR)
		return;
	x->is_v6 = memchr(x->text, ':', x->len) != NULL;
	memcpy(address, x->text, strcspn(x->text, "/"));
	inet_pton(x->is_v6 ? AF_INET6 : AF_INET, address, x->network);
}

static uint32_t predicate(struct program *p, const char *field, const struct value *v)
{
	struct predicate x = { .op = v->op,
			       .cased = v->cased,
			       .field = field_number(field),
			       .text = v->text,
			       .len = v->len,
			       .wild = v->wild,
			       .number = v->number,
			       .part = v->part,
			       .compare = v->compare,
			       .regex_flags = v->regex_flags };
	uint32_t *slot;

	grow_predicate_slots(p);
	slot = predicate_slot(p, &x);
	if (*slot)
		return *slot - 1;
	if (x.op >= MATCH_REFERS_EQUALS)
		x.other_field = field_number(v->text);
	prepare(&x);
	p->predicates = room_for(p->predicates, p->predicate_count, &p->predicate_room, sizeof(x));
	p->predicates[p->predicate_count++] = x;
	*slot = p->predicate_count;
	return p->predicate_count - 1;
}

static uint32_t put_node(struct program *p, struct node n)
{
	p->nodes = room_for(p->nodes, p->node_count, &p->node_room, sizeof(n));
	p->nodes[p->node_count] = n;
	return p->node_count++;
}

/* The light ones first: most events fail a conjunction, or pass a disjunction,
 * before a long list is come to. */
static void lightest_first(const struct program *p, uint32_t *list, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		uint32_t x = list[i], k = i;

		for (; k > 0 && p->nodes[list[k - 1]].weight > p->nodes[x].weight; k--)
			list[k] = list[k - 1];
		list[k] = x;
	}
}

/* A node over `count` members; of a single one the member itself. */
static uint32_t join(struct program *p, enum node_kind kind, uint32_t *list, uint32_t count, uint32_t need)
{
	struct node n = { kind, p->member_count, count, need, 0 };

	if (count == 1 && kind != NODE_NOT && kind != NODE_COUNT)
		return list[0];
	while (p->member_count + count > p->member_room) {
		p->member_room *= 2;
		p->members = must_grow(p->members, p->member_room * sizeof(*p->members));
	}
	for (uint32_t i = 0; i < count; i++)
		n.weight += p->nodes[list[i]].weight;
	lightest_first(p, list, count);
	memcpy(p->members + p->member_count, list, count * sizeof(*list));
	p->member_count += count;
	return put_node(p, n);
}

/* Numbers being gathered for a join. */
struct gathering {
	uint32_t *list, count, room;
};

static void gather(struct gathering *g, uint32_t node)
{
	g->list = room_for(g->list, g->count, &g->room, sizeof(node));
	g->list[g->count++] = node;
}

static uint32_t joined(struct program *p, enum node_kind kind, struct gathering *g, uint32_t need)
{
	uint32_t node = join(p, kind, g->list, g->count, need);

	free(g->list);
	return node;
}

static uint32_t put_predicate(struct program *p, const char *field, const struct value *v)
{
	uint32_t weight = v->op == MATCH_REGEX ? 20 : v->op == MATCH_GLOB ? 4 : 1;

	return put_node(p, (struct node){ NODE_PREDICATE, predicate(p, field, v), 0, 0, weight });
}

static uint32_t compile_item(struct program *p, const struct item *item)
{
	struct gathering g = { 0 };
	uint32_t node;

	for (const struct value *v = item->values; v; v = v->next)
		gather(&g, put_predicate(p, item->field, v));
	node = joined(p, item->all ? NODE_AND : NODE_OR, &g, 0);
	return item->negated ? join(p, NODE_NOT, &node, 1, 0) : node;
}

static uint32_t compile_selection(struct program *p, const struct selection *s)
{
	struct gathering any = { 0 };

	for (const struct clause *c = s->clauses; c; c = c->next) {
		struct gathering all = { 0 };

		for (const struct item *i = c->items; i; i = i->next)
			gather(&all, compile_item(p, i));
		gather(&any, joined(p, NODE_AND, &all, 0));
	}
	return joined(p, NODE_OR, &any, 0);
}

/* Selections of the rule at hand that are compiled already. */
struct known {
	const struct selection *selection;
	uint32_t node;
	struct known *next;
};

static uint32_t known_selection(struct program *p, const struct selection *s, struct known **known)
{
	struct known *k;

	for (k = *known; k; k = k->next)
		if (k->selection == s)
			return k->node;
	k = arena_take(p->mem, sizeof(*k));
	*k = (struct known){ s, compile_selection(p, s), *known };
	*known = k;
	return k->node;
}

static uint32_t compile_condition(struct program *p, const struct condition *c, struct known **known)
{
	static const enum node_kind kinds[] = { NODE_AND, NODE_OR, NODE_NOT, NODE_COUNT };
	struct gathering g = { 0 };

	if (c->kind == CONDITION_SELECTION)
		return known_selection(p, c->selection, known);
	for (const struct condition *x = c->first; x; x = x->next)
		gather(&g, compile_condition(p, x, known));
	return joined(p, kinds[c->kind], &g, c->count);
}

static void compile_correlation(struct program *p, uint32_t number)
{
	const struct correlation *c = p->rules[number].rule->correlation;

	for (const struct name_list *n = c->rules; n; n = n->next) {
		struct compiled *other = &p->rules[ruleset_find(p->set, n->name)];
		uint32_t count = other->correlation_count;

		if (count && other->correlations[count - 1] == number)
			continue;
		other->correlations = must_grow(other->correlations, (count + 1) * sizeof(number));
		other->correlations[other->correlation_count++] = number;
	}
	for (const struct name_list *n = c->group_by; n; n = n->next)
		field_number(n->name);
	for (const struct name_list *n = c->fields; n; n = n->next)
		field_number(n->name);
	for (const struct alias *a = c->aliases; a; a = a->next)
		field_number(a->field);
}

/* A rule that correlations speak for is silent unless one of them says so. */
static void silence(struct program *p)
{
	for (uint32_t i = 0; i < p->rule_count; i++) {
		struct compiled *c = &p->rules[i];

		c->silent = c->correlation_count > 0;
		for (uint32_t k = 0; k < c->correlation_count; k++)
			if (p->rules[c->correlations[k]].rule->correlation->generate)
				c->silent = false;
	}
}

struct program *program_new(const struct ruleset *set)
{
	struct program *p = must_alloc(sizeof(*p));

	p->mem = arena_new();
	p->set = set;
	p->member_room = 1024;
	p->members = must_alloc(p->member_room * sizeof(*p->members));
	p->rule_count = (uint32_t)ruleset_count(set);
	p->rules = must_alloc(p->rule_count * sizeof(*p->rules));
	for (uint32_t i = 0; i < p->rule_count; i++)
		p->rules[i].rule = ruleset_at(set, i);
	for (uint32_t i = 0; i < p->rule_count; i++) {
		struct known *known = NULL;

		if (p->rules[i].rule->correlation)
			compile_correlation(p, i);
		else
			p->rules[i].root = compile_condition(p, p->rules[i].rule->condition, &known);
	}
	/* Alerts name them; an event finds quickly what was asked for. */
	field_number("host");
	field_number("Computer");
	silence(p);
	steps_build(p);
	witness_build(p);
	return p;
}

void program_free(struct program *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->predicate_count; i++)
		regex_free(p->predicates[i].regex);
	for (uint32_t i = 0; i < p->rule_count; i++)
		free(p->rules[i].correlations);
	free(p->predicates);
	free(p->predicate_slots);
	free(p->nodes);
	free(p->members);
	free(p->rules);
	free(p->literals);
	free(p->steps);
	arena_free(p->mem);
	free(p);
}
