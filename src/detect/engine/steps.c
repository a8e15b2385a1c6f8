#include <stdlib.h>
#include <string.h>

#include "detect/engine/program.h"

/*
 * steps -- a condition as a chain of tests.
 *
 * Written from its end: what follows a test is known before the test is. A
 * member of a conjunction goes on with the next member where it holds and leaves
 * where it does not, and so on down; no test is made whose outcome could not
 * change the verdict any more.
 */
static uint32_t put(struct program *p, uint32_t predicate, uint32_t yes, uint32_t no)
{
	if (p->step_count == p->step_room) {
		p->step_room = p->step_room ? p->step_room * 2 : 4096;
		p->steps = must_grow(p->steps, p->step_room * sizeof(*p->steps));
	}
	p->steps[p->step_count] = (struct step){ predicate, yes, no };
	return p->step_count++;
}

static uint32_t write_node(struct program *p, uint32_t node, uint32_t yes, uint32_t no);

/* At least `need` of the members: one column for each number that is still
 * wanted, from the last member to the first. */
static uint32_t write_count(struct program *p, const struct node *n, uint32_t yes, uint32_t no)
{
	const uint32_t need = n->need;
	uint32_t *after = must_alloc((need + 1) * sizeof(*after));
	uint32_t first;

	after[0] = yes;
	for (uint32_t k = 1; k <= need; k++)
		after[k] = no;
	for (uint32_t i = n->count; i-- > 0;) {
		const uint32_t member = p->members[n->first + i];

		/* From above, so that after[k - 1] is still of the member behind. */
		for (uint32_t k = need; k > 0; k--)
			if (k <= n->count - i && need - k <= i)
				after[k] = write_node(p, member, after[k - 1], after[k]);
	}
	first = after[need];
	free(after);
	return first;
}

static uint32_t write_node(struct program *p, uint32_t node, uint32_t yes, uint32_t no)
{
	const struct node n = p->nodes[node];
	uint32_t at = n.kind == NODE_AND ? yes : no;

	switch (n.kind) {
	case NODE_PREDICATE:
		return put(p, n.first, yes, no);
	case NODE_NOT:
		return write_node(p, p->members[n.first], no, yes);
	case NODE_COUNT:
		return write_count(p, &n, yes, no);
	case NODE_AND:
		for (uint32_t i = n.count; i-- > 0;)
			at = write_node(p, p->members[n.first + i], at, no);
		return at;
	case NODE_OR:
		for (uint32_t i = n.count; i-- > 0;)
			at = write_node(p, p->members[n.first + i], yes, at);
		return at;
	}
	return no;
}

void steps_build(struct program *p)
{
	for (uint32_t i = 0; i < p->rule_count; i++)
		if (!p->rules[i].rule->correlation)
			p->rules[i].start = write_node(p, p->rules[i].root, STEP_YES, STEP_NO);
}
