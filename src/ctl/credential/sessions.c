#include <string.h>

#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"

/*
 * sessions -- where one is signed in, and an end to it.
 */

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static void put_row(struct ctl *ctl, struct table *table, const json_t *row)
{
	table_put(table,
		  arena_text(ctl->mem, "%lld%s", (long long)json_integer_value(json_object_get(row, "id")),
			     json_is_true(json_object_get(row, "this")) ? " *" : ""));
	table_put(table, text_of(row, "address"));
	table_put(table, account_when(ctl, text_of(row, "opened_at")));
	table_put(table, account_when(ctl, text_of(row, "used_at")));
	table_put(table, account_when(ctl, text_of(row, "ends_at")));
	table_put(table, text_of(row, "agent"));
}

/* clang-format off */
static const struct listing sessions = {
	.heads = {
		{ "Session (* this)", "会话（* 本会话）" },
		{ "From",             "来自" },
		{ "Opened",           "开始" },
		{ "Used",             "最近使用" },
		{ "Ends",             "到期" },
		{ "With",             "程序" },
	},
	.put_row = put_row,
};
/* clang-format on */

static int end(struct ctl *ctl, const char *id)
{
	json_t *answer;
	int ret;

	if (strspn(id, "0123456789") != strlen(id))
		return say_usage(ctl, "'%s' is no number of a session", "“%s”不是会话号", id);
	ret = remote_or_say(ctl, "DELETE", arena_text(ctl->mem, "/api/v1/sessions/%s", id), NULL, &answer);
	if (ret)
		return ret;
	json_decref(answer);
	puts(in_words(ctl, "Ended.", "已结束。"));
	return 0;
}

int sessions_command(struct ctl *ctl)
{
	const struct options *typed = &ctl->typed;

	if (typed->word_count == 1)
		return listing_say(ctl, &sessions, "/api/v1/sessions");
	if (typed->word_count == 3 && !strcmp(typed->words[1], "end"))
		return end(ctl, typed->words[2]);
	return say_usage(ctl, "fengsui sessions [end ID]", "fengsui sessions [end 会话号]");
}
