#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "account/totp.h"
#include "host/random.h"

/* code -- what people type once: recovery codes and invitations. */

enum { CODE_BYTES = 20, CODE_CHARS = 32, CODE_GROUP = 4 };

void code_make(int chars, char out[static CODE_TEXT])
{
	unsigned char bytes[CODE_BYTES];
	char text[CODE_CHARS + 1];

	random_fill(bytes, sizeof(bytes));
	totp_base32(bytes, sizeof(bytes), text);
	for (int i = 0; i < chars; i++) {
		if (i && i % CODE_GROUP == 0)
			*out++ = '-';
		*out++ = (char)(text[i] >= 'A' ? text[i] - 'A' + 'a' : text[i]);
	}
	*out = '\0';
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(text, sizeof(text));
}

/* The plain form of what was typed; false where it cannot be a code. */
static bool plain(const char *typed, int chars, char *out)
{
	int n = 0;

	if (strnlen(typed, 2 * CODE_TEXT) == 2 * CODE_TEXT)
		return false;
	for (; *typed; typed++) {
		const char c = (char)(*typed >= 'A' && *typed <= 'Z' ? *typed - 'A' + 'a' : *typed);

		if (c == ' ' || c == '-')
			continue;
		if (n == chars || !((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7')))
			return false;
		out[n++] = c;
	}
	return n == chars;
}

bool code_digest(const struct accounts *accounts, int64_t person, const char *typed, int chars,
		 unsigned char out[static DIGEST_BYTES])
{
	char text[CODE_CHARS];
	const bool good = plain(typed, chars, text);

	if (good)
		keys_digest(accounts->keys.codes, person, text, (size_t)chars, out);
	sodium_memzero(text, sizeof(text));
	return good;
}
