#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/engine/fold.h"
#include "detect/engine/program.h"

/*
 * grams -- where one of many texts may stand: places whose four bytes some text has.
 *
 * A table of bits, one for each hash of four bytes, so thinly set that nearly all
 * places are passed over. Of each text one gram is put in.
 */
struct grams;

/* For so many grams. */
struct grams *grams_new(uint32_t count);
void grams_free(struct grams *g);

void grams_put(struct grams *g, uint32_t gram);
bool grams_may_have(const struct grams *g, uint32_t gram);

/* A number that like grams share, from 0 on. */
uint32_t grams_spot(const struct grams *g, uint32_t gram);

static inline uint32_t gram_at(const char *at)
{
	uint32_t gram;

	memcpy(&gram, at, GRAM);
	return gram;
}

/* What is called for each place that is left over; false stops. */
typedef bool grams_place(void *who, size_t at, uint32_t gram);

/* The text is lower. */
void grams_scan(const struct grams *g, struct text lower, grams_place *place, void *who);
