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
