#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * folder -- the names beside a log, as they stood at one moment.
 *
 * Rotation renames one file after another, and a folder is not read at one moment.
 * What several questions found out together is an answer only where no name moved
 * between the first and the last: then they were all asked of the same folder.
 */
struct entry {
	char *name;
	uint64_t inode;
};

struct folder {
	int fd;
	DIR *dir;
	const char *base; /* the log's own name */
	struct entry *list;
	size_t count, room;
};

/* The folder of the log at `path`, which stays the caller's. False: it cannot be read. */
bool folder_open(const char *path, struct folder *out);
void folder_close(struct folder *f);

/* Does a name that begins as the log's own stand for another file than it did? */
bool folder_moved(struct folder *f);
/* Is it the log's own name, with something behind it? */
bool folder_is_beside(const struct folder *f, const char *name);
/* The file that has the log's own name; 0: none. */
uint64_t folder_own_inode(const struct folder *f);
