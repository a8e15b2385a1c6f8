#include "detect/engine/route.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { BUCKETS = 256, NO_RULE = UINT32_MAX };

/* A rule whose witnesses cost more is tried often (measured: less fills the tables
 * with what is seldom asked for, more leaves searches to be made one by one). */
enum { OFTEN = 300 };

struct routes {
	const struct program *program;
	struct route *buckets[BUCKETS];
};

struct routes *routes_new(const struct program *p)
{
	struct routes *r = must_alloc(sizeof(*r));

	r->program = p;
	return r;
}

static void route_free(struct route *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		finder_free(r->fields[i].finder);
	finder_free(r->in_line);
	free(r->fields);
	free(r->always);
	free(r->looked_for);
	free(r);
}

void routes_free(struct routes *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct route *one = r->buckets[i], *next; one; one = next) {
			next = one->next;
			route_free(one);
		}
	free(r);
}

/* ---- making one ----------------------------------------------------------- */

/* A rule and the predicate it waits for. */
struct wait {
	uint32_t predicate, rule;
};

struct making {
	const struct program *program;
	struct route *route;
	struct wait *waits;
	size_t count, room;
};

static bool is_for(const struct compiled *c, const struct logsource *from)
{
	return !c->rule->correlation &&
	       logsource_covers(c->rule->product, c->rule->category, c->rule->service, from);
}

static void put_wait(struct making *m, uint32_t predicate, uint32_t rule)
{
	if (m->count == m->room) {
		m->room = m->room ? m->room * 2 : 256;
		m->waits = must_grow(m->waits, m->room * sizeof(*m->waits));
	}
	m->waits[m->count++] = (struct wait){ predicate, rule };
}

/* A rule that is tried often asks for nothing that is not known already. */
static void watch_all(struct making *m, uint32_t node)
{
	const struct program *p = m->program;
	const struct node *n = &p->nodes[node];

	if (n->kind != NODE_PREDICATE) {
		for (uint32_t i = 0; i < n->count; i++)
			watch_all(m, p->members[n->first + i]);
		return;
	}
	if (!p->literals[n->first].decides || p->predicates[n->first].field == FIELD_ANYWHERE)
		return;
	put_wait(m, n->first, NO_RULE);
}

static void gather_rules(struct making *m)
{
	const struct program *p = m->program;

	m->route->always = must_alloc((p->rule_count + 1) * sizeof(*m->route->always));
	for (uint32_t i = 0; i < p->rule_count; i++) {
		const struct compiled *c = &p->rules[i];

		if (!is_for(c, &m->route->from))
			continue;
		m->route->rule_count++;
		if (c->always)
			m->route->always[m->route->always_count++] = i;
		if (c->always || c->witness_cost > OFTEN)
			watch_all(m, c->root);
		for (uint32_t k = 0; k < c->witness_count; k++)
			put_wait(m, c->witnesses[k], i);
	}
}

static int by_predicate(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;

	if (x->predicate != y->predicate)
		return x->predicate < y->predicate ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static struct finder *finder_for(struct route *r, uint32_t number)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].number == number)
			return r->fields[i].finder;
	r->fields = must_grow(r->fields, (r->field_count + 1) * sizeof(*r->fields));
	r->fields[r->field_count] = (struct route_field){ number, finder_new() };
	return r->fields[r->field_count++].finder;
}

/* The longest part of it that JSON does not write otherwise. */
static struct literal plain_part(const struct literal *l)
{
	struct literal best = { .anchor = ANCHOR_INSIDE };
	uint32_t start = 0;

	for (uint32_t i = 0; i <= l->len; i++) {
		if (i < l->len && l->text[i] != '"' && l->text[i] != '\\' &&
		    (unsigned char)l->text[i] >= 0x20)
			continue;
		if (i - start > best.len) {
			best.text = l->text + start;
			best.len = i - start;
		}
		start = i + 1;
	}
	if (l->rare >= (uint32_t)(best.text - l->text) && best.len >= GRAM &&
	    l->rare + GRAM <= (uint32_t)(best.text - l->text) + best.len)
		best.rare = l->rare - (uint32_t)(best.text - l->text);
	return best;
}

static void put_in_line(struct route *r, const struct literal *l, uint32_t predicate, const uint32_t *rules,
			uint32_t count)
{
	const struct literal part = plain_part(l);

	if (!r->in_line && !r->scattered)
		r->in_line = finder_new();
	if (part.len >= SHORT && r->in_line) {
		finder_add(r->in_line, &part, predicate, rules, count);
		return;
	}
	/* One that cannot be found there, and the line is no use. */
	r->scattered = true;
	finder_free(r->in_line);
	r->in_line = NULL;
}

/* Those of one predicate, each rule once. */
static size_t put_one(struct making *m, size_t from, uint32_t *rules)
{
	const uint32_t predicate = m->waits[from].predicate;
	const struct literal *l = &m->program->literals[predicate];
	uint32_t count = 0;
	size_t i = from;

	for (; i < m->count && m->waits[i].predicate == predicate; i++)
		if (m->waits[i].rule != NO_RULE && (!count || rules[count - 1] != m->waits[i].rule))
			rules[count++] = m->waits[i].rule;
	finder_add(finder_for(m->route, m->program->predicates[predicate].field), l, predicate, rules, count);
	if (m->program->predicates[predicate].field == FIELD_ANYWHERE)
		put_in_line(m->route, l, predicate, rules, count);
	else if (l->decides)
		m->route->looked_for[predicate / 64] |= UINT64_C(1) << predicate % 64;
	return i;
}

static struct route *route_new(const struct program *p, const struct logsource *from)
{
	struct route *r = must_alloc(sizeof(*r));
	struct making m = { .program = p, .route = r };
	uint32_t *rules = must_alloc((p->rule_count + 1) * sizeof(*rules));

	r->from = *from;
	r->looked_for = must_alloc((p->predicate_count / 64 + 1) * sizeof(*r->looked_for));
	gather_rules(&m);
	if (m.count)
		qsort(m.waits, m.count, sizeof(*m.waits), by_predicate);
	for (size_t i = 0; i < m.count;)
		i = put_one(&m, i, rules);
	for (uint32_t i = 0; i < r->field_count; i++)
		finder_finish(r->fields[i].finder);
	if (r->in_line)
		finder_finish(r->in_line);
	/* Many texts want the line in lower case, and then values are shorter. */
	if (r->in_line && finder_wants(r->in_line) != FINDER_GIVEN) {
		finder_free(r->in_line);
		r->in_line = NULL;
	}
	free(rules);
	free(m.waits);
	return r;
}

/* Words of the table compare by address, and there are few combinations. */
struct route *routes_find(struct routes *r, const struct logsource *from)
{
	const char *words[] = { from->product,       from->services[0],   from->services[1],
				from->categories[0], from->categories[1], from->categories[2] };
	uint64_t h = 0;
	struct route **head, *one;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = (h ^ (uintptr_t)words[i]) * UINT64_C(1099511628211);
	head = &r->buckets[(h ^ h >> 29) % BUCKETS];
	for (one = *head; one; one = one->next)
		if (!memcmp(&one->from, from, sizeof(*from)))
			return one;
	one = route_new(r->program, from);
	one->next = *head;
	*head = one;
	return one;
}
