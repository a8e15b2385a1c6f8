#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "deliver/link_token.h"

/* Property: a token of a signed link is refused, or names a target, a unit and a moment, and written
 * anew is the same text: nobody has two tokens for one thing. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *text = arena_copy_bytes(mem, data, size);
	char again[LINK_TOKEN];
	struct link_token token;

	if (!link_token_read(text, &token))
		return 0;
	link_token_write(&token, again);
	if (token.target < 1 || token.unit < 1 || token.until_s < 1 || strcmp(again, text) != 0)
		abort();
	return 0;
}
