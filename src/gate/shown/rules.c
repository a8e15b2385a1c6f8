#include <stdlib.h>
#include <string.h>

#include "gate/http/parts.h"
#include "gate/shown/listing.h"
#include "gate/shown/trial.h"

/*
 * rules -- which detection rules are loaded, and what one would do that is not.
 *
 * For those who see the sources: what is looked for in the lines of all units
 * tells what is not.
 */
enum { RULES_MOST = 5000, RULE_MOST = 64 * 1024, LINES_MOST = 100, LINE_MOST = 64 * 1024, SOURCE_MOST = 64 };

static int for_who_sees(const struct call *call, struct fault *why)
{
	return site_sees_sources(call)
		       ? 0
		       : fault_say(why, FAULT_REFUSED, "detection rules are for those who see the sources",
				   "检测规则只供可查看日志来源的人员查阅和试验");
}

/* ---- those that are loaded --------------------------------------------------- */

int rules_all(struct call *call, struct fault *why)
{
	static const char *const names[] = { "after", "limit", NULL };
	const struct ingest *ingest = call->web->gate->ingest;
	const char *said[2];
	int64_t limit;
	json_t *page;
	int ret;

	if ((ret = for_who_sees(call, why)) < 0 || (ret = call_query(call, names, said, why)) < 0)
		return ret;
	limit = said[1] ? call_id(said[1]) : RULES_MOST;
	if (limit < 1 || limit > RULES_MOST)
		return fault_say(why, FAULT_INVALID, "limit is 1 to %d", "条数（limit）为 1 至 %d",
				 RULES_MOST);
	if ((ret = listing_page(ingest_rules(ingest), ingest_rules_path(ingest), said[0], (size_t)limit,
				&page, why)) == 0)
		call_answer(call, 200, page);
	return ret;
}

/* ---- a trial ----------------------------------------------------------------- */

struct attempt {
	struct trial trial; /* what it points to is the call's, and the gate's as long as it lives */
	struct web *web;
	bool over;
};

static void attempt_free(void *matter)
{
	struct attempt *attempt = matter;

	if (!attempt->over)
		attempt->web->trying = false;
	json_decref(attempt->trial.faults);
	json_decref(attempt->trial.tried);
	free(attempt);
}

/* In a thread. */
static void work(struct call *call) { trial_run(&((struct attempt *)call->matter)->trial); }

static void done(struct call *call)
{
	struct attempt *attempt = call->matter;

	attempt->over = true; /* the answer may be long under way */
	attempt->web->trying = false;
	call_answer(call, 200,
		    json_pack("{s:O, s:O}", "faults", attempt->trial.faults, "lines", attempt->trial.tried));
}

static int check_line(const json_t *line, size_t i, struct fault *why)
{
	if (!json_is_string(line))
		return fault_say(why, FAULT_INVALID, "lines[%zu] is not a text", "“lines”第 %zu 项不是文字",
				 i);
	if (json_string_length(line) > LINE_MOST)
		return fault_say(why, FAULT_LIMIT, "lines[%zu] has %zu bytes; a line has at most %d here",
				 "“lines”第 %zu 项有 %zu 字节；此处每行最多 %d 字节", i,
				 json_string_length(line), LINE_MOST);
	if (memchr(json_string_value(line), '\n', json_string_length(line)))
		return fault_say(why, FAULT_INVALID, "lines[%zu] is more than one line",
				 "“lines”第 %zu 项不止一行", i);
	return 0;
}

static int check_lines(const json_t *lines, struct fault *why)
{
	json_t *line;
	size_t i;
	int ret;

	if (!json_is_array(lines))
		return fault_say(why, FAULT_INVALID, "'lines' is a list of texts", "“lines”为文字列表");
	if (json_array_size(lines) > LINES_MOST)
		return fault_say(why, FAULT_LIMIT, "'lines' has %zu; at most %d are tried at a time",
				 "“lines”有 %zu 行；每次最多试验 %d 行", json_array_size(lines), LINES_MOST);
	json_array_foreach((json_t *)lines, i, line) {
		if ((ret = check_line(line, i, why)) < 0)
			return ret;
	}
	return 0;
}

static int check_rule(struct call *call, const char **out, struct fault *why)
{
	const json_t *rule = json_object_get(call->said, "rule");

	if (json_string_length(rule) > RULE_MOST)
		return fault_say(why, FAULT_LIMIT, "the rule has %zu bytes; at most %d",
				 "规则有 %zu 字节；最多 %d 字节", json_string_length(rule), RULE_MOST);
	return call_text_of(call, "rule", RULE_MOST, true, out, why);
}

static int begin(struct call *call, const char *rule, const char *source, struct fault *why)
{
	const struct gate *gate = call->web->gate;
	struct attempt *attempt;

	if (!gate->ingest)
		return fault_say(why, FAULT_ABSENT,
				 "this daemon takes no log lines: it has no rules and no way in for them",
				 "本守护进程不接收日志：没有检测规则，也没有日志入口");
	if (call->web->trying)
		return fault_say(why, FAULT_BUSY, "another rule is being tried; again in a moment",
				 "正在试验另一条规则，请稍后再试");
	attempt = must_alloc(sizeof(*attempt));
	*attempt = (struct attempt){ .trial = { .maps = ingest_maps(gate->ingest),
						.lists = ingest_lists_path(gate->ingest),
						.rule = rule,
						.lines = json_object_get(call->said, "lines"),
						.source = source ? source : "line",
						.now = call_now(call),
						.faults = json_array(),
						.tried = json_array() },
				     .web = call->web };
	call->matter = attempt;
	call->drop = attempt_free;
	call->web->trying = true;
	return call_work(call, work, done, why);
}

int rules_try(struct call *call, struct fault *why)
{
	static const char *const members[] = { "rule", "lines", "source", NULL };
	const char *rule, *source;
	int ret;

	if ((ret = for_who_sees(call, why)) < 0 || (ret = call_no_query(call, why)) < 0 ||
	    (ret = call_members(call, members, why)) < 0 || (ret = check_rule(call, &rule, why)) < 0 ||
	    (ret = check_lines(json_object_get(call->said, "lines"), why)) < 0 ||
	    (ret = call_text_of(call, "source", SOURCE_MOST, false, &source, why)) < 0)
		return ret;
	return begin(call, rule, source, why);
}
