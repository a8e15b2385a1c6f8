#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * lanes -- lines that wait for detection: a queue for each source, served in turn.
 *
 * Who sends a flood fills their own lane and nobody else's: what finds no room
 * there is counted under that name, and the others are served as before. Any
 * thread may put lines in; one takes them out.
 */
enum { LANES_MOST = 8192 };

struct lanes;
struct lane;

struct lanes_limits {
	size_t lane_bytes; /* of one source */
	size_t all_bytes;  /* together; beyond it, only a lane that is empty gets room */
};

struct lanes *lanes_new(struct lanes_limits limits);
void lanes_free(struct lanes *lanes);

/* The lane of this name, made where there is none; it lives as long as the
 * lanes. Beyond LANES_MOST all other names are "others". */
struct lane *lanes_open(struct lanes *lanes, const char *name);
const char *lane_name(const struct lane *lane);

/* A line that came in at `at`. Without room it is counted and false is said;
 * `must` takes it all the same: for a sender who is then not read any more. */
bool lanes_put(struct lanes *lanes, struct lane *lane, const char *line, size_t len, int64_t at, bool must);
bool lanes_fits(struct lanes *lanes, const struct lane *lane); /* is there room for another block? */
/* Is the lane less than half full, so that a sender may be read again? */
bool lanes_roomy(struct lanes *lanes, const struct lane *lane);
uint64_t lanes_waiting(struct lanes *lanes); /* lines, of all */

/* Some lines of one source. */
struct block;

/* The next block, of the source whose turn it is; NULL: nothing waits. Give it
 * back with lanes_done. */
struct block *lanes_take(struct lanes *lanes);
void lanes_done(struct lanes *lanes, struct block *block);
struct lane *block_lane(const struct block *block);
/* Lines that had no room since the last block of this lane. */
uint64_t block_overflow(const struct block *block);
/* The next line of the block; false after the last. */
bool block_next(struct block *block, const char **line, size_t *len, int64_t *at);

/* What the taking side remembers about a lane. */
void *lane_mark(const struct lane *lane);
void lane_set_mark(struct lane *lane, void *mark);
