#include "detect/engine/fold.h"

/* Where first and last byte stand at the right distance, the rest is compared. */
bool fold_has(struct text in, const char *what, size_t len)
{
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8(what[0]), last = _mm_set1_epi8(what[len - 1]);
	size_t i = 0;

	if (in.len < len)
		return false;
	for (; i + len - 1 + 16 <= in.len; i += 16) {
		const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(in.at + i));
		const __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(in.at + i + len - 1));
		unsigned mask = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));

		for (; mask; mask &= mask - 1)
			if (!memcmp(in.at + i + __builtin_ctz(mask), what, len))
				return true;
	}
	/* What is left is shorter than a block and the text together. */
	for (; i + len <= in.len; i++)
		if (in.at[i] == what[0] && in.at[i + len - 1] == what[len - 1] &&
		    !memcmp(in.at + i, what, len))
			return true;
	return false;
#else
	return memmem(in.at, in.len, what, len) != NULL;
#endif
}
