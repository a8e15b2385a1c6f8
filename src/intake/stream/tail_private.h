#pragma once

#include "intake/stream/former.h"
#include "intake/stream/tail.h"
#include "seal/digest.h"

/*
 * What the parts of a tail share: its files, and where a former process stood.
 *
 * tail_seek.c finds files in the folder, tail_place.c says and reads where they were
 * read to, tail.c reads them.
 */
enum { TAIL_CHUNK = 64 * 1024 };

struct file {
	int fd;
	struct packed *packed; /* NULL: plain */
	uint64_t device, inode, born;
	uint64_t offset; /* of the first line that was not handed on */
	uint64_t seen;   /* up to here it was read */
	struct mark mark;
	struct buf held;     /* from `offset` to `seen`, unless it is passed over */
	bool skipping;       /* the line at `offset` is too long */
	bool stopped;        /* `held` may have whole lines */
	bool is_copy;        /* of the file behind it, which was emptied: their bytes are one stream */
	bool known;          /* to follow the one before it */
	bool looked;         /* whether others came before it, and were put away unseen */
	bool done;           /* it is over, and stays so that the next one is known to follow it */
	int64_t still_since; /* nothing came since; 0: something did */
};

/* Where a former process stood, until the first poll looks for it. */
struct place {
	uint64_t device, inode, born, offset, seen;
	unsigned char head[MARK_HEAD], digest[DIGEST_LEN];
	bool is_copy, done;
};

struct tail {
	char *path;
	size_t limit_bytes;
	struct file files[TAIL_FILES]; /* the oldest first; the last is the present one */
	size_t count;
	struct place places[TAIL_FILES];
	size_t place_count;
	uint64_t missed;
	int64_t sought_since; /* what is not found while names are moved; 0: all was found */
	int64_t moved_since;  /* names moved at every look; 0: they stood still at the last one */
	int64_t gone_since;   /* nothing has this name since; 0: something has */
	char *chunk;
};

struct file *tail_push(struct tail *t, size_t at, const struct former *found);
void tail_remove(struct tail *t, size_t i);
bool tail_is_open(const void *tail, const struct stat *st);

/* ---- where it was read to (tail_place.c) ---- */

struct place tail_place_of(const struct file *f);

/* ---- what is sought (tail_seek.c) ---- */

/* Find the files of all places; false: not yet. */
bool tail_resume_all(struct tail *t, int64_t now);

enum found { FOUND, FOUND_NOT, FOUND_NOT_YET, FOUND_NOT_NEEDED };

/* The copy that was made of file `i` before it was emptied. */
enum found tail_find_copy(struct tail *t, size_t i, int64_t now, struct former *out);

enum unseen { UNSEEN_NONE, UNSEEN_SOME, UNSEEN_UNSURE };

/* Put those that were put away unseen between the file before file `i` and this one, which
 * begins with `len` bytes of t->chunk, in front of it. */
enum unseen tail_insert_unseen(struct tail *t, size_t i, size_t len, int64_t now);
