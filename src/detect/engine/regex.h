#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * regex -- a Sigma regular expression: unanchored, case-sensitive unless told.
 *
 * PCRE2 with limits on work, depth and memory, so that no expression and no
 * line can hold up the stream; where a limit strikes it does not match, and the
 * caller is told. Bytes that are no UTF-8 match nothing.
 */
struct regex;

/* `flags`: REGEX_... of rule.h. Fails with FAULT_INVALID and PCRE2's reason. */
int regex_new(const char *text, size_t len, unsigned flags, struct regex **out, struct fault *why);
void regex_free(struct regex *x);

/* Where a match is worked out; one for each thread. */
struct regex_room;
struct regex_room *regex_room_new(void);
void regex_room_free(struct regex_room *room);

bool regex_matches(const struct regex *x, struct regex_room *room, const char *text, size_t len,
		   bool *limited);

/* The longest plain text that stands in every match, or NULL where none can be
 * told. Its letters may be of either case in the match. In the arena, not ended
 * by NUL. */
const char *regex_must_have(struct arena *mem, const char *text, size_t len, unsigned flags,
			    uint32_t *out_len);
