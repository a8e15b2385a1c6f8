#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/token.h"
#include "base/stamp.h"
#include "gate/http/parts.h"

/*
 * tokens -- API tokens: one's own, and those of sources, which the administrator keeps.
 */

static bool administers(struct call *call)
{
	return house_holds(call->web->gate->house, call->who.person, "SCA", call_now(call));
}

json_t *tokens_scopes(unsigned bits)
{
	json_t *scopes = json_array();

	for (unsigned bit = 1; bit <= TOKEN_ACT; bit <<= 1)
		if (bits & bit)
			json_array_append_new(scopes, json_string(token_scope_name((enum token_scope)bit)));
	return scopes;
}

static json_t *words_of(const struct token *token)
{
	json_t *row = json_pack("{s:I, s:s, s:o, s:s, s:s*}", "id", (json_int_t)token->id, "name",
				token->name, "scopes", tokens_scopes(token->scopes), "networks",
				token->networks, "source", *token->source ? token->source : NULL);

	answer_moment(row, "made_at", token->made_at);
	answer_moment(row, "expires_at", token->expires_at);
	answer_moment(row, "used_at", token->used_at);
	answer_moment(row, "revoked_at", token->revoked_at);
	return row;
}

static int add_rows(struct call *call, int64_t person, json_t *rows, struct fault *why)
{
	struct token *tokens;
	size_t count;
	int ret = token_list(call->web->accounts, person, call->mem, &tokens, &count, why);

	for (size_t i = 0; ret == 0 && i < count; i++)
		json_array_append_new(rows, words_of(&tokens[i]));
	return ret;
}

int tokens_all(struct call *call, struct fault *why)
{
	json_t *rows = json_array();
	int ret = add_rows(call, call->who.person, rows, why);

	if (ret == 0 && administers(call))
		ret = add_rows(call, 0, rows, why);
	if (ret < 0) {
		json_decref(rows);
		return ret;
	}
	call_answer(call, 200, json_pack("{s:o}", "rows", rows));
	return 0;
}

/* ---- making --------------------------------------------------------------- */

static int read_scopes(const json_t *said, unsigned *out, struct fault *why)
{
	const json_t *list = json_object_get(said, "scopes");
	enum token_scope scope;
	const json_t *one;
	size_t i;

	*out = 0;
	json_array_foreach((json_t *)list, i, one) {
		const char *name = json_string_value(one);

		if (!name || !token_scope_named(name, &scope))
			return fault_say(why, FAULT_INVALID, "a scope is read, report, intake or act",
					 "权限范围为“read”“report”“intake”或“act”");
		*out |= scope;
	}
	return *out ? 0
		    : fault_say(why, FAULT_INVALID, "'scopes' is a list of read, report, intake, act",
				"“scopes”为列表，取自“read”“report”“intake”“act”");
}

static int read_expiry(struct call *call, struct token *ask, struct fault *why)
{
	const char *text;
	struct fault mine;
	int ret;

	if ((ret = call_text_of(call, "expires_at", STAMP_LEN, true, &text, why)) < 0)
		return ret;
	if (stamp_parse(text, strlen(text), &ask->expires_at, &mine) < 0)
		return fault_say(why, FAULT_INVALID, "expires_at: %s%.0s", "到期时间（expires_at）：%.0s%s",
				 mine.text, mine.zh);
	return 0;
}

/* What was said, into `ask`; whose it is, is settled here too. */
static int read_ask(struct call *call, struct token *ask, struct fault *why)
{
	static const char *const members[] = { "name", "scopes", "networks", "expires_at", "source", NULL };
	const char *name, *networks, *source;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "name", TOKEN_NAME - 1, true, &name, why)) < 0 ||
	    (ret = call_text_of(call, "networks", TOKEN_NETWORKS - 1, false, &networks, why)) < 0 ||
	    (ret = call_text_of(call, "source", TOKEN_SOURCE - 1, false, &source, why)) < 0 ||
	    (ret = read_scopes(call->said, &ask->scopes, why)) < 0 || (ret = read_expiry(call, ask, why)) < 0)
		return ret;
	if (source && !administers(call))
		return fault_say(why, FAULT_REFUSED,
				 "tokens of sources are made by the administrator of accounts (SCA)",
				 "来源的令牌由账号管理员（SCA）签发");
	snprintf(ask->name, sizeof(ask->name), "%s", name);
	snprintf(ask->networks, sizeof(ask->networks), "%s", networks ? networks : "");
	snprintf(ask->source, sizeof(ask->source), "%s", source ? source : "");
	ask->person = source ? 0 : call->who.person;
	ask->made_by = call->who.person;
	return 0;
}

static int note(struct gate *gate, const struct call *call, const char *type, const struct token *token,
		int64_t now, struct fault *why)
{
	json_t *change = json_pack("{s:I, s:o, s:I, s:s}", "token", (json_int_t)token->id, "scopes",
				   tokens_scopes(token->scopes), "person", (json_int_t)token->person,
				   "source", token->source);
	const struct asker asker = call_asker(call);
	int ret = house_note(gate->house, type, &asker, change, now, why);

	json_decref(change);
	return ret;
}

static int make(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	char text[TOKEN_TEXT] = { 0 };
	struct token made;
	int ret = token_make(call->web->accounts, call->matter, now, &made, text, why);

	if (ret == 0 && (ret = note(gate, call, "token.made", &made, now, why)) == 0) {
		job->answer = words_of(&made);
		json_object_set_new(job->answer, "ok", json_true());
		json_object_set_new(job->answer, "token", json_string(text));
	}
	explicit_bzero(text, sizeof(text));
	return job_settle(job, ret, why);
}

static void token_made(struct call *call, json_t *answer) { call_answer_house(call, 201, answer); }

int tokens_make(struct call *call, struct fault *why)
{
	struct token *ask = must_alloc(sizeof(*ask));

	*ask = (struct token){ 0 };
	call->matter = ask;
	call->drop = free;
	if (identity_fresh(call, why) < 0 || read_ask(call, ask, why) < 0)
		return -why->code;
	call_act(call, make, token_made);
	return 0;
}

/* ---- revoking ------------------------------------------------------------- */

static int end_token(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	const int64_t id = call_id(call->words[0]);
	struct token token;
	int ret = token_show(call->web->accounts, id, &token, why);

	if (ret == 0 && token.person != call->who.person && !administers(call))
		ret = fault_say(why, FAULT_ABSENT, "there is no token %.20s", "没有令牌 %.20s",
				call->words[0]);
	if (ret == 0)
		ret = token_revoke(call->web->accounts, id, now, why);
	if (ret == 0 && (ret = note(gate, call, "token.revoked", &token, now, why)) == 0)
		job->answer = json_pack("{s:b, s:I}", "ok", 1, "id", (json_int_t)id);
	return job_settle(job, ret, why);
}

static void revoked(struct call *call, json_t *answer)
{
	const int64_t id = json_integer_value(json_object_get(answer, "id"));

	if (id)
		events_revoke(call->web->events, ASKS_BY_TOKEN, id, 0);
	call_answer_house(call, 200, answer);
}

int tokens_revoke(struct call *call, struct fault *why)
{
	(void)why;
	call_act(call, end_token, revoked);
	return 0;
}
