#pragma once

#include <stdint.h>

#include "detect/alert.h"
#include "detect/matcher.h"
#include "detect/notes.h"
#include "detect/window/holding.h"
#include "detect/ruleset.h"
#include "intake/event.h"

/*
 * detector -- events in, alerts out: the one face of detection.
 *
 * It reads intake events and nothing else, in the order they come, by their own
 * times. All state is bounded; where a bound strikes, a counter says so.
 */
struct detector;

struct detector_limits {
	size_t groups, bytes; /* of all correlations together; 0: the default (correlate.h) */
};

/* What went by, and what had to be left out. */
struct detector_counts {
	uint64_t events, alerts;
	uint64_t tried;           /* conditions that were worked out */
	uint64_t groups_refused;  /* alarm: no room for another group of a correlation */
	uint64_t hits_dropped;    /* alarm: the oldest hits of a group that grew too large */
	uint64_t late;            /* hits older than their window */
	uint64_t ahead;           /* alarm: hits that happened long after they were received */
	uint64_t unfit;           /* hits without what their correlation groups by or reckons with */
	uint64_t groups_given_up; /* alarm: groups that made room for those of a source that had less */
	uint64_t groups, groups_most, bytes, bytes_most; /* what correlations hold, and may hold */
	uint64_t cut;           /* alarm: events for which not all rules were tried */
	uint64_t regex_limited; /* alarm: regular expressions that were stopped */
};

typedef void detector_alert(void *who, const struct alert *alert);

/* The set must be finished and outlive the detector. */
struct detector *detector_new(const struct ruleset *set, const struct detector_limits *limits,
			      detector_alert *alert, void *who);
void detector_free(struct detector *d);
void detector_drop(struct detector **d);

/* Another set of rules is put in place of that of `old`: windows of correlations
 * whose definition is unchanged go on. `old` is then only to be freed. */
void detector_adopt(struct detector *d, struct detector *old);

void detector_feed(struct detector *d, const struct event *e);

/* The same in two halves, for whoever has several threads: each matches with a
 * matcher of its own and takes notes; what they noted is carried out in the order
 * of the events, by one of them, with the same alerts. */
const struct program *detector_program(const struct detector *d);
void detector_replay(struct detector *d, const struct notes *n);
/* What went by at a matcher of another thread, once, at its end. */
void detector_count(struct detector *d, struct matcher_counts more);

struct detector_counts detector_counts(const struct detector *d);
/* What correlations hold for each source, and each of them; those with nothing to tell are left out. */
void detector_by_source(const struct detector *d, holding_told *told, void *who);
void detector_by_rule(const struct detector *d, holding_told *told, void *who);
