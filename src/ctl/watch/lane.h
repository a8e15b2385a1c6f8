#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/watch/crew.h"
#include "ctl/watch/inlet.h"
#include "ctl/watch/inputs.h"
#include "ctl/watch/rejects.h"
#include "detect/detector.h"
#include "intake/intake.h"

/*
 * lane -- inputs that continue each other (a log and what rotation made of it),
 * read one behind the other, in steps.
 *
 * Each input is a source with its own name, line numbers, tally and year. Several
 * lanes stand beside each other and are merged by time, so that what happened on
 * two hosts is told in the order in which it happened. With a crew the lines are
 * read and matched ahead; what comes of them is the same, in the same order.
 */
struct lane;

/* Whom a lane tells, and who works for it. */
struct lane_owner {
	const struct settings *settings;
	const struct maps *maps;
	struct rejects *rejects;
	struct detector *detector;
	struct crew *crew; /* NULL: it does the work itself */
	size_t ahead;      /* blocks that the crew may have of a lane at once */
	void (*failed)(void *who, const struct input *input, int ret, const struct fault *why);
	void (*ended)(void *who, const struct input *input, const struct source *source);
	void *who;
};

/* Of `count` inputs from `first` on. All that is given outlives the lane. */
struct lane *lane_new(const struct lane_owner *owner, const struct input *first, size_t count);
void lane_free(struct lane *lane);

/* LANE_EVENT: the next event is there (with a crew: the next that a rule matches).
 * LANE_HUNGRY: it wants to read, which may take long. LANE_END: there are no more. */
enum lane_state { LANE_EVENT, LANE_HUNGRY, LANE_END };
enum lane_state lane_next(struct lane *lane);
void lane_read(struct lane *lane);
/* Nothing more is read; what was read still comes. Gives the inputs not begun. */
size_t lane_finish(struct lane *lane);
bool lane_is_reading(const struct lane *lane); /* an input has begun and has not ended */

/* Give the event to the detector. */
void lane_feed(struct lane *lane);
/* The latest time that a line up to it said: time only goes on. */
int64_t lane_time(const struct lane *lane);

/* What of the input that is being read is done: bytes as they lie there, and its tally. */
uint64_t lane_position(const struct lane *lane);
const struct tally *lane_tally(const struct lane *lane);
/* See inlet_wait(): of the input that is being read. */
void lane_wait(const struct lane *lane, int milliseconds, const sigset_t *let_in);
