#include "account/factor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "account/totp.h"
#include "host/random.h"

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

_Static_assert(SEALED_BYTES == NONCE + TOTP_SECRET + crypto_aead_xchacha20poly1305_ietf_ABYTES,
	       "nonce, secret and tag");
_Static_assert(FACTOR_CODE == CODE_RECOVERY + CODE_RECOVERY / 4, "three dashes and a NUL");

/* The person is sealed in with it: the secret of one row does not open in another. */
static void head_of(int64_t person, unsigned char out[static 8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)person >> 8 * i);
}

static void seal(const struct accounts *accounts, int64_t person,
		 const unsigned char secret[static TOTP_SECRET], unsigned char out[static SEALED_BYTES])
{
	unsigned char head[8];

	head_of(person, head);
	random_fill(out, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, secret, TOTP_SECRET, head, sizeof(head),
						   NULL, out, accounts->keys.factor);
}

static int unseal(const struct accounts *accounts, int64_t person,
		  const unsigned char sealed[static SEALED_BYTES], unsigned char out[static TOTP_SECRET],
		  struct fault *why)
{
	unsigned char head[8];

	head_of(person, head);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + NONCE, SEALED_BYTES - NONCE,
						       head, sizeof(head), sealed,
						       accounts->keys.factor) == 0)
		return 0;
	return fault_set(why, FAULT_CORRUPT,
			 "the secret for one-time codes of person %" PRId64
			 " was sealed with another key or for another person",
			 person);
}

/* Percent-encoded (RFC 3986); false where there is no room. */
static bool encode(const char *text, char *out, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text && size > 3; text++) {
		const size_t n = strchr(plain, *text) ? 1 : 3;

		snprintf(out, size, n == 1 ? "%c" : "%%%02X", (unsigned char)*text);
		out += n;
		size -= n;
	}
	*out = '\0';
	return !*text;
}

static int write_uri(const char *issuer, const char *login, struct factor_offer *out, struct fault *why)
{
	char who[FACTOR_URI / 3], house[FACTOR_URI / 3];
	int len = -1;

	if (encode(issuer, house, sizeof(house)) && encode(login, who, sizeof(who)))
		len = snprintf(out->uri, sizeof(out->uri),
			       "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d",
			       house, who, out->secret, house, TOTP_DIGITS, TOTP_STEP_S);
	if (len >= 0 && (size_t)len < sizeof(out->uri))
		return 0;
	return fault_say(why, FAULT_LIMIT, "the names of house and login are too long for one address",
			 "单位与登录名过长，无法写入同一地址");
}

static int may_offer(const struct account_row *row, struct fault *why)
{
	if (row->has_factor)
		return fault_say(why, FAULT_CONFLICT,
				 "one-time codes are set up; they have to be removed first",
				 "已启用动态口令，须先移除");
	if (!row->hash[0])
		return fault_say(why, FAULT_CONFLICT, "the account has no password yet", "账户尚未设置口令");
	return 0;
}

int factor_offer(struct accounts *accounts, int64_t person, const char *issuer, const char *login,
		 struct factor_offer *out, struct fault *why)
{
	unsigned char secret[TOTP_SECRET], sealed[SEALED_BYTES];
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0 || (ret = may_offer(&row, why)) < 0)
		return ret;
	random_fill(secret, sizeof(secret));
	totp_base32(secret, sizeof(secret), out->secret);
	seal(accounts, person, secret, sealed);
	sodium_memzero(secret, sizeof(secret));
	if ((ret = write_uri(issuer, login, out, why)) == 0)
		ret = store_run(accounts->store, "UPDATE accounts SET factor_offer = $1 WHERE person = $2",
				VALUES(value_blob(sealed, sizeof(sealed)), value_int(person)), NULL, why);
	if (ret < 0)
		factor_offer_wipe(out);
	return ret;
}

static int make_codes(struct accounts *accounts, int64_t person, struct factor_codes *out, struct fault *why)
{
	unsigned char digest[DIGEST_BYTES];
	char text[CODE_TEXT];
	int ret;

	if ((ret = store_run(accounts->store, "DELETE FROM recovery_codes WHERE person = $1",
			     VALUES(value_int(person)), NULL, why)) < 0)
		return ret;
	for (int i = 0; i < FACTOR_CODES && ret == 0; i++) {
		code_make(CODE_RECOVERY, text);
		memcpy(out->codes[i], text, FACTOR_CODE);
		code_digest(accounts, person, text, CODE_RECOVERY, digest);
		ret = store_run(accounts->store, "INSERT INTO recovery_codes(person, digest) VALUES($1, $2)",
				VALUES(value_int(person), value_blob(digest, sizeof(digest))), NULL, why);
	}
	sodium_memzero(text, sizeof(text));
	if (ret < 0)
		factor_codes_wipe(out);
	return ret;
}

/* The step of the code that was shown counts as used. */
static int put_in_force(struct accounts *accounts, const struct account_row *row, int64_t step,
			struct fault *why)
{
	return store_run(accounts->store,
			 "UPDATE accounts SET factor = factor_offer, factor_offer = NULL, factor_last = $1"
			 " WHERE person = $2",
			 VALUES(value_int(step), value_int(row->person)), NULL, why);
}

int factor_confirm(struct accounts *accounts, int64_t person, const char *code, int64_t now,
		   struct factor_codes *out, struct fault *why)
{
	unsigned char secret[TOTP_SECRET];
	struct account_row row;
	int64_t step = -1;
	bool good;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	if (!row.has_offer)
		return fault_say(why, FAULT_ABSENT, "no secret for one-time codes waits to be confirmed",
				 "没有待确认的动态口令密钥");
	if ((ret = unseal(accounts, person, row.offer, secret, why)) < 0)
		return ret;
	good = totp_check(secret, code, now, -1, &step);
	sodium_memzero(secret, sizeof(secret));
	if (!good)
		return fault_say(why, FAULT_REFUSED, "the code is not the one of this moment",
				 "动态口令与当前时刻不符");
	if ((ret = put_in_force(accounts, &row, step, why)) < 0)
		return ret;
	return make_codes(accounts, person, out, why);
}

static int none(struct fault *why)
{
	return fault_say(why, FAULT_ABSENT, "no one-time codes are set up", "未启用动态口令");
}

int factor_renew(struct accounts *accounts, int64_t person, struct factor_codes *out, struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	return row.has_factor ? make_codes(accounts, person, out, why) : none(why);
}

int factor_drop(struct accounts *accounts, int64_t person, struct fault *why)
{
	int ret;

	if ((ret = store_run(accounts->store,
			     "UPDATE accounts SET factor = NULL, factor_offer = NULL, factor_last = -1"
			     " WHERE person = $1",
			     VALUES(value_int(person)), NULL, why)) < 0)
		return ret;
	return store_run(accounts->store, "DELETE FROM recovery_codes WHERE person = $1",
			 VALUES(value_int(person)), NULL, why);
}

int factor_remove(struct accounts *accounts, int64_t person, struct fault *why)
{
	struct account_row row;
	int ret;

	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	if (!row.has_factor)
		return none(why);
	if (row.shorter)
		return fault_say(why, FAULT_CONFLICT,
				 "the password is too short to stand alone; first set a longer one",
				 "口令过短，不能单独使用；请先设置更长的口令");
	return factor_drop(accounts, person, why);
}

static int prove_by_step(struct accounts *accounts, const struct account_row *row, const char *code,
			 int64_t now, struct fault *why)
{
	unsigned char secret[TOTP_SECRET];
	int64_t step;
	bool good;
	int ret;

	if ((ret = unseal(accounts, row->person, row->factor, secret, why)) < 0)
		return ret;
	good = totp_check(secret, code, now, row->factor_last, &step);
	sodium_memzero(secret, sizeof(secret));
	if (!good)
		return 0;
	ret = store_run(accounts->store, "UPDATE accounts SET factor_last = $1 WHERE person = $2",
			VALUES(value_int(step), value_int(row->person)), NULL, why);
	return ret < 0 ? ret : 1;
}

static int prove_by_recovery(struct accounts *accounts, const struct account_row *row, const char *code,
			     struct fault *why)
{
	unsigned char digest[DIGEST_BYTES];
	int64_t used;
	int ret;

	if (!code_digest(accounts, row->person, code, CODE_RECOVERY, digest))
		return 0;
	if ((ret = store_run(accounts->store, "DELETE FROM recovery_codes WHERE person = $1 AND digest = $2",
			     VALUES(value_int(row->person), value_blob(digest, sizeof(digest))), &used,
			     why)) < 0)
		return ret;
	return used == 1;
}

int factor_prove(struct accounts *accounts, const struct account_row *row, const char *code, int64_t now,
		 bool *used_recovery, struct fault *why)
{
	int ret;

	*used_recovery = false;
	if (!row->has_factor)
		return 0;
	if (strlen(code) == TOTP_DIGITS)
		return prove_by_step(accounts, row, code, now, why);
	if ((ret = prove_by_recovery(accounts, row, code, why)) == 1)
		*used_recovery = true;
	return ret;
}

int factor_recovery_left(struct accounts *accounts, int64_t person, int *out, struct fault *why)
{
	int64_t left;
	int ret;

	if ((ret = store_int(accounts->store, "SELECT count(*) FROM recovery_codes WHERE person = $1",
			     VALUES(value_int(person)), &left, why)) == 0)
		*out = (int)left;
	return ret;
}

void factor_offer_wipe(struct factor_offer *offer) { sodium_memzero(offer, sizeof(*offer)); }
void factor_codes_wipe(struct factor_codes *codes) { sodium_memzero(codes, sizeof(*codes)); }
