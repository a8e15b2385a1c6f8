#include <string.h>

#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"

/*
 * sign -- in and out, the first password, another one.
 */
enum { TRIES = 3 };

static bool good(const json_t *answer) { return json_is_true(json_object_get(answer, "ok")); }

static bool is_fault(const json_t *answer, const char *name)
{
	const char *fault = json_string_value(json_object_get(answer, "fault"));

	return fault && !strcmp(fault, name);
}

/* ---- in -------------------------------------------------------------------------- */

static int try_in(struct ctl *ctl, const char *login, const char *password, const char *code, json_t **answer,
		  struct fault *why)
{
	json_t *proof = json_pack("{s:s, s:s*, s:s*}", "login", login, "password", password, "code", code);

	if (!proof)
		return fault_say(why, FAULT_INVALID, "what was typed is not UTF-8", "键入的内容不是 UTF-8");
	return self_prove_by(ctl, "/api/v1/session", proof, answer, why);
}

/* With the code, where the account has that too. */
static int try_password(struct ctl *ctl, const char *login, const char *password, json_t **answer,
			struct fault *why)
{
	char code[REMOTE_CODE];
	int ret = try_in(ctl, login, password, NULL, answer, why);

	if (ret < 0 || !is_fault(*answer, "step_up"))
		return ret;
	json_decref(*answer);
	ret = self_ask(ctl, in_words(ctl, "One-time code or recovery code: ", "动态码或恢复码："), false,
		       code, sizeof(code), why);
	if (ret == 0)
		ret = try_in(ctl, login, password, code, answer, why);
	explicit_bzero(code, sizeof(code));
	return ret;
}

static int ask_in(struct ctl *ctl, const char *login, json_t **answer, struct fault *why)
{
	const char *prompt = arena_text(ctl->mem, in_words(ctl, "Password of %s: ", "%s 的口令："), login);
	char password[REMOTE_PASSWORD];
	int ret = 0;

	for (unsigned tries = 0; tries < TRIES; tries++) {
		if ((ret = self_ask(ctl, prompt, true, password, sizeof(password), why)) == 0)
			ret = try_password(ctl, login, password, answer, why);
		explicit_bzero(password, sizeof(password));
		if (ret < 0 || !is_fault(*answer, "unauthenticated") || tries + 1 == TRIES)
			return ret;
		say_refused(ctl, *answer);
		json_decref(*answer);
	}
	return ret;
}

static int sign_in(struct ctl *ctl, const char *login, json_t **answer, struct fault *why)
{
	bool demo;
	int ret = self_meet(ctl, &demo, why);

	if (ret < 0)
		return ret;
	ret = demo ? try_in(ctl, login, NULL, NULL, answer, why) : ask_in(ctl, login, answer, why);
	if (ret == 0 && good(*answer) && (ret = self_keep(ctl, login, why)) < 0)
		json_decref(*answer);
	return ret;
}

int sign_in_command(struct ctl *ctl)
{
	const char *login = ctl->typed.word_count == 2 ? ctl->typed.words[1] : NULL;
	struct fault why = { 0 };
	json_t *answer = NULL;
	int ret;

	if (!login)
		return say_usage(ctl, "fengsui sign-in LOGIN --url https://HOST:PORT",
				 "fengsui sign-in 登录名 --url https://主机:端口");
	ret = sign_in(ctl, login, &answer, &why);
	if ((ret = talk_said(ctl, ret, answer, &why, &answer)))
		return ret;
	printf(in_words(ctl, "Signed in at %s as %s.\n", "已登录 %s，身份 %s。\n"), talk_place(ctl), login);
	json_decref(answer);
	return 0;
}

/* ---- out --------------------------------------------------------------------------- */

int sign_out_command(struct ctl *ctl)
{
	struct fault why = { 0 };
	json_t *answer = NULL;
	int ret;

	if (!self_login(ctl))
		return say_usage(ctl, "nobody is signed in at %s", "未登录 %s", talk_place(ctl));
	ret = remote_call(ctl, "DELETE", "/api/v1/session", NULL, &answer, &why);
	/* Whatever came of it there: here it is forgotten, and over soon by itself. */
	if (ret < 0 || (!good(answer) && !is_fault(answer, "unauthenticated")))
		ret = talk_said(ctl, ret, answer, &why, &answer);
	else
		json_decref(answer);
	if (self_forget(ctl, &why) < 0)
		return say_fault(ctl, &why);
	if (!ret)
		puts(in_words(ctl, "Signed out.", "已退出。"));
	return ret;
}

/* ---- passwords ----------------------------------------------------------------------- */

/* Typed twice, for nobody sees it. */
static int ask_fresh(struct ctl *ctl, char fresh[static REMOTE_PASSWORD], struct fault *why)
{
	char again[REMOTE_PASSWORD];
	int ret = 0;

	for (unsigned tries = 0; ret == 0 && tries < TRIES; tries++) {
		if ((ret = self_ask(ctl, in_words(ctl, "New password: ", "新口令："), true, fresh,
				    REMOTE_PASSWORD, why)) == 0)
			ret = self_ask(ctl, in_words(ctl, "The same again: ", "再输入一次："), true, again,
				       sizeof(again), why);
		if (ret == 0 && !strcmp(fresh, again))
			break;
		if (ret == 0)
			ret = tries + 1 < TRIES
				      ? 0
				      : fault_say(why, FAULT_INVALID, "they differ", "两次输入不同");
		if (ret == 0)
			fputs(in_words(ctl, "They differ; again.\n", "两次输入不同，请重新输入。\n"), stderr);
	}
	explicit_bzero(again, sizeof(again));
	return ret;
}

/* A password that is too short or too common is asked again; a code is good for it still. */
static bool is_poor(const json_t *answer) { return is_fault(answer, "invalid") || is_fault(answer, "limit"); }

static int enrol(struct ctl *ctl, const char *login, const char *code, json_t **answer, struct fault *why)
{
	char fresh[REMOTE_PASSWORD];
	json_t *proof;
	int ret;

	for (unsigned tries = 0;; tries++) {
		if ((ret = ask_fresh(ctl, fresh, why)) < 0)
			return ret;
		proof = json_pack("{s:s, s:s, s:s}", "login", login, "code", code, "password", fresh);
		explicit_bzero(fresh, sizeof(fresh));
		if (!proof)
			return fault_say(why, FAULT_INVALID, "what was typed is not UTF-8",
					 "键入的内容不是 UTF-8");
		ret = remote_call(ctl, "POST", "/api/v1/enrolment", json_incref(proof), answer, why);
		self_wipe(proof);
		if (ret < 0 || !is_poor(*answer) || tries + 1 == TRIES)
			return ret;
		say_refused(ctl, *answer);
		json_decref(*answer);
	}
}

int enrol_command(struct ctl *ctl)
{
	const char *login = ctl->typed.word_count == 2 ? ctl->typed.words[1] : NULL;
	char code[REMOTE_CODE];
	struct fault why = { 0 };
	json_t *answer = NULL;
	bool demo;
	int ret;

	if (!login)
		return say_usage(ctl, "fengsui enrol LOGIN --url https://HOST:PORT",
				 "fengsui enrol 登录名 --url https://主机:端口");
	if ((ret = self_meet(ctl, &demo, &why)) == 0 &&
	    (ret = self_ask(ctl, in_words(ctl, "Code of the invitation: ", "邀请代码："), false, code,
			    sizeof(code), &why)) == 0)
		ret = enrol(ctl, login, code, &answer, &why);
	explicit_bzero(code, sizeof(code));
	if ((ret = talk_said(ctl, ret, answer, &why, &answer)))
		return ret;
	printf(in_words(ctl,
			"The password is set.%s\nNow: fengsui sign-in %s --url %s, then fengsui totp on\n",
			"口令已设置。%s\n接下来：fengsui sign-in %s --url %s，然后 fengsui totp on\n"),
	       json_is_true(json_object_get(answer, "factor_removed"))
		       ? in_words(ctl, " The former one-time codes are gone.", "原动态码已失效。")
		       : "",
	       login, talk_place(ctl));
	json_decref(answer);
	return 0;
}

static int change(struct ctl *ctl, json_t **answer, struct fault *why)
{
	char present[REMOTE_PASSWORD], fresh[REMOTE_PASSWORD];
	json_t *proof = NULL;
	int ret = self_ask(ctl, in_words(ctl, "Present password: ", "现口令："), true, present,
			   sizeof(present), why);

	if (ret == 0 && (ret = ask_fresh(ctl, fresh, why)) == 0 &&
	    !(proof = json_pack("{s:s, s:s}", "password", present, "new", fresh)))
		ret = fault_say(why, FAULT_INVALID, "what was typed is not UTF-8", "键入的内容不是 UTF-8");
	explicit_bzero(present, sizeof(present));
	explicit_bzero(fresh, sizeof(fresh));
	if (ret == 0)
		ret = self_prove_by(ctl, "/api/v1/session/password", proof, answer, why);
	if (ret == 0 && good(*answer) && (ret = self_keep(ctl, self_login(ctl), why)) < 0)
		json_decref(*answer);
	return ret;
}

int password_command(struct ctl *ctl)
{
	struct fault why = { 0 };
	json_t *answer = NULL;
	int ret;

	if (!self_login(ctl))
		return say_usage(ctl, "sign in first: fengsui sign-in LOGIN --url %s",
				 "请先登录：fengsui sign-in 登录名 --url %s", talk_place(ctl));
	ret = change(ctl, &answer, &why);
	if ((ret = talk_said(ctl, ret, answer, &why, &answer)))
		return ret;
	puts(in_words(ctl, "The password is changed; all other sessions have ended.",
		      "口令已更换，其他会话均已结束。"));
	json_decref(answer);
	return 0;
}
