#include "intake/json/squeeze.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "intake/json/scan.h"

#ifdef __x86_64__

/* Of the string, those bytes that lie in a block. */
static inline uint64_t inside(uint32_t block, uint32_t from, uint32_t stop)
{
	const uint64_t behind = block == from / MARKS_BLOCK ? UINT64_MAX << from % MARKS_BLOCK : UINT64_MAX;

	return block == stop / MARKS_BLOCK ? behind & ((UINT64_C(1) << stop % MARKS_BLOCK) - 1) : behind;
}

/* Letters stand where only their backslashes were left out. */
MARKS_FOR_32 static bool put_letters(const struct marks *m, const char *line, uint32_t from, uint32_t stop,
				     char *to, bool *slash)
{
	uint32_t gone = 0; /* backslashes before the block */

	for (uint32_t block = from / MARKS_BLOCK; block <= stop / MARKS_BLOCK; block++) {
		const uint64_t here = inside(block, from, stop), begins = m->begins[block] & here;

		for (uint64_t odd = m->odd[block] & here; odd; odd &= odd - 1) {
			const uint64_t before = (odd & -odd) - 1;
			const uint32_t at = block * MARKS_BLOCK + (uint32_t)__builtin_ctzll(odd);
			const char letter = scan_escapes[(unsigned char)line[at]];

			if (!letter)
				return false;
			to[at - from - gone - (uint32_t)__builtin_popcountll(begins & before)] = letter;
			*slash |= letter == '/';
		}
		gone += (uint32_t)__builtin_popcountll(begins);
	}
	return true;
}

/* The bits of eight bytes from place `at` on. */
static inline unsigned eight_bits(const uint64_t *bits, uint32_t at)
{
	uint16_t two;

	memcpy(&two, (const char *)bits + at / 8, sizeof(two));
	return two >> at % 8 & 0xff;
}

MARKS_FOR_32 static inline void squeeze_eight(char *to, const char *from, unsigned without)
{
	const __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)from);
	const __m128i order = _mm_loadl_epi64((const __m128i *)(const void *)marks_orders[without]);

	_mm_storel_epi64((__m128i *)(void *)to, _mm_shuffle_epi8(bytes, order));
}

MARKS_FOR_32 static uint32_t squeeze_by_8(const struct marks *m, const char *line, uint32_t from,
					  uint32_t stop, char *to)
{
	char *const room = to;
	unsigned without;

	for (; from + 8 <= stop; from += 8) {
		without = eight_bits(m->begins, from);
		squeeze_eight(to, line + from, without);
		to += 8 - __builtin_popcount(without);
	}
	without = eight_bits(m->begins, from) & ((1u << (stop - from)) - 1);
	squeeze_eight(to, line + from, without);
	return (uint32_t)(to - room) + stop - from - (uint32_t)__builtin_popcount(without);
}

MARKS_FOR_64 static uint32_t squeeze_by_64(const struct marks *m, const char *line, uint32_t from,
					   uint32_t stop, char *to, bool *odd)
{
	char *const room = to;
	uint64_t any = 0;

	for (uint32_t block = from / MARKS_BLOCK; block <= stop / MARKS_BLOCK; block++) {
		const uint64_t here = inside(block, from, stop), left = here & ~m->begins[block];
		const __m512i bytes = _mm512_maskz_loadu_epi8(here, line + (size_t)block * MARKS_BLOCK);

		_mm512_storeu_si512(to, _mm512_maskz_compress_epi8(left, bytes));
		to += __builtin_popcountll(left);
		any |= m->odd[block] & here;
	}
	*odd = any != 0;
	return (uint32_t)(to - room);
}

uint32_t squeeze(const struct marks *m, const char *line, uint32_t from, uint32_t stop, char *to, bool *slash)
{
	bool odd = true;
	const uint32_t len = m->reach == MARKS_BY_64 ? squeeze_by_64(m, line, from, stop, to, &odd)
						     : squeeze_by_8(m, line, from, stop, to);

	return odd && !put_letters(m, line, from, stop, to, slash) ? UINT32_MAX : len;
}

#else

uint32_t squeeze(const struct marks *m, const char *line, uint32_t from, uint32_t stop, char *to, bool *slash)
{
	(void)m, (void)line, (void)from, (void)stop, (void)to, (void)slash;
	return UINT32_MAX;
}

#endif
