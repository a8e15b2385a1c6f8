#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * erasure -- texts that are gone, and the entries that erased them.
 *
 * They belong together: no text is gone that no entry names, and what an entry
 * names is gone. An entry that erases comes after the one it names, so both
 * are gathered and settled at the end.
 */
struct erasures;

struct erasures *erasures_new(void);
void erasures_free(struct erasures *erasures);

/* Entry `seq` has so many texts; by ascending seq. */
void erasures_entry(struct erasures *erasures, uint64_t seq, size_t texts);
/* A text that is not there; `by` < 0: withheld, which says nothing of why. */
void erasures_gone(struct erasures *erasures, uint64_t seq, uint64_t part, int64_t by);
/* Entry `by` erases part `part` (0: all) of entry `seq`. */
void erasures_order(struct erasures *erasures, uint64_t by, uint64_t seq, uint64_t part);

typedef void (*erasure_tell)(void *context, uint64_t seq, uint64_t part, int64_t by);
void erasures_settle(struct erasures *erasures, erasure_tell unnamed, erasure_tell undone, void *context);
