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
