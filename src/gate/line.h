#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * line -- lines out of a stream of bytes, none longer than a limit.
 *
 * Inside a struct of the caller's. Bytes are put in as they arrive; a line is
 * given back without its end ("\n" or "\r\n") and lives until the next put.
 */
enum { LINE_MOST = 8 * 1024 * 1024 };

struct lines {
	struct buf held;
	size_t start;   /* of what has not been given back yet */
	size_t scanned; /* up to here there is no end of line */
	size_t most;    /* bytes in one line */
};

void lines_init(struct lines *lines, size_t most);
void lines_fini(struct lines *lines);
void lines_put(struct lines *lines, const void *bytes, size_t len);

/* 1 and the next line; 0 when it is not complete yet; FAULT_LIMIT when it is
 * longer than the limit, after which the stream can no longer be followed. */
int lines_next(struct lines *lines, const char **line, size_t *len, struct fault *why);

/* What stands behind the last end of line, for a stream that has ended. */
size_t lines_rest(const struct lines *lines, const char **rest);
