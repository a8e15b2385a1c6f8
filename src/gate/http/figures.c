#include "gate/http/parts.h"

/*
 * figures -- questions over all records that one may see, rather than about one.
 */

int figures_clocks(struct call *call, struct fault *why)
{
	static const char *const names[] = { "state", "before", "limit", "space", NULL };
	const char *said[4];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	fields = json_pack("{s:s*, s:s*}", "state", said[0], "before", said[1]);
	if ((ret = call_number(fields, "limit", said[2], why)) < 0 ||
	    (ret = call_space(fields, said[3], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_CLOCKS, fields, NULL, why);
}

int figures_deadlines(struct call *call, struct fault *why)
{
	static const char *const names[] = { "state", "limit", "space", NULL };
	const char *said[3];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	fields = json_pack("{s:s*}", "state", said[0]);
	if ((ret = call_number(fields, "limit", said[1], why)) < 0 ||
	    (ret = call_space(fields, said[2], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_DEADLINES, fields, NULL, why);
}

int figures_counts(struct call *call, struct fault *why)
{
	static const char *const names[] = { "kind", "by", "where", "space", NULL };
	const char *said[4];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	fields = json_pack("{s:s*, s:s*, s:s*}", "kind", said[0], "by", said[1], "where", said[2]);
	if ((ret = call_space(fields, said[3], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_COUNTS, fields, NULL, why);
}

int figures_statistics(struct call *call, struct fault *why)
{
	static const char *const names[] = { "kind", "by", "from", "to", "space", "step", NULL };
	const char *said[6];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	fields = json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*}", "kind", said[0], "by", said[1], "from", said[2],
			   "to", said[3], "step", said[5]);
	if ((ret = call_space(fields, said[4], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_STATISTICS, fields, NULL, why);
}
