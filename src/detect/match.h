#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/program.h"
#include "intake/event.h"

/*
 * match -- one event against the predicates and conditions of a program.
 *
 * A view is the event seen by field number, with values in lower case where
 * somebody asked, and the verdicts of predicates kept until the next event.
 */
struct view {
	const struct program *program;
	const struct event *event;
	uint32_t epoch;
	uint32_t *seen;                 /* by field number: epoch in which `head` was set */
	uint16_t *head;                 /* the first of its values, as a number in the event */
	uint32_t *judged;               /* by predicate: epoch * 2 + verdict */
	uint16_t next[EVENT_FIELDS];    /* another value of the same field; NO_VALUE ends */
	uint32_t number[EVENT_FIELDS];  /* field number, UINT32_MAX when no rule names it */
	char *folded[EVENT_FIELDS + 1]; /* framed lower-case value; the last is the line */
	char *room;
	size_t used, size;
	uint64_t limited; /* regular expressions that were stopped, so far */
};

enum { NO_VALUE = UINT16_MAX, FRAME = 2 };

struct text {
	const char *at;
	size_t len;
};

void view_init(struct view *v, const struct program *p);
void view_fini(struct view *v);
void view_take(struct view *v, const struct event *e);

/* The value in lower case, between two marks on each side. `value` EVENT_FIELDS
 * stands for the whole line. */
struct text view_framed(struct view *v, uint32_t value);

/* The first value of a field by name; false when it is absent or null. */
bool view_value(const struct view *v, const char *name, struct text *out);

bool match_predicate(struct view *v, uint32_t predicate);
bool match_node(struct view *v, uint32_t node);
