#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/engine/finder.h"
#include "detect/engine/program.h"

/*
 * lookout -- what is looked for in the events of one log, and which rules wait for it.
 *
 * At first what is rare is guessed from the rules; later it is known how often each
 * text was found for nothing, and another lookout is made from that. Whichever is
 * used, the rules that match are the same: only how many are tried differs.
 */
struct lookout_field {
	uint32_t number; /* of its name, or FIELD_ANYWHERE */
	struct finder *finder;
};

/* Of 64 names, those that some rule is found by, and how many of them come before. */
struct lookout_names {
	uint64_t wanted;
	uint32_t before;
};

struct lookout {
	uint32_t *always; /* rules without a witness */
	uint32_t always_count;
	struct lookout_field *fields; /* those that some rule is found by, by number */
	uint32_t field_count;
	struct lookout_names *names; /* the same by number of a name; all others are not wanted */
	uint32_t name_count;
	struct finder *anywhere; /* that of FIELD_ANYWHERE, or NULL */
	/* Of the texts that may stand in any value of a JSON line what would stand in the
	 * line itself too; or NULL. What it finds is a guess. */
	struct finder *in_line;
	bool scattered;       /* some of them would not */
	uint64_t *looked_for; /* bits of the predicates that hold only where the finders say so */
};

/* What was seen in the events of one log, by predicate. */
struct experience {
	float *costs;       /* of waiting for it; where nothing was seen, the guess */
	uint32_t *asked;    /* in how many events (about) a rule wanted to know of it */
	uint32_t asked_for; /* how many events that was counted for */
};

/* What is looked for in the values of a name, or NULL. */
static inline struct finder *lookout_finder(const struct lookout *l, uint32_t name)
{
	const struct lookout_names *names;
	uint64_t bit;

	if (name >= l->name_count)
		return NULL;
	names = &l->names[name / 64];
	bit = UINT64_C(1) << name % 64;
	if (!(names->wanted & bit))
		return NULL;
	return l->fields[names->before + (uint32_t)__builtin_popcountll(names->wanted & (bit - 1))].finder;
}

/* For those rules, in rising order. No experience (NULL): as it is guessed. */
struct lookout *lookout_new(const struct program *p, const uint32_t *rules, uint32_t count,
			    const struct experience *seen);
void lookout_free(struct lookout *l);

/* What its finders found in `events` events is made part of the costs. */
void lookout_tell(const struct lookout *l, uint32_t events, float *costs);
