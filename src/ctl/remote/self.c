#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/remote/remote_private.h"
#include "host/terminal.h"

/*
 * self -- who asks: a token from a file, a session that is kept, or one of this command.
 */

static const char *fact(const struct remote *remote, const char *name)
{
	return json_string_value(json_object_get(remote->kept, name));
}

const char *self_login(const struct ctl *ctl) { return fact(ctl->remote, "login"); }

int self_note(struct ctl *ctl, json_t *changes, struct fault *why)
{
	const char *name;
	json_t *value;
	const int ret = keep_change(ctl->remote->address.base, ctl->mem, changes, why);

	json_object_foreach(changes, name, value)
		if (json_is_null(value))
			json_object_del(ctl->remote->kept, name);
		else
			json_object_set(ctl->remote->kept, name, value);
	json_decref(changes);
	return ret;
}

/* ---- asking --------------------------------------------------------------------- */

int self_ask(const struct ctl *ctl, const char *prompt, bool hidden, char *out, size_t size,
	     struct fault *why)
{
	if (ctl->quiet || !ask_can())
		return fault_say(why, FAULT_REFUSED, "this is asked on a terminal, and there is none here",
				 "此项须在终端上询问，而此处没有终端");
	if (!terminal_ask(STDIN_FILENO, prompt, hidden, out, size))
		return fault_say(why, FAULT_REFUSED, "nothing was typed, or more than %zu bytes",
				 "未键入内容，或超过 %zu 字节", size - 1);
	return 0;
}

void self_wipe(json_t *proof)
{
	const char *name;
	json_t *value;

	json_object_foreach(proof, name, value)
		if (json_is_string(value))
			explicit_bzero((char *)(uintptr_t)json_string_value(value),
				       json_string_length(value));
	json_decref(proof);
}

/* ---- proofs ----------------------------------------------------------------------- */

/* In a demonstration folder of this machine people need no password. */
static void take_demo(struct remote *remote, const json_t *said)
{
	remote->demo = remote->address.loopback && json_is_true(json_object_get(said, "demo"));
}

int self_meet(struct ctl *ctl, bool *demo, struct fault *why)
{
	json_t *said;
	int ret =
		trip_json(ctl, &(struct trip){ .method = "GET", .path = "/api/v1/session", .anybody = true },
			  &said, why);

	if (ret < 0)
		return ret;
	take_demo(ctl->remote, said);
	*demo = ctl->remote->demo;
	json_decref(said);
	return 0;
}

/* A cookie and the page's token, as one line each; else it is no session. */
static int take_session(struct remote *remote, const struct wire_answer *answer, json_t *said,
			struct fault *why)
{
	const char *page = json_string_value(json_object_get(said, "token"));
	const size_t len = page ? strlen(page) : 0;

	if (!len || len >= sizeof(remote->page) || !answer->cookie[0] ||
	    strspn(page, "0123456789abcdefABCDEF") != len || strpbrk(answer->cookie, " ;,\t"))
		return fault_say(why, FAULT_CORRUPT, "%s gave no session", "%s 未给出会话",
				 remote->address.base);
	memcpy(remote->cookie, answer->cookie, sizeof(remote->cookie));
	memcpy(remote->page, page, len + 1);
	remote->way = BY_SESSION;
	remote->known = true;
	take_demo(remote, said);
	json_object_del(said, "token");
	return 0;
}

int self_prove_by(struct ctl *ctl, const char *path, json_t *proof, json_t **answer, struct fault *why)
{
	const bool first = !strcmp(path, "/api/v1/session");
	struct wire_answer got;
	int ret = trip_make(ctl,
			    &(struct trip){ .method = "POST", .path = path, .body = proof, .anybody = first },
			    &got, why);

	self_wipe(proof);
	if (ret == 0)
		ret = trip_answer(ctl, &got, answer, why);
	if (ret == 0 && json_is_true(json_object_get(*answer, "ok")) &&
	    (ret = take_session(ctl->remote, &got, *answer, why)) < 0)
		json_decref(*answer);
	wire_answer_fini(&got);
	return ret;
}

/* ---- from one command to the next --------------------------------------------------- */

int self_keep(struct ctl *ctl, const char *login, struct fault *why)
{
	struct remote *remote = ctl->remote;

	remote->passing = false;
	return self_note(ctl,
			 json_pack("{s:s, s:s, s:s, s:s, s:b}", "url", remote->address.base, "login", login,
				   "cookie", remote->cookie, "page", remote->page, "demo", remote->demo),
			 why);
}

int self_forget(struct ctl *ctl, struct fault *why)
{
	return self_note(ctl, json_pack("{s:n, s:n, s:n, s:n}", "login", "cookie", "page", "demo"), why);
}

static void take_kept(struct ctl *ctl)
{
	struct remote *remote = ctl->remote;
	const char *cookie = fact(remote, "cookie"), *page = fact(remote, "page");

	if (!cookie || !page || strlen(cookie) >= sizeof(remote->cookie) ||
	    strlen(page) >= sizeof(remote->page))
		return;
	strcpy(remote->cookie, cookie);
	strcpy(remote->page, page);
	remote->login = fact(remote, "login") ? arena_copy(ctl->mem, fact(remote, "login")) : NULL;
	remote->demo = json_is_true(json_object_get(remote->kept, "demo"));
	remote->way = BY_SESSION;
}

/* Its secret changes with each proof, and another command may have given one. */
bool self_again(struct ctl *ctl)
{
	struct remote *remote = ctl->remote;
	struct fault why;
	json_t *facts;
	const char *cookie;
	bool changed;

	if (remote->way != BY_SESSION || remote->passing ||
	    keep_load(remote->address.base, ctl->mem, &facts, &why) < 0)
		return false;
	cookie = json_string_value(json_object_get(facts, "cookie"));
	changed = cookie && strcmp(cookie, remote->cookie) != 0;
	if (changed) {
		json_decref(remote->kept);
		remote->kept = json_incref(facts);
		take_kept(ctl);
	}
	json_decref(facts);
	return changed;
}

/* ---- who, in the order of what was typed --------------------------------------------- */

static int take_token(struct ctl *ctl, const char *path, struct fault *why)
{
	static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
	char *text, *end;
	int ret = keep_secret(path, ctl->mem, &text, why);

	if (ret < 0)
		return fault_within(why, "--token-file");
	text += strspn(text, " \t\r\n");
	end = text + strcspn(text, " \t\r\n");
	if (end[strspn(end, " \t\r\n")] || end == text || strspn(text, signs) != (size_t)(end - text))
		return fault_say(why, FAULT_INVALID, "--token-file %s: one token is wanted, and nothing else",
				 "--token-file %s：应只含一个令牌", path);
	*end = '\0';
	ctl->remote->token = text;
	ctl->remote->way = BY_TOKEN;
	return 0;
}

/* Only where it can be right: in a real folder it would count as a guess. */
static int be_another(struct ctl *ctl, const char *login, struct fault *why)
{
	json_t *answer;
	bool demo;
	int ret = self_meet(ctl, &demo, why);

	if (ret < 0)
		return ret;
	if (!demo)
		return fault_say(
			why, FAULT_REFUSED,
			"--as is for a demonstration folder of this machine; here: fengsui sign-in %s",
			"--as 仅用于本机的演示目录；此处请用：fengsui sign-in %s", login);
	if ((ret = self_prove_by(ctl, "/api/v1/session", json_pack("{s:s}", "login", login), &answer, why)) <
	    0)
		return ret;
	if (!json_is_true(json_object_get(answer, "ok"))) {
		ret = trip_fault(answer, why);
	} else {
		ctl->remote->passing = true;
		ctl->remote->login = login;
	}
	json_decref(answer);
	return ret;
}

static const char *said_or(const char *typed, const char *variable)
{
	const char *value = typed ? typed : getenv(variable);

	return value && *value ? value : NULL;
}

int self_find(struct ctl *ctl, struct fault *why)
{
	const char *token = said_or(ctl->typed.token_file, "FENGSUI_TOKEN_FILE");
	const char *as = said_or(ctl->typed.as, "FENGSUI_AS");
	int ret = 0;

	ctl->remote->known = true;
	if (token && (ctl->typed.token_file || !ctl->typed.as))
		ret = take_token(ctl, token, why);
	else if (as)
		ret = be_another(ctl, as, why);
	else
		take_kept(ctl);
	ctl->remote->known = ret == 0;
	return ret;
}

/* Best effort: what is over soon by itself is ended at once. */
void self_leave(struct ctl *ctl)
{
	struct fault why;
	json_t *answer;

	if (trip_json(ctl, &(struct trip){ .method = "DELETE", .path = "/api/v1/session" }, &answer, &why) ==
	    0)
		json_decref(answer);
}

/* ---- proving it anew ------------------------------------------------------------------- */

static int ask_proof(struct ctl *ctl, json_t **proof, struct fault *why)
{
	char typed[REMOTE_PASSWORD];
	const char *prompt = arena_text(ctl->mem,
					in_words(ctl,
						 "This wants you to prove anew who you are.\nPassword or "
						 "one-time code of %s: ",
						 "此项须再次验证身份。\n%s 的口令或动态码："),
					ctl->remote->login ? ctl->remote->login : "");
	int ret = self_ask(ctl, prompt, true, typed, sizeof(typed), why);

	if (ret == 0)
		*proof = json_pack(
			"{s:s}", strlen(typed) == 6 && strspn(typed, "0123456789") == 6 ? "code" : "password",
			typed);
	explicit_bzero(typed, sizeof(typed));
	if (ret == 0 && !*proof)
		ret = fault_say(why, FAULT_INVALID, "what was typed is not UTF-8", "键入的内容不是 UTF-8");
	return ret;
}

int self_step_up(struct ctl *ctl, struct fault *why)
{
	struct remote *remote = ctl->remote;
	json_t *proof = NULL, *answer;
	bool good;
	int ret;

	if (remote->demo)
		proof = json_object();
	else if (ctl->quiet || !ask_can())
		return 1;
	else if ((ret = ask_proof(ctl, &proof, why)) < 0)
		return ret;
	if ((ret = self_prove_by(ctl, "/api/v1/session/step-up", proof, &answer, why)) < 0)
		return ret;
	good = json_is_true(json_object_get(answer, "ok"));
	if (!good)
		say_refused(ctl, answer);
	json_decref(answer);
	/* A wrong one leaves the session; the request is made again and asks again. */
	if (!good || remote->passing)
		return 0;
	return self_keep(ctl, remote->login ? remote->login : "", why);
}
