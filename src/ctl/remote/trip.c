#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/remote/remote_private.h"
#include "seal/base64.h"

/*
 * trip -- a request to another machine, sent until there is an answer or no hope.
 *
 * What carries a key may arrive twice and counts once; so it is sent again when
 * the connection was lost. What carries none is not, unless it only reads.
 */
enum { TRIES = 4, PROOFS = 3, PAUSE_MS = 300 };

/* ---- pauses ------------------------------------------------------------------------ */

static void sleep_ms(long ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) < 0)
		;
}

static long first_pause_ms(void)
{
#ifdef FENGSUI_TEST_HOOKS
	if (getenv("FENGSUI_TEST_PAUSE_MS"))
		return strtol(getenv("FENGSUI_TEST_PAUSE_MS"), NULL, 10);
#endif
	return PAUSE_MS;
}

void trip_pause(unsigned tries) { sleep_ms(first_pause_ms() << (tries < 5 ? tries : 5)); }
void trip_wait(long seconds) { sleep_ms(seconds * 1000); }

bool trip_failed_away(const struct ctl *ctl)
{
	const enum wire_end end = ctl->remote->end;

	return end == WIRE_BROKEN || end == WIRE_SLOW || end == WIRE_UNREACHED;
}

/* ---- one request --------------------------------------------------------------------- */

static bool reads(const char *method) { return !strcmp(method, "GET") || !strcmp(method, "HEAD"); }

/* The first time somebody looks at it, and only where he is there to look. */
static bool ask_trust(struct ctl *ctl)
{
	struct remote *remote = ctl->remote;
	struct fault why;
	char typed[16];
	const char *prompt =
		arena_text(ctl->mem,
			   in_words(ctl,
				    "No authority that this machine knows vouches for %s.\nIts certificate "
				    "has the SHA-256\n\n"
				    "    %s\n\nCompare that with what the daemon printed at its start. "
				    "Is it the same? (yes / no) ",
				    "本机所知的签发机构均未为 %s 担保。\n其证书的 SHA-256 为\n\n    %s\n\n"
				    "请与守护进程启动时输出的指纹核对。两者相同吗？（yes / no）"),
			   remote->address.base, remote->trust.shown);

	if (remote->trust.pinned || remote->pin_asked || !remote->trust.shown[0] || ctl->quiet || !ask_can())
		return false;
	remote->pin_asked = true;
	if (self_ask(ctl, prompt, false, typed, sizeof(typed), &why) < 0 || strcmp(typed, "yes"))
		return false;
	remote->pin_typed = true;
	return trust_pin(&remote->trust, remote->trust.shown, &why) == 0;
}

/* Kept once it has proved right, and only where a person said so. */
static void keep_pin(struct ctl *ctl)
{
	struct remote *remote = ctl->remote;
	const char *known = json_string_value(json_object_get(remote->kept, "pin"));
	struct fault why;

	if (!remote->pin_typed || !remote->address.secure || (known && !strcmp(known, remote->trust.pin)))
		return;
	if (self_note(ctl, json_pack("{s:s}", "pin", remote->trust.pin), &why) < 0)
		say_fault(ctl, &why);
}

static int send_once(struct ctl *ctl, const struct wire_ask *ask, struct wire_answer *answer,
		     struct fault *why)
{
	struct remote *remote = ctl->remote;
	int ret = wire_send(remote->wire, ask, answer, why);

	if (answer->end == WIRE_UNTRUSTED && ask_trust(ctl)) {
		wire_answer_fini(answer);
		ret = wire_send(remote->wire, ask, answer, why);
	}
	if (ret == 0)
		keep_pin(ctl);
	remote->end = answer->end;
	if (ret < 0)
		wire_answer_fini(answer);
	return ret;
}

/* A daemon that was never reached is not there; one that was lost may come again. */
static int send_patiently(struct ctl *ctl, const struct wire_ask *ask, bool again, struct wire_answer *answer,
			  struct fault *why)
{
	bool lost = false, doubt = false;
	int ret;

	for (unsigned tries = 0;; tries++) {
		ret = send_once(ctl, ask, answer, why);
		doubt |= answer->end == WIRE_BROKEN || answer->end == WIRE_SLOW;
		lost |= answer->end == WIRE_BROKEN;
		ctl->remote->resent = tries > 0;
		if (ret == 0 || !again || tries + 1 == TRIES || !lost ||
		    (answer->end != WIRE_BROKEN && answer->end != WIRE_UNREACHED))
			break;
		trip_pause(tries);
	}
	ctl->remote->doubt = ret < 0 && doubt && !reads(ask->method);
	return ret;
}

static void add_header(struct ctl *ctl, struct wire_ask *ask, const char *name, const char *value)
{
	size_t n = 0;

	while (ask->headers[n])
		n++;
	ask->headers[n] = arena_text(ctl->mem, "%s: %s", name, value);
}

static void say_who(struct ctl *ctl, struct wire_ask *ask)
{
	const struct remote *remote = ctl->remote;

	if (remote->way == BY_TOKEN)
		add_header(ctl, ask, "Authorization", arena_text(ctl->mem, "Bearer %s", remote->token));
	if (remote->way != BY_SESSION)
		return;
	add_header(ctl, ask, "Cookie", remote->cookie);
	if (!reads(ask->method))
		add_header(ctl, ask, "X-Fengsui-Token", remote->page);
}

static int send_trip(struct ctl *ctl, const struct trip *trip, const char *text, struct wire_answer *answer,
		     struct fault *why)
{
	struct wire_ask ask = { .method = trip->method,
				.path = trip->path,
				.type = text ? "application/json" : trip->type,
				.body = text ? text : trip->bytes,
				.len = text ? strlen(text) : trip->len,
				.fresh = !reads(trip->method) && !trip->placed,
				.whole_s = trip->whole_s };

	for (size_t i = 0; i < sizeof(trip->headers) / sizeof(*trip->headers) && trip->headers[i]; i++)
		ask.headers[i] = trip->headers[i];
	if (!trip->anybody)
		say_who(ctl, &ask);
	return send_patiently(ctl, &ask, reads(trip->method) || trip->keyed, answer, why);
}

static bool is_fault(const struct wire_answer *answer, const char *name)
{
	json_t *said = answer->body.data ? json_loadb(answer->body.data, answer->body.len, 0, NULL) : NULL;
	const char *fault = json_string_value(json_object_get(said, "fault"));
	const bool is = fault && !strcmp(fault, name);

	json_decref(said);
	return is;
}

/* 1: the same may be sent again, with another proof of who asks. */
static int prove(struct ctl *ctl, const struct wire_answer *answer, struct fault *why)
{
	int ret;

	if (answer->status != 401 || ctl->remote->way != BY_SESSION)
		return 0;
	if (is_fault(answer, "unauthenticated"))
		return self_again(ctl);
	if (!is_fault(answer, "step_up"))
		return 0;
	ret = self_step_up(ctl, why);
	return ret < 0 ? ret : !ret;
}

static int make(struct ctl *ctl, const struct trip *trip, const char *text, struct wire_answer *answer,
		struct fault *why)
{
	int ret = send_trip(ctl, trip, text, answer, why), again;

	for (unsigned round = 0; ret == 0 && !trip->anybody && round < PROOFS; round++) {
		if ((again = prove(ctl, answer, why)) <= 0)
			return again;
		wire_answer_fini(answer);
		ret = send_trip(ctl, trip, text, answer, why);
	}
	return ret;
}

int trip_make(struct ctl *ctl, const struct trip *trip, struct wire_answer *answer, struct fault *why)
{
	char *text = NULL;
	int ret;

	*answer = (struct wire_answer){ 0 };
	ctl->remote->end = WIRE_WRONG;
	if (!trip->anybody && !ctl->remote->known && (ret = self_find(ctl, why)) < 0)
		return ret;
	if (trip->body && !(text = json_dumps(trip->body, JSON_COMPACT)))
		return fault_say(why, FAULT_INVALID, "what was typed is not UTF-8", "键入的内容不是 UTF-8");
	ret = make(ctl, trip, text, answer, why);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	return ret;
}

/* ---- its answer -------------------------------------------------------------------- */

static int no_answer(struct ctl *ctl, const struct wire_answer *answer, struct fault *why)
{
	ctl->remote->end = WIRE_UNREACHED;
	return fault_say(why, FAULT_ABSENT, "what answers at %s is not Fengsui (HTTP status %ld)",
			 "%s 上答复的不是烽燧（HTTP 状态 %ld）", ctl->remote->address.base, answer->status);
}

int trip_answer(struct ctl *ctl, const struct wire_answer *answer, json_t **out, struct fault *why)
{
	static const char *const of_problems[] = { "type", "title", "status", "detail" };
	json_t *said;

	if (answer->status / 100 == 3)
		return fault_say(
			why, FAULT_REFUSED,
			"%s leads to another address (%ld, %s), which is not followed: say the right one",
			"%s 指向另一地址（%ld，%s），不予跟随：请给出正确的地址", ctl->remote->address.base,
			answer->status, answer->location);
	if (answer->status / 100 == 2 && !answer->body.len) {
		*out = json_pack("{s:b}", "ok", 1);
		return 0;
	}
	said = answer->body.len ? json_loadb(answer->body.data, answer->body.len, 0, NULL) : NULL;
	if (!json_is_object(said) || (answer->status / 100 != 2 && !json_object_get(said, "fault"))) {
		json_decref(said);
		return no_answer(ctl, answer, why);
	}
	json_object_set_new(said, "ok", json_boolean(answer->status / 100 == 2));
	for (size_t i = 0; answer->status / 100 != 2 && i < 4; i++)
		json_object_del(said, of_problems[i]);
	*out = said;
	return 0;
}

int trip_fault(const json_t *said, struct fault *why)
{
	const char *en = json_string_value(json_object_get(said, "en"));
	const char *zh = json_string_value(json_object_get(said, "zh"));
	const int code = fault_named(json_string_value(json_object_get(said, "fault")));

	return fault_say(why, (enum fault_code)code, "%s%.0s", "%.0s%s", en ? en : "", zh ? zh : "");
}

static json_t *file_answer(struct ctl *ctl, const struct wire_answer *answer)
{
	char *text = arena_take(ctl->mem, BASE64_LEN(answer->body.len) + 1);

	base64_write(answer->body.data ? answer->body.data : "", answer->body.len, text);
	return json_pack("{s:b, s:s}", "ok", 1, "data", text);
}

int trip_json(struct ctl *ctl, const struct trip *trip, json_t **out, struct fault *why)
{
	struct wire_answer answer;
	int ret = trip_make(ctl, trip, &answer, why);

	if (ret == 0 && trip->gives_bytes && answer.status == 200)
		*out = file_answer(ctl, &answer);
	else if (ret == 0)
		ret = trip_answer(ctl, &answer, out, why);
	wire_answer_fini(&answer);
	return ret;
}
