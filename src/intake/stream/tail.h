#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "intake/frame.h"

/*
 * tail -- a file that others write to, followed by its name through rotation.
 *
 * Every whole line once, in the order in which it was written: while the file is
 * renamed and made anew (the old one is read until nothing came for
 * TAIL_LINGER_S), while it is copied and emptied (what was not read yet is read
 * from the copy beside it), and after a restart from what tail_save() wrote, also
 * when the file was rotated meanwhile, several times, and packed with gzip: then
 * what was not read yet is read from those. A file is known by device and inode,
 * and by what it began with and what stood before the place that was reached: an
 * inode that is used anew is another file. Which came between is told by names
 * (rotation.h).
 *
 * Not found, and counted in tail_missed(): what was moved to another folder, packed
 * otherwise, removed, or emptied without a copy before it was read.
 */
struct tail;

enum {
	TAIL_FILES = 16,               /* one name's files at once: the present one and those before it */
	TAIL_LINGER_S = 10,            /* a writer may go on with the old file for so long */
	TAIL_SEEK_S = 3,               /* so long a file is sought that no name has at the moment */
	TAIL_MOVED_S = 30,             /* and so long names may move at every look */
	TAIL_AT_ONCE = 8 * 1024 * 1024 /* bytes of one file in one poll */
};

/* Of a path that need not be there yet; from its first line on. */
struct tail *tail_new(const char *path, size_t limit_bytes);
void tail_free(struct tail *t);

/* Before the first poll: go on where the tail that wrote this stood. Fails with
 * FAULT_INVALID, and nothing is changed. */
int tail_resume(struct tail *t, const char *text, size_t len, struct fault *why);
/* Where it stands, as text of at most 220 bytes a file: all that `take` was given
 * is behind, nothing else is. Written in one piece with what came of the lines
 * (or with file_write()), no line is lost or doubled. */
void tail_save(const struct tail *t, struct buf *out);

/* Hand on the lines that are there. 1: there are more, 0: that was all. When
 * `take` says false the line was taken, and the next poll goes on behind it.
 * Fails with FAULT_IO where a file cannot be read; the next poll tries again. */
int tail_poll(struct tail *t, int64_t now, frame_take *take, frame_lost *lost, void *who, struct fault *why);

/* Files whose rest could not be found again. */
uint64_t tail_missed(const struct tail *t);
/* Nothing has the name any more, and all that had it was read: nobody loses by forgetting it. */
bool tail_gone(const struct tail *t, int64_t now);
