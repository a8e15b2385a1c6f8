#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/stamp.h"

/* Property: a time is refused with a reason, or it lies in the years that a
 * stamp has and, written out, is read as the same moment; its civil date gives
 * it back. A span is refused with a reason, or is no less than nothing and, in
 * words of one part, read back the same. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void of_time(const char *text, size_t len)
{
	char form[STAMP_LEN];
	int64_t stamp, again;
	struct fault why = { 0 };

	if (stamp_parse(text, len, &stamp, &why) < 0) {
		if (!why.text[0])
			abort();
		return;
	}
	if (stamp < 0 || stamp_civil(stamp).year > 9999 || stamp_of(stamp_civil(stamp)) != stamp)
		abort();
	stamp_format(stamp, form);
	if (stamp_parse(form, strlen(form), &again, &why) < 0 || again != stamp)
		abort();
}

static void of_span(const char *text)
{
	int64_t span, again;
	struct fault why = { 0 };
	char words[64];

	if (stamp_parse_span(text, &span, &why) < 0) {
		if (!why.text[0])
			abort();
		return;
	}
	stamp_format_span(span, words, sizeof(words));
	if (span < 0 || !words[0])
		abort();
	if (stamp_parse_span(words, &again, &why) == 0 && again != span)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *text = arena_copy_bytes(mem, data, size);

	of_time(text, size);
	of_span(text);
	return 0;
}
