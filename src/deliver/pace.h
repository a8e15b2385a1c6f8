#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "deliver/message.h"

/*
 * pace -- how long to wait before the next try, and whether a channel is well.
 *
 * Pure arithmetic on given moments (µs). A message that its receiver refuses waits longer
 * and longer by itself. A channel that is in trouble is held: it is tried with one message
 * at a time, seldom, and nothing else of what waits for it is charged with that; the first
 * that gets through opens it again.
 */
enum { PACE_TROUBLES = 3 }; /* in a row, and it is held */

struct pace {
	int troubles;                   /* in a row */
	int64_t refused[PACE_TROUBLES]; /* different messages refused since the last that was taken */
	int refused_count;
	int64_t probe_at;          /* when it may be tried, while it is held */
	int64_t ok_at, trouble_at; /* the last of each; 0: none */
	char words[MESSAGE_WORDS]; /* of the last trouble */
	int code;
};

bool pace_held(const struct pace *pace);
/* What became of message `id`; true where the message itself is to be charged with a refusal. */
bool pace_note(struct pace *pace, const struct message *message, int64_t now);
/* Of a message that was refused so often: 5 s, twice as long each time up to 15 min, and up
 * to a fifth more or less by its key, so that not all come back at once. */
int64_t pace_pause(int refusals, const char *key);
