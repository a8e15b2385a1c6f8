#include <string.h>

#include "pack/check/check_private.h"

/*
 * Clocks: what is started can end, what is stopped was started.
 */

static const struct clock_op *some_op(const struct checking *c, const char *code, enum clock_do op)
{
	for (size_t i = 0; i < c->pack->kind_count; i++)
		for (size_t k = 0; k < c->pack->kinds[i].move_count; k++) {
			const struct move *move = c->pack->kinds[i].moves[k];

			for (size_t n = 0; n < move->clock_count; n++)
				if (move->clocks[n].op == op && !strcmp(move->clocks[n].code, code))
					return &move->clocks[n];
		}
	return NULL;
}

/* It ends by a move, or with the states in which it runs. */
void check_clock_ends(const struct checking *c)
{
	const struct clock_op *start;

	for (size_t i = 0; i < c->pack->clock_count; i++) {
		const struct clock_def *clock = &c->pack->clocks[i];

		if (!(start = some_op(c, clock->code, CLOCK_START)))
			start = some_op(c, clock->code, CLOCK_RESTART);
		if (start && !clock->runs_in.count && !some_op(c, clock->code, CLOCK_STOP))
			problem_add(c->problems, start->at, NULL,
				    "clock %s is started, but no move stops it and clocks.yml says not in "
				    "which states it runs",
				    clock->code);
	}
}

void check_clock_starts(const struct checking *c)
{
	static const enum clock_do others[] = { CLOCK_PAUSE, CLOCK_RESUME };
	const struct clock_op *op;

	for (size_t i = 0; i < c->pack->clock_count; i++) {
		const struct clock_def *clock = &c->pack->clocks[i];

		if (some_op(c, clock->code, CLOCK_START) || some_op(c, clock->code, CLOCK_RESTART) ||
		    clock->start_field || clock->measured)
			continue;
		for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++)
			if ((op = some_op(c, clock->code, others[k])))
				problem_add(c->problems, op->at, NULL,
					    "clock %s is touched here, but no move starts it", clock->code);
		if ((op = some_op(c, clock->code, CLOCK_STOP)))
			problem_add(c->problems, op->at, NULL,
				    "clock %s is stopped here, but no move starts it", clock->code);
	}
}

void check_escalation(const struct checking *c)
{
	for (size_t i = 0; i < c->pack->clock_count; i++) {
		const struct clock_def *clock = &c->pack->clocks[i];

		for (size_t k = 1; k < clock->rung_count; k++)
			if (clock->rungs[k].after <= clock->rungs[k - 1].after)
				problem_add(c->problems, clock->at, NULL,
					    "escalation of %s: rung %zu does not come later than rung %zu",
					    clock->code, k + 1, k);
	}
}
