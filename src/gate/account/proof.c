#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/attempt.h"
#include "account/password.h"
#include "gate/http/parts.h"

/*
 * proof -- somebody proves who it is: sign in, step up, a new password, the first one.
 *
 * Three stations, for the hash is slow: counted in a batch, worked in a thread,
 * settled in a batch. Nothing is said about a login before all three.
 */
enum { LOGIN_MOST = 256, CODE_MOST = 64 };

struct proof {
	enum attempt_type type;
	char *login, *password, *code, *fresh; /* as said; wiped as soon as the attempt holds what it needs */
	char agent[256], address[64];
	struct attempt *attempt;
	int64_t wait_s;
	bool limited;
	struct attempt_result result;
};

static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static void forget_words(struct proof *proof)
{
	wipe(&proof->password);
	wipe(&proof->code);
	wipe(&proof->fresh);
}

static void proof_free(void *matter)
{
	struct proof *proof = matter;

	forget_words(proof);
	wipe(&proof->login);
	attempt_free(proof->attempt);
	attempt_result_wipe(&proof->result);
	free(proof);
}

static char *kept(const char *text) { return text ? must_copy(text) : NULL; }

static int64_t person_of(struct gate *gate, const char *login)
{
	int64_t person = 0;

	return login && house_person(gate->house, login, &person, NULL) == 0 &&
			       house_active(gate->house, person)
		       ? person
		       : 0;
}

/* The login of the person whose session it is. */
static const char *own_login(struct call *call, struct arena *mem)
{
	json_t *answer = NULL;
	struct asker asker = call_asker(call);
	const char *login = NULL;
	struct fault why;

	if (house_who(call->web->gate->house, &asker, &answer, &why) == 0)
		login = json_string_value(json_object_get(answer, "login"));
	login = login ? arena_copy(mem, login) : "";
	json_decref(answer);
	return login;
}

/* ---- settled -------------------------------------------------------------- */

static const char *const noted_as[] = {
	[ATTEMPT_SIGN_IN] = "account.sign_in",
	[ATTEMPT_STEP_UP] = "account.step_up",
	[ATTEMPT_CHANGE] = "account.password",
	[ATTEMPT_ENROL] = "account.enrol",
};

static int note_good(struct gate *gate, const struct proof *proof, int64_t now, struct fault *why)
{
	const struct attempt_result *got = &proof->result;
	struct asker asker = { .person = got->person };
	json_t *change;
	int ret;

	if (got->wants_code)
		return 0;
	change = json_pack("{s:I, s:{s:s}}", "person", (json_int_t)got->person, "address", "$",
			   proof->address);
	if (got->used_recovery)
		json_object_set_new(change, "recovery_codes_left", json_integer(got->recovery_left));
	if (proof->type == ATTEMPT_ENROL)
		json_object_update_new(change, json_pack("{s:b, s:b}", "first", got->first, "factor_removed",
							 got->factor_removed));
	ret = house_note(gate->house, noted_as[proof->type], &asker, change, now, why);
	json_decref(change);
	return ret;
}

/* The guess that filled the measure stands in the record; whose account it was,
 * not what was guessed. */
static int note_locked(struct gate *gate, const struct proof *proof, int64_t person, int64_t now,
		       struct fault *why)
{
	json_t *change =
		json_pack("{s:I, s:{s:s}}", "person", (json_int_t)person, "address", "$", proof->address);
	struct asker asker = { .machine = "system" };
	int ret = house_note(gate->house, "account.locked", &asker, change, now, why);

	json_decref(change);
	return ret < 0 || !person ? ret
				  : house_alarm(gate->house, "account.locked", person, &asker, now, why);
}

static int settle(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct proof *proof = call->matter;
	const bool locks = attempt_locks(proof->attempt);
	struct fault mine = { 0 };
	int ret = attempt_settle(call->web->accounts, proof->attempt, now, &proof->result, &mine);

	if (ret == -FAULT_REFUSED) {
		mine.code = FAULT_UNKNOWN;
		if (locks && (ret = note_locked(gate, proof, person_of(gate, proof->login), now, why)) < 0)
			return ret;
		job->answer = answer_fault(&mine);
		return 0;
	}
	*why = mine;
	if (ret == 0 && (ret = note_good(gate, proof, now, why)) == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static json_t *session_words(const struct session *session)
{
	json_t *body = json_pack("{s:I, s:I, s:s}", "session", (json_int_t)session->id, "person",
				 (json_int_t)session->person, "token", session->token);

	answer_moment(body, "opened_at", session->opened_at);
	answer_moment(body, "proven_at", session->proven_at);
	answer_moment(body, "ends_at", session->ends_at);
	return body;
}

static void settled(struct call *call, json_t *answer)
{
	struct proof *proof = call->matter;
	struct fault why;

	if (!call->exchange || !json_is_true(json_object_get(answer, "ok"))) {
		call_answer_house(call, 0, answer);
		return;
	}
	json_decref(answer);
	if (proof->result.sessions_ended)
		events_revoke(call->web->events, ASKS_BY_SESSION, 0, proof->result.person);
	if (proof->result.wants_code) {
		fault_say(&why, FAULT_STEP_UP, "the one-time code is wanted besides", "还需要动态码（code）");
		call_fault(call, &why);
	} else if (proof->type == ATTEMPT_ENROL) {
		call_answer(call, 200,
			    json_pack("{s:b, s:b}", "first", proof->result.first, "factor_removed",
				      proof->result.factor_removed));
	} else {
		identity_cookie(call, proof->result.secret);
		call_answer(call, proof->type == ATTEMPT_SIGN_IN ? 201 : 200,
			    session_words(&proof->result.session));
	}
}

/* ---- counted, worked ------------------------------------------------------ */

static void work(struct call *call) { attempt_work(((struct proof *)call->matter)->attempt); }
static void worked(struct call *call) { call_act(call, settle, settled); }

static int count(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct proof *proof = call->matter;
	const struct attempt_ask ask = {
		.type = proof->type,
		.login = proof->login,
		.person = proof->type == ATTEMPT_STEP_UP || proof->type == ATTEMPT_CHANGE
				  ? call->who.person
				  : person_of(gate, proof->login),
		.session = call->who.id,
		.password = proof->password,
		.code = proof->code,
		.fresh = proof->fresh,
		.address = proof->address,
		.agent = proof->agent,
	};
	const int ret = attempt_try(call->web->accounts, &ask, now, &proof->attempt, &proof->wait_s, why);

	forget_words(proof);
	if (ret == 0)
		job->answer = answer_ok();
	proof->limited = ret == -FAULT_LIMIT;
	return job_settle(job, ret, why);
}

static void counted(struct call *call, json_t *answer)
{
	struct proof *proof = call->matter;
	struct fault why = { 0 };

	if (json_is_true(json_object_get(answer, "ok"))) {
		json_decref(answer);
		if (call_work(call, work, worked, &why) < 0)
			call_later(call, 503, 2, &why);
		return;
	}
	if (proof->limited && call->mem) {
		call_header(call, "Retry-After", arena_text(call->mem, "%" PRId64, proof->wait_s));
		fault_say(&why, FAULT_LIMIT, "too many attempts; wait %lld seconds",
			  "尝试次数过多，请等待 %lld 秒", (long long)proof->wait_s);
		call_refuse(call, 429, &why);
		json_decref(answer);
		return;
	}
	call_answer_house(call, 0, answer);
}

static struct proof *proof_new(struct call *call, enum attempt_type type)
{
	const struct http_request *request = http_request(call->exchange);
	const char *agent = http_header(call->exchange, "user-agent");
	struct proof *proof = must_alloc(sizeof(*proof));

	*proof = (struct proof){ .type = type };
	snprintf(proof->agent, sizeof(proof->agent), "%s", agent ? agent : "");
	snprintf(proof->address, sizeof(proof->address), "%s", request->peer);
	call->matter = proof;
	call->drop = proof_free;
	return proof;
}

/* The body goes as soon as it is read: a password does not stay in memory. */
static void forget_body(struct call *call)
{
	const char *name;
	json_t *value;

	json_object_foreach(call->said, name, value) {
		if (json_is_string(value))
			explicit_bzero((char *)(uintptr_t)json_string_value(value),
				       json_string_length(value));
	}
	json_decref(call->said);
	call->said = NULL;
}

struct wanted {
	const char *login, *password, *code, *fresh;
};

static void begin(struct call *call, enum attempt_type type, const struct wanted *said)
{
	struct proof *proof = proof_new(call, type);

	proof->login = kept(said->login);
	proof->password = kept(said->password);
	proof->code = kept(said->code);
	proof->fresh = kept(said->fresh);
	forget_body(call);
	call_act(call, count, counted);
}

/* ---- a demonstration folder: whoever one likes ----------------------------- */

/* Nobody has to have an account there; one that was disabled stays so. */
static int demo_may(struct call *call, int64_t person, int64_t now, struct fault *why)
{
	const char *login = ((struct proof *)call->matter)->login;
	struct account account;
	const int ret = account_show(call->web->accounts, person, now, &account, why);

	if (!house_active(call->web->gate->house, person))
		return fault_say(why, FAULT_REFUSED, "'%.64s' has left", "“%.64s”已离职", login);
	if (ret == 0 && account.state == ACCOUNT_DISABLED)
		return fault_say(why, FAULT_REFUSED, "the account of '%.64s' is disabled",
				 "“%.64s”的账号已停用", login);
	return ret == -FAULT_ABSENT ? 0 : ret;
}

static int demo_session(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct proof *proof = call->matter;
	int64_t person;
	int ret;

	if (proof->type == ATTEMPT_STEP_UP)
		session_end(call->web->accounts, call->who.person, call->who.id, NULL);
	ret = house_person(gate->house, proof->login, &person, why);
	if (ret == 0)
		ret = demo_may(call, person, now, why);
	if (ret == 0)
		ret = session_open(call->web->accounts, person, proof->address, proof->agent, now,
				   &proof->result.session, proof->result.secret, why);
	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static bool of_this_machine(const struct call *call)
{
	const char *peer = http_request(call->exchange)->peer;

	return !strncmp(peer, "127.", 4) || !strcmp(peer, "::1") || !strncmp(peer, "::ffff:127.", 11);
}

/* ---- routes --------------------------------------------------------------- */

/* Another site's page must not sign a browser in here as somebody else. */
static int own_site(struct call *call, struct fault *why)
{
	const char *site = http_header(call->exchange, "sec-fetch-site");

	if (!site || !strcmp(site, "same-origin") || !strcmp(site, "none"))
		return 0;
	return fault_say(why, FAULT_REFUSED, "not from the page of another site",
			 "不接受来自其他站点页面的请求");
}

int proof_sign_in(struct call *call, struct fault *why)
{
	static const char *const members[] = { "login", "password", "code", NULL };
	struct wanted said = { 0 };
	int ret;

	if ((ret = own_site(call, why)) < 0 || (ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "login", LOGIN_MOST, true, &said.login, why)) < 0 ||
	    (ret = call_text_of(call, "password", PASSWORD_BYTES, false, &said.password, why)) < 0 ||
	    (ret = call_text_of(call, "code", CODE_MOST, false, &said.code, why)) < 0)
		return ret;
	if (said.password || !call->web->gate->demo || !of_this_machine(call)) {
		begin(call, ATTEMPT_SIGN_IN, &said);
		return 0;
	}
	proof_new(call, ATTEMPT_SIGN_IN)->login = must_copy(said.login);
	call_act(call, demo_session, settled);
	return 0;
}

int proof_step_up(struct call *call, struct fault *why)
{
	static const char *const members[] = { "password", "code", NULL };
	struct wanted said = { .login = own_login(call, call->mem) };
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "password", PASSWORD_BYTES, false, &said.password, why)) < 0 ||
	    (ret = call_text_of(call, "code", CODE_MOST, false, &said.code, why)) < 0)
		return ret;
	if (!said.password && !said.code && call->web->gate->demo && of_this_machine(call)) {
		proof_new(call, ATTEMPT_STEP_UP)->login = must_copy(said.login);
		call_act(call, demo_session, settled);
		return 0;
	}
	if (!said.password && !said.code)
		return fault_say(why, FAULT_INVALID, "'password' or 'code' is missing",
				 "缺少口令（password）或动态码（code）");
	begin(call, ATTEMPT_STEP_UP, &said);
	return 0;
}

int proof_password(struct call *call, struct fault *why)
{
	static const char *const members[] = { "password", "new", NULL };
	struct wanted said = { .login = own_login(call, call->mem) };
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "password", PASSWORD_BYTES, true, &said.password, why)) < 0 ||
	    (ret = call_text_of(call, "new", PASSWORD_BYTES, true, &said.fresh, why)) < 0)
		return ret;
	begin(call, ATTEMPT_CHANGE, &said);
	return 0;
}

int proof_enrol(struct call *call, struct fault *why)
{
	static const char *const members[] = { "login", "code", "password", NULL };
	struct wanted said = { 0 };
	int ret;

	if ((ret = own_site(call, why)) < 0 || (ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "login", LOGIN_MOST, true, &said.login, why)) < 0 ||
	    (ret = call_text_of(call, "code", CODE_MOST, true, &said.code, why)) < 0 ||
	    (ret = call_text_of(call, "password", PASSWORD_BYTES, true, &said.fresh, why)) < 0)
		return ret;
	begin(call, ATTEMPT_ENROL, &said);
	return 0;
}
