#pragma once

#include "action/action_private.h"

/*
 * alert_private -- what the files about alerts share.
 *
 * An alert is heard: what it says as fields of a record, what keeps it quiet,
 * and which record it is another one of. Nothing is changed by that.
 */
struct heard {
	const json_t *alert;     /* as detection wrote it */
	json_t *fields;          /* what a record of it says; owned */
	int64_t within, at_most; /* in which it joins an older one, microseconds */
	int64_t hits;
	struct object *suppression; /* that takes it, or NULL */
	struct object *equal;       /* the record it belongs to, or NULL: it begins one */
	struct object *earlier;     /* an equal one that it may not join any more, or NULL */
	bool plainly;               /* it waits for the duty officer, whatever else the plan would do */
};

const char *alert_text(const json_t *alert, const char *name); /* NULL: it does not say */

/* fields.c: what a record of this alert says. New reference. */
json_t *alert_fields(struct deed *deed, const struct kind *kind, const json_t *alert);

/* equal.c: the windows, and the record that it is another one of. */
void alert_windows(struct deed *deed, struct heard *heard);
int alert_find_equal(struct deed *deed, struct heard *heard, struct fault *why);
/* How many files of raw lines stand on the record, and may. */
bool alert_keeps_more(struct deed *deed, const struct object *record);

/* quiet.c: the suppression that takes it. */
int alert_find_suppression(struct deed *deed, struct heard *heard, struct fault *why);

/* belong.c: the open case that the plan puts it into (0: none), and by which row. */
int alert_find_case(struct deed *deed, struct object *made, int64_t *out, const char **row,
		    struct fault *why);

/* Ids of a question with one column, at most `room`. */
int alert_ids(struct deed *deed, const char *sql, const struct value *values, size_t value_count,
	      int64_t *ids, size_t room, size_t *count, struct fault *why);
/* Do two values say the same? Of lists: have they one in common? */
bool alert_same(const json_t *a, const json_t *b);
