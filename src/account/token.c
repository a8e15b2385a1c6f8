#include "account/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "account/network.h"
#include "base/stamp.h"
#include "base/utf8.h"
#include "host/random.h"
#include "seal/hex.h"

enum { SECRET_BYTES = 32, SECRET_HEX = 64, ID_DIGITS = 16 };
static const char prefix[] = "fs_";

_Static_assert(TOKEN_TEXT > 3 + ID_DIGITS + 1 + SECRET_HEX, "a token has room");

/* clang-format off */
static const struct {
	enum token_scope scope;
	const char *name;
} scopes[] = {
	{ TOKEN_READ,   "read" },
	{ TOKEN_REPORT, "report" },
	{ TOKEN_INTAKE, "intake" },
	{ TOKEN_ACT,    "act" },
};
/* clang-format on */
enum { SCOPES = sizeof(scopes) / sizeof(*scopes), SCOPE_ALL = 15 };

const char *token_scope_name(enum token_scope scope)
{
	for (int i = 0; i < SCOPES; i++)
		if (scopes[i].scope == scope)
			return scopes[i].name;
	return NULL;
}

bool token_scope_named(const char *name, enum token_scope *scope)
{
	for (int i = 0; i < SCOPES; i++)
		if (!strcmp(scopes[i].name, name)) {
			*scope = scopes[i].scope;
			return true;
		}
	return false;
}

/* Digits as token_make writes them: no sign, no zero before them. */
static const char *read_id(const char *at, const char *end, int64_t *out)
{
	const char *begin = at;
	int64_t id = 0;

	for (; at < end && *at >= '0' && *at <= '9' && at - begin < ID_DIGITS; at++)
		id = 10 * id + (*at - '0');
	*out = id;
	return at > begin && *begin != '0' ? at : NULL;
}

bool token_parse(const char *text, size_t len, int64_t *id, unsigned char secret[static SECRET_BYTES])
{
	const size_t head = sizeof(prefix) - 1;
	const char *end = text + len, *at;
	unsigned char bytes[SECRET_BYTES];
	int64_t number;
	bool good;

	if (len >= TOKEN_TEXT || len < head || memcmp(text, prefix, head) != 0 ||
	    !(at = read_id(text + head, end, &number)) || end - at != 1 + SECRET_HEX || *at != '_')
		return false;
	if ((good = hex_read(at + 1, SECRET_BYTES, bytes))) {
		memcpy(secret, bytes, sizeof(bytes));
		*id = number;
	}
	sodium_memzero(bytes, sizeof(bytes));
	return good;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* `most` bytes of UTF-8 without control characters, at least one. */
static bool is_label(const char *text, size_t most)
{
	const size_t len = strnlen(text, most + 1);

	if (!len || len > most || utf8_valid(text, len) < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

static int check_owner(const struct token *ask, struct fault *why)
{
	const bool of_source = ask->source[0] != '\0';

	if (of_source == (ask->person != 0))
		return fault_say(why, FAULT_INVALID, "a token is of a person or of a source",
				 "令牌属于人员或来源，二者取一");
	if (of_source && !is_label(ask->source, TOKEN_SOURCE - 1))
		return fault_say(why, FAULT_INVALID, "the name of a source has 1 to %d bytes of text",
				 "来源名称为 1 至 %d 字节的文本", TOKEN_SOURCE - 1);
	if (!ask->scopes || ask->scopes & ~(unsigned)SCOPE_ALL)
		return fault_say(why, FAULT_INVALID, "a token has scopes: read, report, intake, act",
				 "令牌须有范围：read、report、intake、act");
	if (of_source ? ask->scopes != TOKEN_INTAKE : ask->scopes & TOKEN_INTAKE)
		return fault_say(why, FAULT_INVALID, "the scope intake goes with a source, and alone",
				 "范围 intake 只用于来源的令牌，且不与其他范围并用");
	return 0;
}

static int check(const struct token *ask, int64_t now, struct buf *networks, struct fault *why)
{
	int ret;

	if ((ret = check_owner(ask, why)) < 0)
		return ret;
	if (!is_label(ask->name, TOKEN_NAME - 1))
		return fault_say(why, FAULT_INVALID, "the name of a token has 1 to %d bytes of text",
				 "令牌名称为 1 至 %d 字节的文本", TOKEN_NAME - 1);
	if (ask->expires_at <= now || ask->expires_at > now + TOKEN_DAYS * STAMP_DAY)
		return fault_say(why, FAULT_INVALID, "a token expires within %d days from now",
				 "令牌须在今后 %d 天内到期", TOKEN_DAYS);
	if (strnlen(ask->networks, TOKEN_NETWORKS) == TOKEN_NETWORKS)
		return fault_say(why, FAULT_LIMIT, "the networks have at most %d bytes", "网段最长 %d 字节",
				 TOKEN_NETWORKS - 1);
	return network_list_check(ask->networks, TOKEN_NETWORKS_MOST, networks, why);
}

static int check_place(struct accounts *accounts, const struct token *ask, int64_t now, struct fault *why)
{
	const int most = ask->person ? TOKEN_MOST : TOKEN_SOURCES_MOST;
	struct account_row row;
	int64_t count;
	int ret;

	if ((ret = account_row(accounts, ask->person, &row, why)) < 0)
		return ret;
	if (row.disabled_at)
		return fault_say(why, FAULT_CONFLICT, "the account of person %" PRId64 " is disabled",
				 "人员 %" PRId64 " 的账户已停用", ask->person);
	if ((ret = store_int(
		     accounts->store,
		     "SELECT count(*) FROM tokens WHERE person = $1 AND revoked_at = 0 AND expires_at > $2",
		     VALUES(value_int(ask->person), value_int(now)), &count, why)) < 0)
		return ret;
	if (count >= most)
		return fault_say(why, FAULT_LIMIT, "there are %d tokens already", "已有 %d 个令牌", most);
	return 0;
}

static int insert(struct accounts *accounts, const struct token *token, const unsigned char *digest,
		  struct fault *why)
{
	static const char sql[] =
		"INSERT INTO tokens(id, digest, person, source, name, scopes, networks, made_by, made_at,"
		" expires_at, used_at, revoked_at) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0)";

	return store_run(accounts->store, sql,
			 VALUES(value_int(token->id), value_blob(digest, DIGEST_BYTES),
				value_int(token->person), value_text(token->source), value_text(token->name),
				value_int(token->scopes), value_text(token->networks),
				value_int(token->made_by), value_int(token->made_at),
				value_int(token->expires_at)),
			 NULL, why);
}

static void write_text(int64_t id, const unsigned char secret[static SECRET_BYTES],
		       char out[static TOKEN_TEXT])
{
	const int head = snprintf(out, TOKEN_TEXT, "%s%" PRId64 "_", prefix, id);

	hex_write(secret, SECRET_BYTES, out + head);
}

int token_make(struct accounts *accounts, const struct token *ask, int64_t now, struct token *out,
	       char text[static TOKEN_TEXT], struct fault *why)
{
	SCOPED(buf_fini) struct buf networks = { 0 };
	unsigned char secret[SECRET_BYTES], digest[DIGEST_BYTES];
	struct token token = *ask;
	int ret;

	if ((ret = check(ask, now, &networks, why)) < 0 || (ret = check_place(accounts, ask, now, why)) < 0)
		return ret;
	if (networks.len >= TOKEN_NETWORKS)
		return fault_say(why, FAULT_LIMIT, "the networks have at most %d bytes", "网段最长 %d 字节",
				 TOKEN_NETWORKS - 1);
	snprintf(token.networks, sizeof(token.networks), "%s", networks.len ? networks.data : "");
	token.id = account_draw_id();
	token.made_at = now;
	token.used_at = token.revoked_at = 0;
	random_fill(secret, sizeof(secret));
	keys_digest(accounts->keys.tokens, token.id, secret, sizeof(secret), digest);
	if ((ret = insert(accounts, &token, digest, why)) == 0) {
		write_text(token.id, secret, text);
		*out = token;
	}
	sodium_memzero(secret, sizeof(secret));
	return ret;
}

/* ---- finding --------------------------------------------------------------------------------- */

#define COLUMNS                                                                                              \
	"t.id, t.digest, t.person, t.source, t.name, t.scopes, t.networks, t.made_by, t.made_at,"            \
	" t.expires_at, t.used_at, t.revoked_at"

static void take_row(struct rows *rows, struct token *out)
{
	*out = (struct token){ .id = rows_int(rows, 0),
			       .person = rows_int(rows, 2),
			       .scopes = (unsigned)rows_int(rows, 5),
			       .made_by = rows_int(rows, 7),
			       .made_at = rows_int(rows, 8),
			       .expires_at = rows_int(rows, 9),
			       .used_at = rows_int(rows, 10),
			       .revoked_at = rows_int(rows, 11) };
	snprintf(out->source, sizeof(out->source), "%s", rows_text(rows, 3, NULL));
	snprintf(out->name, sizeof(out->name), "%s", rows_text(rows, 4, NULL));
	snprintf(out->networks, sizeof(out->networks), "%s", rows_text(rows, 6, NULL));
}

static bool digest_is(struct rows *rows, const unsigned char digest[static DIGEST_BYTES])
{
	size_t len = 0;
	const void *kept = rows_blob(rows, 1, &len);

	return kept && len == DIGEST_BYTES && !sodium_memcmp(kept, digest, DIGEST_BYTES);
}

/* 1: this one, 0: none that could be used. */
static int find(struct accounts *accounts, int64_t id, const unsigned char digest[static DIGEST_BYTES],
		const char *address, int64_t now, struct token *out, struct fault *why)
{
	static const char sql[] =
		"SELECT " COLUMNS
		" FROM tokens t LEFT JOIN accounts a ON t.person > 0 AND a.person = t.person"
		" WHERE t.id = $1 AND t.revoked_at = 0 AND t.expires_at > $2"
		" AND coalesce(a.disabled_at, 0) = 0";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct token token;
	int ret;

	if ((ret = store_query(accounts->store, sql, VALUES(value_int(id), value_int(now)), &rows, why)) <
		    0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	if (!digest_is(rows, digest))
		return 0;
	take_row(rows, &token);
	if (!network_list_holds(token.networks, address))
		return 0;
	*out = token;
	return 1;
}

int token_find(struct accounts *accounts, const char *text, size_t len, const char *address, int64_t now,
	       struct token *out, struct fault *why)
{
	unsigned char secret[SECRET_BYTES], digest[DIGEST_BYTES];
	int64_t id;
	int ret = 0;

	if (token_parse(text, len, &id, secret)) {
		keys_digest(accounts->keys.tokens, id, secret, sizeof(secret), digest);
		sodium_memzero(secret, sizeof(secret));
		ret = find(accounts, id, digest, address, now, out, why);
	}
	if (ret)
		return ret < 0 ? ret : 0;
	return fault_say(why, FAULT_REFUSED, "the token is not accepted", "令牌未予接受");
}

bool token_wants_touch(const struct token *token, int64_t now)
{
	return now - token->used_at >= STAMP_MINUTE;
}

int token_touch(struct accounts *accounts, int64_t id, int64_t now, struct fault *why)
{
	return store_run(accounts->store, "UPDATE tokens SET used_at = $1 WHERE id = $2 AND used_at <= $3",
			 VALUES(value_int(now), value_int(id), value_int(now - STAMP_MINUTE)), NULL, why);
}

int token_show(struct accounts *accounts, int64_t id, struct token *out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(accounts->store, "SELECT " COLUMNS " FROM tokens t WHERE t.id = $1",
			       VALUES(value_int(id)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (!ret)
		return fault_say(why, FAULT_ABSENT, "there is no token %" PRId64, "没有令牌 %" PRId64, id);
	take_row(rows, out);
	return 0;
}

int token_list(struct accounts *accounts, int64_t person, struct arena *mem, struct token **out,
	       size_t *count, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct token *list = arena_many(mem, TOKEN_SOURCES_MOST, sizeof(*list));
	size_t n = 0;
	int ret;

	if ((ret = store_query(accounts->store,
			       "SELECT " COLUMNS " FROM tokens t WHERE t.person = $1"
			       " ORDER BY t.made_at DESC, t.id LIMIT $2",
			       VALUES(value_int(person), value_int(TOKEN_SOURCES_MOST)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1)
		take_row(rows, &list[n++]);
	*out = list;
	*count = n;
	return ret;
}

int token_revoke(struct accounts *accounts, int64_t id, int64_t now, struct fault *why)
{
	struct token token;
	int ret;

	if ((ret = token_show(accounts, id, &token, why)) < 0)
		return ret;
	if (token.revoked_at)
		return fault_say(why, FAULT_CONFLICT, "the token %" PRId64 " is revoked already",
				 "令牌 %" PRId64 " 已吊销", id);
	return store_run(accounts->store, "UPDATE tokens SET revoked_at = $1 WHERE id = $2",
			 VALUES(value_int(now), value_int(id)), NULL, why);
}
