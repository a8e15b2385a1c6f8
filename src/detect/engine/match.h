#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/engine/fold.h"
#include "detect/engine/program.h"
#include "intake/event.h"

/*
 * match -- one event against the predicates and conditions of a program.
 *
 * A view is the event with its values in lower case where somebody asked, and
 * the verdicts of predicates kept until the next event. It counts the work that
 * an event makes; beyond WORK_MOST its answers mean nothing, and whoever asks
 * stops asking.
 */
enum {
	WORK_MOST = 32 * 1024 * 1024, /* bytes compared, about; some milliseconds */
	VALUE_WORK = 16,              /* to begin with a value */
	REGEX_WORK = 8,               /* for each of its bytes */
};

struct view {
	const struct program *program;
	const struct event *event;
	uint32_t epoch;
	uint32_t *asked;  /* by predicate: counted up where it is asked for; NULL: not */
	uint32_t *judged; /* by predicate: epoch * VERDICTS + verdict */
	/* Bits of predicates whose texts were looked for beforehand: where nothing is said
	 * of one, its text is not there, and it does not hold. */
	const uint64_t *looked_for;
	uint32_t folded_in[EVENT_FIELDS + 1]; /* the epoch in which `folded` was made */
	char *folded[EVENT_FIELDS + 1];       /* the value in lower case; the last is the line */
	char *room;
	size_t used, size;
	struct regex_room *regex_room;
	uint64_t work;    /* of this event */
	uint64_t limited; /* regular expressions that were stopped, so far */
};

void view_init(struct view *v, const struct program *p);
void view_fini(struct view *v);
void view_take(struct view *v, const struct event *e, const uint64_t *looked_for);

/* A value as it came, and in lower case. EVENT_FIELDS stands for the line. */
struct text view_given(const struct view *v, uint32_t value);
struct text view_lower(struct view *v, uint32_t value);

/* A value as a decimal number; false where it is none. */
bool text_number(struct text t, double *out);

/* The predicate holds, or may: a text is there without which it could not. */
enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_MAYBE, VERDICTS = 4 };

static inline void view_found(struct view *v, uint32_t predicate, enum verdict verdict)
{
	v->judged[predicate] = v->epoch * VERDICTS + verdict;
}

bool match_predicate(struct view *v, uint32_t predicate);
bool match_rule(struct view *v, uint32_t rule);
/* The same for a part of its condition, slower; to say what it was that matched. */
bool match_node(struct view *v, uint32_t node);
