#pragma once

#include "pack/pack_private.h"

/*
 * check_private -- the proofs of pack_check, one function each.
 *
 * They see a pack whose names are tied already; what they prove is that the
 * plan can be carried out and stays inside the boundary.
 */
struct checking {
	const struct pack *pack;
	struct problems *problems;
	struct arena *mem; /* of this check */
};

/* ---- graph.c */
void check_reachable(const struct checking *c);
void check_can_end(const struct checking *c);
void check_obligations(const struct checking *c);
void check_ends_with_cycles(const struct checking *c);

/* ---- move.c */
void check_actors(const struct checking *c);
void check_branches(const struct checking *c);
void check_create(const struct checking *c);
void check_rows(const struct checking *c);
void check_frozen(const struct checking *c);
void check_linked(const struct checking *c);

/* ---- cascade.c */
/* Effects that make or move records of a kind without naming it in the pack. */
bool effect_carries(const char *effect, const char *kind);
void check_cascades(const struct checking *c);
void check_cascade_cycles(const struct checking *c);

/* ---- clock.c */
void check_clock_ends(const struct checking *c);
void check_clock_starts(const struct checking *c);
void check_escalation(const struct checking *c);

/* ---- fact.c */
void check_grades(const struct checking *c);
void check_threshold(const struct checking *c);
void check_refusals(const struct checking *c);
void check_shut(const struct checking *c);
void check_numbers(const struct checking *c);
void check_machines(const struct checking *c);
void check_fields(const struct checking *c);
void check_steps(const struct checking *c);

/* ---- regime.c */
void check_regimes(const struct checking *c);

/* ---- boundary.c: DESIGN 13 */
void check_abouts(const struct checking *c);
void check_staff(const struct checking *c);
void check_classes(const struct checking *c);
void check_indicators(const struct checking *c);
void check_switches(const struct checking *c);
