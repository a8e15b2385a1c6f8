#include "base/utf8.h"

#include <string.h>

/* Length of a valid sequence at p, or 0; the character goes to *out. */
static size_t sequence(const unsigned char *p, size_t room, uint32_t *out)
{
	size_t more = p[0] < 0x80             ? 0
		      : (p[0] & 0xe0) == 0xc0 ? 1
		      : (p[0] & 0xf0) == 0xe0 ? 2
		      : (p[0] & 0xf8) == 0xf0 ? 3
					      : 9;
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t c;

	if (more > 3 || room <= more)
		return 0;
	c = more ? p[0] & (0x3fu >> more) : p[0];
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return more + 1;
}

/* Over eight bytes of ASCII at a time, as far as there are eight. */
static size_t past_ascii(const char *text, size_t at, size_t len)
{
	for (uint64_t word; len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	return at;
}

size_t utf8_valid(const char *text, size_t len)
{
	size_t at = 0, step;
	uint32_t c;

	while (at < len) {
		at = past_ascii(text, at, len);
		if (at == len)
			break;
		if ((unsigned char)text[at] < 0x80) {
			at++;
			continue;
		}
		step = sequence((const unsigned char *)text + at, len - at, &c);
		if (!step)
			break;
		at += step;
	}
	return at;
}

uint32_t utf8_next(const char **p, const char *end)
{
	uint32_t c = 0xfffd;
	size_t step = sequence((const unsigned char *)*p, (size_t)(end - *p), &c);

	*p += step ? step : 1;
	return c;
}

size_t utf8_put(uint32_t c, char out[static 4])
{
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = more; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[more] | c);
	return more + 1;
}

static int columns_of(uint32_t c)
{
	if (c < 0x20 || (c >= 0x300 && c <= 0x36f) || c == 0x200b || c == 0xfeff)
		return 0;
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
			       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
			       (c >= 0xff00 && c <= 0xff60) || (c >= 0x20000 && c <= 0x3fffd)
		       ? 2
		       : 1;
}

int utf8_columns(const char *text, size_t len)
{
	const char *end = text + len;
	int columns = 0;

	while (text < end)
		columns += columns_of(utf8_next(&text, end));
	return columns;
}
