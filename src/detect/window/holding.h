#pragma once

#include <stdint.h>

/*
 * holding -- what the correlations keep for one source, or for one of them, and
 * what that one had to do without: who floods, and who suffers from it.
 */
struct holding {
	const char *name; /* of the source, or the rule's id */
	uint64_t groups, bytes;
	uint64_t refused;     /* new groups for which there was no room */
	uint64_t given_up;    /* groups that made room for those of somebody who had less */
	uint64_t late, ahead; /* hits left out for their time; of sources alone */
};

typedef void holding_told(void *who, const struct holding *holding);
