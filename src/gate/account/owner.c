#include "account/account.h"

#include <string.h>

#include "account/invitation.h"
#include "gate/gate_private.h"

/*
 * owner -- what whoever owns the folder does with accounts, over the socket.
 *
 * Whoever runs the program can read the folder without it; so they may let the
 * first people in. What they do stands in the record, and a code of theirs
 * counts as one that two stood behind: nothing in software binds the owner.
 */

static int note(struct gate *gate, const struct job *job, const char *type, int64_t person, int64_t now,
		struct fault *why)
{
	json_t *fact = json_pack("{s:I, s:s}", "person", (json_int_t)person, "by", job->caller->user.name);
	const struct asker asker = { .machine = "system" };
	int ret = house_note(gate->house, type, &asker, fact, now, why);

	json_decref(fact);
	return ret;
}

static int invite(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct invitation made = { 0 };
	int ret = invitation_make(gate->accounts, person, 0, now, &made, why);

	if (ret == 0 && (ret = note(gate, job, made.reset ? "account.reset" : "account.invited", person, now,
				    why)) == 0) {
		job->answer = json_pack("{s:b, s:s, s:b}", "ok", 1, "code", made.code, "reset", made.reset);
		answer_moment(job->answer, "until", made.until);
	}
	invitation_wipe(&made);
	return ret;
}

static int disable(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	int64_t ended = 0;
	int ret = account_disable(gate->accounts, person, now, &ended, why);

	if (ret == 0 && (ret = note(gate, job, "account.disabled", person, now, why)) == 0)
		job->answer = json_pack("{s:b, s:I}", "ok", 1, "sessions_ended", (json_int_t)ended);
	return ret;
}

static int enable(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	int ret = account_enable(gate->accounts, person, why);

	if (ret == 0 && (ret = note(gate, job, "account.enabled", person, now, why)) == 0)
		job->answer = answer_ok();
	return ret;
}

static int unlock(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	int ret = account_unlock(gate->accounts, person, why);

	if (ret == 0 && (ret = note(gate, job, "account.unlocked", person, now, why)) == 0)
		job->answer = answer_ok();
	return ret;
}

static int show(struct gate *gate, struct job *job, int64_t person, int64_t now, struct fault *why)
{
	struct account account;
	int ret = account_show(gate->accounts, person, now, &account, why);

	if (ret < 0)
		return ret;
	job->answer = json_pack("{s:b, s:I, s:s, s:b, s:b, s:i}", "ok", 1, "person", (json_int_t)person,
				"state", account_state_name(account.state), "password", account.has_password,
				"factor", account.has_factor, "failures", account.failures);
	answer_moment(job->answer, "signed_in_at", account.signed_in_at);
	answer_moment(job->answer, "invited_until", account.invited_until);
	return 0;
}

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(struct gate *, struct job *, int64_t, int64_t, struct fault *);
} acts[] = {
	{ "invite",  invite },
	{ "disable", disable },
	{ "enable",  enable },
	{ "unlock",  unlock },
	{ "show",    show },
};
/* clang-format on */

static int act(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	const char *name = ask_text(&job->ask, SAYS_ACT), *login = ask_text(&job->ask, SAYS_LOGIN);
	int64_t person;
	int ret;

	if ((ret = asker_operates(gate, job, why)) < 0 ||
	    (ret = house_person(gate->house, login, &person, why)) < 0)
		return ret;
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(acts[i].name, name))
			return acts[i].run(gate, job, person, now, why);
	return fault_say(why, FAULT_INVALID, "act is invite, disable, enable, unlock or show, not '%.40s'",
			 "“act”为“invite”“disable”“enable”“unlock”或“show”，不能是“%.40s”", name);
}

int account_do(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	return job_settle(job, act(gate, job, now, why), why);
}
