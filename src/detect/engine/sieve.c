#include "detect/engine/sieve.h"

#include <stdlib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/arena.h"

enum { NIBBLES = 16, BLOCK = 32, WIDE = 64, HALF = 64 /* of the bytes below 128 */ };

struct sieve {
	unsigned char low[SIEVE_MARK][NIBBLES], high[SIEVE_MARK][NIBBLES];
	/* The same by whole bytes but for their top bit, for 64 places at once. */
	unsigned char whole[SIEVE_MARK][2][HALF];
	enum sieve_reach reach;
};

/* gcc's address sanitizer aligns frames to less than 64-byte registers are saved to (gcc
 * bug 110027); clang's, under which the fuzz targets run, does not. */
#ifdef __SANITIZE_ADDRESS__
enum { WIDEST = SIEVE_BY_32 };
#else
enum { WIDEST = SIEVE_BY_64 };
#endif

enum sieve_reach sieve_farthest(void)
{
#ifdef __x86_64__
	if (!__builtin_cpu_supports("avx2"))
		return SIEVE_NONE;
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
			       __builtin_cpu_supports("bmi2")
		       ? WIDEST
		       : SIEVE_BY_32;
#else
	return SIEVE_NONE;
#endif
}

struct sieve *sieve_new(enum sieve_reach reach)
{
	struct sieve *s = must_alloc(sizeof(*s));

	s->reach = reach;
	return s;
}

void sieve_free(struct sieve *s) { free(s); }

static void allow(struct sieve *s, unsigned group, size_t at, unsigned char byte)
{
	s->low[at][byte & 15] |= (unsigned char)(1u << group);
	s->high[at][byte >> 4] |= (unsigned char)(1u << group);
	s->whole[at][byte / HALF % 2][byte % HALF] |= (unsigned char)(1u << group);
}

void sieve_mark(struct sieve *s, unsigned group, const char *mark, size_t len)
{
	for (size_t i = 0; i < SIEVE_MARK; i++) {
		const unsigned char byte = i < len ? (unsigned char)mark[i] : 0;

		for (unsigned any = 0; i >= len && any <= UINT8_MAX; any++)
			allow(s, group, i, (unsigned char)any);
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

/* ---- 64 places at once ------------------------------------------------------ */

#define FOR_64 __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2")))

struct whole_tables {
	__m512i of[SIEVE_MARK][2];
};

FOR_64 static inline __m512i allowed(const struct whole_tables *t, int k, __m512i bytes)
{
	return _mm512_permutex2var_epi8(t->of[k][0], bytes, t->of[k][1]);
}

FOR_64 static inline __m512i all_of(__m512i a, __m512i b, __m512i c, __m512i d)
{
	return _mm512_and_si512(_mm512_and_si512(a, b), _mm512_and_si512(c, d));
}

/* A block, and what follows it. */
FOR_64 static inline __m512i wide_groups_at(const struct whole_tables *t, const char *at)
{
	return all_of(allowed(t, 0, _mm512_loadu_si512(at)), allowed(t, 1, _mm512_loadu_si512(at + 1)),
		      allowed(t, 2, _mm512_loadu_si512(at + 2)), allowed(t, 3, _mm512_loadu_si512(at + 3)));
}

/* Of so many bytes from `at` + k on; behind them are zeros, and nothing is read there. */
FOR_64 static inline __m512i rest_at(const char *at, unsigned k, size_t left)
{
	return _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, left > k ? (unsigned)left - k : 0), at + k);
}

FOR_64 static inline __m512i last_groups_at(const struct whole_tables *t, const char *at, size_t left)
{
	return all_of(allowed(t, 0, rest_at(at, 0, left)), allowed(t, 1, rest_at(at, 1, left)),
		      allowed(t, 2, rest_at(at, 2, left)), allowed(t, 3, rest_at(at, 3, left)));
}

FOR_64 static inline bool wide_tell(__m512i left, size_t from, size_t end, sieve_place *place, void *who)
{
	uint64_t mask = _mm512_test_epi8_mask(left, left);
	unsigned char groups[WIDE];

	if (!mask)
		return true;
	_mm512_storeu_si512(groups, left);
	for (; mask; mask &= mask - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(mask);

		if (from + i < end && !place(who, from + i, groups[i]))
			return false;
	}
	return true;
}

FOR_64 static void scan_wide(const struct sieve *s, struct text in, sieve_place *place, void *who)
{
	struct whole_tables t;
	size_t i = 0;

	for (int k = 0; k < SIEVE_MARK; k++)
		for (int half = 0; half < 2; half++)
			t.of[k][half] = _mm512_loadu_si512(s->whole[k][half]);
	for (; i + WIDE + SIEVE_MARK <= in.len; i += WIDE)
		if (!wide_tell(wide_groups_at(&t, in.at + i), i, in.len, place, who))
			return;
	for (; i < in.len; i += WIDE)
		if (!wide_tell(last_groups_at(&t, in.at + i, in.len - i), i, in.len, place, who))
			return;
}

_Static_assert(SIEVE_MARK == 4, "four bytes of a mark are looked at");

#endif

void sieve_scan(const struct sieve *s, struct text in, sieve_place *place, void *who)
{
#ifdef __x86_64__
	if (s->reach == SIEVE_BY_64)
		scan_wide(s, in, place, who);
	else
		scan(s, in, place, who);
#else
	(void)s, (void)in, (void)place, (void)who;
#endif
}
