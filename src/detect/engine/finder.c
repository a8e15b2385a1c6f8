#include "detect/engine/finder.h"

#include <stdlib.h>

#include "base/arena.h"
#include "detect/engine/grams.h"
#include "detect/engine/sieve.h"

enum { WORD = 8, PAIRS = 1 << 16, CHAIN_WORK = 16 };

/* Numbers of finds by a key; open addressing, those of one key in a chain. */
struct keys {
	struct key_slot {
		uint64_t key;
		uint32_t first; /* 0: free */
	} * slots;
	uint32_t mask, count;
};

struct finder {
	struct find *finds; /* from 1 */
	uint32_t count, room;
	struct keys start, end, whole;
	uint32_t start_lengths, end_lengths; /* bit n: there are keys of n bytes */
	uint64_t whole_lengths;              /* bit n: values of n bytes, modulo 64 */
	/* Of texts that may stand anywhere: what is looked for behind the sieve, and what
	 * has none in front; NULL: no such texts. */
	struct grams *sifted, *scanned;
	uint32_t least;  /* bytes of those that are scanned */
	uint64_t *pairs; /* bits of two bytes, where no sieve is; or NULL */
	uint32_t *pair_heads;
	uint32_t singles; /* a chain of texts of one byte */
	struct sieve *sieve;
	bool sieve_has_all;
	uint32_t brief[SIEVE_GROUPS]; /* of the sieve: for each group a chain of texts that are in no gram */
};

struct finder *finder_new(void)
{
	struct finder *f = must_alloc(sizeof(*f));

	f->count = 1;
	return f;
}

void finder_free(struct finder *f)
{
	if (!f)
		return;
	for (uint32_t i = 1; i < f->count; i++)
		free((void *)f->finds[i].rules);
	free(f->finds);
	free(f->start.slots);
	free(f->end.slots);
	free(f->whole.slots);
	grams_free(f->sifted);
	grams_free(f->scanned);
	free(f->pairs);
	free(f->pair_heads);
	sieve_free(f->sieve);
	free(f);
}

void finder_add(struct finder *f, const struct literal *l, uint32_t predicate, const uint32_t *rules,
		uint32_t rule_count)
{
	uint32_t *copy = must_alloc((rule_count + 1) * sizeof(*copy));

	memcpy(copy, rules, rule_count * sizeof(*copy));
	if (f->count >= f->room) {
		f->room = f->room ? f->room * 2 : 16;
		f->finds = must_grow(f->finds, f->room * sizeof(*f->finds));
	}
	f->finds[f->count++] = (struct find){ .text = l->text,
					      .len = l->len,
					      .rare = l->rare,
					      .predicate = predicate,
					      .rules = copy,
					      .rule_count = rule_count,
					      .anchor = l->anchor,
					      .decides = l->decides };
}

/* ---- keys ----------------------------------------------------------------- */

static uint32_t spot(const struct keys *k, uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & k->mask;
}

static struct key_slot *slot_of(const struct keys *k, uint64_t key)
{
	uint32_t i = spot(k, key);

	while (k->slots[i].first && k->slots[i].key != key)
		i = (i + 1) & k->mask;
	return &k->slots[i];
}

static void keys_make(struct keys *k, uint32_t count)
{
	uint32_t size = 8;

	if (!count)
		return;
	while (size < count * 2)
		size *= 2;
	k->slots = must_alloc(size * sizeof(*k->slots));
	k->mask = size - 1;
}

static void keys_put(struct finder *f, struct keys *k, uint64_t key, uint32_t number)
{
	struct key_slot *slot = slot_of(k, key);

	slot->key = key;
	f->finds[number].next = slot->first;
	slot->first = number;
}

/* The first (last) n bytes as a key; the length stands in it where there is room. */
static uint64_t first_key(uint64_t word, uint32_t n)
{
	return n < WORD ? (word & ((UINT64_C(1) << 8 * n) - 1)) | (uint64_t)n << 56 : word;
}

static uint64_t last_key(uint64_t word, uint32_t n)
{
	return n < WORD ? word >> 8 * (WORD - n) | (uint64_t)n << 56 : word;
}

/* The last eight bytes, the last of them highest; of a shorter text what there is. */
static uint64_t last_word(const char *at, size_t len)
{
	return len >= WORD ? word_at(at + len - WORD) : len ? word_of(at, len) << 8 * (WORD - len) : 0;
}

static uint64_t whole_key(uint64_t first, uint64_t last, size_t len)
{
	return (first ^ (last << 23 | last >> 41)) + len * UINT64_C(0xD6E8FEB86659FD93);
}

static uint32_t key_len(uint32_t len) { return len < WORD ? len : WORD; }

/* ---- making it ------------------------------------------------------------ */

static void put_gram(struct grams *g, uint32_t number, const struct find *one, uint32_t offset)
{
	grams_put(g, gram_at(one->text + offset), number, offset);
}

/* Its rarest gram and the one behind it, or else the one before. */
static void put_scanned(struct finder *f, uint32_t number)
{
	const struct find *one = &f->finds[number];
	const uint32_t first = one->rare + f->least > one->len ? one->len - f->least : one->rare;

	for (uint32_t i = 0; i <= f->least - GRAM; i++)
		put_gram(f->scanned, number, one, first + i);
}

static void put_pair(struct finder *f, uint32_t number)
{
	struct find *one = &f->finds[number];
	uint16_t pair;

	memcpy(&pair, one->text, SHORT);
	f->pairs[pair / 64] |= UINT64_C(1) << pair % 64;
	one->next = f->pair_heads[pair];
	f->pair_heads[pair] = number;
}

static void put_single(struct finder *f, uint32_t number)
{
	f->finds[number].next = f->singles;
	f->singles = number;
}

static bool is_sifted(const struct finder *f, const struct find *one)
{
	return f->sieve && (f->sieve_has_all || one->len < f->least);
}

static void put_inside(struct finder *f, uint32_t number)
{
	const struct find *one = &f->finds[number];

	if (one->len >= GRAM && is_sifted(f, one))
		put_gram(f->sifted, number, one, one->rare);
	else if (one->len >= GRAM)
		put_scanned(f, number);
	else if (!f->sieve && one->len < SHORT)
		put_single(f, number);
	else if (!f->sieve)
		put_pair(f, number);
}

static void put(struct finder *f, uint32_t number)
{
	const struct find *one = &f->finds[number];
	const uint32_t n = key_len(one->len);

	switch (one->anchor) {
	case ANCHOR_START:
		f->start_lengths |= 1u << n;
		keys_put(f, &f->start, first_key(word_of(one->text, one->len), n), number);
		return;
	case ANCHOR_END:
		f->end_lengths |= 1u << n;
		keys_put(f, &f->end, last_key(last_word(one->text, one->len), n), number);
		return;
	case ANCHOR_WHOLE:
		f->whole_lengths |= UINT64_C(1) << one->len % 64;
		keys_put(f, &f->whole,
			 whole_key(word_of(one->text, one->len), last_word(one->text, one->len), one->len),
			 number);
		return;
	default:
		put_inside(f, number);
	}
}

static uint64_t mark_order(const struct find *one)
{
	return word_of(one->text + one->rare, one->len < SIEVE_MARK ? one->len : SIEVE_MARK);
}

/* Those with like marks come into one group, so that it lets little through. */
static void make_sieve(struct finder *f, uint32_t count)
{
	uint32_t order[SIEVE_MOST], n = 0;

	for (uint32_t i = 1; i < f->count; i++) {
		uint32_t k = n;

		if (f->finds[i].anchor != ANCHOR_INSIDE || !is_sifted(f, &f->finds[i]))
			continue;
		for (; k > 0 && mark_order(&f->finds[order[k - 1]]) > mark_order(&f->finds[i]); k--)
			order[k] = order[k - 1];
		order[k] = i;
		n++;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct find *one = &f->finds[order[i]];
		const uint32_t group = i * SIEVE_GROUPS / count;
		const uint32_t len = one->len < SIEVE_MARK ? one->len : SIEVE_MARK;

		sieve_mark(f->sieve, group, one->text + one->rare, len);
		if (len >= SIEVE_MARK)
			continue;
		f->finds[order[i]].next = f->brief[group];
		f->brief[group] = order[i];
	}
}

/* Texts that may stand anywhere, by length: bytes below SHORT, GRAM, GRAM + 1, and more. */
enum { SINGLE, PAIR, ONE_GRAM, LONGER, KINDS };

static void count_inside(const struct finder *f, uint32_t counts[static KINDS])
{
	for (uint32_t i = 1; i < f->count; i++) {
		const uint32_t len = f->finds[i].len;

		if (f->finds[i].anchor == ANCHOR_INSIDE)
			counts[len < SHORT ? SINGLE : len < GRAM ? PAIR : len == GRAM ? ONE_GRAM : LONGER]++;
	}
}

/* Those that are sifted, if there are any and the sieve is possible. */
static void prepare_sieve(struct finder *f, uint32_t count, uint32_t grams)
{
	if (!count || count > SIEVE_MOST || !sieve_possible())
		return;
	f->sieve = sieve_new(sieve_farthest());
	f->sifted = grams_new(grams, false, grams_farthest());
	make_sieve(f, count);
}

/* A few texts go through the sieve. Of many the short ones do, and the others are
 * sought at every second place, if those of four bytes are few enough to be sifted too. */
static void prepare_inside(struct finder *f)
{
	uint32_t counts[KINDS] = { 0 }, brief, grams, more;

	count_inside(f, counts);
	brief = counts[SINGLE] + counts[PAIR];
	grams = counts[ONE_GRAM] + counts[LONGER];
	more = brief + counts[ONE_GRAM];
	f->sieve_has_all = brief + grams <= SIEVE_MOST && sieve_possible();
	f->least = more <= SIEVE_MOST && sieve_possible() ? GRAM + 1 : GRAM;
	if (f->sieve_has_all)
		prepare_sieve(f, brief + grams, grams);
	else if (f->least > GRAM)
		prepare_sieve(f, more, counts[ONE_GRAM]);
	else
		prepare_sieve(f, brief, 0);
	if (counts[PAIR] && !f->sieve) {
		f->pairs = must_alloc(PAIRS / 8);
		f->pair_heads = must_alloc(PAIRS * sizeof(*f->pair_heads));
	}
	if (!f->sieve_has_all)
		f->scanned = grams_new(f->least > GRAM ? 2 * counts[LONGER] : grams, f->least > GRAM,
				       grams_farthest());
}

void finder_finish(struct finder *f)
{
	uint32_t counts[ANCHOR_INSIDE + 1] = { 0 };

	for (uint32_t i = 1; i < f->count; i++)
		counts[f->finds[i].anchor]++;
	keys_make(&f->start, counts[ANCHOR_START]);
	keys_make(&f->end, counts[ANCHOR_END]);
	keys_make(&f->whole, counts[ANCHOR_WHOLE]);
	if (counts[ANCHOR_INSIDE])
		prepare_inside(f);
	for (uint32_t i = 1; i < f->count; i++)
		put(f, i);
	if (f->sifted)
		grams_finish(f->sifted);
	if (f->scanned)
		grams_finish(f->scanned);
}

void finder_each(const struct finder *f, finder_found *told, void *who)
{
	for (uint32_t i = 1; i < f->count; i++)
		told(who, &f->finds[i]);
}

enum finder_wants finder_wants(const struct finder *f)
{
	return f->scanned ? FINDER_LOWER : f->sieve ? FINDER_GIVEN : FINDER_NOTHING;
}

/* ---- finding -------------------------------------------------------------- */

static void tell(struct find *one, struct finding *to)
{
	one->seen = to->event;
	one->hits++;
	to->found(to->who, one);
}

/* Those of a key that are there in full: `at` is where they would begin. */
static void look_up(struct finder *f, const struct keys *k, uint64_t key, struct finding *to,
		    struct text given)
{
	uint32_t number = slot_of(k, key)->first;

	for (; number; number = f->finds[number].next) {
		struct find *one = &f->finds[number];
		const bool fits = one->anchor == ANCHOR_WHOLE ? one->len == given.len : one->len <= given.len;

		if (one->seen != to->event && fits &&
		    fold_equal(one->anchor == ANCHOR_END ? given.at + given.len - one->len : given.at,
			       one->text, one->len))
			tell(one, to);
	}
}

void finder_ends(struct finder *f, struct finding *to, struct text given)
{
	const uint64_t first = fold_word(word_of(given.at, given.len));
	const uint64_t last = fold_word(last_word(given.at, given.len));
	const uint32_t possible = (2u << key_len((uint32_t)(given.len < WORD ? given.len : WORD))) - 1;

	if (f->whole_lengths >> given.len % 64 & 1)
		look_up(f, &f->whole, whole_key(first, last, given.len), to, given);
	for (uint32_t bits = f->end_lengths & possible; bits; bits &= bits - 1) {
		const uint32_t n = (uint32_t)__builtin_ctz(bits);

		look_up(f, &f->end, last_key(last, n), to, given);
	}
	for (uint32_t bits = f->start_lengths & possible; bits; bits &= bits - 1) {
		const uint32_t n = (uint32_t)__builtin_ctz(bits);

		look_up(f, &f->start, first_key(first, n), to, given);
	}
}

/* Texts of two and three bytes. */
static void scan_pairs(struct finder *f, struct finding *to, struct text lower)
{
	for (size_t i = 0; i + SHORT <= lower.len; i++) {
		uint16_t pair;

		memcpy(&pair, lower.at + i, SHORT);
		if (!(f->pairs[pair / 64] >> pair % 64 & 1))
			continue;
		for (uint32_t number = f->pair_heads[pair]; number && to->work > 0;
		     number = f->finds[number].next) {
			struct find *one = &f->finds[number];

			to->work -= CHAIN_WORK;
			if (one->seen != to->event && lower.len - i >= one->len &&
			    !memcmp(lower.at + i, one->text, one->len))
				tell(one, to);
		}
	}
}

/* Some text is looked for in a value. */
struct sifting {
	struct finder *f;
	struct finding *to;
	struct text in;
};

static void sift_brief(const struct sifting *s, size_t at, unsigned group)
{
	for (uint32_t number = s->f->brief[group]; number && s->to->work > 0;
	     number = s->f->finds[number].next) {
		struct find *one = &s->f->finds[number];

		s->to->work -= CHAIN_WORK;
		if (one->seen != s->to->event && s->in.len - at >= one->len &&
		    fold_equal(s->in.at + at, one->text, one->len))
			tell(one, s->to);
	}
}

/* A gram of the text is there. */
static void gram_found(void *who, uint32_t number, size_t at)
{
	const struct sifting *s = who;
	struct find *one = &s->f->finds[number];

	if (one->seen != s->to->event && s->in.len - at >= one->len &&
	    fold_equal(s->in.at + at, one->text, one->len))
		tell(one, s->to);
}

static bool sifted(void *who, size_t at, unsigned groups)
{
	const struct sifting *s = who;
	const struct grams_looking looking = { &s->to->work, gram_found, who };

	if (s->in.len - at >= GRAM)
		grams_look(s->f->sifted, (uint32_t)fold_word(gram_at(s->in.at + at)), at, &looking);
	for (; groups; groups &= groups - 1)
		sift_brief(s, at, (unsigned)__builtin_ctz(groups));
	return s->to->work > 0;
}

static void scan_singles(struct finder *f, struct finding *to, struct text lower)
{
	for (uint32_t number = f->singles; number; number = f->finds[number].next)
		if (f->finds[number].seen != to->event && memchr(lower.at, *f->finds[number].text, lower.len))
			tell(&f->finds[number], to);
}

void finder_inside(struct finder *f, struct finding *to, struct text in)
{
	struct sifting s = { f, to, in };

	to->work -= (int64_t)in.len;
	if (f->sieve)
		sieve_scan(f->sieve, in, sifted, &s);
	if (!f->scanned)
		return;
	grams_scan(f->scanned, in, &(struct grams_looking){ &to->work, gram_found, &s });
	if (f->pairs)
		scan_pairs(f, to, in);
	if (!f->sieve)
		scan_singles(f, to, in);
}
