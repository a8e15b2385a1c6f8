#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/arena.h"

void buf_init(struct buf *b) { *b = (struct buf){ 0 }; }

void buf_fini(struct buf *b)
{
	free(b->data);
	buf_init(b);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

static char *room_for(struct buf *b, size_t more)
{
	if (b->room - b->len <= more) {
		size_t want = b->room ? b->room * 2 : 256;

		while (want - b->len <= more)
			want *= 2;
		b->data = must_grow(b->data, want);
		b->room = want;
	}
	return b->data + b->len;
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
	char *at = room_for(b, len);

	if (len)
		memcpy(at, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_text(struct buf *b, const char *text) { buf_put(b, text, strlen(text)); }

void buf_char(struct buf *b, char c) { buf_put(b, &c, 1); }

void buf_format(struct buf *b, const char *format, ...)
{
	va_list args;
	char *at;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return;
	at = room_for(b, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(at, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

void buf_eat(struct buf *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	if (!len)
		return;
	memmove(b->data, b->data + len, b->len - len);
	b->len -= len;
	b->data[b->len] = '\0';
}

void buf_markup(struct buf *b, const char *text)
{
	for (size_t n; text && *text; text += n) {
		n = strcspn(text, "<>&\"'");
		buf_put(b, text, n);
		if (!text[n])
			return;
		buf_text(b, text[n] == '<'   ? "&lt;"
			    : text[n] == '>' ? "&gt;"
			    : text[n] == '&' ? "&amp;"
			    : text[n] == '"' ? "&quot;"
					     : "&#39;");
		n++;
	}
}

static char *put_escaped(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char shorts[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

	*to++ = '\\';
	if (c >= 0x20) {
		*to++ = (char)c;
	} else if (c < sizeof(shorts) && shorts[c]) {
		*to++ = shorts[c];
	} else {
		memcpy(to, (char[]){ 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 5);
		to += 5;
	}
	return to;
}

enum { BLOCK = 16, PIECE = 512, ESCAPED = 6 /* bytes at most for one */ };

/* How many bytes of a block go as they are; the block is written, whatever it is. */
#ifdef __SSE2__
static size_t copy_plain(char *to, const char *from)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)from);
	const __m128i below = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
	const __m128i marks =
		_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	const unsigned other = (unsigned)_mm_movemask_epi8(_mm_or_si128(below, marks));

	_mm_storeu_si128((__m128i *)(void *)to, x);
	return other ? (size_t)__builtin_ctz(other) : BLOCK;
}
#endif

/* Writes at most ESCAPED bytes for each, and touches a block behind them. */
static char *put_piece(char *to, const char *text, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	while (i + BLOCK <= len) {
		const size_t plain = copy_plain(to, text + i);

		to += plain;
		i += plain;
		if (plain < BLOCK)
			to = put_escaped(to, (unsigned char)text[i++]);
	}
#endif
	for (; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			*to++ = (char)c;
		else
			to = put_escaped(to, c);
	}
	return to;
}

void buf_percent(struct buf *b, const char *text, const char *as_is)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    strchr(as_is, *p))
			buf_char(b, (char)*p);
		else
			buf_format(b, "%%%02X", *p);
}

void buf_json_string(struct buf *b, const char *text, size_t len)
{
	buf_char(b, '"');
	for (size_t at = 0, n; at < len; at += n) {
		char *to;

		n = len - at < PIECE ? len - at : PIECE;
		to = room_for(b, n * ESCAPED + BLOCK);
		b->len += (size_t)(put_piece(to, text + at, n) - to);
	}
	buf_char(b, '"');
}
