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
 * places are passed over. Of each text one gram is put in; or two side by side, and
 * then every second place is enough.
 */
struct grams;

/* How places are looked up: what the processor can do and is quick at, each kind all that is
 * before it. */
enum grams_reach { GRAMS_BY_1, GRAMS_BY_8, GRAMS_GATHERED, GRAMS_REACHES };
enum grams_reach grams_farthest(void);

/* For so many grams. `by_twos`: every text has two side by side. */
struct grams *grams_new(uint32_t count, bool by_twos, enum grams_reach reach);
void grams_free(struct grams *g);

/* The gram that stands at `offset` of text `number`. */
void grams_put(struct grams *g, uint32_t gram, uint32_t number, uint32_t offset);
/* After the last and before the first look. */
void grams_finish(struct grams *g);

static inline uint32_t gram_at(const char *at)
{
	uint32_t gram;

	memcpy(&gram, at, GRAM);
	return gram;
}

/* What is called where text `number` would begin at `at`. */
typedef void grams_place(void *who, uint32_t number, size_t at);

/* Counted down by what was looked at; with none left it ends. */
struct grams_looking {
	int64_t *work;
	grams_place *place;
	void *who;
};

/* The gram, in lower case, stands at `at`. */
void grams_look(const struct grams *g, uint32_t gram, size_t at, const struct grams_looking *to);
/* All of a text in lower case. */
void grams_scan(const struct grams *g, struct text lower, const struct grams_looking *to);
