#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "pack/pack.h"
#include "pack/yaml.h"

/*
 * scenario -- what a plan promises, step by step: the files of a pack's tests/.
 *
 * Reading ties every name to the pack (kinds, moves, roles, states, clocks,
 * refusal codes, people, what earlier steps gave a name to), so that only what
 * the plan answers is left to be found out by playing.
 */
struct scenario_person {
	const char *login;
	struct names roles;
	const char *unit; /* a name given before or in organisation.yml; NULL: the first unit there */
	bool on_duty;
	struct place at;
};

enum scenario_outcome {
	OUTCOME_OK,
	OUTCOME_PENDING, /* it waits for another person */
	OUTCOME_REFUSED, /* with all of `codes`; none: whichever */
	OUTCOME_FAULT,   /* not understood; `codes` holds the one word */
};

struct scenario_check { /* a region and its state, or a clock and its state */
	const char *name, *value;
	struct place at;
};

struct scenario_checks {
	struct scenario_check *at;
	size_t count;
};

enum scenario_form { STEP_DO, STEP_PASS, STEP_SEE };

struct scenario_step {
	enum scenario_form form;
	const char *as;          /* login; NULL: whoever sets the house up */
	const struct kind *kind; /* NULL: time passes and nothing is looked at */
	const char *move;
	const char *on;    /* a name given before; NULL: the newest record of the kind */
	const char *gives; /* the record is called this from here on */
	int64_t passes;    /* microseconds */
	const struct yaml_node *with;
	enum scenario_outcome outcome;
	struct names codes;
	struct scenario_checks then, clocks;
	struct place at, expect_at;
};

struct scenario {
	const char *file, *name; /* tests/contain.yml, contain */
	struct words label;
	int64_t begins;
	const char *after_name; /* it goes on where this one ends */
	const struct scenario *after;
	struct place after_at;
	struct scenario_person *people;
	size_t person_count;
	struct scenario_step *given; /* what is there before anybody acts */
	size_t given_count;
	struct scenario_step *steps;
	size_t step_count;
};

struct scenarios {
	struct arena *mem;
	struct scenario *at;
	size_t count;
};

/* Read tests/ of the folder that `pack` was loaded from. Problems are added;
 * FAULT_INVALID with an error among them. A pack without tests gives none. */
int scenarios_read(const char *path, const struct pack *pack, struct scenarios *out,
		   struct problems *problems, struct fault *why);
void scenarios_fini(struct scenarios *scenarios);
