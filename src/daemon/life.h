#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * life -- how the daemon lived before this start, and that it lives now.
 *
 * FOLDER/alive holds "running" or "stopped" and a moment. It is rewritten every
 * ten seconds without a sync: what a power cut takes of it, the last entry of
 * the record says.
 */
struct life;
struct house;

/* Look at the folder before it is opened. */
struct life *life_open(const char *folder);
void life_close(struct life *life); /* takes NULL */

/* The first beat of this life. In a real folder that was served before, the
 * record gets an entry that says how long nobody was here. */
int life_begin(struct life *life, struct house *house, int64_t now, struct fault *why);

/* Once a turn at most every life_beat_ms(): the supervisor and the file hear it. */
unsigned life_beat_ms(void);
void life_beat(struct life *life, int64_t now);

void life_ready(const char *folder);
void life_stopping(void);
/* All is stored: the next start finds that this one ended as it should. */
void life_end(struct life *life, int64_t now);

/* {"clean":…,"last_alive":…,"gap_s":…}, or NULL: the first start, or a demonstration. Borrowed. */
const json_t *life_past(const struct life *life);
