#include "seal/base64.h"

#include <string.h>

static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(const void *bytes, size_t len, char *out)
{
	const unsigned char *from = bytes;

	for (size_t i = 0; i < len; i += 3) {
		unsigned one = from[i], two = i + 1 < len ? from[i + 1] : 0,
			 three = i + 2 < len ? from[i + 2] : 0;
		unsigned group = one << 16 | two << 8 | three;

		*out++ = digit[group >> 18];
		*out++ = digit[group >> 12 & 63];
		*out++ = i + 1 < len ? digit[group >> 6 & 63] : '=';
		*out++ = i + 2 < len ? digit[group & 63] : '=';
	}
	*out = '\0';
}

/* Four characters into at most three bytes; their number, or 0 where the
 * group is not canonical. Padding is taken in the last group only. */
static size_t read_group(const char *text, bool last, unsigned char out[static 3])
{
	size_t pad = !last || text[3] != '=' ? 0 : text[2] == '=' ? 2 : 1;
	unsigned group = 0;

	for (size_t i = 0; i < 4 - pad; i++) {
		const char *at = text[i] ? strchr(digit, text[i]) : NULL;

		if (!at)
			return 0;
		group |= (unsigned)(at - digit) << (18 - 6 * i);
	}
	if (group & ((1U << (8 * pad)) - 1))
		return 0;
	out[0] = (unsigned char)(group >> 16);
	out[1] = (unsigned char)(group >> 8);
	out[2] = (unsigned char)group;
	return 3 - pad;
}

bool base64_read(const char *text, size_t len, void *out, size_t room, size_t *out_len)
{
	unsigned char *to = out, group[3];
	size_t used = 0, got;

	if (len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		if (!(got = read_group(text + i, i + 4 == len, group)) || room - used < got)
			return false;
		memcpy(to + used, group, got);
		used += got;
	}
	*out_len = used;
	return true;
}
