#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "account/token.h"
#include "gate/http/parts.h"
#include "gate/http/route.h"

/*
 * identity -- who asks: the cookie of a session, or the token of a program.
 *
 * A cookie is sent by a browser whoever made the page; so a request that
 * changes something shows besides what only our own page can read.
 */

static const char *cookie_name(const struct call *call)
{
	return http_request(call->exchange)->secure ? "__Host-fengsui" : "fengsui";
}

/* The value of our cookie, or NULL; the first one counts. */
static const char *cookie_value(struct call *call)
{
	const char *at = http_header(call->exchange, "cookie"), *name = cookie_name(call);
	const size_t len = strlen(name);

	while (at && *at) {
		at += strspn(at, "; ");
		if (!strncmp(at, name, len) && at[len] == '=')
			return arena_copy_bytes(call->mem, at + len + 1, strcspn(at + len + 1, "; "));
		at += strcspn(at, ";");
	}
	return NULL;
}

void identity_cookie(struct call *call, const char *secret)
{
	const bool secure = http_request(call->exchange)->secure;

	call_header(call, "Set-Cookie",
		    arena_text(call->mem, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name(call),
			       secret ? secret : "", secure ? "; Secure" : "", secret ? "" : "; Max-Age=0"));
}

static bool changes(const struct call *call)
{
	const char *method = http_request(call->exchange)->method;

	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

/* A page of another site must not be able to use the session of this one. */
static int own_page(struct call *call, const struct session *session, struct fault *why)
{
	const char *site = http_header(call->exchange, "sec-fetch-site");

	if ((!changes(call) || session_token_is(session, http_header(call->exchange, "x-fengsui-token"))) &&
	    (!site || !strcmp(site, "same-origin") || (!strcmp(site, "none") && !changes(call))))
		return 0;
	return fault_say(why, FAULT_REFUSED,
			 "with a session, what changes something carries the header X-Fengsui-Token",
			 "使用会话时，凡有改动的请求须带“X-Fengsui-Token”头");
}

static int by_session(struct call *call, const char *secret, struct fault *why)
{
	const int64_t now = call_now(call);
	struct session session;
	int ret;

	if ((ret = session_find(call->web->accounts, secret, now, &session, why)) < 0)
		return ret == -FAULT_ABSENT
			       ? fault_say(why, FAULT_UNKNOWN, "the session is over; sign in again",
					   "会话已结束，请重新登录")
			       : ret;
	if ((ret = own_page(call, &session, why)) < 0)
		return ret;
	call->who = (struct identity){ .way = ASKS_BY_SESSION,
				       .person = session.person,
				       .id = session.id,
				       .proven = session_is_proven(&session, now),
				       .touch = session_wants_touch(&session, now),
				       .page_token = arena_copy(call->mem, session.token) };
	snprintf(call->who.name, sizeof(call->who.name), "session:%" PRId64, session.id);
	return 0;
}

static int by_token(struct call *call, const char *text, struct fault *why)
{
	const int64_t now = call_now(call);
	struct token token;
	int ret = token_find(call->web->accounts, text, strlen(text), http_request(call->exchange)->peer, now,
			     &token, why);

	if (ret < 0) {
		why->code = ret == -FAULT_REFUSED ? FAULT_UNKNOWN : why->code;
		return -why->code;
	}
	call->who = (struct identity){ .way = ASKS_BY_TOKEN,
				       .person = token.person,
				       .id = token.id,
				       .scopes = token.scopes,
				       .touch = token_wants_touch(&token, now) };
	snprintf(call->who.name, sizeof(call->who.name), "token:%" PRId64, token.id);
	snprintf(call->who.source, sizeof(call->who.source), "%s", token.source);
	return 0;
}

/* Who has left, or was never on the register, asks for nothing. */
static int still_there(struct call *call, struct fault *why)
{
	struct house *house = call->web->gate->house;
	const int64_t person = call->who.person;
	struct account account;

	if (!person)
		return 0;
	/* A role that nobody gives alone is not used with a password that one person alone handed out. */
	if (house_guarded(house, person) &&
	    account_show(call->web->accounts, person, call_now(call), &account, NULL) == 0 &&
	    account.has_password && !account_by_two(call->web->accounts, person))
		return fault_say(why, FAULT_UNKNOWN,
				 "this account now holds a role that decides: its password is set anew with "
				 "a code that "
				 "two people stand behind (break-glass)",
				 "此账号现有决定权：须由两人共同发放的代码重新设置口令（应急启封）");
	if (house_active(house, person))
		return 0;
	return fault_say(why, FAULT_UNKNOWN, "this account is not in use any more", "此账号已停用");
}

int identity_find(struct call *call, struct fault *why)
{
	const char *header = http_header(call->exchange, "authorization"), *secret = cookie_value(call);
	int ret;

	if (header && strncasecmp(header, "bearer ", 7) != 0)
		return fault_say(why, FAULT_UNKNOWN, "Authorization takes 'Bearer' alone",
				 "“Authorization”只接受“Bearer”");
	if (header)
		ret = by_token(call, header + 7 + strspn(header + 7, " "), why);
	else if (secret)
		ret = by_session(call, secret, why);
	else
		return fault_say(why, FAULT_UNKNOWN, "nobody is signed in", "尚未登录");
	if (ret == 0)
		ret = still_there(call, why);
	if (ret < 0)
		call->who = (struct identity){ 0 };
	return ret;
}

int identity_may(const struct call *call, const struct route *route, struct fault *why)
{
	const bool of_reports = call->words[0] && !strcmp(call->words[0], "report");

	if (call->who.way != ASKS_BY_TOKEN ||
	    (call->who.scopes & (route->scopes | (of_reports ? route->report_scopes : 0))))
		return 0;
	return fault_say(why, FAULT_REFUSED, "the scope of this token does not reach so far",
			 "此令牌的权限范围不包括这一操作");
}

/* Whoever finds an open session on a desk must not make it his own. */
int identity_fresh(const struct call *call, struct fault *why)
{
	return call->who.proven
		       ? 0
		       : fault_say(why, FAULT_STEP_UP,
				   "this wants a password or one-time code not older than five minutes",
				   "请先再次验证身份：五分钟之内输入过口令或动态码");
}

static int note_touch(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int ret = call->who.way == ASKS_BY_TOKEN ? token_touch(call->web->accounts, call->who.id, now, why)
						 : session_touch(call->web->accounts, call->who.id, now, why);

	(void)gate;
	job->answer = answer_ok();
	return ret == -FAULT_ABSENT ? 0 : ret;
}

/* What the note came to concerns nobody. */
static void noted(struct call *call, json_t *answer)
{
	(void)call;
	json_decref(answer);
}

void identity_touch(struct call *call)
{
	call->who.touch = false;
	call_act(call, note_touch, noted);
}
