#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/sigma/rule.h"

/*
 * survey -- what a rule asks of events, and what that costs, from the rule alone.
 *
 * Of what its condition reaches; a selection that the condition does not name
 * costs nothing and asks for nothing.
 */

/* Cheap and ordinary rules have a witness: some text that must be in the event
 * wherever the rule is true, so that most events are never held against it. A
 * dear one is worked out on every event of its log source. */
enum rule_cost { COST_CHEAP, COST_ORDINARY, COST_DEAR };

/* More tests than this, or a regular expression, and it is not cheap. */
enum { COST_CHEAP_TESTS = 64 };

struct survey {
	const char **fields; /* each once, in the order of the condition */
	size_t field_count;
	const char **unused; /* selections that the condition does not reach: a slip, as a rule */
	size_t unused_count;
	bool anywhere; /* it searches the whole event as well */
	size_t tests, regexes;
	bool witness;
	enum rule_cost cost;
};

void survey_rule(struct arena *mem, const struct rule *rule, struct survey *out);

/* "cheap", "ordinary", "dear" */
const char *survey_cost_word(enum rule_cost cost);

/* Can the condition become true of an event in which only such fields may stand
 * as `gives` knows? What is not there is absent, which a rule may ask for. */
typedef bool survey_gives(const void *who, const char *field);
bool survey_may_fire(const struct rule *rule, survey_gives *gives, const void *who);
