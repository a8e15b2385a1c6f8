#include "deliver/mailbox_name.h"

#include <string.h>

enum { LOCAL_MOST = 64, ADDRESS_MOST = 254, LABEL_MOST = 63 };

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* No dot at either end, no two of them together. */
static bool dotted(const char *at, size_t len, const char *letters)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] == '.' && (i == 0 || i + 1 == len || at[i + 1] == '.'))
			return false;
		if (at[i] != '.' && !strchr(letters, at[i]))
			return false;
	}
	return len > 0;
}

static bool domain_valid(const char *domain)
{
	size_t len = 0;

	if (!dotted(domain, strlen(domain), ALNUM "-"))
		return false;
	for (const char *p = domain;; p++) {
		if (*p && *p != '.') {
			len++;
			continue;
		}
		if (!len || len > LABEL_MOST || p[-1] == '-' || *(p - len) == '-')
			return false;
		len = 0;
		if (!*p)
			return true;
	}
}

bool mailbox_valid(const char *address)
{
	const char *at = strrchr(address, '@');

	/* A dash in front would be an option to a program that is given the address. */
	if (!at || *address == '-' || strlen(address) > ADDRESS_MOST || (size_t)(at - address) > LOCAL_MOST)
		return false;
	return dotted(address, (size_t)(at - address), ALNUM "!#$%&'*+-/=?^_`{|}~") && domain_valid(at + 1);
}

static bool plain(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return false;
	return true;
}

const char *mailbox_address(const char *sender, struct arena *mem)
{
	const char *open = strrchr(sender, '<'), *close = open ? strchr(open, '>') : NULL;
	const char *address = sender;

	if (!plain(sender))
		return NULL;
	if (open) {
		if (!close || close[1])
			return NULL;
		address = arena_copy_bytes(mem, open + 1, (size_t)(close - open - 1));
	}
	return mailbox_valid(address) ? address : NULL;
}

const char *mailbox_words(const char *sender, struct arena *mem)
{
	const char *open = strrchr(sender, '<'), *from = sender;
	size_t len = open ? (size_t)(open - sender) : 0;

	while (len && (from[len - 1] == ' ' || from[len - 1] == '"'))
		len--;
	while (len && (*from == ' ' || *from == '"')) {
		from++;
		len--;
	}
	return arena_copy_bytes(mem, from, len);
}
