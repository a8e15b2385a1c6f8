#pragma once

#include <stddef.h>

#include "base/fault.h"
#include "store/store.h"

/*
 * doubt -- evidence files of which the next commit decides whether they belong here.
 *
 * A file comes under its name before the batch that notes it, and leaves after
 * the batch that disposed of it. In between a mark says so (FOLDER/blobs/.doubt-
 * and the digest), so that a start after a crash keeps what the store names and
 * removes the rest: nothing that was disposed of stays, and nothing is left over
 * that nobody will ever ask for.
 */
int doubt_raise(const char *folder, const char *digest, struct fault *why);
/* It is known to belong here. */
void doubt_settle(const char *folder, const char *digest);

/* Those of an open batch. */
struct doubts {
	char **at;
	size_t count;
};
void doubts_add(struct doubts *doubts, const char *digest);
void doubts_forget(struct doubts *doubts); /* the marks stay for the next start */
/* After the commit: what the store names stays, the rest goes, and `gone` (or
 * NULL) is told of each. Forgets them. */
typedef void doubt_gone_fn(const char *folder, const char *digest);
int doubts_decide(struct doubts *doubts, const char *folder, struct store *store, doubt_gone_fn *gone,
		  struct fault *why);

/* All that a crash left; only while nobody else writes there. */
int doubts_resolve(const char *folder, struct store *store, doubt_gone_fn *gone, unsigned *removed,
		   struct fault *why);
