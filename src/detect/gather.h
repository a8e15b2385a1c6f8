#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "detect/alert.h"

/*
 * gather -- alerts that wait to be brought on, equal ones as one.
 *
 * Equal are alerts of one rule with the same key (alert_key). The first says
 * what it is; of all of them the lines are kept and counted, so that a flood of
 * the same thing is a number. Memory is bounded; what finds no room is counted.
 */
enum { GATHER_MARK = 65 };

struct gathered {
	uint64_t hash;   /* of the key */
	struct buf key;  /* as alert_key_write has it */
	struct buf text; /* the first, as alert_write has it */
	struct buf raw;  /* the lines, each with LF, as far as they found room */
	uint64_t hits;
	int64_t within, at_most; /* what its rule says of joining, 0: nothing */
	bool closed;             /* by whoever brings it on: nothing more joins */
	char mark[GATHER_MARK];  /* his own */
	uint64_t size;           /* the same */
	struct gathered *next, *next_alike;
};

struct gather_limits {
	size_t alerts;
	size_t raw_bytes;     /* lines of one alert */
	size_t all_raw_bytes; /* and of all */
};

struct gather;

struct gather *gather_new(struct gather_limits limits);
void gather_free(struct gather *g);

/* Copies what it keeps. False where there was no room for another alert. */
bool gather_add(struct gather *g, const struct alert *alert, const struct alert_key *by);

/* In the order they came; the first ones go when they have been brought on. */
struct gathered *gather_first(const struct gather *g);
void gather_drop_first(struct gather *g);
size_t gather_count(const struct gather *g);
uint64_t gather_seen(const struct gather *g);    /* alerts that joined or began one */
uint64_t gather_dropped(const struct gather *g); /* alerts that found no room */
