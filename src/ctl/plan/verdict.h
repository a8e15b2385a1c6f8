#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "pack/scenario.h"

/*
 * verdict -- is an answer what a scenario expects? And if not, the difference in words.
 */

/* True as expected; else `out` says what came instead, in one sentence. */
bool verdict_outcome(const struct scenario_step *step, const json_t *answer, bool chinese, struct buf *out);

/* The first state or clock of a record (as house_show answers) that differs, or NULL. */
const struct scenario_check *verdict_states(const struct scenario_step *step, const json_t *shown,
					    bool chinese, struct buf *out);
const struct scenario_check *verdict_clocks(const struct scenario_step *step, const json_t *shown,
					    bool chinese, struct buf *out);

/* Why an answer is no: every code with what is missing. */
void verdict_why(const json_t *answer, bool chinese, struct buf *out);
