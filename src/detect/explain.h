#pragma once

#include <stdint.h>

#include "detect/alert.h"
#include "detect/engine/match.h"

/*
 * explain -- which values of an event made a rule match.
 *
 * Asked of whoever matched it, while the verdicts are still known: to work them out
 * again would cost more than to find the rule.
 */
struct match {
	uint32_t rule;
	uint32_t count;                /* 0 of a rule that only a correlation speaks for */
	uint16_t values[ALERT_FIELDS]; /* places among the event's fields */
};

/* The rule matches the event that the view took. */
struct match explain_match(struct view *v, uint32_t rule);
