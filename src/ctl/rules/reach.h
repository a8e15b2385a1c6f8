#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/sigma/survey.h"
#include "intake/map.h"

/*
 * reach -- which of the logs that are read a rule could be about, and what is in them.
 *
 * The logs are those of Windows, those that the mappings know, and syslog whose
 * program no mapping knows.
 */
struct reach;

enum reached_word {
	REACH_FIRES,
	REACH_NO_SOURCE, /* nothing that is read is such a log */
	REACH_NO_FIELD,  /* it is, but what the rule asks for is never in it */
	REACH_NO_RULE,   /* of a correlation: the rules it wants could not fire */
};

struct reached {
	enum reached_word word;
	const char **unknown; /* fields that none of its logs gives */
	size_t unknown_count;
};

/* `product`: what sends syslog that no mapping knows. The mappings stay the caller's. */
struct reach *reach_new(struct arena *mem, const struct maps *maps, const char *product);

/* Of a rule that is no correlation. */
void reach_rule(const struct reach *reach, struct arena *mem, const struct rule *rule,
		const struct survey *survey, struct reached *out);
