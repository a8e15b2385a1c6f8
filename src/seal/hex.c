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

/* One more than the value of a digit; 0 for what is none. A table, since a
 * verifier reads three digests an entry. */
static const unsigned char value[256] = {
	['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
	['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

bool hex_read(const char *text, size_t len, void *out)
{
	const unsigned char *from = (const unsigned char *)text;
	unsigned char *to = out;
	bool good = true;

	for (size_t i = 0; i < len; i++) {
		unsigned high = value[from[2 * i]], low = value[from[2 * i + 1]];

		good &= high && low;
		to[i] = (unsigned char)((high - 1) << 4 | ((low - 1) & 15));
	}
	return good;
}
