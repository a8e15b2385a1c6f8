#include "release/fold.h"

#include <ctype.h>
#include <glib.h>
#include <string.h>

#include "base/utf8.h"

/* Letters of other scripts that look like Latin ones, in pairs. Compatibility forms are not here: glib knows
 * them. */
static const struct {
	const char *like, *latin;
} alike[] = {
	{ "аеорсхуіѕјһԁԛԝѵӏпгкмтвнз", "aeopcxyisjhdqwvlnrkmtbh3" },
	{ "АВЕКМНОРСТХУІЅЈЗ", "ABEKMHOPCTXYISJ3" },
	{ "αοερνικυτηχ", "aoepvikuthx" },
	{ "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX" },
	{ "ɡɑıƖᴏʟօոսցհ", "gailolonugh" },
	{ "．•‧∙⋅・·˙", "........" },
	{ "‐‑‒–—―−﹣－ー", "----------" },
	{ "∶꞉ː︰", "::::" },
	{ "⁄∕⧸╱", "////" },
	{ "∖⧵╲", "\\\\\\" },
	{ "〇○◯⓪", "0000" },
};

static uint32_t latin_of(uint32_t c)
{
	for (size_t i = 0; i < sizeof(alike) / sizeof(*alike); i++) {
		const char *at = alike[i].like, *end = at + strlen(at);

		for (size_t k = 0; at < end && alike[i].latin[k]; k++)
			if (utf8_next(&at, end) == c)
				return (unsigned char)alike[i].latin[k];
	}
	return c;
}

static void room_for(struct fold *out, size_t n, struct arena *mem)
{
	*out = (struct fold){ .c = arena_many(mem, n + 1, sizeof(*out->c)),
			      .s = arena_take(mem, n + 1),
			      .from = arena_many(mem, n + 1, sizeof(*out->from)),
			      .to = arena_many(mem, n + 1, sizeof(*out->to)),
			      .room = n };
}

static unsigned char byte_of(uint32_t c)
{
	if (c < 0x80)
		return (unsigned char)c;
	return g_unichar_isalnum(c) ? FOLD_WORD : FOLD_MARK;
}

static void put_plain(struct fold *out, uint32_t c, uint32_t from, uint32_t to)
{
	if (out->n == out->room)
		return;
	out->c[out->n] = c;
	out->s[out->n] = byte_of(c);
	out->from[out->n] = from;
	out->to[out->n] = to;
	out->s[++out->n] = '\0';
}

static bool invisible(uint32_t c)
{
	const GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_FORMAT || type == G_UNICODE_NON_SPACING_MARK ||
	       type == G_UNICODE_ENCLOSING_MARK || c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 ||
	       c == 0x034f || (c < 0x20 && c != '\n' && c != '\t' && c != '\r');
}

/* One character as it looks. */
static uint32_t seen_as(uint32_t c)
{
	if (c < 0x80)
		return c;
	c = latin_of(c);
	if (c >= 0x80 && g_unichar_type(c) == G_UNICODE_DECIMAL_NUMBER)
		return '0' + (uint32_t)g_unichar_digit_value(c);
	return c >= 0x80 && g_unichar_isspace(c) ? ' ' : c;
}

static void put(struct fold *out, uint32_t c, uint32_t from, uint32_t to)
{
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	size_t n;

	if (c < 0x80 || (c >= 0x4e00 && c <= 0x9fff)) {
		if (!invisible(c))
			put_plain(out, c, from, to);
		return;
	}
	if (invisible(c))
		return;
	n = seen_as(c) != c ? 0
			    : g_unichar_fully_decompose(c, TRUE, parts, G_UNICHAR_MAX_DECOMPOSITION_LENGTH);
	if (n == 0)
		put_plain(out, seen_as(c), from, to);
	/* Four at most: an Arabic ligature of eighteen letters is no way to hide an address. */
	for (size_t i = 0; i < n && i < 4; i++)
		if (!invisible(parts[i]))
			put_plain(out, seen_as(parts[i]), from, to);
}

void fold_text(const char *text, size_t len, struct arena *mem, struct fold *out)
{
	const char *at = text, *end = text + len;
	uint32_t place = 0;

	room_for(out, 4 * len, mem);
	for (; at < end; place++)
		put(out, utf8_next(&at, end), place, place + 1);
}

/* ---- escapes ---------------------------------------------------------------- */

static int hex_of(unsigned char s)
{
	if (isdigit(s))
		return s - '0';
	return s >= 'a' && s <= 'f' ? s - 'a' + 10 : s >= 'A' && s <= 'F' ? s - 'A' + 10 : -1;
}

/* So many hex digits at `i`, or -1. */
static long hex_at(const struct fold *in, size_t i, size_t digits)
{
	long value = 0;

	for (size_t k = 0; k < digits; k++) {
		const int d = i + k < in->n ? hex_of(in->s[i + k]) : -1;

		if (d < 0)
			return -1;
		value = value * 16 + d;
	}
	return value;
}

static bool begins(const struct fold *in, size_t i, const char *words)
{
	for (; *words; i++, words++)
		if (i >= in->n || tolower(in->s[i]) != *words)
			return false;
	return true;
}

/* "%e5%b8%82" is one character: bytes that follow each other are read together. */
static size_t bytes_at(const struct fold *in, size_t i, const char *mark, struct fold *out)
{
	const size_t skip = strlen(mark);
	char bytes[64];
	const char *at = bytes;
	size_t n = 0, end = i;

	while (n < sizeof(bytes) && begins(in, end, mark) && hex_at(in, end + skip, 2) >= 0) {
		bytes[n++] = (char)hex_at(in, end + skip, 2);
		end += skip + 2;
	}
	while (at < bytes + n)
		put(out, utf8_next(&at, bytes + n), in->from[i], in->to[end - 1]);
	return end - i;
}

/* "&#49;", "&#x31;", "&period;". */
static size_t entity_at(const struct fold *in, size_t i, struct fold *out)
{
	static const struct {
		const char *name, *means;
	} named[] = {
		{ "&period;", "." }, { "&colon;", ":" },  { "&commat;", "@" }, { "&sol;", "/" },
		{ "&bsol;", "\\" },  { "&nbsp;", " " },   { "&lsqb;", "[" },   { "&rsqb;", "]" },
		{ "&lowbar;", "_" }, { "&hyphen;", "-" }, { "&dash;", "-" },   { "&num;", "#" },
		{ "&amp;", "&" },
	};
	const bool hex = begins(in, i, "&#x");
	size_t at = i + (hex ? 3 : 2);
	uint32_t c = 0;

	for (size_t k = 0; k < sizeof(named) / sizeof(*named); k++)
		if (begins(in, i, named[k].name)) {
			put(out, (unsigned char)*named[k].means, in->from[i],
			    in->to[i + strlen(named[k].name) - 1]);
			return strlen(named[k].name);
		}
	if (!begins(in, i, "&#"))
		return 0;
	for (; at < in->n && at < i + 11 && (hex ? hex_of(in->s[at]) >= 0 : isdigit(in->s[at])); at++)
		c = c * (hex ? 16 : 10) + (uint32_t)hex_of(in->s[at]);
	if (at == i + (hex ? 3 : 2) || c > 0x10ffff)
		return 0;
	at += at < in->n && in->s[at] == ';';
	put(out, c, in->from[i], in->to[at - 1]);
	return at - i;
}

static size_t escape_at(const struct fold *in, size_t i, bool of_mail, struct fold *out)
{
	size_t n = 0;

	if (in->s[i] == '%')
		n = bytes_at(in, i, "%", out);
	else if (in->s[i] == '=' && of_mail)
		n = bytes_at(in, i, "=", out);
	else if (in->s[i] == '&')
		n = entity_at(in, i, out);
	else if (in->s[i] == '\\' && hex_at(in, i + 2, 4) >= 0 && begins(in, i, "\\u")) {
		put(out, (uint32_t)hex_at(in, i + 2, 4), in->from[i], in->to[i + 5]);
		n = 6;
	} else if (in->s[i] == '\\')
		n = bytes_at(in, i, "\\x", out);
	return n;
}

bool fold_escapes(const struct fold *in, bool of_mail, struct arena *mem, struct fold *out)
{
	bool any = false;

	room_for(out, 4 * in->n, mem);
	for (size_t i = 0; i < in->n;) {
		const size_t n = escape_at(in, i, of_mail, out);

		any |= n > 0;
		if (!n)
			put_plain(out, in->c[i], in->from[i], in->to[i]);
		i += n ? n : 1;
	}
	return any;
}

/* ---- tricks ----------------------------------------------------------------- */

static bool word_at(const struct fold *in, size_t i, const char *words, size_t *len)
{
	const char *at = words, *end = words + strlen(words);
	size_t k = i;

	for (; at < end; k++)
		if (k >= in->n || fold_small(in->c[k]) != utf8_next(&at, end))
			return false;
	*len = k - i;
	return true;
}

static const struct {
	const char *words;
	char means;
} spoken[] = { { "dot", '.' }, { "点", '.' }, { "。", '.' }, { ".", '.' }, { "at", '@' },   { "@", '@' },
	       { "a", '@' },   { ":", ':' },  { "：", ':' }, { "/", '/' }, { "冒号", ':' }, { "横线", '-' } };

static size_t blanks(const struct fold *in, size_t i)
{
	size_t n = 0;

	while (i + n < in->n && n < 4 && (in->s[i + n] == ' ' || in->s[i + n] == '\t'))
		n++;
	return n;
}

/* "[.]", "( dot )", "{at}" */
static size_t bracketed(const struct fold *in, size_t i, char *means)
{
	static const char open[] = "[({<", close[] = "])}>";
	const char *which = in->s[i] ? strchr(open, in->s[i]) : NULL;
	size_t at = i + 1, len;

	if (!which && in->c[i] != 0x3010)
		return 0;
	at += blanks(in, at);
	for (size_t k = 0; k < sizeof(spoken) / sizeof(*spoken); k++) {
		size_t end;

		if (!word_at(in, at, spoken[k].words, &len))
			continue;
		end = at + len + blanks(in, at + len);
		if (end < in->n && (which ? in->s[end] == close[which - open] : in->c[end] == 0x3011)) {
			*means = spoken[k].means;
			return end + 1 - i;
		}
	}
	return 0;
}

static bool name_char(const struct fold *in, size_t i) { return i < in->n && isalnum(in->s[i]); }

/* "corp dot example", and "at" where a "dot" follows within the next word. */
static size_t said_aloud(const struct fold *in, size_t i, char *means)
{
	size_t at = i + 4;

	if (in->s[i] != ' ' || !i || !name_char(in, i - 1))
		return 0;
	if (begins(in, i, " dot ") && name_char(in, i + 5)) {
		*means = '.';
		return 5;
	}
	if (!begins(in, i, " at ") || !name_char(in, at))
		return 0;
	while (at < in->n && (isalnum(in->s[at]) || in->s[at] == '-'))
		at++;
	*means = '@';
	return begins(in, at, " dot ") || bracketed(in, at, means) || bracketed(in, at + 1, means)
		       ? (*means = '@', 4)
		       : 0;
}

static size_t aired_dot(const struct fold *in, size_t i)
{
	size_t at = i + blanks(in, i), back = i;

	if (at >= in->n || !strchr(".:@", in->s[at]) || !in->s[at])
		return 0;
	at++;
	at += blanks(in, at);
	if (at - i < 2 || !back || !isxdigit(in->s[back - 1]) || at >= in->n || !isdigit(in->s[at]))
		return 0;
	return at - i;
}

static void undo_marks(const struct fold *in, struct fold *out)
{
	char means = '.';

	for (size_t i = 0; i < in->n;) {
		size_t n = bracketed(in, i, &means), back = out->n;

		if (in->c[i] == 0x3002 && i && name_char(in, i - 1) && name_char(in, i + 1)) {
			put_plain(out, '.', in->from[i], in->to[i]);
			i++;
			continue;
		}

		if (n) {
			while (back && out->s[back - 1] == ' ' && back > 1 && isalnum(out->s[back - 2]))
				back--;
			out->n = back;
			put_plain(out, (uint32_t)means, in->from[i], in->to[i + n - 1]);
			i += n;
			if (i + 1 < in->n && in->s[i] == ' ' && name_char(in, i + 1))
				i++;
			continue;
		}
		if ((n = said_aloud(in, i, &means))) {
			put_plain(out, (uint32_t)means, in->from[i], in->to[i + n - 1]);
		} else if ((n = aired_dot(in, i))) {
			const size_t mark = i + blanks(in, i);

			put_plain(out, in->c[mark], in->from[i], in->to[i + n - 1]);
		} else {
			put_plain(out, in->c[i], in->from[i], in->to[i]);
			n = 1;
		}
		i += n;
	}
}

/* Characters that stand alone, each apart from the next by the same sign: how many? */
static size_t alone(const struct fold *in, size_t i, unsigned char *sign)
{
	size_t k = 0;

	if (i && fold_counts(in->s[i - 1]))
		return 0;
	*sign = i + 1 < in->n ? in->s[i + 1] : 0;
	if (!*sign || !strchr(" -_*|/,~.+", *sign))
		return 0;
	for (; i + 2 * k < in->n; k++) {
		const size_t at = i + 2 * k;

		if (!(fold_counts(in->s[at]) || (in->s[at] == '.' && *sign != '.') ||
		      (strchr("@:-", in->s[at]) && in->s[at] && *sign == ' ')))
			break;
		if (at + 1 >= in->n || in->s[at + 1] != *sign) {
			k++;
			break;
		}
	}
	/* The last one is a whole word of its own: not one of them. */
	if (k && i + 2 * k - 1 < in->n && fold_counts(in->s[i + 2 * k - 2]) &&
	    fold_counts(in->s[i + 2 * k - 1]))
		k--;
	return k;
}

static void undo_spacing(const struct fold *in, struct fold *out)
{
	for (size_t i = 0; i < in->n;) {
		unsigned char sign = 0;
		const size_t k = alone(in, i, &sign);

		if (k < (sign == ' ' ? 5u : 7u)) {
			put_plain(out, in->c[i], in->from[i], in->to[i]);
			i++;
			continue;
		}
		for (size_t j = 0; j < k; j++)
			put_plain(out, in->c[i + 2 * j], in->from[i + 2 * j], in->to[i + 2 * j]);
		i += 2 * k - 1;
	}
}

/* What a digit in words means; '.' for the point; 0: none. */
static char numeral(uint32_t c)
{
	static const char *const rows[] = { "零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖", "零幺两弎" };

	for (size_t r = 0; r < 3; r++) {
		const char *at = rows[r], *end = at + strlen(at);

		for (char d = '0'; at < end; d++)
			if (utf8_next(&at, end) == c)
				return d;
	}
	return c == 0x70b9 || c == '.' ? '.' : c < 0x80 && isdigit((int)c) ? (char)c : 0;
}

/* Seven or more digits of which some are words. */
static size_t numerals(const struct fold *in, size_t i)
{
	size_t n = 0, written = 0;

	while (i + n < in->n && numeral(in->c[i + n])) {
		written += in->c[i + n] >= 0x80;
		n++;
	}
	while (n && numeral(in->c[i + n - 1]) == '.')
		n--;
	return n >= 7 && written >= 3 ? n : 0;
}

static void undo_words(const struct fold *in, struct fold *out)
{
	for (size_t i = 0; i < in->n;) {
		size_t n = numeral(in->c[i]) && (!i || !numeral(in->c[i - 1])) ? numerals(in, i) : 0;

		for (size_t k = 0; k < n; k++)
			put_plain(out, (uint32_t)numeral(in->c[i + k]), in->from[i + k], in->to[i + k]);
		if (!n) {
			put_plain(out, in->c[i], in->from[i], in->to[i]);
			n = 1;
		}
		i += n;
	}
}

void fold_tricks(const struct fold *in, struct arena *mem, struct fold *out)
{
	struct fold marks, spaced;

	/* Spaces first: what brackets and dots stand between has to be whole. */
	room_for(&spaced, in->n, mem);
	undo_spacing(in, &spaced);
	room_for(&marks, in->n, mem);
	undo_marks(&spaced, &marks);
	room_for(out, in->n, mem);
	undo_words(&marks, out);
}

/* ---- what counts -------------------------------------------------------------- */

bool fold_counts(unsigned char s) { return isalnum(s) || s == FOLD_WORD; }

uint32_t fold_small(uint32_t c) { return c < 0x80 ? (uint32_t)tolower((int)c) : g_unichar_tolower(c); }

size_t fold_squeeze(const char *text, uint32_t *out, size_t most)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct fold all;
	size_t n = 0;

	fold_text(text, strlen(text), mem, &all);
	for (size_t i = 0; i < all.n && n < most; i++)
		if (fold_counts(all.s[i]))
			out[n++] = fold_small(all.c[i]);
	return n;
}

bool fold_after(const struct fold *text, size_t at, const char *words)
{
	uint32_t wanted[16];
	const char *next = words, *end = words + strlen(words);
	size_t n = 0;

	while (next < end && n < 16)
		wanted[n++] = utf8_next(&next, end);
	if (at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (fold_small(text->c[at - n + i]) != wanted[i])
			return false;
	/* A Latin word is a word of its own. */
	return wanted[0] >= 0x80 || at == n || !isalpha(text->s[at - n - 1]);
}
