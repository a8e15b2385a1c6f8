#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ctl/rules/reach.h"
#include "detect/ruleset.h"

/*
 * report -- every rule that was read, with what it asks for and costs; and what was refused.
 */
struct refusal {
	const char *text, *zh; /* the latter "" where there is none */
	struct refusal *next;
};

/* What is left out of the list; the numbers at its end are of all rules. */
struct report_choice {
	enum rule_level least;
	bool one_cost;
	enum rule_cost cost;
	bool never;   /* only those that could not fire */
	bool refused; /* the refusals alone */
};

struct report;

struct report *report_new(struct arena *mem, const struct ruleset *set, const struct reach *reach,
			  const struct refusal *refusals, struct report_choice choice);

/* A table and a line of numbers on standard output, refusals on standard error. */
void report_print(const struct report *report, bool chinese);
/* One JSON object on standard output. */
void report_json(const struct report *report);
