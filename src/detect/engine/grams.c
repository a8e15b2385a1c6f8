#include "detect/engine/grams.h"

#include <stdlib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/arena.h"

enum { BITS_EACH = 64, BITS_LEAST = 12, BITS_MOST = 19, WORD = 32 };
enum { AT_ONCE = 8, READ = 16 /* bytes for eight places */ };

static const uint32_t spread = 0x85EBCA6Bu;

struct grams {
	uint32_t *bits;
	uint32_t shift;
	bool wide; /* this processor can take eight at once (AVX2) */
};

struct grams *grams_new(uint32_t count)
{
	struct grams *g = must_alloc(sizeof(*g));
	uint32_t bits = BITS_LEAST;

	while (bits < BITS_MOST && (UINT32_C(1) << bits) < count * BITS_EACH)
		bits++;
	g->shift = 32 - bits;
	g->bits = must_alloc((size_t)1 << (bits - 3));
#ifdef __x86_64__
	g->wide = __builtin_cpu_supports("avx2");
#endif
	return g;
}

void grams_free(struct grams *g)
{
	if (!g)
		return;
	free(g->bits);
	free(g);
}

uint32_t grams_spot(const struct grams *g, uint32_t gram) { return gram * spread >> g->shift; }

void grams_put(struct grams *g, uint32_t gram)
{
	const uint32_t bit = grams_spot(g, gram);

	g->bits[bit / WORD] |= UINT32_C(1) << bit % WORD;
}

bool grams_may_have(const struct grams *g, uint32_t gram)
{
	const uint32_t bit = grams_spot(g, gram);

	return g->bits[bit / WORD] >> bit % WORD & 1;
}

/* The places from `from` on, before `to`. */
static bool one_by_one(const struct grams *g, struct text lower, size_t from, size_t to, grams_place *place,
		       void *who)
{
	for (size_t i = from; i < to; i++) {
		const uint32_t gram = gram_at(lower.at + i);

		if (grams_may_have(g, gram) && !place(who, i, gram))
			return false;
	}
	return true;
}

#ifdef __x86_64__

/* Is one of the eight places from here on worth a look? */
__attribute__((target("avx2"))) static inline bool is_any(const uint32_t *bits, __m128i shift, const char *at)
{
	const __m256i order = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, 4, 5, 6, 7, 5,
					       6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
	const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	const __m256i grams = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), order);
	const __m256i spots =
		_mm256_srl_epi32(_mm256_mullo_epi32(grams, _mm256_set1_epi32((int)spread)), shift);
	uint32_t words[AT_ONCE], masks[AT_ONCE], any = 0;

	_mm256_storeu_si256((__m256i *)(void *)words, _mm256_srli_epi32(spots, 5));
	_mm256_storeu_si256((__m256i *)(void *)masks,
			    _mm256_sllv_epi32(_mm256_set1_epi32(1),
					      _mm256_and_si256(spots, _mm256_set1_epi32(WORD - 1))));
	for (int i = 0; i < AT_ONCE; i++)
		any |= bits[words[i]] & masks[i];
	return any;
}

/* As far as eight at once go; where it ended, or beyond the end when it was stopped. */
__attribute__((target("avx2"))) static size_t scan_wide(const struct grams *g, struct text lower,
							grams_place *place, void *who)
{
	const __m128i shift = _mm_cvtsi32_si128((int)g->shift);
	size_t i = 0;

	for (; i + READ <= lower.len; i += AT_ONCE)
		if (is_any(g->bits, shift, lower.at + i) && !one_by_one(g, lower, i, i + AT_ONCE, place, who))
			return lower.len;
	return i;
}

#endif

void grams_scan(const struct grams *g, struct text lower, grams_place *place, void *who)
{
	size_t from = 0;

	if (lower.len < GRAM)
		return;
#ifdef __x86_64__
	if (g->wide)
		from = scan_wide(g, lower, place, who);
#endif
	one_by_one(g, lower, from, lower.len - GRAM + 1, place, who);
}
