#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"
#include "host/file.h"

/*
 * tokens -- API tokens: `fengsui tokens [make NAME | revoke ID]`.
 *
 * The token itself is shown once, or goes into a file that nobody else may read.
 */

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* ---- those there are ------------------------------------------------------------ */

static const char *scopes_words(struct ctl *ctl, const json_t *row)
{
	const json_t *scope, *scopes = json_object_get(row, "scopes");
	const char *words = "";
	size_t i;

	json_array_foreach((json_t *)scopes, i, scope)
		words = arena_text(ctl->mem, "%s%s%s", words, i ? " " : "", json_string_value(scope));
	return *text_of(row, "source") ? arena_text(ctl->mem, "%s (%s)", words, text_of(row, "source"))
				       : words;
}

static void put_row(struct ctl *ctl, struct table *table, const json_t *row)
{
	const char *revoked = text_of(row, "revoked_at");

	table_put(table,
		  arena_text(ctl->mem, "%lld", (long long)json_integer_value(json_object_get(row, "id"))));
	table_put(table, text_of(row, "name"));
	table_put(table, scopes_words(ctl, row));
	table_put(table, text_of(row, "networks"));
	table_put(table, *revoked ? in_words(ctl, "revoked", "已吊销")
				  : account_when(ctl, text_of(row, "expires_at")));
	table_put(table, account_when(ctl, text_of(row, "used_at")));
}

/* clang-format off */
static const struct listing tokens = {
	.heads = {
		{ "Token",   "令牌" },
		{ "Name",    "名称" },
		{ "Scopes",  "权限范围" },
		{ "From",    "限来源网段" },
		{ "Expires", "到期" },
		{ "Used",    "最近使用" },
	},
	.put_row = put_row,
};
/* clang-format on */

/* ---- a new one --------------------------------------------------------------------- */

/* "30 d" counts from the daemon's now; everything else is left to it. */
static int expiry_of(struct ctl *ctl, const char *typed, const char **out)
{
	char text[STAMP_LEN];
	int64_t span, now;
	json_t *status;
	int ret;

	*out = typed;
	if (stamp_parse_span(typed, &span, NULL) < 0)
		return 0;
	if ((ret = talk_or_say(ctl, json_pack("{s:s}", "op", "status"), &status)))
		return ret;
	if (stamp_parse(text_of(status, "now"), strlen(text_of(status, "now")), &now, NULL) == 0) {
		stamp_format(now + span, text);
		*out = arena_copy(ctl->mem, text);
	}
	json_decref(status);
	return 0;
}

static json_t *list_of(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		const size_t len = strcspn(text, ", ");

		if (len)
			json_array_append_new(list, json_stringn(text, len));
		text += len + (text[len] != '\0');
	}
	return list;
}

static int say_token(struct ctl *ctl, json_t *answer)
{
	const char *token = text_of(answer, "token");
	struct fault why;
	int ret = 0;

	if (ctl->typed.out && file_write(ctl->typed.out, 0600, token, strlen(token), &why) < 0)
		ret = say_fault(ctl, &why);
	if (ctl->typed.out && !ret)
		json_object_del(answer, "token");
	if (ctl->typed.json)
		say_json(answer);
	else if (ctl->typed.out && !ret)
		printf(in_words(ctl, "Token %lld stands in %s (mode 600).\n",
				"令牌 %lld 已写入 %s（权限 600）。\n"),
		       (long long)json_integer_value(json_object_get(answer, "id")), ctl->typed.out);
	else
		printf(in_words(ctl, "Token %lld; it is not shown again:\n\n    %s\n",
				"令牌 %lld，不再显示：\n\n    %s\n"),
		       (long long)json_integer_value(json_object_get(answer, "id")), token);
	return ret;
}

/* What is typed besides would be taken for meant, and is not. */
static bool all_known(const struct ctl *ctl, const char **stranger)
{
	static const char *const known[] = { "scopes", "expires", "networks", "source" };

	for (size_t i = 0; i < ctl->typed.flag_count; i++) {
		bool found = false;

		for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++)
			found |= !strcmp(known[k], ctl->typed.flags[i].name);
		*stranger = ctl->typed.flags[i].name;
		if (!found)
			return false;
	}
	return true;
}

static int make(struct ctl *ctl, const char *name)
{
	const char *scopes = flag_value(ctl, "scopes"), *expires = flag_value(ctl, "expires"), *stranger;
	json_t *body, *answer;
	int ret;

	if (!all_known(ctl, &stranger))
		return say_usage(ctl, "a token has no --%s; it has --scopes --expires --networks --source",
				 "令牌没有 --%s；可用 --scopes --expires --networks --source", stranger);
	if (!scopes || !expires)
		return say_usage(ctl,
				 "fengsui tokens make NAME --scopes read,report,intake,act --expires '30 d' "
				 "[--networks CIDR] [--source NAME] [--out FILE]",
				 "fengsui tokens make 名称 --scopes read,report,intake,act --expires '30 d' "
				 "[--networks 网段] [--source 来源] [--out 文件]");
	if ((ret = expiry_of(ctl, expires, &expires)))
		return ret;
	body = json_pack("{s:s, s:o, s:s, s:s*, s:s*}", "name", name, "scopes", list_of(scopes), "expires_at",
			 expires, "networks", flag_value(ctl, "networks"), "source",
			 flag_value(ctl, "source"));
	if (!body)
		return say_usage(ctl, "what was typed is not UTF-8", "键入的内容不是 UTF-8");
	if ((ret = remote_or_say(ctl, "POST", "/api/v1/tokens", body, &answer)))
		return ret;
	ret = say_token(ctl, answer);
	self_wipe(answer);
	return ret;
}

static int revoke(struct ctl *ctl, const char *id)
{
	json_t *answer;
	int ret;

	if (strspn(id, "0123456789") != strlen(id))
		return say_usage(ctl, "'%s' is no number of a token", "“%s”不是令牌号", id);
	ret = remote_or_say(ctl, "DELETE", arena_text(ctl->mem, "/api/v1/tokens/%s", id), NULL, &answer);
	if (ret)
		return ret;
	json_decref(answer);
	puts(in_words(ctl, "Revoked.", "已吊销。"));
	return 0;
}

int tokens_command(struct ctl *ctl)
{
	const struct options *typed = &ctl->typed;

	if (typed->word_count == 1)
		return listing_say(ctl, &tokens, "/api/v1/tokens");
	if (typed->word_count == 3 && !strcmp(typed->words[1], "make"))
		return make(ctl, typed->words[2]);
	if (typed->word_count == 3 && !strcmp(typed->words[1], "revoke"))
		return revoke(ctl, typed->words[2]);
	return say_usage(ctl, "fengsui tokens [make NAME | revoke ID]",
			 "fengsui tokens [make 名称 | revoke 令牌号]");
}
