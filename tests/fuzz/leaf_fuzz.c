#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/canon.h"
#include "record/leaf.h"

/* Property: a leaf is refused, or written again it is the same bytes, which are
 * canonical: there is one spelling of what is hashed. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(buf_fini) struct buf again = { 0 };
	const char *bytes = (const char *)data;
	struct leaf leaf;

	if (!leaf_read(bytes, size, &leaf))
		return 0;
	leaf_write(&again, &leaf);
	if (size > LEAF_MOST || again.len != size || memcmp(again.data, bytes, size) ||
	    !canon_is(bytes, size))
		abort();
	return 0;
}
