#include "deliver/link_token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void link_token_write(const struct link_token *token, char out[static LINK_TOKEN])
{
	snprintf(out, LINK_TOKEN, "%" PRId64 "-%" PRId64 "-%" PRId64 "-%s", token->target, token->unit,
		 token->until_s, token->mac);
}

/* Digits up to a '-', which is passed; 0: it is no number of a record or a moment. */
static int64_t number(const char **at)
{
	int64_t value = 0;
	const char *p = *at;

	if (*p == '0')
		return 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (value > (INT64_MAX - 9) / 10)
			return 0;
		value = value * 10 + (*p - '0');
	}
	if (*p != '-')
		return 0;
	*at = p + 1;
	return value;
}

bool link_token_read(const char *text, struct link_token *out)
{
	struct link_token token;

	if (!(token.target = number(&text)) || !(token.unit = number(&text)) ||
	    !(token.until_s = number(&text)) || strlen(text) != LINK_MAC ||
	    text[strspn(text, "0123456789abcdef")])
		return false;
	memcpy(token.mac, text, LINK_MAC + 1);
	*out = token;
	return true;
}
