#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/alert.h"
#include "detect/window/holding.h"
#include "detect/engine/match.h"

/*
 * correlate -- hits of rules, grouped, within a sliding window of event time.
 *
 * A window is exact: it ends with the latest hit of its group and begins a
 * timespan before it, and hits at both ends belong to it. A group reports when
 * its condition becomes true, and again only after a whole timespan while it
 * stays true. A hit costs the same however many there are; a percentile costs
 * the logarithm, and a hit that comes late as many steps as hits overtook it.
 *
 * Time: hits may come out of order within the window of their group; one that is
 * older is late, counted and left out. A hit that says it happened more than a
 * day after it was received is ahead: counted and left out, so that one broken
 * clock ends no window. A group is kept for its timespan and, beyond that, for
 * as long again but at most a minute, by the clock of the source that began it
 * (the latest time of that source's hits); no source moves another's clock.
 *
 * Bounds, all stated in bytes and numbers and tested before memory is taken:
 * groups and bytes of all together (struct correlator_limits), of one group what
 * its condition can tell apart, and at most CORRELATION_MOST hits of
 * temporal_ordered and MEASURED_MOST numbers of value_sum, value_avg and
 * value_percentile; beyond that the oldest goes and is counted. A quiet group of
 * event_count costs about 130 bytes. Who gives way when there is no room stands
 * in window/groups.h: first what is over, then the newest groups of the source and
 * correlation that hold most; never an older group of somebody else.
 */
struct correlator;

struct correlator_limits {
	size_t groups, bytes; /* 0: the default */
};

enum { CORRELATOR_GROUPS = 2000 * 1000, CORRELATOR_BYTES = 256 * 1024 * 1024 };

/* A hit of a rule: of an event, or of another correlation. */
struct hit {
	uint32_t rule;
	int64_t time;
	int64_t received; /* 0: not known */
	struct origin origin;
	const struct alert_field *group; /* of a correlation's hit: its values; else NULL */
	size_t group_count;
	const struct event *event; /* of an event's hit */
};

/* What a correlation that became true hands over. */
struct correlate_report {
	uint32_t rule;
	int64_t time;
	const struct alert_field *group;
	size_t group_count;
	/* The lines that make the condition true, the last ALERT_ORIGINS of them:
	 * of a count that compares with N at most N, of values, and of the rules of
	 * a temporal correlation, the latest of each. */
	const struct origin *origins;
	size_t origin_count;
	uint64_t hits;  /* how many of them there are */
	uint64_t since; /* all hits of the group since it last reported */
};

typedef void correlate_reports(void *who, const struct correlate_report *report);

struct correlator *correlator_new(const struct program *p, const struct correlator_limits *limits);
void correlator_free(struct correlator *c);

/* Another program is put in place of the one of `old`: the groups of each
 * correlation whose definition, and that of all it refers to, is unchanged go
 * over with their windows, and so do clocks, limits and counts. `old` is then
 * only to be freed; `c` must not have had a hit yet. */
void correlator_adopt(struct correlator *c, struct correlator *old);

/* Give a hit to correlation number `rule`. */
void correlator_add(struct correlator *c, uint32_t rule, const struct hit *hit, correlate_reports *report,
		    void *who);

struct correlator_counts {
	uint64_t groups_refused;  /* new groups for which there was no room */
	uint64_t hits_dropped;    /* the oldest hits of a group that grew too large */
	uint64_t late, ahead;     /* hits left out for their time */
	uint64_t unfit;           /* hits without a group-by field or the number that is asked for */
	uint64_t groups_given_up; /* that made room for those of a source that had less */
	uint64_t groups_expired;
	uint64_t groups, bytes; /* there now */
	uint64_t groups_most, bytes_most;
};
struct correlator_counts correlator_counts(const struct correlator *c);

/* Those that hold anything, or had to do without. */
void correlator_by_source(const struct correlator *c, holding_told *told, void *who);
void correlator_by_rule(const struct correlator *c, holding_told *told, void *who);
