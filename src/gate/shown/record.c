#include <string.h>

#include "gate/http/parts.h"

/*
 * record -- the record entry by entry; who may read it is the house's to say.
 */
enum { TYPE_BYTES = 128 }; /* of a type that is asked for */

int record_entries(struct call *call, struct fault *why)
{
	static const char *const names[] = { "space", "after", "before", "limit", "type",
					     "actor", "kind",  "order",  NULL };
	const char *said[8];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	if (said[4] && strlen(said[4]) > TYPE_BYTES)
		return fault_say(why, FAULT_INVALID, "type: at most %d bytes", "类型（type）：至多 %d 字节",
				 TYPE_BYTES);
	fields = json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}", "after", said[1], "before", said[2],
			   "type", said[4], "actor", said[5], "kind", said[6], "order", said[7]);
	if ((ret = call_space(fields, said[0], why)) < 0 ||
	    (ret = call_number(fields, "limit", said[3], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_RECORD, fields, NULL, why);
}
