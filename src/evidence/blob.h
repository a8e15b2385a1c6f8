#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * blob -- evidence files, named by their SHA-256, never changed.
 *
 * FOLDER/blobs/ab/abcdef…: written under another name, synced, renamed, the
 * folder synced; only then may the record speak of it. The same bytes again
 * are the same file.
 */
enum { BLOB_NAME = 65 };

/* A file that arrives in parts. */
struct blob_draft;
int blob_open(const char *folder, struct blob_draft **out, struct fault *why);
int blob_put(struct blob_draft *draft, const void *bytes, size_t len, uint64_t limit_bytes,
	     struct fault *why);
/* Seal it: its digest (64 hex digits and a NUL) and size. Ends the draft,
 * whatever comes of it. FAULT_INVALID where `expected` is another digest. It is
 * in doubt (evidence/doubt.h) until the house has noted it. */
int blob_seal(struct blob_draft **draft, const char *expected, char digest[static BLOB_NAME],
	      uint64_t *size_bytes, struct fault *why);
/* One that is there as a whole: opened, put and sealed. */
int blob_keep(const char *folder, const void *bytes, size_t len, uint64_t limit_bytes,
	      char digest[static BLOB_NAME], uint64_t *size_bytes, struct fault *why);
void blob_drop(struct blob_draft **draft); /* what was not sealed is removed */
/* Remove the drafts that a crash cut off; only while nobody else writes there. */
int blob_sweep(const char *folder, unsigned *removed, struct fault *why);

/* Read it all and compare with its name: FAULT_CORRUPT where it differs,
 * FAULT_ABSENT where it is not there. */
int blob_check(const char *folder, const char *digest, uint64_t *size_bytes, struct fault *why);
/* To be read: a descriptor of the caller's, and the size. FAULT_ABSENT where it is not there. */
int blob_reach(const char *folder, const char *digest, int *fd, uint64_t *size_bytes, struct fault *why);
void blob_path(const char *folder, const char *digest, char *out, size_t size);
/* Remove the file for good (disposal by order). */
int blob_remove(const char *folder, const char *digest, struct fault *why);
