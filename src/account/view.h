#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/*
 * view -- the lists that a person has saved under a name.
 */
enum { VIEW_NAME_CHARS = 80, VIEW_NAME = 4 * VIEW_NAME_CHARS + 1, VIEW_BYTES = 4096, VIEW_MOST = 100 };

struct view {
	const char *name, *text; /* the text is JSON; whether it is, the caller has checked */
	int64_t at;
};

/* FAULT_INVALID for a name that is empty, no UTF-8 or has control characters;
 * FAULT_LIMIT above the limits. `made` tells that there was none of this name. */
int view_put(struct accounts *accounts, int64_t person, const char *name, const char *text, int64_t now,
	     bool *made, struct fault *why);
int view_list(struct accounts *accounts, int64_t person, struct arena *mem, struct view **out, size_t *count,
	      struct fault *why); /* by name */
int view_remove(struct accounts *accounts, int64_t person, const char *name, struct fault *why);
