#include <stdlib.h>
#include <string.h>

#include "account/factor.h"
#include "account/token.h"
#include "gate/http/parts.h"
#include "host/qr.h"
#include "record/record.h"

/*
 * session -- one's own sessions and second factor.
 */

/* ---- who am I ------------------------------------------------------------- */

/* What only its owner is told; nothing where there is no account: a demonstration. */
static void put_account(struct call *call, json_t *body)
{
	struct account account;
	json_t *own;

	if (account_show(call->web->accounts, call->who.person, call_now(call), &account, NULL) < 0)
		return;
	own = json_pack("{s:b, s:i}", "factor", account.has_factor, "recovery_left", account.recovery_left);
	answer_moment(own, "password_at", account.password_at);
	json_object_set_new(body, "account", own);
}

static json_t *own_session(struct call *call, struct fault *why)
{
	const int64_t now = call_now(call);
	struct session session;
	json_t *body;

	if (session_show(call->web->accounts, call->who.id, now, &session, why) < 0)
		return NULL;
	body = json_pack("{s:I, s:b}", "id", (json_int_t)session.id, "proven",
			 session_is_proven(&session, now));
	answer_moment(body, "opened_at", session.opened_at);
	answer_moment(body, "ends_at", session.ends_at);
	put_account(call, body);
	return body;
}

static json_t *own_token(const struct call *call)
{
	return json_pack("{s:I, s:o, s:s*}", "id", (json_int_t)call->who.id, "scopes",
			 tokens_scopes(call->who.scopes), "source",
			 *call->who.source ? call->who.source : NULL);
}

int session_whoami(struct call *call, struct fault *why)
{
	const struct asker asker = call_asker(call);
	json_t *body = NULL;
	int ret;

	if (call->who.person && (ret = house_who(call->web->gate->house, &asker, &body, why)) < 0)
		return ret;
	if (!body)
		body = answer_ok();
	if (call->who.way == ASKS_BY_TOKEN) {
		json_object_set_new(body, "token", own_token(call));
	} else {
		json_object_set_new(body, "session", own_session(call, why));
		/* A page that was loaded anew has lost it; the cookie alone does not show it to others. */
		json_object_set_new(body, "page_token", json_string(call->who.page_token));
	}
	call_answer_house(call, 200, body);
	return 0;
}

/* ---- ending --------------------------------------------------------------- */

static int end_own(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int ret = session_end(call->web->accounts, call->who.person, call->who.id, why);

	(void)gate;
	(void)now;
	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static void signed_out(struct call *call, json_t *answer)
{
	events_revoke(call->web->events, ASKS_BY_SESSION, call->who.id, call->who.person);
	if (call->exchange && json_is_true(json_object_get(answer, "ok")))
		identity_cookie(call, NULL);
	call_answer_house(call, 200, answer);
}

int session_sign_out(struct call *call, struct fault *why)
{
	(void)why;
	call_act(call, end_own, signed_out);
	return 0;
}

static json_t *row_of(const struct session *session, int64_t own)
{
	json_t *row = json_pack("{s:I, s:s, s:s, s:b}", "id", (json_int_t)session->id, "address",
				session->address, "agent", session->agent, "this", session->id == own);

	answer_moment(row, "opened_at", session->opened_at);
	answer_moment(row, "used_at", session->touched_at);
	answer_moment(row, "ends_at", session->ends_at);
	return row;
}

int session_all(struct call *call, struct fault *why)
{
	struct session *sessions;
	json_t *rows = json_array();
	size_t count;
	int ret = session_list(call->web->accounts, call->who.person, call_now(call), call->mem, &sessions,
			       &count, why);

	for (size_t i = 0; ret == 0 && i < count; i++)
		json_array_append_new(rows, row_of(&sessions[i], call->who.id));
	if (ret < 0) {
		json_decref(rows);
		return ret;
	}
	call_answer(call, 200, json_pack("{s:o}", "rows", rows));
	return 0;
}

static int end_one(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	const int64_t id = call_id(call->words[0]);
	int ret = session_end(call->web->accounts, call->who.person, id, why);

	(void)gate;
	(void)now;
	if (ret == 0)
		job->answer = json_pack("{s:b, s:I}", "ok", 1, "id", (json_int_t)id);
	return job_settle(job, ret, why);
}

static void ended_one(struct call *call, json_t *answer)
{
	const int64_t id = json_integer_value(json_object_get(answer, "id"));

	if (id)
		events_revoke(call->web->events, ASKS_BY_SESSION, id, call->who.person);
	call_answer_house(call, 200, answer);
}

int session_end_one(struct call *call, struct fault *why)
{
	(void)why;
	call_act(call, end_one, ended_one);
	return 0;
}

/* ---- the second factor ---------------------------------------------------- */

static int note(struct gate *gate, const struct call *call, const char *type, int64_t now, struct fault *why)
{
	json_t *change = json_pack("{s:I}", "person", (json_int_t)call->who.person);
	const struct asker asker = call_asker(call);
	int ret = house_note(gate->house, type, &asker, change, now, why);

	json_decref(change);
	return ret;
}

/* A QR code as the path of an SVG whose unit is a module: the runs of dark ones, row by row. NULL: none can be
 * made here, and the address has to do. */
static json_t *picture(const char *text)
{
	SCOPED(buf_fini) struct buf path = { 0 };
	struct qr code;

	if (!qr_make(text, &code))
		return NULL;
	for (int y = 0; y < code.width; y++)
		for (int x = 0, run; x < code.width; x += run + 1) {
			for (run = 0; x + run < code.width && code.dark[y][x + run]; run++)
				;
			if (run)
				buf_format(&path, "M%d %dh%dv1h-%dz", x + QR_RIM, y + QR_RIM, run, run);
		}
	return json_pack("{s:i, s:s}", "size", code.width + 2 * QR_RIM, "path", path.data);
}

static int offer(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct asker asker = call_asker(call);
	struct factor_offer made = { 0 };
	json_t *who = NULL;
	int ret = house_who(gate->house, &asker, &who, why);

	(void)now;
	if (ret == 0)
		ret = factor_offer(call->web->accounts, call->who.person,
				   record_origin(house_record(gate->house), RECORD_REAL),
				   json_string_value(json_object_get(who, "login")), &made, why);
	if (ret == 0)
		job->answer = json_pack("{s:b, s:s, s:s, s:o*}", "ok", 1, "secret", made.secret, "uri", made.uri, "qr",
					picture(made.uri));
	factor_offer_wipe(&made);
	json_decref(who);
	return job_settle(job, ret, why);
}

int session_factor_offer(struct call *call, struct fault *why)
{
	const int ret = identity_fresh(call, why);

	if (ret == 0)
		call_act(call, offer, NULL);
	return ret;
}

static int confirm(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct factor_codes codes = { 0 };
	const char *code = json_string_value(json_object_get(call->said, "code"));
	json_t *list = json_array();
	int ret = factor_confirm(call->web->accounts, call->who.person, code, now, &codes, why);

	for (int i = 0; ret == 0 && i < FACTOR_CODES; i++)
		json_array_append_new(list, json_string(codes.codes[i]));
	factor_codes_wipe(&codes);
	if (ret == 0 && (ret = note(gate, call, "account.factor", now, why)) == 0)
		job->answer = json_pack("{s:b, s:O}", "ok", 1, "recovery_codes", list);
	json_decref(list);
	return job_settle(job, ret, why);
}

int session_factor_confirm(struct call *call, struct fault *why)
{
	static const char *const members[] = { "code", NULL };
	const char *code;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "code", 16, true, &code, why)) < 0 ||
	    (ret = identity_fresh(call, why)) < 0)
		return ret;
	call_act(call, confirm, NULL);
	return 0;
}

static int take_away(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int ret = factor_remove(call->web->accounts, call->who.person, why);

	if (ret == 0 && (ret = note(gate, call, "account.factor_removed", now, why)) == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

int session_factor_remove(struct call *call, struct fault *why)
{
	const int ret = identity_fresh(call, why);

	if (ret == 0)
		call_act(call, take_away, NULL);
	return ret;
}
