#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "base/buf.h"
#include "host/file.h"
#include "host/random.h"
#include "seal/hex.h"

/*
 * keys -- the secret of the room, beside the database and never in it.
 *
 * Who copies the database alone has nothing to try passwords, codes or tokens
 * against. meta keeps a mark of the secret: with another one nobody could sign
 * in any more, and that must show at the start and not at three in the morning.
 */
static const char mark_name[] = "account_key";

/* Purposes of the key derivation; a number is never given to another. */
enum purpose { MARK = 1, PEPPER, FACTOR, CODES, TOKENS, CSRF, COUNTERS };

static void derive(const unsigned char secret[static KEY_LEN], enum purpose purpose,
		   unsigned char out[static KEY_LEN])
{
	crypto_kdf_derive_from_key(out, KEY_LEN, (uint64_t)purpose, "account_", secret);
}

static void derive_all(const unsigned char secret[static KEY_LEN], struct account_keys *out)
{
	derive(secret, PEPPER, out->pepper);
	derive(secret, FACTOR, out->factor);
	derive(secret, CODES, out->codes);
	derive(secret, TOKENS, out->tokens);
	derive(secret, CSRF, out->csrf);
	derive(secret, COUNTERS, out->counters);
}

static int read_secret(const char *path, unsigned char out[static KEY_LEN], struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *bytes;
	size_t len;
	int ret;

	if ((ret = file_read(path, KEY_LEN, mem, &bytes, &len, why)) < 0)
		return ret == -FAULT_LIMIT
			       ? fault_set(why, FAULT_CORRUPT, "%s is longer than %d bytes", path, KEY_LEN)
			       : ret;
	if (len == KEY_LEN)
		memcpy(out, bytes, KEY_LEN);
	sodium_memzero(bytes, len);
	if (len != KEY_LEN)
		return fault_set(why, FAULT_CORRUPT, "%s has %zu bytes, not %d", path, len, KEY_LEN);
	return file_private(path, why);
}

static int make_secret(const char *folder, const char *path, unsigned char out[static KEY_LEN],
		       struct fault *why)
{
	SCOPED(buf_fini) struct buf keys = { 0 };
	int ret;

	buf_format(&keys, "%s/keys", folder);
	if ((ret = file_make_folder(keys.data, 0700, why)) < 0)
		return ret;
	random_fill(out, KEY_LEN);
	return file_write(path, 0600, out, KEY_LEN, why);
}

static int keep_mark(struct store *store, const char *mark, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	int ret;

	if ((ret = store_begin(store, &txn, why)) < 0 ||
	    (ret = store_run(store, "INSERT INTO meta(name, value) VALUES($1, $2)",
			     VALUES(value_text(mark_name), value_text(mark)), NULL, why)) < 0)
		return ret;
	return store_commit(&txn, why);
}

static void mark_of(const unsigned char secret[static KEY_LEN], char out[static 2 * KEY_LEN + 1])
{
	unsigned char mark[KEY_LEN];

	derive(secret, MARK, mark);
	hex_write(mark, sizeof(mark), out);
}

/* Is there anything that was made with the key? */
static bool in_use(struct store *store)
{
	int64_t any = 0;

	return store_int(store,
			 "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM tokens)"
			 " + (SELECT count(*) FROM invitations)",
			 NO_VALUES, &any, NULL) < 0 ||
	       any;
}

static int forget_mark(struct store *store, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	int ret;

	if ((ret = store_begin(store, &txn, why)) < 0 ||
	    (ret = store_run(store, "DELETE FROM meta WHERE name = $1", VALUES(value_text(mark_name)), NULL,
			     why)) < 0)
		return ret;
	return store_commit(&txn, why);
}

/* `kept` is the mark in the store, NULL before the first use. */
static int secret_of(struct store *store, const char *folder, const char *path, const char *kept,
		     unsigned char secret[static KEY_LEN], struct fault *why)
{
	char mark[2 * KEY_LEN + 1];
	int ret = read_secret(path, secret, why);

	/* Where nobody has a secret yet nothing is lost with it. */
	if (ret == -FAULT_ABSENT && kept && !in_use(store)) {
		if ((ret = forget_mark(store, why)) < 0)
			return ret;
		kept = NULL;
		ret = -FAULT_ABSENT;
	}
	if (ret == -FAULT_ABSENT && kept)
		return fault_say(why, FAULT_CORRUPT, "%s: the key of the accounts is not there",
				 "%s：账户密钥不存在", path);
	if (ret == -FAULT_ABSENT)
		ret = make_secret(folder, path, secret, why);
	if (ret < 0)
		return ret;
	mark_of(secret, mark);
	if (kept && strcmp(mark, kept) != 0)
		return fault_say(why, FAULT_CORRUPT, "%s is not the key that the accounts were made with",
				 "%s 不是建立账户时所用的密钥", path);
	return kept ? 0 : keep_mark(store, mark, why);
}

int keys_open(struct store *store, const char *folder, struct account_keys *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(buf_fini) struct buf path = { 0 };
	unsigned char secret[KEY_LEN];
	char *kept = NULL;
	int ret;

	if (sodium_init() < 0)
		return fault_set(why, FAULT_IO, "libsodium does not start");
	buf_format(&path, "%s/keys/account.key", folder);
	ret = store_text(store, "SELECT value FROM meta WHERE name = $1", VALUES(value_text(mark_name)), mem,
			 &kept, why);
	if (ret < 0 && ret != -FAULT_ABSENT)
		return ret;
	if ((ret = secret_of(store, folder, path.data, kept, secret, why)) == 0)
		derive_all(secret, out);
	sodium_memzero(secret, sizeof(secret));
	return ret;
}

void keys_digest(const unsigned char key[static KEY_LEN], int64_t number, const void *bytes, size_t len,
		 unsigned char out[static DIGEST_BYTES])
{
	crypto_generichash_state state;
	unsigned char head[8];

	for (int i = 0; i < 8; i++)
		head[i] = (unsigned char)((uint64_t)number >> 8 * (7 - i));
	crypto_generichash_init(&state, key, KEY_LEN, DIGEST_BYTES);
	crypto_generichash_update(&state, head, sizeof(head));
	crypto_generichash_update(&state, bytes, len);
	crypto_generichash_final(&state, out, DIGEST_BYTES);
	sodium_memzero(&state, sizeof(state));
}
