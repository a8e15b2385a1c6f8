#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "account/breakglass.h"
#include "account/invitation.h"
#include "gate/http/parts.h"

/*
 * admin -- accounts of others: invite, disable, enable, unlock, break-glass.
 *
 * Nobody sets a password for anybody. And nobody alone makes an account that
 * decides: whoever administers accounts could otherwise be anyone. The code for
 * a person with a guarded role is given only when a second one has confirmed.
 */

/* Who may look after accounts, and who may stand behind a code as the second. */
static const char *const administers[] = { "SCA", NULL };
static const char *const vouches[] = { "SCA", "AUD", "DIR", "LG", NULL };

static bool holds_one(struct call *call, int64_t person, const char *const *roles)
{
	for (size_t i = 0; roles[i]; i++)
		if (house_holds(call->web->gate->house, person, roles[i], call_now(call)))
			return true;
	return false;
}

static int needs_one(struct call *call, const char *const *roles, struct fault *why)
{
	return holds_one(call, call->who.person, roles)
		       ? 0
		       : fault_say(why, FAULT_REFUSED, "this is for the administrator of accounts (SCA)",
				   "此操作由账号管理员（SCA）办理");
}

static int subject_of(struct call *call, int64_t *person, struct fault *why)
{
	return house_person(call->web->gate->house, call->words[0], person, why);
}

/* ---- looking -------------------------------------------------------------- */

static json_t *account_words(struct call *call, const struct account *account)
{
	const struct asker asker = { .person = account->person };
	json_t *row = json_pack("{s:I, s:s, s:b, s:b, s:i}", "person", (json_int_t)account->person, "state",
				account_state_name(account->state), "password", account->has_password,
				"factor", account->has_factor, "failures", account->failures);
	json_t *who = NULL;
	struct fault why;

	if (house_who(call->web->gate->house, &asker, &who, &why) == 0) {
		json_object_set(row, "login", json_object_get(who, "login"));
		json_object_set(row, "name", json_object_get(who, "name"));
		json_object_set(row, "roles", json_object_get(who, "roles"));
	}
	json_decref(who);
	answer_moment(row, "made_at", account->made_at);
	answer_moment(row, "signed_in_at", account->signed_in_at);
	answer_moment(row, "password_at", account->password_at);
	answer_moment(row, "invited_until", account->invited_until);
	return row;
}

int admin_accounts(struct call *call, struct fault *why)
{
	static const char *const names[] = { "after", "limit", NULL };
	struct account *accounts;
	json_t *rows, *body;
	const char *said[2];
	size_t count;
	long long after;
	char *end;
	int ret, limit;

	if ((ret = needs_one(call, vouches, why)) < 0 || (ret = call_query(call, names, said, why)) < 0)
		return ret;
	after = said[0] ? strtoll(said[0], &end, 10) : 0;
	if (said[0] && (end == said[0] || *end || after < 0))
		return fault_say(why, FAULT_INVALID, "after is where the page before ended",
				 "“after”应为上一页的结束处");
	limit = said[1] ? atoi(said[1]) : 100;
	if (limit < 1 || limit > ACCOUNT_PAGE)
		return fault_say(why, FAULT_INVALID, "limit is 1 to %d", "每页 1 至 %d 条", ACCOUNT_PAGE);
	if ((ret = account_list(call->web->accounts, after, limit, call_now(call), call->mem, &accounts,
				&count, why)) < 0)
		return ret;
	rows = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, account_words(call, &accounts[i]));
	body = json_pack("{s:o}", "rows", rows);
	if (count == (size_t)limit)
		json_object_set_new(body, "after", json_sprintf("%" PRId64, accounts[count - 1].person));
	call_answer(call, 200, body);
	return 0;
}

int admin_account(struct call *call, struct fault *why)
{
	struct account account;
	int64_t person;
	int ret;

	if ((ret = needs_one(call, vouches, why)) < 0 || (ret = subject_of(call, &person, why)) < 0 ||
	    (ret = account_show(call->web->accounts, person, call_now(call), &account, why)) < 0)
		return ret;
	call_answer(call, 200, account_words(call, &account));
	return 0;
}

/* ---- doing ---------------------------------------------------------------- */

static int note(struct gate *gate, const struct call *call, const char *type, int64_t person, int64_t now,
		struct fault *why)
{
	json_t *change = json_pack("{s:I}", "person", (json_int_t)person);
	const struct asker asker = call_asker(call);
	int ret = house_note(gate->house, type, &asker, change, now, why);

	json_decref(change);
	return ret;
}

static json_t *code_words(const struct invitation *made)
{
	json_t *body = json_pack("{s:b, s:s, s:b}", "ok", 1, "code", made->code, "reset", made->reset);

	answer_moment(body, "until", made->until);
	return body;
}

static json_t *glass_words(const struct breakglass *glass)
{
	json_t *body =
		json_pack("{s:b, s:I, s:I, s:I}", "ok", 1, "break_glass", (json_int_t)glass->id, "person",
			  (json_int_t)glass->person, "opened_by", (json_int_t)glass->opened_by);

	answer_moment(body, "until", glass->until);
	return body;
}

static int open_glass(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct breakglass glass;
	int ret = breakglass_open(call->web->accounts, person, call->who.person, now, &glass, why);

	if (ret == 0 && (ret = note(gate, call, "account.break_glass_opened", person, now, why)) == 0)
		job->answer = glass_words(&glass);
	return ret;
}

/* The account is there from now on; its code comes with the second person. */
static int invite_guarded(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct accounts *accounts = call_of(job)->web->accounts;
	struct invitation made = { 0 };
	struct account known;
	int ret = account_show(accounts, person, now, &known, why);

	if (ret == -FAULT_ABSENT &&
	    (ret = invitation_make(accounts, person, call_of(job)->who.person, now, &made, why)) == 0)
		ret = invitation_withdraw(accounts, person, why);
	invitation_wipe(&made);
	return ret < 0 ? ret : open_glass(gate, job, person, now, why);
}

static int invite(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct invitation made = { 0 };
	int ret;

	if (house_guarded(gate->house, person))
		return invite_guarded(gate, job, person, now, why);
	if ((ret = invitation_make(call->web->accounts, person, call->who.person, now, &made, why)) == 0 &&
	    (ret = note(gate, call, made.reset ? "account.reset" : "account.invited", person, now, why)) == 0)
		job->answer = code_words(&made);
	invitation_wipe(&made);
	return ret;
}

static int disable(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int64_t ended = 0;
	int ret = account_disable(call->web->accounts, person, now, &ended, why);

	if (ret == 0 && (ret = note(gate, call, "account.disabled", person, now, why)) == 0)
		job->answer = json_pack("{s:b, s:I, s:I}", "ok", 1, "person", (json_int_t)person,
					"sessions_ended", (json_int_t)ended);
	return ret;
}

static int enable(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int ret = account_enable(call->web->accounts, person, why);

	if (ret == 0 && (ret = note(gate, call, "account.enabled", person, now, why)) == 0)
		job->answer = answer_ok();
	return ret;
}

static int unlock(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int ret = account_unlock(call->web->accounts, person, why);

	if (ret == 0 && (ret = note(gate, call, "account.unlocked", person, now, why)) == 0)
		job->answer = answer_ok();
	return ret;
}

/* clang-format off */
static const struct {
	const char *name;
	const char *const *roles;
	int (*run)(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why);
} acts[] = {
	{ "invite",      administers, invite },
	{ "disable",     administers, disable },
	{ "enable",      administers, enable },
	{ "unlock",      administers, unlock },
	{ "break-glass", vouches,     open_glass },
};
/* clang-format on */

enum { ACTS = sizeof(acts) / sizeof(*acts) };

static size_t act_of(const struct call *call)
{
	size_t i = 0;

	while (i < ACTS && strcmp(acts[i].name, call->words[1]))
		i++;
	return i;
}

static int act(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	int64_t person;
	int ret = subject_of(call, &person, why);

	if (ret == 0 && person == call->who.person)
		ret = fault_say(why, FAULT_REFUSED, "not for oneself: somebody else does it",
				"不得为本人办理，须由他人办理");
	if (ret == 0)
		ret = acts[act_of(call)].run(gate, job, person, now, why);
	return job_settle(job, ret, why);
}

static void acted(struct call *call, json_t *answer)
{
	if (json_object_get(answer, "sessions_ended")) {
		const int64_t person = json_integer_value(json_object_get(answer, "person"));

		events_revoke(call->web->events, ASKS_BY_SESSION, 0, person);
		events_revoke(call->web->events, ASKS_BY_TOKEN, 0, person);
	}
	call_answer_house(call, json_object_get(answer, "break_glass") ? 202 : 200, answer);
}

int admin_do(struct call *call, struct fault *why)
{
	static const char *const members[] = { NULL };
	const size_t i = act_of(call);
	int ret;

	if (i == ACTS)
		return fault_say(why, FAULT_ABSENT, "an account has no act '%.40s'",
				 "账号没有“%.40s”这一操作", call->words[1]);
	if ((ret = call_members(call, members, why)) < 0 || (ret = needs_one(call, acts[i].roles, why)) < 0 ||
	    (ret = identity_fresh(call, why)) < 0)
		return ret;
	call_act(call, act, acted);
	return 0;
}

/* ---- the second person ---------------------------------------------------- */

int admin_breakglass_list(struct call *call, struct fault *why)
{
	struct breakglass *open;
	json_t *rows, *row;
	size_t count;
	int ret;

	if ((ret = needs_one(call, vouches, why)) < 0 ||
	    (ret = breakglass_list(call->web->accounts, call_now(call), call->mem, &open, &count, why)) < 0)
		return ret;
	rows = json_array();
	for (size_t i = 0; i < count; i++) {
		row = glass_words(&open[i]);
		json_object_del(row, "ok");
		json_array_append_new(rows, row);
	}
	call_answer(call, 200, json_pack("{s:o}", "rows", rows));
	return 0;
}

static int confirm(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	const struct asker asker = call_asker(call);
	struct invitation code = { 0 };
	struct breakglass glass;
	int ret = breakglass_confirm(call->web->accounts, call_id(call->words[0]), call->who.person, now,
				     &glass, &code, why);

	if (ret == 0 &&
	    (ret = note(gate, call, "account.break_glass_confirmed", glass.person, now, why)) == 0 &&
	    (ret = house_alarm(gate->house, "account.break_glass", glass.person, &asker, now, why)) == 0)
		job->answer = code_words(&code);
	invitation_wipe(&code);
	return job_settle(job, ret, why);
}

int admin_breakglass_confirm(struct call *call, struct fault *why)
{
	static const char *const members[] = { NULL };
	int ret;

	if ((ret = call_members(call, members, why)) < 0 || (ret = needs_one(call, vouches, why)) < 0 ||
	    (ret = identity_fresh(call, why)) < 0)
		return ret;
	call_act(call, confirm, NULL);
	return 0;
}

static int withdraw(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct breakglass glass;
	int ret = breakglass_withdraw(call->web->accounts, call_id(call->words[0]), now, &glass, why);

	if (ret == 0 &&
	    (ret = note(gate, call, "account.break_glass_withdrawn", glass.person, now, why)) == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

int admin_breakglass_withdraw(struct call *call, struct fault *why)
{
	const int ret = needs_one(call, vouches, why);

	if (ret == 0)
		call_act(call, withdraw, NULL);
	return ret;
}
