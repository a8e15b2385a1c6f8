#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "gate/request.h"

/* Property: a line is refused with a reason, or everything it must say is there. */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fault why = { 0 };
	struct ask ask;

	if (ask_read((const char *)bytes, len, &ask, &why) < 0) {
		if (!why.text[0])
			abort();
	} else if (!ask_text(&ask, SAYS_OP) || (ask.op == ASK_DO && !ask_text(&ask, SAYS_MOVE))) {
		abort();
	}
	ask_fini(&ask);
	return 0;
}
