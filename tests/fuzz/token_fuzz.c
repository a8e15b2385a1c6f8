#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/network.h"
#include "account/token.h"
#include "base/arena.h"
#include "seal/hex.h"

/* Property: a token is refused, or written out of its number and secret it is
 * the same text. A network is refused with a reason, or its plain form is read
 * as the same; a list holds what one of its networks holds, and its plain form
 * answers alike. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void of_token(const char *text, size_t len)
{
	unsigned char secret[32];
	char hex[65], again[TOKEN_TEXT];
	int64_t id;

	if (!token_parse(text, len, &id, secret))
		return;
	hex_write(secret, sizeof(secret), hex);
	snprintf(again, sizeof(again), "fs_%" PRId64 "_%s", id, hex);
	if (strlen(again) != len || memcmp(again, text, len) != 0)
		abort();
}

static void of_network(const char *text, size_t len)
{
	struct network network, second;
	struct buf plain = { 0 };
	struct fault why = { 0 };

	if (network_parse(text, len, &network, &why) < 0) {
		if (!why.text[0] || !why.zh[0])
			abort();
		return;
	}
	network_write(&network, &plain);
	if (network_parse(plain.data, plain.len, &second, &why) < 0 ||
	    memcmp(&network, &second, sizeof(second)) != 0)
		abort();
	buf_fini(&plain);
}

/* The last line is the address. */
static void of_list(const char *text)
{
	const char *line = strrchr(text, '\n'), *address = line ? line + 1 : "192.0.2.7";
	struct buf plain = { 0 }, place = { 0 };
	char *list = line ? strndup(text, (size_t)(line - text)) : strdup(text);

	buf_text(&plain, "");
	if (network_list_check(list, 16, &plain, NULL) == 0 &&
	    network_list_holds(list, address) != network_list_holds(plain.data, address))
		abort();
	network_place(address, &place);
	if (!place.len)
		abort();
	buf_fini(&plain);
	buf_fini(&place);
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *text = arena_copy_bytes(mem, data, size);

	of_token(text, size);
	of_network(text, size);
	of_list(text);
	return 0;
}
