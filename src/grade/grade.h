#pragma once

#include <stdbool.h>

#include "base/fault.h"
#include "pack/pack.h"

/*
 * grade -- the level of an incident from the scores of its dimensions.
 *
 * The level is the highest score; what is unknown counts as the pack says and
 * marks the result incomplete; urgency raises it by at most `urgency_most`,
 * never above 5 and never down. Source: plan section 4, readings A04 and A05.
 */
struct grade {
	int level;       /* 1..5 */
	bool incomplete; /* something was unknown */
};

/* `scores`: one for each dimension of the pack, 1..5 or 0 for unknown. */
int grade_level(const struct pack *pack, const int *scores, int urgency, struct grade *out,
		struct fault *why);
