#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "warn/check.h"
#include "warn/feed.h"
#include "warn/message.h"
#include "warn/proposal.h"
#include "warn/sign.h"

/* Property: any bytes are refused by a rule with words in both languages, or
 * are a message which, written by us, is taken too and written again is the
 * same. Its signatures are looked at whatever is in them; as a feed it is
 * refused or taken. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_say_why(const struct findings *found)
{
	const struct finding *first = findings_first(found);

	if (!first || !*rule_code(first->rule) || !*rule_en(first->rule) || !*rule_zh(first->rule))
		abort();
}

static void of_signatures(const char *bytes, size_t len)
{
	struct signatures all;
	struct fault why;

	if (sign_verify(bytes, len, NULL, &all, &why) == 0)
		for (size_t i = 0; i < all.count; i++)
			if (all.at[i].state == SIGNED_GOOD)
				abort(); /* nobody was trusted */
}

static void of_message(const struct node *alert, struct arena *mem)
{
	struct buf once = { 0 }, twice = { 0 };
	struct findings found = { 0 };
	const struct node *again;

	proposal_of(message_of(alert, mem), mem);
	message_write(message_of(alert, mem), &once);
	again = check_message(once.data, once.len, mem, &found);
	/* What was short as a reference may be longer than is taken. */
	if (once.len <= XML_BYTES_MOST && (!again || found.refused))
		abort();
	if (again) {
		message_write(message_of(again, mem), &twice);
		if (twice.len != once.len || memcmp(once.data, twice.data, once.len) != 0)
			abort();
	}
	buf_fini(&once);
	buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *bytes = arena_copy_bytes(mem, data, size);
	struct findings found = { 0 }, of_feed = { 0 };
	const struct node *alert = check_message(bytes, size, mem, &found);

	if (!alert || found.refused)
		must_say_why(&found);
	else
		of_message(alert, mem);
	if (alert)
		of_signatures(bytes, size);
	if (!feed_check(bytes, size, mem, &of_feed))
		must_say_why(&of_feed);
	return 0;
}
