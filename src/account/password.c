#include "account/password.h"

#include <string.h>
#include <strings.h>

#include <sodium.h>
#include <zxcvbn.h>

#include "account/account_private.h"
#include "base/utf8.h"

/* Cost of a hash: 85 ms on a slow core, three times what OWASP ASVS asks for. */
enum { PASSES = 3, MEMORY_BYTES = 64 << 20 };

/* Guesses, as a power of two, that somebody who knows what people choose may
 * need at least. 33 is the best mark that zxcvbn itself gives. */
static const double guesses_least = 40;

_Static_assert(HASH_TEXT >= crypto_pwhash_STRBYTES, "a PHC string has room");
_Static_assert(PROOF_LEN == crypto_generichash_BYTES, "the proof is one digest");

const char password_nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$ZmVuZ3N1aSBub2JvZHkgIQ$"
			       "bm8gcGFzc3dvcmQgaGFzIHRoaXMgaGFzaCwgZXZlciE";

/* Words that are easily guessed here and that no English list has. */
static const char *const local_words[] = {
	"fengsui", "jinan",        "shandong",   "beijing",  "zhongguo",   "wangan",  "wangluo",
	"anquan",  "yingji",       "zhihui",     "zhiban",   "guanliyuan", "mima",    "koulingmima",
	"gongan",  "woaini",       "wangxinban", "dengbao",  "yuan",       "5201314", "1314520",
	"1314",    "woaizhongguo", "nihao",      "zhangwei", "wangwei",    "kouling", "xitong",
	"烽燧",    "济南",         "应急",       "密码",     "口令",       "管理员",  "我爱你",
};
enum { LOCAL_WORDS = sizeof(local_words) / sizeof(*local_words) };

static size_t chars_of(const char *text, size_t len)
{
	const char *end = text + len;
	size_t chars = 0;

	for (; text < end; chars++)
		utf8_next(&text, end);
	return chars;
}

/* Letters without regard to case; a login of one or two letters is in too many words to count. */
static bool holds_login(const char *password, const char *login)
{
	return login && strlen(login) > 2 && strcasestr(password, login);
}

static double guesses_for(const char *password, const char *login)
{
	const char *words[LOCAL_WORDS + 2] = { 0 };

	memcpy(words, local_words, sizeof(local_words));
	words[LOCAL_WORDS] = login && *login ? login : NULL;
	return ZxcvbnMatch(password, words, NULL);
}

int password_check(const char *password, const char *login, bool has_factor, bool *shorter, struct fault *why)
{
	const size_t len = strlen(password), least = has_factor ? PASSWORD_SHORT : PASSWORD_LONG;
	size_t chars;

	if (len > PASSWORD_BYTES)
		return fault_say(why, FAULT_LIMIT,
				 "a password has at most %d bytes of UTF-8; this one has %zu",
				 "口令最长 %d 字节（UTF-8），这个有 %zu 字节", PASSWORD_BYTES, len);
	if (utf8_valid(password, len) < len)
		return fault_say(why, FAULT_INVALID, "the password is not UTF-8", "口令不是 UTF-8 文本");
	if ((chars = chars_of(password, len)) < least)
		return fault_say(why, FAULT_INVALID,
				 "a password has at least %zu characters%s; this one has %zu",
				 "口令至少 %zu 个字符%.0s，这个有 %zu 个", least,
				 has_factor ? "" : " where there are no one-time codes", chars);
	if (holds_login(password, login))
		return fault_say(why, FAULT_INVALID, "the password holds the login", "口令中含有登录名");
	if (guesses_for(password, login) < guesses_least)
		return fault_say(why, FAULT_INVALID,
				 "the password is made of what is guessed first: common passwords, names, "
				 "dates, rows of keys, repetitions",
				 "口令由最先被猜到的内容组成：常用口令、姓名、日期、键盘序列或重复");
	*shorter = chars < PASSWORD_LONG;
	return 0;
}

void password_proof(const struct accounts *accounts, const char *password,
		    unsigned char out[static PROOF_LEN])
{
	crypto_generichash(out, PROOF_LEN, (const unsigned char *)password, strlen(password),
			   accounts->keys.pepper, KEY_LEN);
}

bool password_hash(const unsigned char proof[static PROOF_LEN], char out[static HASH_TEXT])
{
	return crypto_pwhash_str_alg(out, (const char *)proof, PROOF_LEN, PASSES, MEMORY_BYTES,
				     crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_verify(const char *hash, const unsigned char proof[static PROOF_LEN])
{
	return crypto_pwhash_str_verify(hash, (const char *)proof, PROOF_LEN) == 0;
}

bool password_is_old(const char *hash)
{
	return crypto_pwhash_str_needs_rehash(hash, PASSES, MEMORY_BYTES) != 0;
}
