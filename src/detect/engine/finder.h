#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/engine/fold.h"
#include "detect/engine/program.h"

/*
 * finder -- which of many literals are in a value, all looked for at once.
 *
 * One for each field of the events of one place. Texts that begin, end or are
 * the value are looked up by its first or last eight bytes; it is not read for
 * them. Those that may stand anywhere are found by their rarest four bytes: a few
 * of them by a sieve, many in a pass over the lower-case value, in which a table
 * of bits passes over nearly everything.
 */
struct find {
	const char *text;
	uint32_t len, rare;
	uint32_t predicate;
	uint32_t rule_count;
	const uint32_t *rules; /* that wait for it */
	uint32_t hits;         /* events in which it was there, so far */
	uint64_t seen;         /* in this event, so that a repeated text counts once */
	uint32_t next;         /* with the same key; 0 ends */
	uint8_t anchor;
	bool decides;
};

struct finder;

/* Called for each text that is there, once for each event. */
typedef void finder_found(void *who, const struct find *find);

struct finder *finder_new(void);
void finder_free(struct finder *f);

/* Rules that wait for a predicate's literal; copied is nothing but the numbers. */
void finder_add(struct finder *f, const struct literal *l, uint32_t predicate, const uint32_t *rules,
		uint32_t rule_count);
void finder_finish(struct finder *f);

/* Each of them, with its hits. */
void finder_each(const struct finder *f, finder_found *told, void *who);

/* What finder_inside() wants: nothing, the value as it came, or in lower case. */
enum finder_wants { FINDER_NOTHING, FINDER_GIVEN, FINDER_LOWER };
enum finder_wants finder_wants(const struct finder *f);

/* What is found in the values of one event. `event` tells events apart; `work` is
 * counted down by the bytes that were looked at, and with none left nothing more
 * is found. */
struct finding {
	uint64_t event;
	int64_t work;
	finder_found *found;
	void *who;
};
/* The value as it came; and as finder_wants() says. */
void finder_ends(struct finder *f, struct finding *to, struct text given);
void finder_inside(struct finder *f, struct finding *to, struct text in);
