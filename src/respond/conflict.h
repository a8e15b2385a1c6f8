#pragma once

#include <stdbool.h>

#include "pack/pack.h"

/*
 * conflict -- steps of several special plans that cannot both be done.
 *
 * Two steps conflict when they touch the same target with actions that
 * exclude each other: isolate and keep running. Source: reading A15.
 */
bool conflict_between(const struct plan_step *a, const struct plan_step *b);

/* The first pair of steps of two plans that conflict; false where none does. */
bool conflict_find(const struct special_plan *a, const struct special_plan *b, const struct plan_step **of_a,
		   const struct plan_step **of_b);
