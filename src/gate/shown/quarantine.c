#include <stdlib.h>

#include "gate/http/parts.h"

/*
 * quarantine -- the lines of sources that were not what they promised.
 */
int quarantine_list(struct call *call, struct fault *why)
{
	static const char *const names[] = { "source", "limit", NULL };
	const char *said[2];
	json_t *fields;
	char *end;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	fields = json_pack("{s:s*}", "source", said[0]);
	if (said[1]) {
		json_object_set_new(fields, "limit", json_integer(strtol(said[1], &end, 10)));
		if (end == said[1] || *end) {
			json_decref(fields);
			return fault_say(why, FAULT_INVALID, "'%s' must be a whole number", "“%s”应为整数",
					 "limit");
		}
	}
	return call_ask(call, ASK_QUARANTINE, fields, NULL, why);
}
