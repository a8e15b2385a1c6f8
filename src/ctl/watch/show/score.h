#pragma once

#include <stdbool.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/alert.h"
#include "detect/ruleset.h"

/*
 * score -- how often each rule had something to report, when and where.
 *
 * Memory grows with the rules that matched, not with the alerts: the hosts of a
 * rule are named up to a number, the others counted together.
 */
enum { SCORE_HOSTS = 32, SCORE_HOST_BYTES = 255 };

struct score {
	const struct rule *rule;
	uint64_t count;
	int64_t first, last;
	struct score_host {
		char *name;
		uint64_t count;
	} hosts[SCORE_HOSTS];
	size_t host_count;
	uint64_t elsewhere; /* alerts on further hosts */
	struct alert_frame frame;
};

struct scores {
	struct score **of; /* by number of the rule; NULL: never matched */
	size_t rule_count;
	bool with_hosts;
	uint64_t levels[LEVEL_CRITICAL + 1], all;
};

/* `with_hosts`: it is wanted on which hosts. */
void scores_init(struct scores *scores, const struct ruleset *set, bool with_hosts);
void scores_fini(struct scores *scores);

/* Gives the rule's score with the alert in it. */
struct score *scores_add(struct scores *scores, const struct alert *a);

/* Those that matched: by level, the worst first, then by count. The list is freed
 * by the caller; what it points to is not. */
size_t scores_ranked(const struct scores *scores, const struct score ***out);

/* Where it happened, or NULL: the host, or what else the event calls it. */
const struct field *score_host_of(const struct alert *a);
