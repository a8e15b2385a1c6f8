#pragma once

#include "small.h"

/*
 * town -- a small house with two units, two people, a case and what hangs on it, and one deed under way.
 *
 * Whatever asks the world about records stands in the same one: a guard, a clock, an input.
 */
struct town {
	struct small house;
	struct deed deed;
	int64_t unit, other_unit;
	int64_t officer;  /* of `unit`: DUT on shift, with a delegation in force */
	int64_t outsider; /* of `other_unit`: DIR, whose delegation has ended */
	int64_t incident; /* of `unit`, led by the officer, in containment, at level 3 */
	int64_t fresh_case, warning, evidence, drill;
	int64_t sent; /* the last of three taskings of the case, verified */
};

extern struct town town;

int town_open(void **state);
int town_close(void **state);

/* What the deed under way sees of it. */
struct object *town_record(int64_t id);
/* From here on this person acts; 0: nobody, a rule of the plan. */
void town_act_as(int64_t who);

/* A test that begins in a town of its own. */
#define TOWN(f) cmocka_unit_test_setup_teardown(f, town_open, town_close)
