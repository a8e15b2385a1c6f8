#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * file -- files that are whole or not there.
 *
 * What lands here was written under another name, synced, renamed, and its
 * folder synced: after a power cut the former content is there or the new one,
 * never a half. Every step is a fault point (host/faultpoint.h). A full disk
 * is FAULT_BUSY, everything else the disk does is FAULT_IO.
 */

/* The whole of a file, a NUL behind it. FAULT_ABSENT where there is none,
 * FAULT_LIMIT where it is longer than `limit_bytes`; nothing is taken for it then. */
int file_read(const char *path, size_t limit_bytes, struct arena *mem, char **out, size_t *len,
	      struct fault *why);

/* Is it a file that nobody else may read? FAULT_REFUSED where it is not. */
int file_private(const char *path, struct fault *why);

/* Put these bytes at `path`, in the place of what was there. Durable on 0. */
int file_write(const char *path, mode_t mode, const void *bytes, size_t len, struct fault *why);

/* A file that arrives in parts and gets its name at the end, such as one named
 * by its digest. Until it lands it is a hidden file of the folder. */
struct file_draft;
int file_draft_open(const char *folder, mode_t mode, struct file_draft **out, struct fault *why);
int file_draft_write(struct file_draft *draft, const void *bytes, size_t len, struct fault *why);
/* Ends the draft, whatever comes of it. Durable under FOLDER/name on 0. */
int file_draft_land(struct file_draft **draft, const char *name, struct fault *why);
void file_draft_drop(struct file_draft **draft); /* for SCOPED: what did not land is removed */

/* Remove the drafts that a crash left in a folder; only while nobody writes there. */
int file_sweep(const char *folder, unsigned *removed, struct fault *why);

/* Make a folder (its parent exists) and make that durable; an existing one is fine. */
int file_make_folder(const char *path, mode_t mode, struct fault *why);
/* What was written is durable on 0. */
int file_sync(int fd, const char *path, struct fault *why);
/* Names made, changed or removed in the folder are durable on 0. */
int file_sync_folder(const char *path, struct fault *why);
