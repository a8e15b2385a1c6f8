#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/fault.h"
#include "ctl/keep/progress.h"

/*
 * tree -- folders copied whole, with the digest of every file, and removed.
 *
 * Every file is synced before its name is there. Hidden files are what others
 * are still writing; they are left out, and so is all that is no file or folder.
 */
struct tree {
	json_t *files; /* gets path -> {"size":…,"sha256":…,"mtime":…} */
	/* An older copy and its `files`, or NULL: what has not changed since is
	 * linked instead of copied. */
	const char *before;
	const json_t *before_files;
	struct progress *progress; /* or NULL */
};

/* The folder FROM/name with all in it to TO/name, which is made. Fine where it
 * is not there. FAULT_ABSENT where something vanished on the way. */
int tree_copy(struct tree *tree, const char *from, const char *to, const char *name, struct fault *why);

/* One file, FROM/name to TO/name, where `name` may have folders that exist. */
int tree_copy_file(struct tree *tree, const char *from, const char *to, const char *name, struct fault *why);

/* The digest of a file as 64 hex digits and a NUL, and its size. */
int tree_digest(const char *path, char hex[static 65], uint64_t *size, struct fault *why);

/* Remove a folder and all in it; fine where it is not there. */
int tree_remove(const char *path, struct fault *why);

/* May it name a file below a folder: no "..", no "//", not absolute, not hidden? */
bool tree_name(const char *name);
