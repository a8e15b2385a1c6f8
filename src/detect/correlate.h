#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/alert.h"
#include "detect/match.h"

/*
 * correlate -- hits of rules, grouped, within a sliding window of event time.
 *
 * A group reports when its condition becomes true, and again only after a whole
 * timespan while it stays true. A hit that is older than the window of its group
 * is late: counted and left out. Hits at both ends of the timespan belong to it.
 */
struct correlator;

/* A hit of a rule: of an event, or of another correlation. */
struct hit {
	uint32_t rule;
	int64_t time;
	struct origin origin;
	const struct alert_field *group; /* of a correlation's hit: its values; else NULL */
	size_t group_count;
	struct view *view; /* of an event's hit */
};

/* What a correlation that became true hands over. */
struct correlate_report {
	uint32_t rule;
	int64_t time;
	const struct alert_field *group;
	size_t group_count;
	const struct origin *origins;
	size_t origin_count;
	uint64_t hits;
};

typedef void correlate_reports(void *who, const struct correlate_report *report);

struct correlator *correlator_new(const struct program *p, size_t groups_most);
void correlator_free(struct correlator *c);

/* Give a hit to correlation number `rule`. */
void correlator_add(struct correlator *c, uint32_t rule, const struct hit *hit, correlate_reports *report,
		    void *who);

struct correlator_counts {
	uint64_t groups_refused, hits_dropped, late, groups;
};
struct correlator_counts correlator_counts(const struct correlator *c);
