#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/alert.h"

/*
 * window -- the hits of the last timespan, in the order of their times, and how
 * many distinct values they carry. Adding costs the same however many there are.
 */
struct window_value;

struct window_hit {
	int64_t time;
	uint32_t rule;
	struct window_value *value; /* NULL where values are not counted */
	struct origin origin;
};

struct window {
	struct window_hit *hits; /* a ring */
	size_t from, count, room;
	bool counts_values;
	struct window_value **values;
	size_t value_count, value_room;
};

void window_init(struct window *w, bool counts_values);
void window_fini(struct window *w);

/* False when the hit is too late: older than the window that ends with the
 * newest. Above `most` the oldest goes, and *dropped counts it. */
bool window_add(struct window *w, int64_t span, const struct window_hit *hit, const char *value,
		size_t value_len, size_t most, uint64_t *dropped);

size_t window_count(const struct window *w);
size_t window_values(const struct window *w);
const struct window_hit *window_at(const struct window *w, size_t i); /* 0 is the oldest */
int64_t window_last(const struct window *w);                          /* INT64_MIN when empty */
