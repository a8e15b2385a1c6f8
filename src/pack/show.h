#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "pack/pack.h"

/*
 * show -- a plan drawn for people: its machines, its differences, its boundary.
 */

/* The machines of one kind, or of all where `kind` is NULL: states, moves,
 * who, conditions, clocks in words. */
void show_machines(struct buf *out, const struct pack *pack, const struct kind *kind, bool chinese);
/* The same as Mermaid state diagrams. */
void show_mermaid(struct buf *out, const struct pack *pack, const struct kind *kind, bool chinese);

/* "sound: 17 machines, 156 rows, ..." without "sound:". */
void show_counts(struct buf *out, const struct pack *pack, bool chinese);

/* What differs from `a` to `b`, one line each; the number of lines. */
size_t show_differences(struct buf *out, const struct pack *a, const struct pack *b, bool chinese);

/* Everything of DESIGN 13 that an auditor asks for. */
void show_boundary(struct buf *out, const struct pack *pack, bool chinese);

/* All duties to report upward: stages, terms, recipients, how certain each is. */
void show_regimes(struct buf *out, const struct pack *pack, bool chinese);
/* "aware + 24 h", "min(classified + 4 h, aware + 24 h)" */
void show_stage_rule(struct buf *out, const struct pack *pack, const struct report_stage *stage,
		     bool chinese);
void show_term(struct buf *out, struct term term, bool chinese);
