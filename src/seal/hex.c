#include "seal/hex.h"

void hex_write(const void *bytes, size_t len, char *out)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *from = bytes;

	for (size_t i = 0; i < len; i++) {
		*out++ = digit[from[i] >> 4];
		*out++ = digit[from[i] & 15];
	}
	*out = '\0';
}

static int value_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_read(const char *text, size_t len, void *out)
{
	unsigned char *to = out;

	for (size_t i = 0; i < len; i++) {
		int high = value_of(text[2 * i]), low = high < 0 ? -1 : value_of(text[2 * i + 1]);

		if (low < 0)
			return false;
		to[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}
