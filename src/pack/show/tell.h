#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "pack/pack.h"

/*
 * tell -- the parts of a plan in words, in either language.
 *
 * What `plan show` prints and `plan diff` compares: two moves are the same
 * when they read the same.
 */
const char *tell_label(const struct words *label, bool chinese);

/* Each appends one phrase without a full stop, or nothing. */
void tell_names(struct buf *out, const struct names *names);
void tell_from(struct buf *out, const struct move *move, bool chinese);
void tell_who(struct buf *out, const struct pack *pack, const struct move *move, bool chinese);
void tell_by_itself(struct buf *out, const struct move *move, bool chinese);
void tell_wants(struct buf *out, const struct want *wants, size_t count, bool chinese);
void tell_guard(struct buf *out, const struct guard *guard, bool chinese);
void tell_guards(struct buf *out, const struct guards *guards, bool chinese);
void tell_joins(struct buf *out, const struct joins *joins, bool chinese);
void tell_belongs(struct buf *out, const struct belongs *belongs, bool chinese);
void tell_suppressed(struct buf *out, const struct suppressed *suppressed, bool chinese);
void tell_clock_ops(struct buf *out, const struct pack *pack, const struct move *move, bool chinese);
void tell_effects(struct buf *out, const struct move *move, bool chinese);
void tell_clock_length(struct buf *out, const struct clock_def *clock, bool chinese);
void tell_escalation(struct buf *out, const struct clock_def *clock, bool chinese);
struct part; /* document/document.h */
void tell_part(struct buf *out, const struct part *part, bool chinese);
void tell_field(struct buf *out, const struct field *field, bool chinese);
