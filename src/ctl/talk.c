#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"
#include "host/terminal.h"

/*
 * talk -- one request and its answer: which way it goes, and what is said when it does not.
 */

const char *talk_folder(const struct ctl *ctl)
{
	const char *folder = ctl->typed.data ? ctl->typed.data : getenv("FENGSUI_DATA");

	return folder && *folder ? folder : "./data";
}

const char *talk_place(const struct ctl *ctl)
{
	return ctl->remote ? remote_url(ctl->remote) : talk_folder(ctl);
}

/* What is typed goes before what the environment says. */
int talk_choose(struct ctl *ctl, struct fault *why)
{
	const char *url = ctl->typed.url ? ctl->typed.url : getenv("FENGSUI_URL");

	if (ctl->typed.url && ctl->typed.data)
		return fault_say(why, FAULT_INVALID,
				 "--url is a daemon elsewhere and --data a folder here: one of them",
				 "--url 指远端守护进程，--data 指本机目录，二者只能选一");
	if (ctl->typed.data || !url || !*url)
		return 0;
	return remote_open(ctl, url, why);
}

bool talk_elsewhere(const struct ctl *ctl, const char *word)
{
	if (!ctl->remote)
		return false;
	say_usage(ctl,
		  "'%s' is for whoever owns the data folder: on the machine of %s, with --data FOLDER and "
		  "without --url",
		  "“%s”由数据目录的所有者办理：请在 %s 所在机器上用 --data 目录，不带 --url", word,
		  talk_place(ctl));
	return true;
}

/* Strangers wrote much of what an answer holds; on a screen it is text and nothing else. */
static void make_legible(json_t *value)
{
	struct buf text = { 0 };
	const char *key;
	json_t *one;
	size_t i;

	if (json_is_string(value)) {
		terminal_lines(&text, json_string_value(value), json_string_length(value));
		if (text.len > json_string_length(value))
			json_string_setn_nocheck(value, text.data, text.len);
		buf_fini(&text);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, one)
			make_legible(one);
	} else {
		json_object_foreach(value, key, one)
			make_legible(one);
	}
}

int talk_ask(struct ctl *ctl, json_t *request, json_t **answer, struct fault *why)
{
	const int ret =
		ctl->remote ? remote_ask(ctl, request, answer, why) : socket_ask(ctl, request, answer, why);

	if (ret == 0 && !ctl->typed.json)
		make_legible(*answer);
	return ret;
}

json_t *talk_request(const struct ctl *ctl, const char *op)
{
	const char *as = ctl->typed.as ? ctl->typed.as : getenv("FENGSUI_AS");
	json_t *request = json_pack("{s:i, s:s}", "id", 1, "op", op);

	if (as && *as)
		json_object_set_new(request, "as", json_string(as));
	if (ctl->typed.at)
		json_object_set_new(request, "at", json_string(ctl->typed.at));
	return request;
}

static int no_daemon(const struct ctl *ctl, const struct fault *why)
{
	if (ctl->remote || !ctl->zh)
		fprintf(stderr, "fengsui: %s\n", ctl->zh && *why->zh ? why->zh : why->text);
	else
		fprintf(stderr, "fengsui: 目录 %s 上没有运行中的守护进程\n", talk_folder(ctl));
	if (!ctl->remote)
		fprintf(stderr,
			in_words(ctl, "Start it with: fengsui serve --data %s\n",
				 "启动方法：fengsui serve --data %s\n"),
			talk_folder(ctl));
	return EXIT_NO_DAEMON;
}

static int say_failed(struct ctl *ctl, const struct fault *why)
{
	const bool nobody = why->code == FAULT_ABSENT && (!ctl->remote || remote_unreached(ctl));

	return nobody ? no_daemon(ctl, why) : say_fault(ctl, why);
}

int talk_said(struct ctl *ctl, int ret, json_t *got, const struct fault *why, json_t **answer)
{
	if (ret < 0)
		return say_failed(ctl, why);
	if (!json_is_true(json_object_get(got, "ok"))) {
		ret = say_refused(ctl, got);
		if (ctl->remote)
			remote_hint(ctl, got);
		json_decref(got);
		return ret;
	}
	*answer = got;
	return 0;
}

int talk_or_say(struct ctl *ctl, json_t *request, json_t **answer)
{
	const char *op = json_string_value(json_object_get(request, "op"));
	const bool move = op && !strcmp(op, "do");
	struct fault why = { 0 };
	json_t *got = NULL;
	int ret = talk_ask(ctl, request, &got, &why);

	ret = talk_said(ctl, ret, got, &why, answer);
	if (ret && ctl->remote)
		remote_doubt(ctl, move);
	return ret;
}

int talk_tell(struct ctl *ctl, json_t *request, void (*say)(struct ctl *ctl, const json_t *answer))
{
	json_t *answer;
	const int ret = talk_or_say(ctl, request, &answer);

	if (ret)
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else if (say)
		say(ctl, answer);
	else
		puts(in_words(ctl, "Done.", "完成。"));
	json_decref(answer);
	return 0;
}

int talk_limit(const struct ctl *ctl, json_t *request)
{
	const char *typed = ctl->typed.limit;
	char *end = NULL;
	const long limit = typed ? strtol(typed, &end, 10) : 0;

	if (typed && (end == typed || *end)) {
		json_decref(request);
		return say_usage(ctl, "--limit is a number, not '%s'", "--limit 应为数字，不能是“%s”", typed);
	}
	if (typed)
		json_object_set_new(request, "limit", json_integer(limit));
	return 0;
}

void talk_end(struct ctl *ctl)
{
	if (ctl->fd >= 0)
		close(ctl->fd);
	ctl->fd = -1;
	remote_close(ctl);
	buf_fini(&ctl->in);
}
