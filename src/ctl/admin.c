#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_private.h"
#include "ctl/credential/account.h"

/*
 * admin -- the commands that are about the daemon and its folder, not a record.
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

/* Ask, and print the answer as JSON; for what needs no words of its own. */
static int ask_and_print(struct ctl *ctl, json_t *request)
{
	json_t *answer;
	int ret = talk_or_say(ctl, request, &answer);

	if (ret)
		return ret;
	say_json(answer);
	json_decref(answer);
	return 0;
}

static int run_status(struct ctl *ctl)
{
	return talk_tell(ctl, json_pack("{s:s}", "op", "status"), say_status);
}

/* It has stopped when it has let go of the socket. */
static int run_stop(struct ctl *ctl)
{
	char byte;
	json_t *answer;
	int ret = talk_or_say(ctl, json_pack("{s:s}", "op", "stop"), &answer);

	if (ret)
		return ret;
	json_decref(answer);
	while (read(ctl->fd, &byte, 1) > 0 || errno == EINTR)
		errno = 0;
	puts(in_words(ctl, "Stopped.", "已停止。"));
	return 0;
}

static int run_tick(struct ctl *ctl)
{
	json_t *request = talk_request(ctl, "tick"), *answer;
	int ret;

	if (ctl->typed.word_count > 1)
		json_object_set_new(request, "at", json_string(ctl->typed.words[1]));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		printf("%s%s\n", in_words(ctl, "It is now ", "现在是 "), text_of(answer, "now"));
	json_decref(answer);
	return 0;
}

static void say_whoami(struct ctl *ctl, const json_t *answer)
{
	const json_t *roles = json_object_get(answer, "roles"), *role;
	size_t i;

	if (!number_of(answer, "person"))
		puts(in_words(ctl,
			      "Whoever runs the program, nobody of the register; say who with --as LOGIN.",
			      "程序的运行者，不是登记人员；请用 --as 登录名 说明身份。"));
	else
		printf("%s (#%lld)\n", text_of(answer, "name"), number_of(answer, "person"));
	json_array_foreach((json_t *)roles, i, role)
		printf("  %s (%s)\n", role_label(ctl, json_string_value(role)), json_string_value(role));
}

static int run_whoami(struct ctl *ctl)
{
	json_t *request = talk_request(ctl, "whoami"), *answer;
	int ret;

	json_object_del(request, "at");
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else if (json_object_get(answer, "token") && !number_of(answer, "person"))
		printf(in_words(ctl, "The source %s, by its token.\n", "来源 %s，凭其令牌。\n"),
		       text_of(json_object_get(answer, "token"), "source"));
	else if (!(ret = catalogue_learn(ctl)))
		say_whoami(ctl, answer);
	json_decref(answer);
	return ret;
}

static int run_checkpoint(struct ctl *ctl)
{
	json_t *request = talk_request(ctl, "checkpoint"), *answer;
	int ret;

	if (ctl->typed.drill)
		json_object_set_new(request, "space", json_integer(2));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	fputs(text_of(answer, "checkpoint"), stdout);
	json_decref(answer);
	return 0;
}

/* The daemon has another working folder than whoever types. */
static char *absolute(struct ctl *ctl, const char *path)
{
	char here[4096];

	if (path[0] == '/' || !getcwd(here, sizeof(here)))
		return arena_copy(ctl->mem, path);
	return arena_text(ctl->mem, "%s/%s", here, path);
}

static int run_public(struct ctl *ctl)
{
	json_t *request, *answer;
	int ret;

	if (ctl->typed.word_count != 3 || strcmp(ctl->typed.words[1], "export"))
		return say_usage(ctl, "fengsui public export FOLDER: published notices and warnings as pages",
				 "fengsui public export 目录：将公告与公开预警写为网页");
	request = talk_request(ctl, "public");
	json_object_set_new(request, "dir", json_string(absolute(ctl, ctl->typed.words[2])));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		printf(in_words(ctl, "%lld files in %s, %lld written.\n",
				"%2$s 共 %1$lld 个文件，写出 %3$lld 个。\n"),
		       number_of(answer, "files"), text_of(answer, "dir"), number_of(answer, "written"));
	json_decref(answer);
	return 0;
}

static int run_bundle(struct ctl *ctl)
{
	json_t *request, *refs;

	if (ctl->typed.word_count < 3)
		return say_usage(ctl, "fengsui bundle FOLDER NUMBER…; the folder is made",
				 "fengsui bundle 目录 编号…（目录由命令创建）");
	request = talk_request(ctl, "bundle");
	refs = json_array();
	json_object_del(request, "at");
	for (size_t i = 2; i < ctl->typed.word_count; i++)
		json_array_append_new(refs, json_string(ctl->typed.words[i]));
	json_object_set_new(request, "refs", refs);
	json_object_set_new(request, "dir", json_string(absolute(ctl, ctl->typed.words[1])));
	return ask_and_print(ctl, request);
}

static int run_rebuild(struct ctl *ctl)
{
	json_t *answer, *request = json_pack("{s:s, s:b}", "op", "rebuild", "check", ctl->typed.check);
	long long differing;
	int ret = talk_or_say(ctl, request, &answer);

	if (ret)
		return ret;
	differing = number_of(answer, "differing");
	printf(in_words(ctl, "%lld rows differed from the record%s\n", "%lld 行与记录不一致%s\n"), differing,
	       differing && !ctl->typed.check ? in_words(ctl, "; made again", "，已重建") : "");
	json_decref(answer);
	return differing && ctl->typed.check ? fault_exit(FAULT_CORRUPT) : 0;
}

static int run_publish(struct ctl *ctl)
{
	json_t *request;

	if (ctl->typed.word_count < 2)
		return say_usage(ctl, "fengsui publish PACK, the folder of a plan pack",
				 "fengsui publish 预案包目录");
	request = talk_request(ctl, "publish");
	json_object_set_new(request, "pack", json_string(absolute(ctl, ctl->typed.words[1])));
	return ask_and_print(ctl, request);
}

static int run_withdraw(struct ctl *ctl)
{
	json_t *request, *answer;
	int ret;

	if (ctl->typed.word_count < 2)
		return say_usage(ctl, "fengsui withdraw PROPOSAL", "fengsui withdraw 提议号");
	request = talk_request(ctl, "withdraw");
	json_object_set_new(request, "proposal", json_integer(strtoll(ctl->typed.words[1], NULL, 10)));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	say_done(ctl, NULL, answer);
	json_decref(answer);
	return 0;
}

static int run_kinds(struct ctl *ctl)
{
	const json_t *kind;
	size_t i;
	int ret = catalogue_learn(ctl);

	if (ret)
		return ret;
	if (ctl->typed.json) {
		say_json(ctl->catalogue);
		return 0;
	}
	json_array_foreach(json_object_get(ctl->catalogue, "kinds"), i, kind)
		printf("  %-22s %s\n", name_of(kind), label_of(ctl, kind));
	return 0;
}

/* For completion scripts: names, one a line, and silence where no daemon is. */
static int run_words(struct ctl *ctl)
{
	const json_t *kind, *one;
	struct fault why;
	json_t *answer;
	size_t i;

	ctl->quiet = true;
	if (talk_ask(ctl, json_pack("{s:s}", "op", "catalogue"), &answer, &why) < 0)
		return EXIT_NO_DAEMON;
	ctl->catalogue = answer;
	if (ctl->typed.word_count < 2) {
		json_array_foreach(json_object_get(ctl->catalogue, "kinds"), i, one)
			puts(name_of(one));
		return 0;
	}
	kind = catalogue_kind(ctl, ctl->typed.words[1]);
	json_array_foreach(json_object_get(kind, ctl->typed.word_count > 2 ? "fields" : "moves"), i, one)
		printf("%s%s\n", ctl->typed.word_count > 2 ? "--" : "", name_of(one));
	return 0;
}

/* clang-format off */
static const struct {
	const char *word, *usage;
	enum { ANYWHERE, HERE, ELSEWHERE } where; /* of the two ways, where it goes */
	int (*run)(struct ctl *ctl);
	const char *en, *zh;
} table[] = {
	{ "status",     "",                    ANYWHERE, run_status,     "what the daemon is doing",                                 "守护进程状态" },
	{ "kinds",      "",                    ANYWHERE, run_kinds,      "the kinds of record this plan has",                        "本预案的记录类别" },
	{ "ingest",     "SOURCE FILE|-",       ANYWHERE, ingest_command, "lines of a log go through detection",                      "日志逐行检测" },
	{ "quarantine", "[SOURCE]",            ANYWHERE, quarantine_command, "lines that were not what their source promised",         "格式错误的日志行" },
	{ "deadlines",  "[STATE]",             ANYWHERE, deadlines_command, "what must be reported upward, by when, over all regimes", "上报期限一览" },
	{ "message",    "list [REF]|show ID|save ID [FILE]|retry ID", ANYWHERE, message_command, "what left by mail and other ways, or waits", "对外消息：列表、详情、附件、重发" },
	{ "channel",    "list|test|hold NAME WHY|resume NAME|give-up NAME WHY|key NAME URL|calls WARNING", ANYWHERE, channel_command, "the ways out, and whom to call", "对外渠道：列表、测试、暂停、恢复、放弃、验签密钥、电话通知单" },
	{ "document",   "list|make NUMBER …",  ANYWHERE, document_command, "documents of a record: which there are, one as a file",     "记录的文件：列出，或生成为文件" },
	{ "withdraw",   "PROPOSAL",            ANYWHERE, run_withdraw,   "take back a proposal of one's own",                        "撤回自己的提议" },
	{ "tick",       "TIME|'+15 min'",      ANYWHERE, run_tick,       "demonstration folder: time passes up to there",            "演示目录：推进时间" },
	{ "checkpoint", "",                    ANYWHERE, run_checkpoint, "sign the record as it stands, and print that",             "签署并输出记录检查点" },
	{ "public",     "export FOLDER",  HERE,     run_public,     "published notices and warnings as pages",                  "将公告与公开预警写为网页" },
	{ "bundle",     "FOLDER NUMBER…",      HERE,     run_bundle,     "a bundle of cases that a stranger can verify",             "导出可独立验证的案件包" },
	{ "rebuild",    "[--check]",           HERE,     run_rebuild,    "make the views again from the record, or only compare",    "由记录重建视图，或仅核对" },
	{ "publish",    "PACK",                HERE,     run_publish,    "put a plan pack into force",                               "发布预案包" },
	{ "whoami",     "",                    ANYWHERE, run_whoami,     "who the daemon takes you for",                             "当前身份" },
	{ "user",       "ACT LOGIN",           HERE,     user_command,   "accounts: invite, show, disable, enable, unlock",          "账号：邀请、查看、停用、启用、解锁" },
	{ "api",        "[PACK|routes]",       ANYWHERE, api_command,    "the HTTP interface as a document, or its routes",          "HTTP 接口的 OpenAPI 文档，或路由表" },
	{ "cap",        "check|show|sign|verify|import FILE…", ANYWHERE, cap_import_command, "warnings as other centres read them (CAP 1.2)", "与其他中心交换的预警（CAP 1.2）" },
	{ "stop",       "",                    HERE,     run_stop,       "end the daemon",                                           "停止守护进程" },
	{ "words",      NULL,                  ANYWHERE, run_words,      NULL,                                                       NULL },
	{ "sign-in",    "LOGIN",               ELSEWHERE, sign_in_command,  "sign in; asks for password and one-time code",          "登录；询问口令和动态码" },
	{ "sign-out",   "",                    ELSEWHERE, sign_out_command, "end the session that was kept",                         "退出登录" },
	{ "enrol",      "LOGIN",               ELSEWHERE, enrol_command,    "set a password with the code of an invitation",         "凭邀请代码设置口令" },
	{ "password",   "",                    ELSEWHERE, password_command, "a new password; ends all other sessions",               "更换口令，其他会话随之结束" },
	{ "totp",       "on|off",              ELSEWHERE, totp_command,     "one-time codes as a second factor",                     "动态码（第二因素）" },
	{ "sessions",   "[end ID]",            ELSEWHERE, sessions_command, "one's own sessions",                                    "本人的会话" },
	{ "tokens",     "[make NAME|revoke ID]", ELSEWHERE, tokens_command, "API tokens: --scopes, --expires, --networks, --source", "接口令牌：--scopes、--expires、--networks、--source" },
	{ "accounts",   "[ACT LOGIN]",         ELSEWHERE, accounts_command, "accounts of others: list, show, invite, disable, enable, unlock, break-glass", "他人的账号：查看、邀请、停用、启用、解锁、应急启封" },
};
/* clang-format on */

static int run_row(struct ctl *ctl, size_t i)
{
	if (table[i].where == HERE && talk_elsewhere(ctl, table[i].word))
		return EXIT_USAGE;
	if (table[i].where == ELSEWHERE && !ctl->remote)
		return say_usage(
			ctl,
			"'%s' goes over HTTPS: --url https://HOST:PORT (or $FENGSUI_URL); on this machine "
			"whoever owns the folder has fengsui user",
			"“%s”经 HTTPS 办理：--url https://主机:端口（或 $FENGSUI_URL）；本机目录的所有者可用 "
			"fengsui user",
			table[i].word);
	return table[i].run(ctl);
}

int admin_command(struct ctl *ctl, bool *mine)
{
	*mine = true;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (strcmp(ctl->typed.words[0], table[i].word) != 0)
			continue;
		if (!ctl->typed.help && table[i].usage && !*table[i].usage && ctl->typed.word_count > 1)
			return say_usage(ctl, "'%s' is one word too many; it is: fengsui %s",
					 "“%s”是多余的词；用法：fengsui %s", ctl->typed.words[1],
					 table[i].word);
		if (!ctl->typed.help || !table[i].usage)
			return run_row(ctl, i);
		printf("fengsui %s %s\n\n%s\n", table[i].word, table[i].usage,
		       in_words(ctl, table[i].en, table[i].zh));
		return 0;
	}
	*mine = false;
	return 0;
}

void help_admin(const struct ctl *ctl)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].usage)
			printf("  %-10s %-21s %s%s\n", table[i].word, table[i].usage,
			       in_words(ctl, table[i].en, table[i].zh),
			       table[i].where == ELSEWHERE ? " (--url)" : "");
}
