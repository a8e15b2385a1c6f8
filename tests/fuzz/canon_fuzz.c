#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/canon.h"

/* Property: bytes are refused with a reason, or they are a value; what has a
 * canonical form is read back from it as the same value, and only that form is
 * said to be canonical. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 4096 };

static void of_value(const json_t *value, const char *bytes, size_t len)
{
	SCOPED(buf_fini) struct buf form = { 0 };
	struct fault why = { 0 };
	json_t *again = NULL;

	if (canon_write(&form, value, &why) < 0) {
		if (!why.text[0] || canon_is(bytes, len))
			abort();
		return;
	}
	if (!canon_is(form.data, form.len))
		abort();
	if (canon_is(bytes, len) != (form.len == len && !memcmp(form.data, bytes, len)))
		abort();
	/* Escapes can make the form longer than what was read. */
	if (canon_parse(form.data, form.len, 8 * LIMIT, &again, &why) < 0 || !json_equal(value, again))
		abort();
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct fault why = { 0 };
	json_t *value = NULL;

	if (canon_parse(bytes, size, LIMIT, &value, &why) < 0) {
		if (value || !why.text[0] || (size <= LIMIT && canon_is(bytes, size)))
			abort();
		return 0;
	}
	if (size > LIMIT)
		abort();
	of_value(value, bytes, size);
	json_decref(value);
	return 0;
}
