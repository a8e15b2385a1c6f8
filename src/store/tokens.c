#include "store/tokens.h"

#include <stdint.h>

#include "base/utf8.h"

enum sort { SPLIT, WORD, PAIRED };

/* clang-format off */
/* What the characters above U+007F are; those in no row split. */
static const struct {
	uint32_t from, to;
	enum sort sort;
} sorts[] = {
	{ 0x00aa,  0x00aa,  WORD },   { 0x00b5,  0x00b5,  WORD },   { 0x00ba,  0x00ba,  WORD },
	{ 0x00c0,  0x00d6,  WORD },   { 0x00d8,  0x00f6,  WORD },   { 0x00f8,  0x02ff,  WORD },   /* Latin */
	{ 0x0300,  0x10ff,  WORD },                                 /* combining, Greek, Cyrillic, Arabic, Indic */
	{ 0x1100,  0x11ff,  PAIRED },                               /* Hangul letters */
	{ 0x1200,  0x1fff,  WORD },
	{ 0x3005,  0x3007,  PAIRED },                               /* 々〆〇 */
	{ 0x3041,  0x3096,  PAIRED }, { 0x309d,  0x309f,  PAIRED }, /* hiragana */
	{ 0x30a1,  0x30fa,  PAIRED }, { 0x30fc,  0x30ff,  PAIRED }, /* katakana */
	{ 0x3105,  0x318e,  PAIRED }, { 0x31a0,  0x31ff,  PAIRED }, /* bopomofo, Hangul letters, strokes */
	{ 0x3400,  0x4dbf,  PAIRED }, { 0x4e00,  0x9fff,  PAIRED }, /* Han */
	{ 0xa000,  0xa48c,  PAIRED },                               /* Yi */
	{ 0xa4d0,  0xabff,  WORD },
	{ 0xac00,  0xd7a3,  PAIRED },                               /* Hangul */
	{ 0xf900,  0xfaff,  PAIRED },                               /* Han, compatibility */
	{ 0xfb00,  0xfdcf,  WORD },   { 0xfdf0,  0xfdfb,  WORD },   { 0xfe70,  0xfefc,  WORD },
	{ 0xff66,  0xff9d,  PAIRED }, { 0xffa0,  0xffdc,  PAIRED }, /* half-width kana, Hangul */
	{ 0x10000, 0x1afff, WORD },   { 0x1b000, 0x1b2ff, PAIRED }, /* old scripts; kana */
	{ 0x20000, 0x3fffd, PAIRED },                               /* Han, rare */
};

/* Capitals whose small letter stands `step` further. */
static const struct {
	uint32_t from, to, step;
} capitals[] = {
	{ 0x00c0, 0x00d6, 32 }, { 0x00d8, 0x00de, 32 }, { 0x0391, 0x03a1, 32 }, { 0x03a3, 0x03ab, 32 },
	{ 0x0400, 0x040f, 80 }, { 0x0410, 0x042f, 32 },
};

/* Blocks where capital and small letter take turns; the capital is `odd` or even. */
static const struct {
	uint32_t from, to, odd;
} turns[] = {
	{ 0x0100, 0x012f, 0 }, { 0x0132, 0x0137, 0 }, { 0x0139, 0x0148, 1 }, { 0x014a, 0x0177, 0 },
	{ 0x0179, 0x017e, 1 }, { 0x01de, 0x01ef, 0 }, { 0x0460, 0x0481, 0 }, { 0x048a, 0x04bf, 0 },
	{ 0x1e00, 0x1e95, 0 }, { 0x1ea0, 0x1eff, 0 },
};
/* clang-format on */

#define ROWS(table) (sizeof(table) / sizeof(*(table)))

static uint32_t folded(uint32_t c)
{
	/* Full-width forms show ASCII, 0xfee0 further on. */
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	for (size_t i = 0; i < ROWS(capitals); i++)
		if (c >= capitals[i].from && c <= capitals[i].to)
			return c + capitals[i].step;
	for (size_t i = 0; i < ROWS(turns); i++)
		if (c >= turns[i].from && c <= turns[i].to)
			return (c & 1) == turns[i].odd ? c + 1 : c;
	return c;
}

static enum sort sort_of(uint32_t c)
{
	size_t low = 0, high = ROWS(sorts);

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? WORD : SPLIT;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > sorts[middle].to)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ROWS(sorts) && c >= sorts[low].from ? sorts[low].sort : SPLIT;
}

/* A run being gathered. The last character of a paired run waits in `last`
 * until it is known what follows. */
struct run {
	struct buf *out;
	enum sort sort; /* of the run; SPLIT: none */
	size_t bytes;   /* of the word so far */
	uint32_t last;
	bool paired; /* `last` already closed a pair */
	bool over;   /* something that splits came after it */
};

static void put(struct buf *out, uint32_t c)
{
	char bytes[4];

	buf_put(out, bytes, utf8_put(c, bytes));
}

static void gap(struct buf *out)
{
	if (out->len)
		buf_char(out, ' ');
}

/* `alone`: the last character of a paired run stands as a token too. */
static void run_end(struct run *run, bool alone)
{
	if (run->sort == PAIRED && (alone || !run->paired)) {
		gap(run->out);
		put(run->out, run->last);
	}
	run->sort = SPLIT;
}

static void run_pair(struct run *run, uint32_t c)
{
	gap(run->out);
	put(run->out, run->last);
	put(run->out, c);
	run->last = c;
	run->paired = true;
}

static void run_start(struct run *run, enum sort sort, uint32_t c)
{
	run->sort = sort;
	run->last = c;
	run->paired = run->over = false;
	run->bytes = 0;
	if (sort == WORD)
		gap(run->out);
}

static void run_add(struct run *run, uint32_t c)
{
	enum sort sort;

	c = folded(c);
	sort = sort_of(c);
	if (sort == SPLIT) {
		run->over = true;
		return;
	}
	if (sort == PAIRED && run->sort == PAIRED && !run->over) {
		run_pair(run, c);
		return;
	}
	if (sort != run->sort || run->over) {
		run_end(run, true);
		run_start(run, sort, c);
	}
	if (sort != WORD)
		return;
	run->bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	if (run->bytes <= TOKEN_BYTES)
		put(run->out, c);
}

static void add_all(struct run *run, const char *text, size_t len)
{
	for (const char *at = text, *end = text + len; at < end;)
		run_add(run, utf8_next(&at, end));
}

void tokens_document(struct buf *out, const char *text, size_t len)
{
	struct run run = { .out = out };

	add_all(&run, text, len);
	run_end(&run, true);
}

bool tokens_query(struct buf *out, bool *prefix, const char *text, size_t len)
{
	struct run run = { .out = out };

	add_all(&run, text, len);
	if (run.sort == SPLIT)
		return false;
	/* What a run of one character begins is a pair, or is alone. */
	*prefix = (run.sort == PAIRED && !run.paired) || text[len - 1] == '*';
	run_end(&run, false);
	return true;
}
