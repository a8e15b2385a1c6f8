#include "intake/json/marks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/arena.h"

unsigned char marks_orders[256][8];

static unsigned char each_place[MARKS_BLOCK]; /* 0, 1, 2, ... */

static void make_orders(void)
{
	for (unsigned i = 0; i < MARKS_BLOCK; i++)
		each_place[i] = (unsigned char)i;
	for (unsigned without = 0; without < 256; without++)
		for (unsigned i = 0, n = 0; i < 8; i++)
			if (!(without >> i & 1))
				marks_orders[without][n++] = (unsigned char)i;
}

struct marks *marks_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	struct marks *m = must_alloc(sizeof(*m));

	pthread_once(&once, make_orders);
	m->reach = marks_farthest();
	return m;
}

void marks_free(struct marks *m) { free(m); }

/* Under gcc's address sanitizer a frame may lie in a heap that is aligned to 32 bytes only,
 * and 64-byte registers are saved as if it were to 64 (gcc bug 110027). clang's has no such
 * fault; the fuzz targets go all three ways under it. */
#ifdef __SANITIZE_ADDRESS__
enum { WIDEST = MARKS_BY_32 };
#else
enum { WIDEST = MARKS_BY_64 };
#endif

enum marks_reach marks_farthest(void)
{
#ifdef __x86_64__
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
	    !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
		return MARKS_BY_16;
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
			       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2")
		       ? WIDEST
		       : MARKS_BY_32;
#else
	return MARKS_BY_16;
#endif
}

/* A bit for each byte of a block; `controls` and `high` say that there are any. */
struct bits {
	uint64_t quotes, slashes;
	bool controls, high;
};

/* What a backslash stands before: of runs of them every second. */
static inline uint64_t escaped_bits(uint64_t slashes, uint64_t *carried)
{
	const uint64_t even = UINT64_C(0x5555555555555555);
	uint64_t follows, odd_starts, sum;

	slashes &= ~*carried;
	follows = slashes << 1 | *carried;
	odd_starts = slashes & ~even & ~follows;
	*carried = __builtin_add_overflow(odd_starts, slashes, &sum);
	return (even ^ sum << 1) & follows;
}

/* What a kind of processor does for a block: find its bits, count them, and put the
 * places of those that are set behind each other. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))
typedef struct bits bits_of(const char *block);
typedef unsigned count_of(uint64_t bits);
typedef void put_places(uint32_t *to, uint32_t base, uint64_t bits, unsigned count);

/* Eight at once, whether there are as many or not: most blocks have fewer. */
ALWAYS_INLINE void put_by_8(uint32_t *to, uint32_t base, uint64_t bits, unsigned count)
{
	enum { STEP = 8 };

	for (uint32_t *stop = to + count; to < stop; to += STEP)
		for (int i = 0; i < STEP; i++) {
			to[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
			bits &= bits - 1;
		}
}

struct pass {
	struct marks *m;
	uint32_t *to;     /* the next place */
	uint64_t carried; /* 1: the next block begins with what a backslash stands before */
	bool controls, high;
};

ALWAYS_INLINE void take_block(struct pass *p, size_t block, struct bits b, count_of count, put_places put)
{
	const uint32_t base = (uint32_t)block * MARKS_BLOCK;
	const uint64_t escaped = escaped_bits(b.slashes, &p->carried);
	const uint64_t begins = b.slashes & ~escaped, quotes = b.quotes & ~escaped;

	p->m->begins[block] = begins;
	p->m->odd[block] = escaped & ~(b.slashes | b.quotes);
	put(p->to, base, quotes, count(quotes));
	p->to += count(quotes);
	p->controls |= b.controls;
	p->high |= b.high;
}

ALWAYS_INLINE void take_line(struct marks *m, const char *line, size_t len, bits_of bits, count_of count,
			     put_places put)
{
	struct pass p = { .m = m, .to = m->quotes };
	char rest[MARKS_BLOCK];
	size_t block = 0;

	for (; (block + 1) * MARKS_BLOCK <= len; block++)
		take_block(&p, block, bits(line + block * MARKS_BLOCK), count, put);
	memset(rest, ' ', sizeof(rest));
	memcpy(rest, line + block * MARKS_BLOCK, len - block * MARKS_BLOCK);
	take_block(&p, block, bits(rest), count, put);
	m->last_block = (uint32_t)block;
	m->count = (uint32_t)(p.to - m->quotes);
	m->controls = p.controls;
	m->high = p.high;
	for (int i = 0; i < MARKS_BEHIND; i++)
		p.to[i] = (uint32_t)len;
}

/* ---- byte by byte --------------------------------------------------------------- */

#ifndef __x86_64__
static inline struct bits bits_by_byte(const char *block)
{
	struct bits b = { 0 };

	for (int i = 0; i < MARKS_BLOCK; i++) {
		const unsigned char byte = (unsigned char)block[i];

		b.quotes |= (uint64_t)(byte == '"') << i;
		b.slashes |= (uint64_t)(byte == '\\') << i;
		b.controls |= byte < 0x20;
		b.high |= byte > 0x7f;
	}
	return b;
}
#endif

static inline unsigned count_bits(uint64_t bits) { return (unsigned)__builtin_popcountll(bits); }

/* ---- many at once ----------------------------------------------------------------- */

#ifdef __x86_64__

static inline struct bits bits_by_16(const char *block)
{
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last = _mm_set1_epi8(0x1f);
	struct bits b = { 0 };

	for (int i = 0; i < MARKS_BLOCK; i += 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
		const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, last), x);

		b.quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, quote)) << i;
		b.slashes |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, slash)) << i;
		b.controls |= _mm_movemask_epi8(low) != 0;
		b.high |= _mm_movemask_epi8(x) != 0;
	}
	return b;
}

MARKS_FOR_32 static inline uint64_t bits_of_both(__m256i low, __m256i high)
{
	return (uint64_t)(unsigned)_mm256_movemask_epi8(high) << 32 | (unsigned)_mm256_movemask_epi8(low);
}

MARKS_FOR_32 static inline struct bits bits_by_32(const char *block)
{
	const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'),
		      last = _mm256_set1_epi8(0x1f);
	const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)block);
	const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(block + 32));
	const __m256i least = _mm256_min_epu8(x, y);

	return (struct bits){
		.quotes = bits_of_both(_mm256_cmpeq_epi8(x, quote), _mm256_cmpeq_epi8(y, quote)),
		.slashes = bits_of_both(_mm256_cmpeq_epi8(x, slash), _mm256_cmpeq_epi8(y, slash)),
		.controls = _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(least, last), least)) != 0,
		.high = _mm256_movemask_epi8(_mm256_or_si256(x, y)) != 0,
	};
}

MARKS_FOR_32 static inline unsigned count_by_32(uint64_t bits)
{
	return (unsigned)__builtin_popcountll(bits);
}

MARKS_FOR_32 static void find_by_32(struct marks *m, const char *line, size_t len)
{
	take_line(m, line, len, bits_by_32, count_by_32, put_by_8);
}

MARKS_FOR_64 static inline struct bits bits_by_64(const char *block)
{
	const __m512i x = _mm512_loadu_si512((const void *)block);

	return (struct bits){
		.quotes = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('"')),
		.slashes = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\\')),
		.controls = _mm512_cmplt_epu8_mask(x, _mm512_set1_epi8(' ')) != 0,
		.high = _mm512_movepi8_mask(x) != 0,
	};
}

MARKS_FOR_64 static inline unsigned count_by_64(uint64_t bits)
{
	return (unsigned)__builtin_popcountll(bits);
}

MARKS_FOR_64 static inline void put_16(uint32_t *to, __m512i base, __m128i places)
{
	_mm512_storeu_si512(to, _mm512_add_epi32(_mm512_cvtepu8_epi32(places), base));
}

MARKS_FOR_64 static inline void put_by_16(uint32_t *to, uint32_t base, uint64_t bits, unsigned count)
{
	const __m512i all = _mm512_loadu_si512((const void *)each_place);
	const __m512i places = _mm512_maskz_compress_epi8(bits, all), from = _mm512_set1_epi32((int)base);

	put_16(to, from, _mm512_castsi512_si128(places));
	if (count <= 16)
		return;
	put_16(to + 16, from, _mm512_extracti32x4_epi32(places, 1));
	put_16(to + 32, from, _mm512_extracti32x4_epi32(places, 2));
	put_16(to + 48, from, _mm512_extracti32x4_epi32(places, 3));
}

MARKS_FOR_64 static void find_by_64(struct marks *m, const char *line, size_t len)
{
	take_line(m, line, len, bits_by_64, count_by_64, put_by_16);
}

#endif

void marks_find(struct marks *m, const char *line, size_t len)
{
#ifdef __x86_64__
	if (m->reach == MARKS_BY_64)
		find_by_64(m, line, len);
	else if (m->reach == MARKS_BY_32)
		find_by_32(m, line, len);
	else
		take_line(m, line, len, bits_by_16, count_bits, put_by_8);
#else
	take_line(m, line, len, bits_by_byte, count_bits, put_by_8);
#endif
}
