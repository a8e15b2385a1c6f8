#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * listing -- the detection rules that are loaded: whose they are and where they stand.
 */
struct ruleset;

/* Up to `limit` rules behind the one with the id `after` (NULL: from the first):
 * {"rules":[{"id","title","level","author"?,"license"?,"status"?,"tags","file","line","correlation","logsource"}],
 * "total","after"?}. `rules` may be NULL: none. `folder` is what they were read from and is not told.
 * FAULT_INVALID where there is no rule `after`. */
int listing_page(const struct ruleset *rules, const char *folder, const char *after, size_t limit,
		 json_t **out, struct fault *why);
