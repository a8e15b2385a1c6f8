#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "intake/name.h"

/*
 * name_private -- how a name is found, for those who look up every name of every event.
 *
 * A short name lies with its length and its number in half a line of the cache, so
 * that the one place where it may be is read once and compared at once. Known names
 * and others follow each other without any order: nothing branches on it.
 */
enum { NAME_BRIEF = 27 };

struct brief {
	char text[NAME_BRIEF]; /* then zeros */
	uint8_t len;
	_Atomic(uint32_t) tag; /* number + 1, 0: free; written last */
};

_Static_assert(sizeof(struct brief) == NAME_ROOM, "text, length and number are read at once");

/* Readers hold no lock, so a table that was outgrown stays where it is. They
 * double, so all old ones together are no larger than the one in force. */
struct name_table {
	uint32_t mask;
	unsigned shift;       /* of a hash, so that the rest is a place */
	struct brief *briefs; /* by hash: names of at most NAME_BRIEF bytes */
	const char **texts;   /* by number: all names */
	uint32_t *lens;
	struct name_table *outgrown;
	_Atomic(uint64_t) slots[]; /* by hash, of longer names: hash and, above it, number + 1; 0: free */
};

extern _Atomic(struct name_table *) name_table_now;

/* Of the table in force what is looked at for every name, so that it is loaded once for many. */
struct name_places {
	const struct brief *briefs;
	uint32_t mask;
	unsigned shift;
};

extern const struct brief name_nowhere[2]; /* free places */

static inline struct name_places name_places_now(void)
{
	const struct name_table *table = atomic_load_explicit(&name_table_now, memory_order_acquire);

	if (!table)
		return (struct name_places){ name_nowhere, 1, 63 };
	return (struct name_places){ table->briefs, table->mask, table->shift };
}

/* From NAME_ROOM - len on: as many set bytes as count of a name, then zeros. */
extern const unsigned char name_mask[2 * NAME_ROOM];

static inline uint64_t name_word(const void *from, size_t i)
{
	uint64_t n;

	memcpy(&n, (const char *)from + i * sizeof(n), sizeof(n));
	return n;
}

/* Of the first eight bytes and the last, which may lie over each other, and the length. */
static inline uint64_t name_hash(const char *name, size_t len)
{
	const uint64_t few = name_word(name_mask + NAME_ROOM - len, 0);
	const size_t more = (len - 8) & -(size_t)(len >= 8);
	const uint64_t first = name_word(name, 0) & few, last = name_word(name + more, 0) & few;

	return (first + len) * UINT64_C(0x9E3779B97F4A7C15) +
	       (last ^ last >> 29) * UINT64_C(0xD6E8FEB86659FD93);
}

/* The bytes of a name with zeros behind them, where NAME_ROOM may be read. */
#ifdef __AVX2__
typedef __m256i name_bytes;

static inline name_bytes name_bytes_of(const char *name, size_t len)
{
	return _mm256_and_si256(
		_mm256_loadu_si256((const __m256i *)(const void *)name),
		_mm256_loadu_si256((const __m256i *)(const void *)(name_mask + NAME_ROOM - len)));
}

static inline bool name_is(const struct brief *at, name_bytes name, size_t len)
{
	const unsigned all = (1u << NAME_BRIEF) - 1;
	const __m256i same = _mm256_cmpeq_epi8(name, _mm256_load_si256((const __m256i *)(const void *)at));

	return (((unsigned)_mm256_movemask_epi8(same) & all) == all) & (at->len == len);
}
#else
typedef struct {
	uint64_t words[NAME_ROOM / 8];
} name_bytes;

static inline name_bytes name_bytes_of(const char *name, size_t len)
{
	const unsigned char *mask = name_mask + NAME_ROOM - len;
	name_bytes bytes;

	for (size_t i = 0; i < NAME_ROOM / 8; i++)
		bytes.words[i] = name_word(name, i) & name_word(mask, i);
	return bytes;
}

static inline bool name_is(const struct brief *at, name_bytes name, size_t len)
{
	return !memcmp(at->text, name.words, NAME_BRIEF) & (at->len == len);
}
#endif

/* name_find() of at most NAME_BRIEF bytes, where NAME_ROOM may be read. A place that is
 * being written is read as it may be: its tag was 0 before, and then the rest does not
 * count. */
static inline uint32_t name_find_brief(const struct name_places *in, const char *name, size_t len,
				       name_bytes bytes)
{
	for (uint32_t i = (uint32_t)(name_hash(name, len) >> in->shift);; i = (i + 1) & in->mask) {
		const struct brief *at = &in->briefs[i];
		const uint32_t tag = atomic_load_explicit(&at->tag, memory_order_acquire);
		const bool same = name_is(at, bytes, len);

		if (same | !tag)
			return (same ? tag : 0) - 1;
	}
}
