#pragma once

#include "ctl/watch/lane.h"

/*
 * merge -- of lanes that stand beside each other the one whose event is earliest.
 *
 * What happened at the same time comes in the order of the lanes.
 */
enum { LANES_MOST = 64 };

struct merge {
	struct merge_entry {
		struct lane *lane;
		size_t number; /* of the lane */
	} heap[LANES_MOST];    /* none is earlier than the one it stands below */
	size_t count;
};

/* The lane has an event. Room is for LANES_MOST. */
void merge_add(struct merge *m, struct lane *lane, size_t number);
/* The earliest, or NULL. */
struct lane *merge_first(const struct merge *m);
/* The first has another event, or (`ended`) none any more. */
void merge_moved(struct merge *m, bool ended);
