#include "account/invitation.h"

#include <inttypes.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"

_Static_assert((int)INVITATION_CODE == (int)CODE_TEXT, "a code has room");

static int make_account(struct accounts *accounts, int64_t person, int64_t now, struct fault *why)
{
	return store_run(accounts->store,
			 "INSERT INTO accounts(person, made_at, password_at, shorter, disabled_at, failures,"
			 " signed_in_at, factor_last, by_two) VALUES($1, $2, 0, 0, 0, 0, 0, -1, 0)"
			 " ON CONFLICT(person) DO NOTHING",
			 VALUES(value_int(person), value_int(now)), NULL, why);
}

int invitation_put(struct accounts *accounts, int64_t person, int64_t by, int64_t now, int64_t until,
		   bool breakglass, struct invitation *out, struct fault *why)
{
	static const char sql[] =
		"INSERT INTO invitations(person, digest, made_by, made_at, until_at, breakglass)"
		" VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT(person) DO UPDATE SET digest = excluded.digest,"
		" made_by = excluded.made_by, made_at = excluded.made_at, until_at = excluded.until_at,"
		" breakglass = excluded.breakglass";
	unsigned char digest[DIGEST_BYTES];
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	code_make(CODE_INVITATION, out->code);
	code_digest(accounts, person, out->code, CODE_INVITATION, digest);
	out->person = person;
	out->until = until;
	out->reset = row.hash[0] != '\0';
	if ((ret = store_run(accounts->store, sql,
			     VALUES(value_int(person), value_blob(digest, sizeof(digest)), value_int(by),
				    value_int(now), value_int(until), value_int(breakglass)),
			     NULL, why)) < 0)
		invitation_wipe(out);
	return ret;
}

int invitation_make(struct accounts *accounts, int64_t person, int64_t by, int64_t now,
		    struct invitation *out, struct fault *why)
{
	struct account_row row;
	int ret;

	if (person == by)
		return fault_say(why, FAULT_REFUSED, "nobody invites himself", "不能邀请自己");
	if ((ret = account_row(accounts, person, &row, why)) < 0)
		return ret;
	if (row.disabled_at)
		return fault_say(why, FAULT_CONFLICT, "the account of person %" PRId64 " is disabled",
				 "人员 %" PRId64 " 的账户已停用", person);
	if (!row.person && (ret = make_account(accounts, person, now, why)) < 0)
		return ret;
	return invitation_put(accounts, person, by, now, now + INVITATION_LIFE, false, out, why);
}

int invitation_find(struct accounts *accounts, int64_t person, const char *code, int64_t now, bool *found,
		    bool *breakglass, bool *by_two, struct fault *why)
{
	/* 2: break-glass, 1: of the owner of the folder, 0: of one person */
	static const char sql[] = "SELECT 2 * breakglass + (made_by = 0) FROM invitations"
				  " WHERE person = $1 AND digest = $2 AND until_at > $3";
	unsigned char digest[DIGEST_BYTES];
	int64_t how = 0;
	int ret;

	*found = *breakglass = *by_two = false;
	if (!person || !code_digest(accounts, person, code, CODE_INVITATION, digest))
		return 0;
	ret = store_int(accounts->store, sql,
			VALUES(value_int(person), value_blob(digest, sizeof(digest)), value_int(now)), &how,
			why);
	*found = ret == 0;
	*breakglass = how >= 2;
	*by_two = how > 0;
	return ret == -FAULT_ABSENT ? 0 : ret;
}

int invitation_drop(struct accounts *accounts, int64_t person, bool *dropped, struct fault *why)
{
	int64_t changed = 0;
	int ret = store_run(accounts->store, "DELETE FROM invitations WHERE person = $1",
			    VALUES(value_int(person)), &changed, why);

	*dropped = changed != 0;
	return ret;
}

int invitation_withdraw(struct accounts *accounts, int64_t person, struct fault *why)
{
	bool dropped;
	int ret;

	if ((ret = invitation_drop(accounts, person, &dropped, why)) < 0 || dropped)
		return ret;
	return fault_say(why, FAULT_ABSENT, "person %" PRId64 " has no open invitation",
			 "人员 %" PRId64 " 没有未用的邀请码", person);
}

void invitation_wipe(struct invitation *invitation) { sodium_memzero(invitation, sizeof(*invitation)); }
