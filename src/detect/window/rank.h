#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/window/pool.h"

/*
 * rank -- the p-th percentile of numbers that come and go, exactly.
 *
 * By nearest rank: the smallest number of which at least p in a hundred are not
 * larger. Two heaps meet at it, so that a number comes, goes and is asked for in
 * the logarithm of how many there are.
 */
struct rank;

/* Room for one more, up to `most`; false when there is no memory. */
bool rank_widen(struct pool *p, struct rank **r, uint32_t most);
bool rank_has_room(const struct rank *r);
/* There must be room. Returns what it is to be removed by. */
uint32_t rank_add(struct rank *r, double number, unsigned percentile);
void rank_remove(struct rank *r, uint32_t node, unsigned percentile);
/* There must be a number. */
double rank_number(const struct rank *r);
void rank_free(struct pool *p, struct rank *r);
