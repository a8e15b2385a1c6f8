#pragma once

#include <stdint.h>

#include "detect/alert.h"
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
	size_t groups; /* of all correlations together; 0: the default */
};

/* What went by, and what had to be left out. */
struct detector_counts {
	uint64_t events, alerts;
	uint64_t tried;          /* conditions that were worked out */
	uint64_t groups_refused; /* alarm: no room for another group of a correlation */
	uint64_t hits_dropped;   /* alarm: the oldest hits of a group that grew too large */
	uint64_t late;           /* hits older than their window */
	uint64_t cut;            /* alarm: events that asked for too much work; not all rules were tried */
	uint64_t regex_limited;  /* alarm: regular expressions that were stopped */
};

typedef void detector_alert(void *who, const struct alert *alert);

/* The set must be finished and outlive the detector. */
struct detector *detector_new(const struct ruleset *set, const struct detector_limits *limits,
			      detector_alert *alert, void *who);
void detector_free(struct detector *d);
void detector_drop(struct detector **d);

void detector_feed(struct detector *d, const struct event *e);
struct detector_counts detector_counts(const struct detector *d);
