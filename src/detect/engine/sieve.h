#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/engine/fold.h"

/*
 * sieve -- where one of a few texts may stand, 32 or 64 places at a time.
 *
 * Of each text four bytes side by side are its mark. A table of sixteen for each
 * half of each byte says which of eight groups of texts have it there, or a table of
 * 128 for all of it but the top bit; the places where one group is left over after
 * all four are worth a closer look.
 * Marks are of either case, so the text is read as it came. (The idea is the
 * "Teddy" matcher of Hyperscan, Wang et al., NSDI 2019.)
 */
enum { SIEVE_MARK = 4, SIEVE_GROUPS = 8, SIEVE_MOST = 64 };

/* How many places at once: what the processor can do (AVX2 of 2013, AVX-512 VBMI of
 * 2019), each kind all that is before it. */
enum sieve_reach { SIEVE_NONE, SIEVE_BY_32, SIEVE_BY_64 };

struct sieve;

enum sieve_reach sieve_farthest(void);
static inline bool sieve_possible(void) { return sieve_farthest() != SIEVE_NONE; }

struct sieve *sieve_new(enum sieve_reach reach); /* not SIEVE_NONE */
void sieve_free(struct sieve *s);

/* The mark of a text, in lower case; `len` below SIEVE_MARK: any bytes may follow. */
void sieve_mark(struct sieve *s, unsigned group, const char *mark, size_t len);

/* What is called for each place and the groups (bits) that may stand there; false stops. */
typedef bool sieve_place(void *who, size_t at, unsigned groups);

void sieve_scan(const struct sieve *s, struct text in, sieve_place *place, void *who);
