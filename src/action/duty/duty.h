#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "action/action_private.h"
#include "report/due.h"

/*
 * duty -- the stages of laws that a case owes: opened by its facts, reckoned by the room report.
 *
 * A regime binds where the site has adopted it (kind regime_adoption); it counts, and can be
 * missed, once the legal officer has confirmed it. See docs/decisions/0082 and 0083.
 */

/* ---- adopt.c */
struct adoption {
	struct object *object;
	const struct regime *regime;
	const char *variant, *recipient, *channel; /* or NULL */
	const struct calendar_def *calendar;
	int64_t from_level;
	bool confirmed;
};

struct adoptions {
	struct adoption *at;
	size_t count;
};

/* Those that have not ended, of regimes that `pack` knows. */
int adoptions_of(struct deed *deed, const struct pack *pack, struct adoptions *out, struct fault *why);
/* Does this stage count, and can it be missed? */
bool adoption_counts(const struct adoption *adoption, const struct report_stage *stage);
/* After the legal officer's confirmation: what waits for it in open cases counts from now on. */
int adoption_confirm(struct deed *deed, struct object *adoption, struct fault *why);
bool guard_regime_known(struct deed *deed, struct object *subject);

/* ---- days.c */
/* The calendar with what the site has entered; memory of the deed. */
int days_of(struct deed *deed, const struct calendar_def *def, struct calendar *out, struct fault *why);
bool guard_calendar_known(struct deed *deed, struct object *subject);

/* ---- fact.c */
struct case_known {
	struct known known;
	struct object *by; /* the case_fact, or the upward_report that was sent */
};

/* What is known of the case to the minute, sent stages of this regime among it. */
int facts_of(struct deed *deed, struct object *incident, const char *regime, struct case_known **out,
	     size_t *count, struct fault *why);
bool guard_fact_once(struct deed *deed, struct object *subject);

/* ---- stages.c */
int stages_open(struct deed *deed, struct object *incident, struct fault *why);
/* After a correction: what runs is reckoned anew; what was missed stays missed. */
int stages_replan(struct deed *deed, struct object *incident, struct fault *why);
