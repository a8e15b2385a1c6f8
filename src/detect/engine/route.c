#include "detect/engine/route.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { BUCKETS = 256 };

/* After so many events of a log it is looked at for the first time, and then each
 * time that there were four times as many. In the last quarter it is counted what
 * rules ask for. */
enum { FIRST_LOOK = 512, THEN_TIMES = 4, PERIOD_MOST = 1 << 24 };

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
	if (r->now != r->first)
		lookout_free(r->now);
	lookout_free(r->first);
	free(r->rules);
	free(r->seen.costs);
	free(r->seen.asked);
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

static bool is_for(const struct compiled *c, const struct logsource *from)
{
	return !c->rule->correlation &&
	       logsource_covers(c->rule->product, c->rule->category, c->rule->service, from);
}

static void gather_rules(const struct program *p, struct route *r)
{
	r->rules = must_alloc((p->rule_count + 1) * sizeof(*r->rules));
	for (uint32_t i = 0; i < p->rule_count; i++)
		if (is_for(&p->rules[i], &r->from))
			r->rules[r->rule_count++] = i;
}

static struct route *route_new(const struct program *p, const struct logsource *from)
{
	struct route *r = must_alloc(sizeof(*r));

	r->program = p;
	r->from = *from;
	gather_rules(p, r);
	r->now = r->first = lookout_new(p, r->rules, r->rule_count, NULL);
	r->period = FIRST_LOOK;
	r->left = FIRST_LOOK - FIRST_LOOK / THEN_TIMES;
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

/* ---- experience ----------------------------------------------------------- */

static void begin_asking(struct route *r)
{
	r->seen.asked_for = r->period / THEN_TIMES;
	r->seen.asked = must_alloc((r->program->predicate_count + 1) * sizeof(*r->seen.asked));
	r->left = r->seen.asked_for;
}

static void begin_costs(struct route *r)
{
	const struct program *p = r->program;

	r->seen.costs = must_alloc((p->predicate_count + 1) * sizeof(*r->seen.costs));
	for (uint32_t i = 0; i < p->predicate_count; i++)
		r->seen.costs[i] = p->literals[i].cost;
}

static void look_again(struct route *r)
{
	if (!r->seen.costs)
		begin_costs(r);
	lookout_tell(r->now, r->period, r->seen.costs);
	if (r->now != r->first)
		lookout_free(r->now);
	r->now = lookout_new(r->program, r->rules, r->rule_count, &r->seen);
	free(r->seen.asked);
	r->seen.asked = NULL;
	if (r->period < PERIOD_MOST)
		r->period *= THEN_TIMES;
	r->left = r->period - r->period / THEN_TIMES;
}

void route_turn(struct route *r)
{
	if (r->seen.asked)
		look_again(r);
	else
		begin_asking(r);
}

void routes_turn(struct routes *r)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct route *one = r->buckets[i]; one; one = one->next)
			route_turn(one);
}
