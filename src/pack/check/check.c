#include "pack/check/check_private.h"

/* clang-format off */
/* What is proved, in the order of docs/plan-packs.md. */
static void (*const proofs[])(const struct checking *c) = {
	check_reachable, check_can_end, check_obligations, check_ends_with_cycles,
	check_actors, check_branches, check_create, check_rows, check_frozen, check_linked,
	check_cascades, check_cascade_cycles,
	check_clock_ends, check_clock_starts, check_escalation,
	check_grades, check_threshold, check_refusals, check_shut, check_numbers, check_machines, check_fields,
	check_regimes, check_steps,
	check_abouts, check_staff, check_classes, check_indicators, check_switches,
};
/* clang-format on */

int pack_check(const struct pack *pack, struct problems *problems, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const struct checking c = { pack, problems, mem };

	for (size_t i = 0; i < sizeof(proofs) / sizeof(*proofs); i++)
		proofs[i](&c);
	problems_sort(problems);
	return problems_verdict(problems, why);
}
