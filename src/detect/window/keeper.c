#include "detect/window/keeper.h"

#include <string.h>

const struct keeper *keeper_for(enum correlation_kind kind)
{
	static const struct keeper *const table[] = {
		[CORRELATION_EVENTS] = &keeper_count,       [CORRELATION_VALUES] = &keeper_values,
		[CORRELATION_TEMPORAL] = &keeper_together,  [CORRELATION_ORDERED] = &keeper_order,
		[CORRELATION_SUM] = &keeper_measure,        [CORRELATION_AVG] = &keeper_measure,
		[CORRELATION_PERCENTILE] = &keeper_measure,
	};

	return table[kind];
}

static bool bound_holds(const struct bound *b, double number)
{
	switch (b->op) {
	case COMPARE_LT:
		return number < b->number;
	case COMPARE_LTE:
		return number <= b->number;
	case COMPARE_GT:
		return number > b->number;
	case COMPARE_GTE:
		return number >= b->number;
	case COMPARE_EQ:
		return number == b->number;
	case COMPARE_NEQ:
		return number != b->number;
	}
	return false;
}

bool bounds_hold(const struct bound *b, double number)
{
	while (b && bound_holds(b, number))
		b = b->next;
	return !b;
}

uint32_t bounds_most(const struct bound *b)
{
	double most = 1;

	for (; b; b = b->next) {
		/* From N on it is true for ever, or false for ever; the others
		 * must tell N from what comes after it. */
		double n = b->op == COMPARE_GTE || b->op == COMPARE_LT ? b->number : b->number + 1;

		most = n > most ? n : most;
	}
	return most > CORRELATION_MOST + 1 ? CORRELATION_MOST + 1 : (uint32_t)most;
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
