#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/engine/finder.h"
#include "detect/engine/program.h"
#include "intake/logsource.h"

/*
 * route -- the rules for the events of one log, and what finds them.
 *
 * Made when the first event of that log comes. There are as many as the closed
 * table of log sources has combinations that occur.
 */
struct route_field {
	uint32_t number; /* of its name, or FIELD_ANYWHERE */
	struct finder *finder;
};

struct route {
	struct logsource from;
	uint32_t rule_count;
	uint32_t *always; /* rules without a witness */
	uint32_t always_count;
	struct route_field *fields; /* those that some rule is found by */
	uint32_t field_count;
	/* Of the texts that may stand in any value of a JSON line what would stand in the
	 * line itself too; or NULL. What it finds is a guess. */
	struct finder *in_line;
	bool scattered;       /* some of them would not */
	uint64_t *looked_for; /* bits of the predicates whose truth the finders tell */
	struct route *next;
};

struct routes;

struct routes *routes_new(const struct program *p);
void routes_free(struct routes *r);
struct route *routes_find(struct routes *r, const struct logsource *from);
