#include "respond/conflict.h"

#include <string.h>

/* clang-format off */
/* Actions that exclude each other on one target. */
static const char *const excluding[][2] = {
	{ "isolate",   "keep_running" },
	{ "shut_down", "keep_running" },
	{ "clean",     "preserve" },
	{ "restore",   "preserve" },
	{ "shut_down", "collect_memory" },
	{ "block",     "keep_open" },
};
/* clang-format on */

bool conflict_between(const struct plan_step *a, const struct plan_step *b)
{
	if (!a->target || !b->target || !a->action || !b->action || strcmp(a->target, b->target))
		return false;
	for (size_t i = 0; i < sizeof(excluding) / sizeof(*excluding); i++)
		for (int way = 0; way < 2; way++)
			if (!strcmp(a->action, excluding[i][way]) && !strcmp(b->action, excluding[i][!way]))
				return true;
	return false;
}

bool conflict_find(const struct special_plan *a, const struct special_plan *b, const struct plan_step **of_a,
		   const struct plan_step **of_b)
{
	for (size_t i = 0; i < a->step_count; i++)
		for (size_t k = 0; k < b->step_count; k++)
			if (conflict_between(&a->steps[i], &b->steps[k])) {
				*of_a = &a->steps[i];
				*of_b = &b->steps[k];
				return true;
			}
	return false;
}
