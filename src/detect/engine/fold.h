#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * fold -- text without regard to the case of ASCII letters, many bytes at once.
 *
 * "Lower" is text in which A to Z do not occur. Bytes beyond ASCII stay as they
 * are, so that no character is torn.
 */
struct text {
	const char *at;
	size_t len;
};

static inline uint64_t fold_word(uint64_t x)
{
	const uint64_t seven = x & UINT64_C(0x7f7f7f7f7f7f7f7f);
	const uint64_t above_z = seven + UINT64_C(0x2525252525252525); /* bit 7: greater than Z */
	const uint64_t from_a = seven + UINT64_C(0x3f3f3f3f3f3f3f3f);  /* bit 7: A or greater */

	return x | ((from_a & ~above_z & ~x & UINT64_C(0x8080808080808080)) >> 2);
}

static inline char fold_byte(char c) { return (char)(c + ((unsigned)(c - 'A') < 26u ? 32 : 0)); }

static inline uint64_t word_at(const char *at)
{
	uint64_t x;

	memcpy(&x, at, sizeof(x));
	return x;
}

/* At most eight bytes as one number, the first lowest. */
static inline uint64_t word_of(const char *at, size_t len)
{
	uint64_t x = 0;

	if (len >= 8)
		return word_at(at);
	for (size_t i = 0; i < len; i++)
		x |= (uint64_t)(unsigned char)at[i] << 8 * i;
	return x;
}

/* Is `given` the lower text, but for its case? */
static inline bool fold_equal(const char *given, const char *lower, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8)
		if (fold_word(word_at(given + i)) != word_at(lower + i))
			return false;
	for (; i < len; i++)
		if (fold_byte(given[i]) != lower[i])
			return false;
	return true;
}

/* Write the lower form of it. The two do not overlap. */
static inline void fold_copy(char *restrict to, const char *restrict from, size_t len)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i before = _mm_set1_epi8('A' - 1), behind = _mm_set1_epi8('Z' + 1),
		      bit = _mm_set1_epi8(32);

	for (; i + 16 <= len; i += 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
		const __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(x, before), _mm_cmplt_epi8(x, behind));

		_mm_storeu_si128((__m128i *)(void *)(to + i), _mm_or_si128(x, _mm_and_si128(upper, bit)));
	}
#endif
	for (; i < len; i++)
		to[i] = fold_byte(from[i]);
}

/* Does `what` (at least one byte) stand somewhere in it, byte for byte? */
bool fold_has(struct text in, const char *what, size_t len);
