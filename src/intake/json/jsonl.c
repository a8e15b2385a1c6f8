#include "intake/json/jsonl.h"

#include "intake/json/marks.h"
#include "intake/json/read.h"

int jsonl_read(const char *line, size_t len, struct event *e, struct fault *why)
{
	return READ_HAS_WIDE && e->marks->reach != MARKS_BY_16 ? read_wide(line, len, e, why)
							       : read_any(line, len, e, why);
}
