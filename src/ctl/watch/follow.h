#pragma once

#include "ctl/watch/lane.h"

/*
 * follow -- files that others go on writing to, followed by name through rotation.
 *
 * From their first line on, and as they come: nobody waits for another's time.
 */
struct follow;

struct follow *follow_new(const struct lane_owner *owner, const struct input *inputs, size_t count);
/* Tells the owner that they have ended. */
void follow_free(struct follow *f);

/* Take what is there; `wanted` is asked before each line. True when there is more. */
bool follow_poll(struct follow *f, bool (*wanted)(void *who));
/* The tally of all of them. */
struct tally follow_tally(const struct follow *f);
