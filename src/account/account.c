#include "account/account.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "account/breakglass.h"
#include "account/session.h"
#include "account/token.h"
#include "host/random.h"

int accounts_open(struct store *store, const char *folder, struct accounts **out, struct fault *why)
{
	struct accounts *accounts = must_alloc(sizeof(*accounts));
	int ret;

	*accounts = (struct accounts){ .store = store };
	if ((ret = keys_open(store, folder, &accounts->keys, why)) < 0)
		accounts_close(accounts);
	else
		*out = accounts;
	return ret;
}

void accounts_close(struct accounts *accounts)
{
	if (accounts)
		sodium_memzero(accounts, sizeof(*accounts));
	free(accounts);
}

void accounts_drop(struct accounts **accounts)
{
	accounts_close(*accounts);
	*accounts = NULL;
}

static const char *const state_names[] = {
	[ACCOUNT_INVITED] = "invited",
	[ACCOUNT_ACTIVE] = "active",
	[ACCOUNT_LOCKED] = "locked",
	[ACCOUNT_DISABLED] = "disabled",
};

const char *account_state_name(enum account_state state) { return state_names[state]; }

/* A lock is no word of its own that could be forgotten: it is the count. */
enum account_state account_row_state(const struct account_row *row)
{
	return row->disabled_at                 ? ACCOUNT_DISABLED
	       : row->failures >= THROTTLE_LOCK ? ACCOUNT_LOCKED
	       : row->hash[0] == '\0'           ? ACCOUNT_INVITED
						: ACCOUNT_ACTIVE;
}

static int take_sealed(struct rows *rows, int column, unsigned char *out, bool *has, struct fault *why)
{
	size_t len = 0;
	const void *bytes = rows_blob(rows, column, &len);

	*has = bytes != NULL;
	if (bytes && len != SEALED_BYTES)
		return fault_set(why, FAULT_CORRUPT, "a sealed secret has %zu bytes, not %d", len,
				 SEALED_BYTES);
	if (bytes)
		memcpy(out, bytes, SEALED_BYTES);
	return 0;
}

static int take_row(struct rows *rows, struct account_row *out, struct fault *why)
{
	const char *hash = rows_text(rows, 2, NULL);
	int ret;

	out->person = rows_int(rows, 0);
	out->made_at = rows_int(rows, 1);
	if (hash && strlen(hash) >= HASH_TEXT)
		return fault_set(why, FAULT_CORRUPT, "the hash of account %" PRId64 " is too long",
				 out->person);
	if (hash)
		memcpy(out->hash, hash, strlen(hash) + 1);
	out->password_at = rows_int(rows, 3);
	out->shorter = rows_int(rows, 4) != 0;
	out->disabled_at = rows_int(rows, 5);
	out->failures = (int)rows_int(rows, 6);
	out->signed_in_at = rows_int(rows, 7);
	if ((ret = take_sealed(rows, 8, out->factor, &out->has_factor, why)) < 0 ||
	    (ret = take_sealed(rows, 9, out->offer, &out->has_offer, why)) < 0)
		return ret;
	out->factor_last = rows_int(rows, 10);
	out->by_two = rows_int(rows, 11) != 0;
	return 0;
}

int account_row(struct accounts *accounts, int64_t person, struct account_row *out, struct fault *why)
{
	static const char sql[] = "SELECT person, made_at, password, password_at, shorter, disabled_at,"
				  " failures, signed_in_at, factor, factor_offer, factor_last, by_two"
				  " FROM accounts WHERE person = $1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct account_row row = { 0 };
	int ret;

	if ((ret = store_query(accounts->store, sql, VALUES(value_int(person)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0 || (ret == 1 && (ret = take_row(rows, &row, why)) < 0))
		return ret;
	*out = row;
	return 0;
}

int account_need(struct accounts *accounts, int64_t person, struct account_row *out, struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_row(accounts, person, &row, why)) < 0)
		return ret;
	if (!row.person)
		return fault_say(why, FAULT_ABSENT, "person %" PRId64 " has no account",
				 "人员 %" PRId64 " 没有账户", person);
	*out = row;
	return 0;
}

static int describe(struct accounts *accounts, const struct account_row *row, int64_t now,
		    struct account *out, struct fault *why)
{
	int64_t until = 0;
	int left, ret;

	ret = store_int(accounts->store,
			"SELECT until_at FROM invitations WHERE person = $1 AND until_at > $2",
			VALUES(value_int(row->person), value_int(now)), &until, why);
	if ((ret < 0 && ret != -FAULT_ABSENT) ||
	    (ret = factor_recovery_left(accounts, row->person, &left, why)) < 0)
		return ret;
	*out = (struct account){
		.person = row->person,
		.state = account_row_state(row),
		.has_password = row->hash[0] != '\0',
		.has_factor = row->has_factor,
		.recovery_left = left,
		.failures = row->failures,
		.made_at = row->made_at,
		.signed_in_at = row->signed_in_at,
		.password_at = row->password_at,
		.invited_until = until,
	};
	return 0;
}

int account_show(struct accounts *accounts, int64_t person, int64_t now, struct account *out,
		 struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	return describe(accounts, &row, now, out, why);
}

static int list_persons(struct accounts *accounts, int64_t after, int limit, int64_t *out, size_t *count,
			struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	size_t n = 0;
	int ret;

	if ((ret = store_query(accounts->store,
			       "SELECT person FROM accounts WHERE person > $1 ORDER BY person LIMIT $2",
			       VALUES(value_int(after), value_int(limit)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1)
		out[n++] = rows_int(rows, 0);
	*count = n;
	return ret;
}

int account_list(struct accounts *accounts, int64_t after, int limit, int64_t now, struct arena *mem,
		 struct account **out, size_t *count, struct fault *why)
{
	int64_t persons[ACCOUNT_PAGE];
	struct account *list;
	size_t n;
	int ret;

	if (limit < 1 || limit > ACCOUNT_PAGE)
		return fault_say(why, FAULT_LIMIT, "limit %d is not 1..%d", "条数 %d 不在 1..%d 之内", limit,
				 ACCOUNT_PAGE);
	if ((ret = list_persons(accounts, after, limit, persons, &n, why)) < 0)
		return ret;
	list = arena_many(mem, n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		if ((ret = account_show(accounts, persons[i], now, &list[i], why)) < 0)
			return ret;
	*out = list;
	*count = n;
	return 0;
}

static int end_open_ways(struct accounts *accounts, int64_t person, int64_t *ended, struct fault *why)
{
	bool dropped;
	int ret;

	if ((ret = session_end_all(accounts, person, 0, ended, why)) < 0 ||
	    (ret = invitation_drop(accounts, person, &dropped, why)) < 0)
		return ret;
	return store_run(accounts->store, "DELETE FROM breakglass WHERE person = $1",
			 VALUES(value_int(person)), NULL, why);
}

int account_disable(struct accounts *accounts, int64_t person, int64_t now, int64_t *sessions_ended,
		    struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	if (row.disabled_at)
		return fault_say(why, FAULT_CONFLICT, "the account of person %" PRId64 " is disabled already",
				 "人员 %" PRId64 " 的账户已停用", person);
	if ((ret = store_run(accounts->store, "UPDATE accounts SET disabled_at = $1 WHERE person = $2",
			     VALUES(value_int(now), value_int(person)), NULL, why)) < 0)
		return ret;
	return end_open_ways(accounts, person, sessions_ended, why);
}

int account_enable(struct accounts *accounts, int64_t person, struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	if (!row.disabled_at)
		return fault_say(why, FAULT_CONFLICT, "the account of person %" PRId64 " is not disabled",
				 "人员 %" PRId64 " 的账户未停用", person);
	return store_run(accounts->store, "UPDATE accounts SET disabled_at = 0 WHERE person = $1",
			 VALUES(value_int(person)), NULL, why);
}

int account_unlock(struct accounts *accounts, int64_t person, struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	if (row.failures < THROTTLE_LOCK)
		return fault_say(why, FAULT_CONFLICT, "the account of person %" PRId64 " is not locked",
				 "人员 %" PRId64 " 的账户未锁定", person);
	return store_run(accounts->store, "UPDATE accounts SET failures = 0 WHERE person = $1",
			 VALUES(value_int(person)), NULL, why);
}

/* 53 bits, which every reader of JSON has room for. */
int64_t account_draw_id(void)
{
	uint64_t id;

	random_fill(&id, sizeof(id));
	return (int64_t)(id >> 11) | 1;
}

int account_set_password(struct accounts *accounts, int64_t person, const char *hash, bool shorter,
			 int64_t now, struct fault *why)
{
	return store_run(accounts->store,
			 "UPDATE accounts SET password = $1, password_at = $2, shorter = $3, failures = 0"
			 " WHERE person = $4",
			 VALUES(value_text(hash), value_int(now), value_int(shorter), value_int(person)),
			 NULL, why);
}

int account_set_by_two(struct accounts *accounts, int64_t person, bool by_two, struct fault *why)
{
	return store_run(accounts->store, "UPDATE accounts SET by_two = $1 WHERE person = $2",
			 VALUES(value_int(by_two), value_int(person)), NULL, why);
}

bool account_by_two(struct accounts *accounts, int64_t person)
{
	int64_t by_two = 0;

	return store_int(accounts->store, "SELECT by_two FROM accounts WHERE person = $1",
			 VALUES(value_int(person)), &by_two, NULL) == 0 &&
	       by_two;
}

int account_sweep(struct accounts *accounts, int64_t now, struct fault *why)
{
	const struct {
		const char *sql;
		int64_t before;
	} old[] = {
		{ "DELETE FROM invitations WHERE until_at <= $1", now },
		{ "DELETE FROM breakglass WHERE opened_at <= $1", now - BREAKGLASS_OPEN },
		/* An auditor may ask for a year what a token was. */
		{ "DELETE FROM tokens WHERE expires_at <= $1", now - TOKEN_DAYS * STAMP_DAY },
		{ "DELETE FROM tokens WHERE revoked_at > 0 AND revoked_at <= $1",
		  now - TOKEN_DAYS * STAMP_DAY },
	};
	int ret;

	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++)
		if ((ret = store_run(accounts->store, old[i].sql, VALUES(value_int(old[i].before)), NULL,
				     why)) < 0)
			return ret;
	if ((ret = session_sweep(accounts, now, why)) < 0)
		return ret;
	return throttle_sweep(accounts, now, why);
}
