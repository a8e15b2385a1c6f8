#include "room.h"

#include <unistd.h>

#include <sodium.h>

int room_open(struct room *room, const struct store_driver *driver)
{
	SCOPED(buf_fini) struct buf path = { 0 };
	int ret;

	buf_format(&path, "%s/fengsui.db", room->path);
	if ((ret = store_open(driver, path.data, STORE_WRITE, &room->store, &room->why)) < 0 ||
	    (ret = store_schema(room->store, &room->why)) < 0)
		return ret;
	return accounts_open(room->store, room->path, &room->accounts, &room->why);
}

void room_close(struct room *room)
{
	store_txn_drop(&room->txn);
	accounts_close(room->accounts);
	store_close(room->store);
	room->accounts = NULL;
	room->store = NULL;
}

static int setup(void **state, const struct store_driver *driver)
{
	struct room *room = must_alloc(sizeof(*room));

	*room = (struct room){ .mem = arena_new() };
	strcpy(room->path, "/tmp/account-test-XXXXXX");
	assert_non_null(mkdtemp(room->path));
	if (room_open(room, driver) < 0)
		fail_msg("%s", room->why.text);
	*state = room;
	return 0;
}

int room_setup(void **state) { return setup(state, &store_sqlite); }
int room_setup_fake(void **state) { return setup(state, &store_fake); }

int room_teardown(void **state)
{
	struct room *room = *state;
	char command[128];

	room_close(room);
	snprintf(command, sizeof(command), "rm -rf %s", room->path);
	assert_int_equal(system(command), 0);
	arena_free(room->mem);
	free(room);
	return 0;
}

void room_begin(struct room *room)
{
	if (store_begin(room->store, &room->txn, &room->why) < 0)
		fail_msg("%s", room->why.text);
}

void room_commit(struct room *room)
{
	if (store_commit(&room->txn, &room->why) < 0)
		fail_msg("%s", room->why.text);
}

int64_t room_int(struct room *room, const char *sql)
{
	int64_t out = -1;

	if (store_int(room->store, sql, NO_VALUES, &out, &room->why) < 0)
		fail_msg("%s: %s", sql, room->why.text);
	return out;
}

void room_sql(struct room *room, const char *sql)
{
	room_begin(room);
	if (store_run(room->store, sql, NO_VALUES, NULL, &room->why) < 0)
		fail_msg("%s: %s", sql, room->why.text);
	room_commit(room);
}

void room_account(struct room *room, int64_t person, const char *password, bool cheap)
{
	unsigned char proof[PROOF_LEN];
	struct invitation invitation;
	char hash[HASH_TEXT];
	bool dropped;

	password_proof(room->accounts, password, proof);
	if (cheap)
		assert_int_equal(crypto_pwhash_str_alg(hash, (const char *)proof, PROOF_LEN, 1, 8192,
						       crypto_pwhash_ALG_ARGON2ID13),
				 0);
	else
		assert_true(password_hash(proof, hash));
	room_begin(room);
	assert_int_equal(invitation_make(room->accounts, person, 0, ROOM_NOW, &invitation, &room->why), 0);
	assert_int_equal(invitation_drop(room->accounts, person, &dropped, &room->why), 0);
	assert_int_equal(account_set_password(room->accounts, person, hash, false, ROOM_NOW, &room->why), 0);
	room_commit(room);
}

/* From base32 as it was offered. */
static void read_secret(const char *text, unsigned char out[static TOTP_SECRET])
{
	unsigned held = 0, bits = 0;

	for (size_t n = 0; *text; text++) {
		held = (held << 5 | (unsigned)(*text >= 'A' ? *text - 'A' : *text - '2' + 26)) & 0xffff;
		if ((bits += 5) >= 8)
			out[n++] = (unsigned char)(held >> (bits -= 8));
	}
}

void room_factor(struct room *room, int64_t person, int64_t now, unsigned char secret[static TOTP_SECRET])
{
	struct factor_offer offer;
	struct factor_codes codes;
	char code[TOTP_DIGITS + 1];

	room_begin(room);
	assert_int_equal(factor_offer(room->accounts, person, "room", "jia", &offer, &room->why), 0);
	read_secret(offer.secret, secret);
	totp_code(secret, TOTP_SECRET, totp_counter(now), TOTP_DIGITS, code);
	assert_int_equal(factor_confirm(room->accounts, person, code, now, &codes, &room->why), 0);
	room_commit(room);
}

struct tried room_try(struct room *room, const struct attempt_ask *ask, int64_t now)
{
	SCOPED(attempt_drop) struct attempt *attempt = NULL;
	struct tried tried = { 0 };

	room_begin(room);
	tried.try_code = attempt_try(room->accounts, ask, now, &attempt, &tried.wait_s, &room->why);
	room_commit(room);
	if (tried.try_code < 0)
		return tried;
	attempt_work(attempt);
	tried.locks = attempt_locks(attempt);
	room_begin(room);
	tried.code = attempt_settle(room->accounts, attempt, now, &tried.result, &room->why);
	room_commit(room);
	return tried;
}
