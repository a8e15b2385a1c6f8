#pragma once

#include <jansson.h>

#include "ctl/watch/lane.h"

/*
 * follow -- files that others go on writing to, followed by name through rotation.
 *
 * From their first line on, and as they come: nobody waits for another's time.
 * Folders are looked into every FOLLOW_LOOK_S: what appears is followed, what went
 * away and was read is forgotten. What rotation made of a file is read as a part
 * of it and never for itself.
 */
enum { FOLLOWED_MOST = 1024, FOLLOW_LOOK_S = 2 };

struct follow;

/* `place` is where a former one stood (place.h), or NULL. */
int follow_new(const struct lane_owner *owner, const struct inputs *inputs, const json_t *place,
	       struct follow **out, struct fault *why);
/* Tells the owner that they have ended. */
void follow_end(struct follow *f);
/* Lines that were kept name their file up to then. Takes NULL. */
void follow_free(struct follow *f);

/* Take what is there; `wanted` is asked before each line. True when there is more. */
bool follow_poll(struct follow *f, bool (*wanted)(void *who));
/* Has it moved since it was asked for its place? */
bool follow_moved(const struct follow *f);
/* The files of a place: what was handed on is behind, nothing else is. */
json_t *follow_place(struct follow *f);
/* The tally of all of them. */
struct tally follow_tally(const struct follow *f);
