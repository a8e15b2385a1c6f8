#include <stdlib.h>
#include <string.h>

#include "account/view.h"
#include "gate/http/parts.h"

/*
 * views -- the lists that a person has saved under a name.
 */

int views_all(struct call *call, struct fault *why)
{
	json_t *rows = json_array(), *row;
	struct view *views;
	size_t count;
	int ret = view_list(call->web->accounts, call->who.person, call->mem, &views, &count, why);

	for (size_t i = 0; ret == 0 && i < count; i++) {
		row = json_pack("{s:s, s:o}", "name", views[i].name, "view",
				json_loads(views[i].text, JSON_REJECT_DUPLICATES, NULL));
		answer_moment(row, "at", views[i].at);
		json_array_append_new(rows, row);
	}
	if (ret < 0) {
		json_decref(rows);
		return ret;
	}
	call_answer(call, 200, json_pack("{s:o}", "rows", rows));
	return 0;
}

static int put(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	char *text = json_dumps(call->said, JSON_COMPACT);
	bool made = false;
	int ret = view_put(call->web->accounts, call->who.person, call->words[0], text, now, &made, why);

	(void)gate;
	free(text);
	if (ret == 0)
		job->answer = json_pack("{s:b, s:s, s:b}", "ok", 1, "name", call->words[0], "made", made);
	return job_settle(job, ret, why);
}

static void stored(struct call *call, json_t *answer)
{
	const bool made = json_is_true(json_object_get(answer, "made"));

	json_object_del(answer, "made");
	call_answer_house(call, made ? 201 : 200, answer);
}

/* A name as the plan gives them; whether it has such a kind is said when the list is asked for. */
static int check_kind(const char *kind, struct fault *why)
{
	const size_t len = strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (len && !kind[len])
		return 0;
	return fault_say(why, FAULT_INVALID, "'kind' is the name of a kind, not '%.40s'",
			 "“kind”应为记录类别的名称，不能是“%.40s”", kind);
}

static int check_columns(const json_t *columns, struct fault *why)
{
	const json_t *one;
	size_t i;

	if (!columns)
		return 0;
	if (!json_is_array(columns))
		return fault_say(why, FAULT_INVALID, "'columns' must be a list", "“columns”应为列表");
	json_array_foreach((json_t *)columns, i, one)
		if (!json_is_string(one))
			return fault_say(why, FAULT_INVALID, "'columns' is a list of names of fields; number %zu is none",
					 "“columns”为字段名列表，第 %zu 项不是", i + 1);
	return 0;
}

int views_put(struct call *call, struct fault *why)
{
	static const char *const members[] = { "kind", "where", "order", "space", "columns", NULL };
	const char *text;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "kind", 64, true, &text, why)) < 0 ||
	    (ret = check_kind(text, why)) < 0 ||
	    (ret = check_columns(json_object_get(call->said, "columns"), why)) < 0 ||
	    (ret = call_text_of(call, "where", VIEW_BYTES, false, &text, why)) < 0 ||
	    (ret = call_text_of(call, "order", 16, false, &text, why)) < 0 ||
	    (ret = call_text_of(call, "space", 16, false, &text, why)) < 0)
		return ret;
	if (text && strcmp(text, "real") && strcmp(text, "drill"))
		return fault_say(why, FAULT_INVALID, "space is real or drill, not '%.16s'",
				 "空间（space）为“real”或“drill”，不能是“%.16s”", text);
	call_act(call, put, stored);
	return 0;
}

static int take_away(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int ret = view_remove(call->web->accounts, call->who.person, call->words[0], why);

	(void)gate;
	(void)now;
	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

int views_remove(struct call *call, struct fault *why)
{
	(void)why;
	call_act(call, take_away, NULL);
	return 0;
}
