#include <stdlib.h>
#include <string.h>

#include "ctl/remote/remote_private.h"
#include "host/random.h"
#include "seal/hex.h"

/*
 * remote -- what the command line asks of another machine, as it asks the socket.
 */
enum { KEY_BYTES = 16 };

const char *remote_url(const struct remote *remote) { return remote->address.base; }

/* ---- open and close -------------------------------------------------------------- */

/* One key for the command: typed again with it, the same is done once. */
static void set_key(struct ctl *ctl)
{
	unsigned char bytes[KEY_BYTES];
	char hex[2 * KEY_BYTES + 1];

	if (ctl->typed.key)
		return;
	random_fill(bytes, sizeof(bytes));
	hex_write(bytes, sizeof(bytes), hex);
	ctl->typed.key = arena_text(ctl->mem, "cli-%s", hex);
}

static long patience_s(const struct ctl *ctl)
{
#ifdef FENGSUI_TEST_HOOKS
	if (getenv("FENGSUI_TEST_PATIENCE_S"))
		return strtol(getenv("FENGSUI_TEST_PATIENCE_S"), NULL, 10);
#endif
	return ctl->patience_s;
}

static int set_trust(struct ctl *ctl, struct remote *remote, struct fault *why)
{
	const char *known = json_string_value(json_object_get(remote->kept, "pin"));
	const char *ca = ctl->typed.ca ? ctl->typed.ca : getenv("FENGSUI_CA");

	remote->trust.ca = ca && *ca ? ca : NULL;
	if (ctl->typed.ca && ctl->typed.pin)
		return fault_say(why, FAULT_INVALID, "--ca and --pin: one of them", "--ca 与 --pin 只能选一");
	remote->pin_typed = ctl->typed.pin;
	if (ctl->typed.pin)
		return trust_pin(&remote->trust, ctl->typed.pin, why);
	return known && !ctl->typed.ca ? trust_pin(&remote->trust, known, why) : 0;
}

int remote_open(struct ctl *ctl, const char *url, struct fault *why)
{
	struct remote *remote = arena_take(ctl->mem, sizeof(*remote));
	int ret;

	if ((ret = url_read(url, &remote->address, why)) < 0 ||
	    (ret = keep_load(remote->address.base, ctl->mem, &remote->kept, why)) < 0)
		return ret;
	ctl->remote = remote;
	if ((ret = set_trust(ctl, remote, why)) < 0)
		return ret;
	set_key(ctl);
	remote->wire = wire_open(&(struct wire_site){ .address = &remote->address,
						      .trust = &remote->trust,
						      .proxy = ctl->typed.proxy,
						      .patience_s = patience_s(ctl) });
	return 0;
}

void remote_close(struct ctl *ctl)
{
	struct remote *remote = ctl->remote;

	if (!remote)
		return;
	if (remote->passing)
		self_leave(ctl);
	wire_close(remote->wire);
	explicit_bzero(remote->cookie, sizeof(remote->cookie));
	explicit_bzero(remote->page, sizeof(remote->page));
	json_decref(remote->kept);
	ctl->remote = NULL;
}

/* ---- for the rest of the command line ------------------------------------------------ */

/* In a demonstration folder time may go on first. */
static int pass_time(struct ctl *ctl, const json_t *request, json_t **answer, struct fault *why)
{
	const char *op = json_string_value(json_object_get(request, "op"));
	json_t *body;
	int ret;

	*answer = NULL;
	if (!json_object_get(request, "at") || !strcmp(op, "tick"))
		return 0;
	body = json_pack("{s:O}", "at", json_object_get(request, "at"));
	ret = trip_json(ctl, &(struct trip){ .method = "POST", .path = "/api/v1/time", .body = body }, answer,
			why);
	json_decref(body);
	if (ret == 0 && json_is_true(json_object_get(*answer, "ok"))) {
		json_decref(*answer);
		*answer = NULL;
	}
	return ret;
}

int remote_ask(struct ctl *ctl, json_t *request, json_t **answer, struct fault *why)
{
	json_t *body = NULL;
	struct trip trip;
	int ret = pass_time(ctl, request, answer, why);

	if (ret == 0 && !*answer) {
		if ((ret = route_of(ctl, request, &trip, &body, why)) == 0)
			ret = trip_json(ctl, &trip, answer, why);
		json_decref(body);
	}
	json_decref(request);
	if (ret == 0)
		json_object_del(*answer, "page_token"); /* of the session, and for no screen */
	return ret;
}

int remote_call(struct ctl *ctl, const char *method, const char *path, json_t *body, json_t **answer,
		struct fault *why)
{
	const int ret =
		trip_json(ctl, &(struct trip){ .method = method, .path = path, .body = body }, answer, why);

	json_decref(body);
	return ret;
}

int remote_or_say(struct ctl *ctl, const char *method, const char *path, json_t *body, json_t **answer)
{
	struct fault why = { 0 };
	json_t *got = NULL;
	int ret = remote_call(ctl, method, path, body, &got, &why);

	if ((ret = talk_said(ctl, ret, got, &why, answer)))
		remote_doubt(ctl, false);
	return ret;
}

bool remote_unreached(const struct ctl *ctl) { return trip_failed_away(ctl); }

void remote_doubt(const struct ctl *ctl, bool move)
{
	if (!ctl->remote->doubt)
		return;
	if (move)
		fprintf(stderr,
			in_words(ctl,
				 "Whether it was done is not known. The same command with --key %s is "
				 "carried out "
				 "once, however often it is sent.\n",
				 "是否已办理尚不可知。以 --key %s 重发同一命令，无论发送几次只办理一次。\n"),
			ctl->typed.key);
	else
		fputs(in_words(ctl, "Whether it was done is not known: look before doing it again.\n",
			       "是否已办理尚不可知：请先查看，再决定是否重做。\n"),
		      stderr);
}

void remote_hint(const struct ctl *ctl, const json_t *answer)
{
	const int code = fault_named(json_string_value(json_object_get(answer, "fault")));
	const char *url = ctl->remote->address.base;

	if (code != FAULT_UNKNOWN && code != FAULT_STEP_UP)
		return;
	if (ctl->remote->way == BY_TOKEN)
		fprintf(stderr,
			in_words(ctl, "With a session instead of the token: fengsui sign-in LOGIN --url %s\n",
				 "不用令牌而用会话：fengsui sign-in 登录名 --url %s\n"),
			url);
	else if (code == FAULT_STEP_UP)
		fprintf(stderr,
			in_words(ctl,
				 "On a terminal you are asked for it. Or sign in anew and do it within five "
				 "minutes: fengsui sign-in LOGIN --url %s\n",
				 "在终端上会询问口令；或重新登录后五分钟内办理：fengsui sign-in 登录名 --url "
				 "%s\n"),
			url);
	else
		fprintf(stderr,
			in_words(ctl, "Sign in: fengsui sign-in LOGIN --url %s   (or --token-file FILE)\n",
				 "请登录：fengsui sign-in 登录名 --url %s   （或 --token-file 文件）\n"),
			url);
}
