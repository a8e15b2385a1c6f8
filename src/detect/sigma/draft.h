#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "intake/tree.h"

struct rule_reading;

/*
 * draft -- a value on its way through the modifiers that change its text:
 * encodings, and the dashes of Windows. One value may become several.
 */
struct draft {
	char *text;
	unsigned char *wild; /* WILD_... of rule.h for each byte */
	size_t len;
	struct draft *next;
};

/* Change every draft of the list, or refuse at `at`. */
typedef int draft_change(struct rule_reading *r, const struct tree *at, struct draft **list);

draft_change draft_base64, draft_base64offset, draft_utf16le, draft_utf16be, draft_utf16, draft_windash;
/* expand.c: %name% becomes each value of the list of that name. */
draft_change draft_expand;

struct draft *draft_new(struct arena *mem, size_t room);
void draft_put(struct draft *d, char c, unsigned char wild);
bool draft_has_wild(const struct draft *d);
/* A scalar with its wildcards and escapes. */
struct draft *draft_of(struct arena *mem, const struct tree *at);
