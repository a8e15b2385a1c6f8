#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "store/search.h"
#include "store/tokens.h"

/*
 * Property: whatever bytes come, tokens are valid UTF-8 without a character
 * that full-text search or LIKE could mistake, none is longer than it may be,
 * and a document is found by every pair of characters and every word it holds:
 * the tokens of a query stand in a row in the tokens of its document.
 */

static void check_tokens(const struct buf *tokens)
{
	size_t run = 0;

	assert(utf8_valid(tokens->data, tokens->len) == tokens->len);
	for (size_t i = 0; i < tokens->len; i++) {
		unsigned char c = (unsigned char)tokens->data[i];

		assert((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80 || c == ' ');
		run = c == ' ' ? 0 : run + 1;
		assert(run <= TOKEN_BYTES);
		assert(c != ' ' || (i > 0 && i + 1 < tokens->len && tokens->data[i - 1] != ' '));
	}
}

/* As LIKE looks for it: "% words %", or "% words%" where the last may go on. */
static int stands_in(const struct buf *document, const struct buf *query, bool prefix)
{
	SCOPED(buf_fini) struct buf in = { 0 }, what = { 0 };

	buf_format(&in, " %s ", document->data);
	buf_format(&what, " %s%s", query->data, prefix ? "" : " ");
	return memmem(in.data, in.len, what.data, what.len) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(buf_fini) struct buf document = { 0 }, whole = { 0 }, match = { 0 };
	const char *text = (const char *)data;
	bool prefix;

	tokens_document(&document, text, size);
	if (!tokens_query(&whole, &prefix, text, size)) {
		assert(!document.len && !whole.len);
		assert(!search_match(&match, "incident", text, size));
		return 0;
	}
	check_tokens(&document);
	check_tokens(&whole);
	assert(stands_in(&document, &whole, prefix));
	assert(search_match(&match, "special_plan", text, size));
	assert(utf8_valid(match.data, match.len) == match.len);
	return 0;
}
