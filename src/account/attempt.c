#include "account/attempt.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "account/attempt_private.h"
#include "account/invitation.h"
#include "account/password.h"

static char *copy(const char *text) { return text && *text ? must_copy(text) : NULL; }

static void forget(char *text)
{
	if (text)
		sodium_memzero(text, strlen(text));
	free(text);
}

void attempt_free(struct attempt *attempt)
{
	if (!attempt)
		return;
	forget(attempt->login);
	forget(attempt->code);
	forget(attempt->address);
	forget(attempt->agent);
	sodium_memzero(attempt, sizeof(*attempt));
	free(attempt);
}

void attempt_drop(struct attempt **attempt)
{
	attempt_free(*attempt);
	*attempt = NULL;
}

void attempt_result_wipe(struct attempt_result *result) { sodium_memzero(result, sizeof(*result)); }

bool attempt_locks(const struct attempt *attempt)
{
	return attempt->type != ATTEMPT_ENROL && attempt->failures_before + 1 == THROTTLE_LOCK;
}

/* ---- try ------------------------------------------------------------------------------------- */

/* Whoever has no password yet, and nobody at all, gets a hash of the same cost. */
static void take_password(const struct accounts *accounts, const struct account_row *row,
			  const char *password, struct attempt *attempt)
{
	const bool fits = password && *password && strnlen(password, PASSWORD_BYTES + 1) <= PASSWORD_BYTES;

	attempt->verify = true;
	attempt->hopeless |= !fits || !row->hash[0];
	memcpy(attempt->hash, row->hash, sizeof(attempt->hash));
	if (!row->hash[0])
		snprintf(attempt->hash, sizeof(attempt->hash), "%s", password_nobody);
	password_proof(accounts, fits ? password : "", attempt->proof);
}

static void take_fresh(const struct accounts *accounts, const char *fresh, struct attempt *attempt)
{
	attempt->renew = true;
	password_proof(accounts, fresh, attempt->fresh_proof);
}

/* The session goes on and is this person's. */
static int take_session(struct accounts *accounts, const struct attempt_ask *ask, int64_t now,
			struct attempt *attempt, struct fault *why)
{
	struct session session;
	int ret = session_show(accounts, ask->session, now, &session, why);

	if (ret < 0 && ret != -FAULT_ABSENT)
		return ret;
	attempt->session = ask->session;
	attempt->hopeless |= ret < 0 || session.person != ask->person;
	return 0;
}

static int try_sign_in(struct accounts *accounts, const struct attempt_ask *ask,
		       const struct account_row *row, int64_t now, struct attempt *attempt, struct fault *why)
{
	(void)now, (void)why;
	take_password(accounts, row, ask->password, attempt);
	return 0;
}

static int try_step_up(struct accounts *accounts, const struct attempt_ask *ask,
		       const struct account_row *row, int64_t now, struct attempt *attempt, struct fault *why)
{
	if (!attempt->code || (ask->password && *ask->password))
		take_password(accounts, row, ask->password, attempt);
	return take_session(accounts, ask, now, attempt, why);
}

static int try_change(struct accounts *accounts, const struct attempt_ask *ask, const struct account_row *row,
		      int64_t now, struct attempt *attempt, struct fault *why)
{
	int ret;

	if ((ret = password_check(ask->fresh ? ask->fresh : "", ask->login, row->has_factor,
				  &attempt->shorter, why)) < 0)
		return ret;
	take_password(accounts, row, ask->password, attempt);
	take_fresh(accounts, ask->fresh, attempt);
	return take_session(accounts, ask, now, attempt, why);
}

/* No work without the code: its bits cannot be guessed, so the time tells
 * nothing that could be used, and strangers cannot buy hashes with it. */
static int try_enrol(struct accounts *accounts, const struct attempt_ask *ask, const struct account_row *row,
		     int64_t now, struct attempt *attempt, struct fault *why)
{
	bool found, breakglass, by_two;
	int ret;

	if ((ret = invitation_find(accounts, ask->person, attempt->code ? attempt->code : "", now, &found,
				   &breakglass, &by_two, why)) < 0)
		return ret;
	attempt->hopeless |= !found;
	if (!found)
		return 0;
	if ((ret = password_check(ask->fresh ? ask->fresh : "", ask->login, row->has_factor && !breakglass,
				  &attempt->shorter, why)) == 0)
		take_fresh(accounts, ask->fresh, attempt);
	return ret;
}

static int (*const tries[])(struct accounts *, const struct attempt_ask *, const struct account_row *,
			    int64_t, struct attempt *, struct fault *) = {
	[ATTEMPT_SIGN_IN] = try_sign_in,
	[ATTEMPT_STEP_UP] = try_step_up,
	[ATTEMPT_CHANGE] = try_change,
	[ATTEMPT_ENROL] = try_enrol,
};

static struct throttle_ask counters_of(const struct attempt *attempt)
{
	return (struct throttle_ask){ .login = attempt->login,
				      .address = attempt->address,
				      .person = attempt->person };
}

/* A code of an invitation cannot be guessed; counted against the login, it
 * would only be a way to keep somebody out. */
static int count(struct accounts *accounts, const struct attempt *attempt, int64_t now, int64_t *wait_s,
		 struct fault *why)
{
	struct throttle_ask ask = counters_of(attempt);

	if (attempt->type == ATTEMPT_ENROL)
		ask.login = NULL;
	return throttle_count(accounts, &ask, now, wait_s, why);
}

int attempt_try(struct accounts *accounts, const struct attempt_ask *ask, int64_t now, struct attempt **out,
		int64_t *wait_s, struct fault *why)
{
	SCOPED(attempt_drop) struct attempt *attempt = must_alloc(sizeof(*attempt));
	struct account_row row;
	int ret;

	*attempt = (struct attempt){ .type = ask->type, .person = ask->person };
	attempt->login = must_copy(ask->login ? ask->login : "");
	attempt->code = copy(ask->code);
	attempt->address = copy(ask->address);
	attempt->agent = copy(ask->agent);
	if ((ret = account_row(accounts, ask->person, &row, why)) < 0 ||
	    (ret = count(accounts, attempt, now, wait_s, why)) < 0)
		return ret;
	attempt->failures_before = row.failures;
	attempt->hopeless |= !row.person || (row.failures >= THROTTLE_LOCK && ask->type != ATTEMPT_ENROL);
	if ((ret = tries[ask->type](accounts, ask, &row, now, attempt, why)) < 0)
		return ret;
	*out = attempt;
	attempt = NULL;
	return 0;
}

/* ---- work ------------------------------------------------------------------------------------ */

void attempt_work(struct attempt *attempt)
{
	assert(!attempt->worked);
	attempt->good = true;
	if (attempt->verify)
		attempt->good = password_verify(attempt->hash, attempt->proof);
	if (attempt->good && attempt->renew)
		attempt->no_memory = !password_hash(attempt->fresh_proof, attempt->fresh);
	else if (attempt->good && attempt->verify && password_is_old(attempt->hash))
		password_hash(attempt->proof, attempt->fresh);
	sodium_memzero(attempt->proof, sizeof(attempt->proof));
	sodium_memzero(attempt->fresh_proof, sizeof(attempt->fresh_proof));
	attempt->worked = true;
}

/* ---- settle ---------------------------------------------------------------------------------- */

static int refuse(struct fault *why) { return fault_say(why, FAULT_REFUSED, "not accepted", "未予接受"); }

static int clear(struct accounts *accounts, const struct attempt *attempt, int64_t now, struct fault *why)
{
	const struct throttle_ask ask = counters_of(attempt);

	return throttle_clear(accounts, &ask, now, why);
}

/* 1: right, 0: not, <0: a fault. */
static int prove_code(struct accounts *accounts, const struct attempt *attempt, const struct account_row *row,
		      int64_t now, struct attempt_result *result, struct fault *why)
{
	int ret;

	if ((ret = factor_prove(accounts, row, attempt->code, now, &result->used_recovery, why)) != 1)
		return ret;
	ret = factor_recovery_left(accounts, row->person, &result->recovery_left, why);
	return ret < 0 ? ret : 1;
}

static int enter(struct accounts *accounts, const struct attempt *attempt, int64_t now,
		 struct attempt_result *result, struct fault *why)
{
	int ret;

	if ((ret = clear(accounts, attempt, now, why)) < 0)
		return ret;
	if (attempt->fresh[0] &&
	    (ret = store_run(accounts->store, "UPDATE accounts SET password = $1 WHERE person = $2",
			     VALUES(value_text(attempt->fresh), value_int(attempt->person)), NULL, why)) < 0)
		return ret;
	if ((ret = store_run(accounts->store, "UPDATE accounts SET signed_in_at = $1 WHERE person = $2",
			     VALUES(value_int(now), value_int(attempt->person)), NULL, why)) < 0)
		return ret;
	return session_open(accounts, attempt->person, attempt->address, attempt->agent, now,
			    &result->session, result->secret, why);
}

static int settle_sign_in(struct accounts *accounts, const struct attempt *attempt,
			  const struct account_row *row, int64_t now, struct attempt_result *result,
			  struct fault *why)
{
	int ret;

	if (row->has_factor && !attempt->code) {
		result->wants_code = true;
		return 0;
	}
	if (row->has_factor && (ret = prove_code(accounts, attempt, row, now, result, why)) != 1)
		return ret < 0 ? ret : refuse(why);
	return enter(accounts, attempt, now, result, why);
}

/* 1: it goes on, 0: it has ended meanwhile, <0: a fault. */
static int session_goes_on(struct accounts *accounts, const struct attempt *attempt, int64_t now,
			   struct fault *why)
{
	struct session session;
	int ret = session_show(accounts, attempt->session, now, &session, why);

	return ret == -FAULT_ABSENT ? 0 : ret < 0 ? ret : 1;
}

static int settle_step_up(struct accounts *accounts, const struct attempt *attempt,
			  const struct account_row *row, int64_t now, struct attempt_result *result,
			  struct fault *why)
{
	int ret;

	if ((ret = session_goes_on(accounts, attempt, now, why)) != 1 ||
	    (!attempt->verify && (ret = prove_code(accounts, attempt, row, now, result, why)) != 1))
		return ret < 0 ? ret : refuse(why);
	if ((ret = clear(accounts, attempt, now, why)) < 0)
		return ret;
	return session_rotate(accounts, attempt->session, now, &result->session, result->secret, why);
}

static int replace_password(struct accounts *accounts, const struct attempt *attempt, int64_t now,
			    struct attempt_result *result, struct fault *why)
{
	bool dropped;
	int ret;

	if (attempt->no_memory)
		return fault_set(why, FAULT_BUSY, "there is not enough memory to hash a password");
	if ((ret = account_set_password(accounts, attempt->person, attempt->fresh, attempt->shorter, now,
					why)) < 0 ||
	    (ret = session_end_all(accounts, attempt->person, attempt->session, &result->sessions_ended,
				   why)) < 0 ||
	    (ret = invitation_drop(accounts, attempt->person, &dropped, why)) < 0)
		return ret;
	return clear(accounts, attempt, now, why);
}

static int settle_change(struct accounts *accounts, const struct attempt *attempt,
			 const struct account_row *row, int64_t now, struct attempt_result *result,
			 struct fault *why)
{
	int ret;

	(void)row;
	if ((ret = session_goes_on(accounts, attempt, now, why)) != 1)
		return ret < 0 ? ret : refuse(why);
	if ((ret = replace_password(accounts, attempt, now, result, why)) < 0)
		return ret;
	return session_rotate(accounts, attempt->session, now, &result->session, result->secret, why);
}

static int settle_enrol(struct accounts *accounts, const struct attempt *attempt,
			const struct account_row *row, int64_t now, struct attempt_result *result,
			struct fault *why)
{
	bool found, breakglass, by_two;
	int ret;

	if ((ret = invitation_find(accounts, attempt->person, attempt->code, now, &found, &breakglass,
				   &by_two, why)) < 0)
		return ret;
	if (!found)
		return refuse(why);
	result->first = !row->hash[0];
	result->factor_removed = breakglass && row->has_factor;
	if ((breakglass && (ret = factor_drop(accounts, attempt->person, why)) < 0) ||
	    (ret = account_set_by_two(accounts, attempt->person, by_two, why)) < 0)
		return ret;
	return replace_password(accounts, attempt, now, result, why);
}

static int (*const settles[])(struct accounts *, const struct attempt *, const struct account_row *, int64_t,
			      struct attempt_result *, struct fault *) = {
	[ATTEMPT_SIGN_IN] = settle_sign_in,
	[ATTEMPT_STEP_UP] = settle_step_up,
	[ATTEMPT_CHANGE] = settle_change,
	[ATTEMPT_ENROL] = settle_enrol,
};

/* While the worker was busy the account may have been disabled, or the
 * password replaced by another. */
static bool still_so(const struct attempt *attempt, const struct account_row *row)
{
	return row->person && !row->disabled_at && (!attempt->verify || !strcmp(row->hash, attempt->hash));
}

int attempt_settle(struct accounts *accounts, struct attempt *attempt, int64_t now,
		   struct attempt_result *out, struct fault *why)
{
	struct attempt_result result = { .person = attempt->person };
	struct account_row row;
	int ret;

	assert(attempt->worked && !attempt->settled);
	attempt->settled = true;
	if ((ret = account_row(accounts, attempt->person, &row, why)) < 0)
		return ret;
	if (attempt->hopeless || !attempt->good || !still_so(attempt, &row))
		return refuse(why);
	if ((ret = settles[attempt->type](accounts, attempt, &row, now, &result, why)) == 0)
		*out = result;
	attempt_result_wipe(&result);
	return ret;
}
