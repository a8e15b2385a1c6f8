#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "intake/stream/folder.h"
#include "intake/stream/packed.h"
#include "intake/stream/rotation.h"
#include "seal/digest.h"

/*
 * former -- what became of a log that was rotated: the file itself, a copy, or gzip of either.
 *
 * Sought in the folder where it was, by what it began with and what stood before
 * the place that was reached. Names say only which was put away when.
 */
enum {
	MARK_BYTES = 256, /* at each end of what was read */
	MARK_HEAD = 8     /* of the digest of its beginning, so that few files are read far */
};

/* The bytes at both ends of what was read. */
struct mark {
	char head[MARK_BYTES], foot[MARK_BYTES];
	size_t head_len, foot_len;
};

void mark_add(struct mark *m, const char *bytes, size_t len);
bool mark_is(const struct mark *a, const struct mark *b);
void mark_digest(const struct mark *m, unsigned char head[static MARK_HEAD],
		 unsigned char whole[static DIGEST_LEN]);

/* A file, or the text within it. */
struct former {
	int fd;
	struct packed *packed; /* NULL: plain */
	struct stat st;
	uint64_t born; /* see former_born() */
	bool same;     /* the inode that was sought, not a copy */
	bool ranked;   /* its name says when it was put away */
	struct rotation rank;
	struct mark mark;
};

void former_close(struct former *f);
/* When the file was made, in nanoseconds: a freed inode is soon another file's. 0: nobody knows. */
uint64_t former_born(int fd);
/* As pread(), whichever it is. */
ssize_t former_read(int fd, struct packed *packed, char *room, size_t len, uint64_t at);
/* The mark of the first `seen` bytes; false where there are not so many. */
bool former_mark(int fd, struct packed *packed, uint64_t seen, struct mark *out);

struct former_ask {
	const char *path; /* of the log */
	uint64_t device, inode, born, seen;
	unsigned char head[MARK_HEAD], digest[DIGEST_LEN];
	bool copies;                                           /* a plain copy would do, too */
	bool whole;                                            /* it was read to its end */
	const struct rotation *after;                          /* a copy was put away after this; or NULL */
	bool settled;                                          /* nothing of it is being copied now */
	size_t behind_bytes;                                   /* see packed.h */
	bool (*taken)(const void *who, const struct stat *st); /* files that it cannot be; or NULL */
	const void *who;
};

/* The file itself under another name; else a copy, or gzip of it: the first that was put
 * away `after`, and where nobody knows after what, the last. Few bytes fit many files. */
bool former_find(const struct folder *folder, const struct former_ask *ask, struct former *out);

/* What was put away after `rank` and before the file with the inode that `ask` names, of
 * which nothing was read: the oldest first, at most `most` of them. That file begins with
 * `begun` (`len` bytes): what begins so, too, is gzip of it or a copy, and ends them.
 * SIZE_MAX: names are being moved, or the last one may be a copy that is being made
 * (unless `settled`), and nobody can say now. */
size_t former_since(const struct folder *folder, const struct former_ask *ask, const struct rotation *rank,
		    const char *begun, size_t len, struct former *out, size_t most);

/* Both answer for the moment of the folder; whoever asks looks whether it moved since. */
