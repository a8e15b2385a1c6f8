#pragma once

#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/*
 * upload -- evidence that is on its way over HTTP, piece by piece.
 *
 * The row alone: whose it is, how large it is to be, when something last came.
 * The file is the caller's.
 */
enum { UPLOAD_ID = 33, UPLOAD_MOST = 16 }; /* 128 bits in hex; open ones of a person */

struct upload {
	char id[UPLOAD_ID];
	int64_t person, size_bytes, at, touched_at;
};

/* FAULT_LIMIT where the person has UPLOAD_MOST open. */
int upload_make(struct accounts *accounts, int64_t person, int64_t size_bytes, int64_t now,
		struct upload *out, struct fault *why);
/* FAULT_ABSENT where there is none, or another person's. */
int upload_find(struct accounts *accounts, int64_t person, const char *id, struct upload *out,
		struct fault *why);
int upload_known(struct accounts *accounts, const char *id, bool *out, struct fault *why); /* anyone's */
int upload_touch(struct accounts *accounts, const char *id, int64_t now, struct fault *why);
int upload_remove(struct accounts *accounts, const char *id, struct fault *why);
/* Those that nothing came for since `before`: to be removed with their files. */
int upload_stale(struct accounts *accounts, int64_t before, struct arena *mem, struct upload **out,
		 size_t *count, struct fault *why);
