#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ctl/watch/show/meter.h"
#include "ctl/watch/rejects.h"
#include "ctl/watch/show/score.h"
#include "ctl/watch/settings.h"
#include "detect/detector.h"
#include "intake/tally.h"

/*
 * report -- what is shown of alerts: JSON lines, a table, a summary by rule.
 *
 * The author of a rule stands wherever a match of it is shown: the Detection Rule
 * License asks for that.
 */
struct report {
	const struct settings *settings;
	enum watch_format format;
	struct scores scores; /* of what is shown; of all formats, the meter reads it */
	struct meter *meter;
	struct buf out;
	int fd;      /* where it goes */
	int columns; /* of the terminal that reads it; 0: none, and nothing is cut */
	bool colour, headed;
	bool closed; /* nobody reads our output any more */
	bool lost;   /* it could not be written */
	bool full;   /* as many alerts as were wanted */
};

/* The numbers at the end. */
struct account {
	struct tally tally;
	struct detector_counts counts;
	const struct rejects *rejects;
	size_t rules, refused;
	size_t inputs, unread; /* read (to wherever), and not begun */
	int64_t span;          /* microseconds */
};

/* `fd` stays the caller's. */
void report_begin(struct report *r, const struct settings *settings, const struct ruleset *set,
		  struct meter *meter, int fd);
/* A detector_alert of it. */
void report_alert(void *who, const struct alert *alert);
/* Hand on what is there. False when there is no use in going on. */
bool report_flush(struct report *r);
/* Is that much there that it should be handed on? */
bool report_is_much(const struct report *r);
void report_end(struct report *r, const struct account *account);
void report_fini(struct report *r);
