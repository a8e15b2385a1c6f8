#include "gate/lines/quarantine.h"

#include <string.h>

#include "gate/gate_private.h"
#include "gate/lines/sources.h"

static int may_see(struct gate *gate, const struct asker *asker, struct fault *why)
{
	const int64_t now = gate->demo ? gate->now : gate->clock();

	if ((!asker->person && asker->machine) || asker_sees_sources(gate, asker->person, now))
		return 0;
	return fault_say(why, FAULT_REFUSED, "quarantined lines are for DIR, DUT, CL, AUD and SYS",
			 "隔离的日志行仅供 DIR、DUT、CL、AUD 和 SYS 查看");
}

int quarantine_asked(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		     struct fault *why)
{
	const char *name = ask_text(ask, SAYS_SOURCE);
	const int64_t limit = ask_number(ask, SAYS_LIMIT, QUARANTINE_USUAL);
	json_t *rows;
	bool more = false;
	int ret;

	if ((ret = may_see(gate, asker, why)) < 0)
		return ret;
	if (limit < 1 || limit > QUARANTINE_ROWS)
		return fault_say(why, FAULT_INVALID, "limit is 1 to %d lines of a source",
				 "“limit”为每个来源 1 至 %d 行", QUARANTINE_ROWS);
	rows = ingest_quarantine(gate->ingest, name, (size_t)limit, &more);
	if (!rows)
		return fault_say(why, FAULT_ABSENT, "no line came from a source '%.64s' since the start",
				 "启动以来没有来源“%.64s”的日志", name);
	*out = json_pack("{s:b, s:o, s:b}", "ok", 1, "rows", rows, "more", more);
	return 0;
}
