#include "detect/sigma/letters.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "detect/sigma/modifier.h"

/* Letters with two cases: Latin, Greek, Cyrillic, Armenian, and the wide Latin ones of input methods. */
static const struct {
	unsigned first, last;
} ranges[] = {
	{ 0x00B5, 0x00B5 }, { 0x00C0, 0x00D6 }, { 0x00D8, 0x00F6 }, { 0x00F8, 0x02AF },
	{ 0x0370, 0x0373 }, { 0x0376, 0x0377 }, { 0x037B, 0x037D }, { 0x037F, 0x037F },
	{ 0x0386, 0x03FF }, { 0x0400, 0x0481 }, { 0x048A, 0x052F }, { 0x0531, 0x0556 },
	{ 0x0561, 0x0587 }, { 0x1E00, 0x1FFC }, { 0xFF21, 0xFF3A }, { 0xFF41, 0xFF5A },
};

static bool has_case(unsigned c)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* clang-format off */
/* A run of letters and where the other case of each is: so far away, or side by side in pairs
 * that begin with an even or an odd number. */
enum { PAIRS_EVEN = 0, PAIRS_ODD = 1 };
static const struct {
	unsigned first, last;
	int away;
} runs[] = {
	{ 0x00C0, 0x00D6, 32 },   { 0x00D8, 0x00DE, 32 },   { 0x00E0, 0x00F6, -32 },  { 0x00F8, 0x00FE, -32 },
	{ 0x0100, 0x012F, PAIRS_EVEN }, { 0x0132, 0x0137, PAIRS_EVEN }, { 0x0139, 0x0148, PAIRS_ODD },
	{ 0x014A, 0x0177, PAIRS_EVEN }, { 0x0179, 0x017E, PAIRS_ODD },  { 0x00FF, 0x00FF, 121 }, { 0x0178, 0x0178, -121 },
	{ 0x0386, 0x0386, 38 },   { 0x03AC, 0x03AC, -38 },  { 0x0388, 0x038A, 37 },   { 0x03AD, 0x03AF, -37 },
	{ 0x038C, 0x038C, 64 },   { 0x03CC, 0x03CC, -64 },  { 0x038E, 0x038F, 63 },   { 0x03CD, 0x03CE, -63 },
	{ 0x0391, 0x03A1, 32 },   { 0x03A3, 0x03AB, 32 },   { 0x03B1, 0x03C1, -32 },  { 0x03C3, 0x03CB, -32 },
	{ 0x03C2, 0x03C2, -31 },
	{ 0x0400, 0x040F, 80 },   { 0x0450, 0x045F, -80 },  { 0x0410, 0x042F, 32 },   { 0x0430, 0x044F, -32 },
	{ 0xFF21, 0xFF3A, 32 }, { 0xFF41, 0xFF5A, -32 }, { 0x1E00, 0x1E95, PAIRS_EVEN }, { 0x1EA0, 0x1EFF, PAIRS_EVEN },
	{ 0x0460, 0x0481, PAIRS_EVEN }, { 0x048A, 0x04BF, PAIRS_EVEN }, { 0x04D0, 0x052F, PAIRS_EVEN },
};
/* Letters with a third or fourth form: each of them in capitals, then its other small ones and signs. */
static const unsigned more[][4] = {
	{ 0x00C5, 0x00E5, 0x212B },         { 0x0392, 0x03B2, 0x03D0 }, { 0x0395, 0x03B5, 0x03F5 },
	{ 0x0398, 0x03B8, 0x03D1, 0x03F4 }, { 0x0399, 0x03B9, 0x0345, 0x1FBE }, { 0x039A, 0x03BA, 0x03F0 },
	{ 0x039C, 0x03BC, 0x00B5 },         { 0x03A0, 0x03C0, 0x03D6 }, { 0x03A1, 0x03C1, 0x03F1 },
	{ 0x03A3, 0x03C3, 0x03C2 },         { 0x03A6, 0x03C6, 0x03D5 }, { 0x03A9, 0x03C9, 0x2126 },
	{ 0x0412, 0x0432, 0x1C80 },         { 0x0414, 0x0434, 0x1C81 }, { 0x041E, 0x043E, 0x1C82 },
	{ 0x0421, 0x0441, 0x1C83 },         { 0x0422, 0x0442, 0x1C84, 0x1C85 }, { 0x042A, 0x044A, 0x1C86 },
	{ 0x0462, 0x0463, 0x1C87 },         { 0x00DF, 0x1E9E },
};
/* clang-format on */

/* All that the letter is but for its case, itself among them; 0: not in these tables. */
static size_t forms_of(unsigned c, unsigned out[static 4])
{
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		for (size_t k = 0; k < 4; k++)
			if (more[i][k] == c) {
				memcpy(out, more[i], sizeof(more[i]));
				return more[i][2] ? more[i][3] ? 4 : 3 : 2;
			}
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		if (c < runs[i].first || c > runs[i].last)
			continue;
		out[0] = c;
		out[1] = runs[i].away == PAIRS_EVEN  ? c ^ 1
			 : runs[i].away == PAIRS_ODD ? ((c - 1) ^ 1) + 1
						     : (unsigned)((int)c + runs[i].away);
		return 2;
	}
	return 0;
}

static void put_character(struct draft *d, unsigned c)
{
	if (c < 0x800) {
		draft_put(d, (char)(0xC0 | c >> 6), WILD_NONE);
	} else {
		draft_put(d, (char)(0xE0 | c >> 12), WILD_NONE);
		draft_put(d, (char)(0x80 | (c >> 6 & 0x3F)), WILD_NONE);
	}
	draft_put(d, (char)(0x80 | (c & 0x3F)), WILD_NONE);
}

/* The character that begins here; of what is no UTF-8 none. */
static unsigned character(const char *at, size_t len, size_t *bytes)
{
	const unsigned char first = (unsigned char)*at;
	unsigned c = first < 0xE0 ? first & 0x1F : first < 0xF0 ? first & 0x0F : first & 0x07;

	*bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	if (first < 0xC0 || *bytes > len)
		return 0;
	for (size_t i = 1; i < *bytes; i++)
		c = c << 6 | ((unsigned char)at[i] & 0x3F);
	return c;
}

bool letters_beyond(const struct draft *d)
{
	size_t ascii = 0;

	while (ascii < d->len && !((unsigned char)d->text[ascii] & 0x80))
		ascii++;
	if (ascii == d->len || utf8_valid(d->text, d->len) != d->len)
		return false;
	for (size_t i = 0, bytes; i < d->len; i += bytes)
		if (has_case(character(d->text + i, d->len - i, &bytes)))
			return true;
	return false;
}

/* How many ways there are to write it; 0: more than a few, or one of its letters is in no table. */
static size_t count_ways(const struct draft *d)
{
	size_t ways = 1;
	unsigned forms[4];

	for (size_t i = 0, bytes; i < d->len && ways <= LETTERS_WAYS; i += bytes) {
		const unsigned c = character(d->text + i, d->len - i, &bytes);

		if (has_case(c))
			ways *= forms_of(c, forms);
		if (!ways)
			return 0;
	}
	return ways <= LETTERS_WAYS ? ways : 0;
}

/* Way number `way`, counted in the forms of its letters. */
static struct draft *one_way(struct arena *mem, const struct draft *d, size_t way)
{
	struct draft *out = draft_new(mem, d->len * 3 + 1);
	unsigned forms[4];

	for (size_t i = 0, bytes; i < d->len; i += bytes) {
		const unsigned c = character(d->text + i, d->len - i, &bytes);
		const size_t count = has_case(c) ? forms_of(c, forms) : 0;

		if (count)
			put_character(out, forms[way % count]);
		for (size_t k = 0; !count && k < bytes; k++)
			draft_put(out, d->text[i + k], d->wild[i + k]);
		way /= count ? count : 1;
	}
	return out;
}

struct draft *letters_ways(struct arena *mem, const struct draft *d)
{
	const size_t ways = count_ways(d);
	struct draft *first = NULL;

	for (size_t way = ways; way; way--) {
		struct draft *one = one_way(mem, d, way - 1);

		one->next = first;
		first = one;
	}
	return first;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

static void put(struct buf *out, char c, unsigned char wild)
{
	if (wild)
		buf_text(out, wild == WILD_MANY ? ".*" : ".");
	else if (!c)
		buf_text(out, "\\x00");
	else if (is_word(c))
		buf_char(out, c);
	else
		buf_format(out, "\\%c", c);
}

void letters_value(struct arena *mem, const struct draft *d, unsigned affix, struct value *v)
{
	struct buf text = { 0 };
	size_t from = 0, to = d->len;

	for (; from < to && d->wild[from] == WILD_MANY; from++)
		affix |= AFFIX_FRONT;
	for (; to > from && d->wild[to - 1] == WILD_MANY; to--)
		affix |= AFFIX_BACK;
	buf_text(&text, affix & AFFIX_FRONT ? "" : "\\A");
	for (size_t i = from; i < to; i++)
		put(&text, d->text[i], d->wild[i]);
	buf_text(&text, affix & AFFIX_BACK ? "" : "\\z");
	v->op = MATCH_REGEX;
	v->regex_flags = REGEX_CASELESS | REGEX_DOT_ALL;
	v->text = arena_copy_bytes(mem, text.data, text.len);
	v->len = text.len;
	buf_fini(&text);
}
