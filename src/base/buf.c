#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void buf_json_string(struct buf *b, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	static const char shorts[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
	size_t from = 0;

	buf_char(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(b, text + from, i - from);
		from = i + 1;
		buf_char(b, '\\');
		if (c >= 0x20)
			buf_char(b, (char)c);
		else if (c < sizeof(shorts) && shorts[c])
			buf_char(b, shorts[c]);
		else
			buf_put(b, (char[]){ 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 5);
	}
	buf_put(b, text + from, len - from);
	buf_char(b, '"');
}
