#include "detect/engine/grams.h"

#include <stdatomic.h>
#include <stdlib.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

#include "base/arena.h"

enum { BITS_EACH = 64, BITS_LEAST = 12, BITS_MOST = 19, WORD = 32, ENTRY_WORK = 16 };
enum { AT_ONCE = 8, LANE = 16 };

static const uint32_t spread = 0x85EBCA6Bu;

/* Those of one bucket lie side by side. */
struct entry {
	uint32_t gram, number, offset;
};

struct grams {
	uint32_t *bits;
	uint32_t shift, bucket_mask;
	uint32_t *buckets; /* where each begins; one more for the end of the last */
	struct entry *entries;
	uint32_t count, step;
	enum grams_reach reach;
};

#ifdef __x86_64__
/* Asked for by hand, as clang 14 has no name for it. */
static bool has_avx_vnni(void)
{
	enum { LEAF = 7, SUBLEAF = 1, AVX_VNNI = 1 << 4 };
	unsigned a, b, c, d;

	return __get_cpuid_count(LEAF, SUBLEAF, &a, &b, &c, &d) && (a & AVX_VNNI);
}
#endif

/* One load from eight places was made slow for every processor that told secrets by it
 * (Gather Data Sampling, 2023); none of those has AVX-VNNI. */
static enum grams_reach ask_processor(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		return has_avx_vnni() ? GRAMS_GATHERED : GRAMS_BY_8;
#endif
	return GRAMS_BY_1;
}

/* Asked once: in a virtual machine each question goes to its host, and takes as long as an event. */
enum grams_reach grams_farthest(void)
{
	static atomic_int known = -1;
	int reach = atomic_load_explicit(&known, memory_order_relaxed);

	if (reach < 0) {
		reach = (int)ask_processor();
		atomic_store_explicit(&known, reach, memory_order_relaxed);
	}
	return (enum grams_reach)reach;
}

struct grams *grams_new(uint32_t count, bool by_twos, enum grams_reach reach)
{
	struct grams *g = must_alloc(sizeof(*g));
	uint32_t bits = BITS_LEAST, buckets = 64;

	while (bits < BITS_MOST && (UINT32_C(1) << bits) < count * BITS_EACH)
		bits++;
	while (buckets < count * 2)
		buckets *= 2;
	g->shift = 32 - bits;
	g->bits = must_alloc((size_t)1 << (bits - 3));
	g->bucket_mask = buckets - 1;
	g->buckets = must_alloc((buckets + 1) * sizeof(*g->buckets));
	g->entries = must_alloc((count + 1) * sizeof(*g->entries));
	g->step = by_twos ? 2 : 1;
	g->reach = reach;
	return g;
}

void grams_free(struct grams *g)
{
	if (!g)
		return;
	free(g->bits);
	free(g->buckets);
	free(g->entries);
	free(g);
}

static uint32_t spot(const struct grams *g, uint32_t gram) { return gram * spread >> g->shift; }

static uint32_t bucket_of(const struct grams *g, uint32_t gram) { return spot(g, gram) & g->bucket_mask; }

void grams_put(struct grams *g, uint32_t gram, uint32_t number, uint32_t offset)
{
	const uint32_t bit = spot(g, gram);

	g->bits[bit / WORD] |= UINT32_C(1) << bit % WORD;
	g->buckets[bucket_of(g, gram)]++;
	g->entries[g->count++] = (struct entry){ gram, number, offset };
}

/* Counted so far; from the end of each it is filled down to where it begins. */
void grams_finish(struct grams *g)
{
	struct entry *sorted = must_alloc((g->count + 1) * sizeof(*sorted));
	uint32_t end = 0;

	for (uint32_t i = 0; i <= g->bucket_mask; i++)
		g->buckets[i] = end += g->buckets[i];
	g->buckets[g->bucket_mask + 1] = end;
	for (uint32_t i = 0; i < g->count; i++)
		sorted[--g->buckets[bucket_of(g, g->entries[i].gram)]] = g->entries[i];
	free(g->entries);
	g->entries = sorted;
}

static bool is_possible(const struct grams *g, uint32_t gram)
{
	const uint32_t bit = spot(g, gram);

	return g->bits[bit / WORD] >> bit % WORD & 1;
}

static void __attribute__((noinline))
look_closer(const struct grams *g, uint32_t gram, size_t at, const struct grams_looking *to)
{
	const uint32_t bucket = bucket_of(g, gram);
	const struct entry *e = g->entries + g->buckets[bucket];
	const struct entry *end = g->entries + g->buckets[bucket + 1];

	for (; e<end && * to->work> 0; e++) {
		*to->work -= ENTRY_WORK;
		if (e->gram == gram && at >= e->offset)
			to->place(to->who, e->number, at - e->offset);
	}
}

void grams_look(const struct grams *g, uint32_t gram, size_t at, const struct grams_looking *to)
{
	if (is_possible(g, gram))
		look_closer(g, gram, at, to);
}

/* The places from `from` on, before `to`. */
static void one_by_one(const struct grams *g, struct text lower, size_t from, size_t end,
		       const struct grams_looking *to)
{
	for (size_t i = from; i<end && * to->work> 0; i += g->step)
		grams_look(g, gram_at(lower.at + i), i, to);
}

#ifdef __x86_64__

/* The grams of four places in each half; of every place, of every second one. */
#define EVERY 0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6
#define SECOND 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9

#define FOR_8 __attribute__((target("avx2")))

/* Where the bits of the eight places from here on are. */
FOR_8 static inline __m256i spots_at(__m128i shift, __m256i order, const char *at, size_t half)
{
	const __m256i bytes = _mm256_set_m128i(_mm_loadu_si128((const __m128i *)(const void *)(at + half)),
					       _mm_loadu_si128((const __m128i *)(const void *)at));
	const __m256i grams = _mm256_shuffle_epi8(bytes, order);

	return _mm256_srl_epi32(_mm256_mullo_epi32(grams, _mm256_set1_epi32((int)spread)), shift);
}

FOR_8 static inline __m256i masks_of(__m256i spots)
{
	return _mm256_sllv_epi32(_mm256_set1_epi32(1), _mm256_and_si256(spots, _mm256_set1_epi32(WORD - 1)));
}

/* Is one of them worth a look? */
typedef bool is_any_of(const uint32_t *bits, __m256i spots);

FOR_8 static inline bool is_any_by_1(const uint32_t *bits, __m256i spots)
{
	uint32_t words[AT_ONCE], masks[AT_ONCE], any = 0;

	_mm256_storeu_si256((__m256i *)(void *)words, _mm256_srli_epi32(spots, 5));
	_mm256_storeu_si256((__m256i *)(void *)masks, masks_of(spots));
	for (int i = 0; i < AT_ONCE; i++)
		any |= bits[words[i]] & masks[i];
	return any;
}

FOR_8 static inline bool is_any_gathered(const uint32_t *bits, __m256i spots)
{
	const __m256i words =
		_mm256_i32gather_epi32((const int *)bits, _mm256_srli_epi32(spots, 5), sizeof(*bits));

	return !_mm256_testz_si256(words, masks_of(spots));
}

/* As far as eight places at once go; where it ended. */
FOR_8 static inline __attribute__((always_inline)) size_t
scan_by_8(const struct grams *g, struct text lower, const struct grams_looking *to, is_any_of is_any)
{
	const __m128i shift = _mm_cvtsi32_si128((int)g->shift);
	const __m256i order =
		g->step == 2 ? _mm256_setr_epi8(SECOND, SECOND) : _mm256_setr_epi8(EVERY, EVERY);
	const size_t half = AT_ONCE / 2 * g->step;
	size_t i = 0;

	for (; i + half + LANE <= lower.len && *to->work > 0; i += 2 * half)
		if (is_any(g->bits, spots_at(shift, order, lower.at + i, half)))
			one_by_one(g, lower, i, i + 2 * half, to);
	return i;
}

FOR_8 static size_t scan_wide(const struct grams *g, struct text lower, const struct grams_looking *to)
{
	return g->reach == GRAMS_GATHERED ? scan_by_8(g, lower, to, is_any_gathered)
					  : scan_by_8(g, lower, to, is_any_by_1);
}

#endif

void grams_scan(const struct grams *g, struct text lower, const struct grams_looking *to)
{
	size_t from = 0;

	if (lower.len < GRAM)
		return;
#ifdef __x86_64__
	if (g->reach != GRAMS_BY_1)
		from = scan_wide(g, lower, to);
#endif
	one_by_one(g, lower, from, lower.len - GRAM + 1, to);
}
