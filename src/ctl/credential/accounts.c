#include <string.h>

#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"

/*
 * accounts -- accounts of others, for their administrator, and the second person's part.
 */

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static long long number_of(const json_t *thing, const char *name)
{
	return (long long)json_integer_value(json_object_get(thing, name));
}

/* ---- words ------------------------------------------------------------------------ */

const char *account_state_words(const struct ctl *ctl, const char *state)
{
	static const struct {
		const char *name, *en, *zh;
	} states[] = {
		{ "invited", "invited, no password yet", "已邀请，未设口令" },
		{ "active", "active", "启用" },
		{ "locked", "locked after too many failures", "失败次数过多，已锁定" },
		{ "disabled", "disabled", "已停用" },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(state, states[i].name))
			return in_words(ctl, states[i].en, states[i].zh);
	return state;
}

void account_say_code(const struct ctl *ctl, const char *login, const char *until, const char *code)
{
	printf(in_words(ctl,
			"Code for %s, good once and until %s:\n\n    %s\n\nWith it they set a password "
			"themselves: "
			"fengsui enrol %s --url https://HOST:PORT\n",
			"给 %s 的代码，只能使用一次，至 %s 失效：\n\n    %s\n\n本人凭此自行设置口令："
			"fengsui enrol %s --url https://主机:端口\n"),
	       login, until, code, login);
}

const char *account_when(struct ctl *ctl, const char *at)
{
	return at && strlen(at) > 19 ? arena_text(ctl->mem, "%.10s %.5sZ", at, at + 11) : "";
}

/* ---- looking ------------------------------------------------------------------------- */

static const char *roles_words(struct ctl *ctl, const json_t *row)
{
	const json_t *roles = json_object_get(row, "roles"), *role;
	const char *words = "";
	size_t i;

	json_array_foreach((json_t *)roles, i, role)
		words = arena_text(ctl->mem, "%s%s%s", words, i ? " " : "", json_string_value(role));
	return words;
}

static void put_row(struct ctl *ctl, struct table *table, const json_t *row)
{
	table_put(table, text_of(row, "login"));
	table_put(table, text_of(row, "name"));
	table_put(table, account_state_words(ctl, text_of(row, "state")));
	table_put(table, json_is_true(json_object_get(row, "factor")) ? in_words(ctl, "yes", "有")
								      : in_words(ctl, "no", "无"));
	table_put(table, account_when(ctl, text_of(row, "signed_in_at")));
	table_put(table, roles_words(ctl, row));
}

/* clang-format off */
static const struct listing accounts = {
	.heads = {
		{ "Login",          "登录名" },
		{ "Name",           "姓名" },
		{ "Account",        "账号" },
		{ "One-time codes", "动态码" },
		{ "Last signed in", "最近登录" },
		{ "Roles",          "角色" },
	},
	.put_row = put_row,
};
/* clang-format on */

static const char *list_path(struct ctl *ctl)
{
	const char *after = ctl->typed.after, *limit = ctl->typed.limit;
	const bool numbers = (!after || strspn(after, "0123456789") == strlen(after)) &&
			     (!limit || strspn(limit, "0123456789") == strlen(limit));

	return numbers ? arena_text(ctl->mem, "/api/v1/accounts?limit=%s&after=%s", limit ? limit : "100",
				    after ? after : "0")
		       : NULL;
}

static int list(struct ctl *ctl)
{
	const char *path = list_path(ctl);

	return path ? listing_say(ctl, &accounts, path)
		    : say_usage(ctl, "--limit and --after are numbers", "--limit 和 --after 应为数字");
}

static const char *path_of(struct ctl *ctl, const char *login, const char *act)
{
	struct buf encoded = { 0 };
	const char *path;

	url_encode(&encoded, login);
	path = arena_text(ctl->mem, "/api/v1/accounts/%s%s%s", encoded.data ? encoded.data : "",
			  *act ? "/" : "", act);
	buf_fini(&encoded);
	return path;
}

/* ---- doing ------------------------------------------------------------------------------ */

static void say_acted(struct ctl *ctl, const char *login, const json_t *answer)
{
	const long long waiting = number_of(answer, "break_glass");

	if (*text_of(answer, "code"))
		account_say_code(ctl, login, text_of(answer, "until"), text_of(answer, "code"));
	else if (waiting)
		printf(in_words(ctl,
				"%s holds a role that decides: a second person has to stand behind the code, "
				"until "
				"%s:\n\n    fengsui accounts break-glass confirm %lld --url %s\n",
				"%s 有决定权：须由第二人在 %s 前确认后发放代码：\n\n    fengsui accounts "
				"break-glass confirm "
				"%lld --url %s\n"),
		       login, account_when(ctl, text_of(answer, "until")), waiting, talk_place(ctl));
	else if (json_object_get(answer, "sessions_ended"))
		printf(in_words(ctl, "Disabled; %lld sessions have ended.\n",
				"已停用，结束了 %lld 个会话。\n"),
		       number_of(answer, "sessions_ended"));
	else
		puts(in_words(ctl, "Done.", "已完成。"));
}

static int act(struct ctl *ctl, const char *act_name, const char *login)
{
	json_t *answer;
	int ret = remote_or_say(ctl, "POST", path_of(ctl, login, act_name), json_object(), &answer);

	if (ret)
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		say_acted(ctl, login, answer);
	self_wipe(answer);
	return 0;
}

/* ---- break-glass -------------------------------------------------------------------------- */

static void put_glass(struct ctl *ctl, struct table *table, const json_t *row)
{
	table_put(table, arena_text(ctl->mem, "%lld", number_of(row, "break_glass")));
	table_put(table, arena_text(ctl->mem, "#%lld", number_of(row, "person")));
	table_put(table, arena_text(ctl->mem, "#%lld", number_of(row, "opened_by")));
	table_put(table, account_when(ctl, text_of(row, "until")));
}

/* clang-format off */
static const struct listing glasses = {
	.heads = {
		{ "Waiting",    "待确认" },
		{ "For person", "为谁" },
		{ "Opened by",  "由谁发起" },
		{ "Until",      "至" },
	},
	.put_row = put_glass,
};
/* clang-format on */

static int glass_end(struct ctl *ctl, const char *id, bool confirm)
{
	json_t *answer;
	int ret;

	if (!*id || strspn(id, "0123456789") != strlen(id))
		return say_usage(ctl, "'%s' is no number; see fengsui accounts break-glass",
				 "“%s”不是编号；见 fengsui accounts break-glass", id);
	ret = remote_or_say(ctl, confirm ? "POST" : "DELETE",
			    arena_text(ctl->mem, "/api/v1/break-glass/%s%s", id, confirm ? "/confirm" : ""),
			    confirm ? json_object() : NULL, &answer);
	if (ret)
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else if (confirm)
		account_say_code(ctl, in_words(ctl, "LOGIN", "登录名"), text_of(answer, "until"),
				 text_of(answer, "code"));
	else
		puts(in_words(ctl, "Withdrawn.", "已撤回。"));
	self_wipe(answer);
	return 0;
}

static int break_glass(struct ctl *ctl)
{
	const struct options *typed = &ctl->typed;
	const char *word = typed->word_count > 2 ? typed->words[2] : "list";
	const char *what = typed->word_count == 4 ? typed->words[3] : NULL;

	if (!strcmp(word, "list") && typed->word_count <= 3)
		return listing_say(ctl, &glasses, "/api/v1/break-glass");
	if (what && !strcmp(word, "open"))
		return act(ctl, "break-glass", what);
	if (what && (!strcmp(word, "confirm") || !strcmp(word, "withdraw")))
		return glass_end(ctl, what, *word == 'c');
	return say_usage(ctl, "fengsui accounts break-glass [list | open LOGIN | confirm ID | withdraw ID]",
			 "fengsui accounts break-glass [list | open 登录名 | confirm 编号 | withdraw 编号]");
}

/* ---- the command ---------------------------------------------------------------------------- */

int accounts_command(struct ctl *ctl)
{
	static const char *const acts[] = { "invite", "disable", "enable", "unlock" };
	const struct options *typed = &ctl->typed;
	const char *word = typed->word_count > 1 ? typed->words[1] : "list";

	if (!strcmp(word, "list") && typed->word_count <= 2)
		return list(ctl);
	if (!strcmp(word, "break-glass"))
		return break_glass(ctl);
	if (!strcmp(word, "show") && typed->word_count == 3)
		return listing_say(ctl, &accounts, path_of(ctl, typed->words[2], ""));
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts) && typed->word_count == 3; i++)
		if (!strcmp(word, acts[i]))
			return act(ctl, acts[i], typed->words[2]);
	return say_usage(
		ctl, "fengsui accounts [list | show|invite|disable|enable|unlock LOGIN | break-glass …]",
		"fengsui accounts [list | show|invite|disable|enable|unlock 登录名 | break-glass …]");
}
