#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "detect/alert.h"

/*
 * words -- levels, times, tags and what matched, as people read them.
 */
const char *words_level(enum rule_level level, bool chinese);
/* The sequence that colours a level, and the one that ends it. */
const char *words_colour(enum rule_level level);
#define WORDS_PLAIN "\033[0m"

/* "critical 1, high 3" behind `first`; nothing where there is none. */
void words_levels(struct buf *out, const uint64_t *levels, bool chinese, const char *first);

/* "2026-11-25 22:48:01", UTC. */
void words_time(int64_t stamp, char out[static STAMP_LEN]);

/* "T1110, TA0006": what of the tags is ATT&CK, else nothing. */
void words_attack(struct buf *out, const struct rule *rule);

/* Text from outside, whole, on one line: control characters become blanks. */
void words_whole(struct buf *out, const char *text, size_t len);

/* What matched: fields with their values, or the group of a correlation and how many. */
void words_matched(struct buf *out, const struct alert *a);
