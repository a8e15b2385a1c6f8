#include "detect/engine/sieve.h"

#include <stdlib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/arena.h"

enum { NIBBLES = 16, BLOCK = 32 };

struct sieve {
	unsigned char low[SIEVE_MARK][NIBBLES], high[SIEVE_MARK][NIBBLES];
};

bool sieve_possible(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

struct sieve *sieve_new(void) { return must_alloc(sizeof(struct sieve)); }

void sieve_free(struct sieve *s) { free(s); }

static void allow(struct sieve *s, unsigned group, size_t at, unsigned char byte)
{
	s->low[at][byte & 15] |= (unsigned char)(1u << group);
	s->high[at][byte >> 4] |= (unsigned char)(1u << group);
}

void sieve_mark(struct sieve *s, unsigned group, const char *mark, size_t len)
{
	for (size_t i = 0; i < SIEVE_MARK; i++) {
		const unsigned char byte = i < len ? (unsigned char)mark[i] : 0;

		for (unsigned any = 0; i >= len && any < NIBBLES; any++)
			allow(s, group, i, (unsigned char)(any << 4 | any));
		if (i >= len)
			continue;
		allow(s, group, i, byte);
		if (byte >= 'a' && byte <= 'z')
			allow(s, group, i, (unsigned char)(byte - 32));
	}
}

#ifdef __x86_64__

struct tables {
	__m256i low[SIEVE_MARK], high[SIEVE_MARK];
};

__attribute__((target("avx2"))) static inline __m256i groups_at(const struct tables *t, const char *at)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i left = _mm256_set1_epi8(-1);

	for (int i = 0; i < SIEVE_MARK; i++) {
		const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(at + i));
		const __m256i low = _mm256_and_si256(bytes, nibble);
		const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);

		left = _mm256_and_si256(left, _mm256_and_si256(_mm256_shuffle_epi8(t->low[i], low),
							       _mm256_shuffle_epi8(t->high[i], high)));
	}
	return left;
}

__attribute__((target("avx2"))) static bool tell(__m256i left, size_t from, size_t end, sieve_place *place,
						 void *who)
{
	unsigned char groups[BLOCK];
	unsigned mask = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(left, _mm256_setzero_si256()));

	if (!mask)
		return true;
	_mm256_storeu_si256((__m256i *)(void *)groups, left);
	for (; mask; mask &= mask - 1) {
		const unsigned i = (unsigned)__builtin_ctz(mask);

		if (from + i < end && !place(who, from + i, groups[i]))
			return false;
	}
	return true;
}

__attribute__((target("avx2"))) static void scan(const struct sieve *s, struct text in, sieve_place *place,
						 void *who)
{
	char rest[BLOCK + SIEVE_MARK] = { 0 };
	struct tables t;
	size_t i = 0;

	for (int k = 0; k < SIEVE_MARK; k++) {
		t.low[k] = _mm256_broadcastsi128_si256(
			_mm_loadu_si128((const __m128i *)(const void *)s->low[k]));
		t.high[k] = _mm256_broadcastsi128_si256(
			_mm_loadu_si128((const __m128i *)(const void *)s->high[k]));
	}
	for (; i + BLOCK + SIEVE_MARK <= in.len; i += BLOCK)
		if (!tell(groups_at(&t, in.at + i), i, in.len, place, who))
			return;
	/* A block is read with what follows it; of the last one nothing follows. */
	for (; i < in.len; i += BLOCK) {
		memcpy(rest, in.at + i, in.len - i < sizeof(rest) ? in.len - i : sizeof(rest));
		if (in.len - i < sizeof(rest))
			memset(rest + (in.len - i), 0, sizeof(rest) - (in.len - i));
		if (!tell(groups_at(&t, rest), i, in.len, place, who))
			return;
	}
}

#endif

void sieve_scan(const struct sieve *s, struct text in, sieve_place *place, void *who)
{
#ifdef __x86_64__
	scan(s, in, place, who);
#else
	(void)s, (void)in, (void)place, (void)who;
#endif
}
