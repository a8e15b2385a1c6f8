#include "account/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "account/account_private.h"
#include "base/utf8.h"
#include "host/random.h"
#include "seal/digest.h"
#include "seal/hex.h"

enum { SECRET_BYTES = 32 };
#define TOUCH_EVERY STAMP_MINUTE

_Static_assert(SESSION_SECRET == 2 * SECRET_BYTES + 1, "a secret is written in hex");

#define COLUMNS "id, person, address, agent, opened_at, touched_at, proven_at, ends_at"
#define GOES_ON "ends_at > $2 AND touched_at > $3"

/* As much of a text from outside as there is room for, in whole characters. */
static void take_text(char *out, size_t size, const char *text)
{
	size_t len = text ? strnlen(text, size - 1) : 0;

	len = utf8_valid(text ? text : "", len);
	memcpy(out, text ? text : "", len);
	out[len] = '\0';
}

static void take_row(struct rows *rows, struct session *out)
{
	*out = (struct session){
		.id = rows_int(rows, 0),
		.person = rows_int(rows, 1),
		.opened_at = rows_int(rows, 4),
		.touched_at = rows_int(rows, 5),
		.proven_at = rows_int(rows, 6),
		.ends_at = rows_int(rows, 7),
	};
	take_text(out->address, sizeof(out->address), rows_text(rows, 2, NULL));
	take_text(out->agent, sizeof(out->agent), rows_text(rows, 3, NULL));
}

static void token_of(const struct accounts *accounts, const unsigned char secret[static SECRET_BYTES],
		     char out[static SESSION_TOKEN])
{
	unsigned char token[DIGEST_BYTES];

	keys_digest(accounts->keys.csrf, 0, secret, SECRET_BYTES, token);
	hex_write(token, sizeof(token), out);
}

static int take_one(struct rows *rows, struct session *out, struct fault *why)
{
	int ret = rows_next(rows, why);

	if (ret < 0)
		return ret;
	if (!ret)
		return fault_say(why, FAULT_ABSENT, "there is no such session, or it is over",
				 "没有这个会话，或会话已结束");
	take_row(rows, out);
	return 0;
}

int session_find(struct accounts *accounts, const char *secret, int64_t now, struct session *out,
		 struct fault *why)
{
	static const char sql[] = "SELECT " COLUMNS " FROM sessions WHERE digest = $1 AND " GOES_ON;
	SCOPED(rows_drop) struct rows *rows = NULL;
	unsigned char bytes[SECRET_BYTES] = { 0 }, digest[DIGEST_LEN];
	struct session session;
	const bool formed = secret && strnlen(secret, SESSION_SECRET) == SESSION_SECRET - 1 &&
			    hex_read(secret, SECRET_BYTES, bytes);
	int ret;

	if (!formed)
		return fault_say(why, FAULT_ABSENT, "that is no session", "这不是会话");
	digest_of(bytes, sizeof(bytes), digest);
	if ((ret = store_query(accounts->store, sql,
			       VALUES(value_blob(digest, sizeof(digest)), value_int(now),
				      value_int(now - SESSION_IDLE)),
			       &rows, why)) == 0 &&
	    (ret = take_one(rows, &session, why)) == 0) {
		token_of(accounts, bytes, session.token);
		*out = session;
	}
	sodium_memzero(bytes, sizeof(bytes));
	return ret;
}

int session_show(struct accounts *accounts, int64_t id, int64_t now, struct session *out, struct fault *why)
{
	static const char sql[] = "SELECT " COLUMNS " FROM sessions WHERE id = $1 AND " GOES_ON;
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(accounts->store, sql,
			       VALUES(value_int(id), value_int(now), value_int(now - SESSION_IDLE)), &rows,
			       why)) < 0)
		return ret;
	return take_one(rows, out, why);
}

bool session_token_is(const struct session *session, const char *token)
{
	return token && session->token[0] && strnlen(token, SESSION_TOKEN) == SESSION_TOKEN - 1 &&
	       !sodium_memcmp(session->token, token, SESSION_TOKEN - 1);
}

bool session_is_proven(const struct session *session, int64_t now)
{
	return now - session->proven_at < SESSION_PROVEN;
}

bool session_wants_touch(const struct session *session, int64_t now)
{
	return now - session->touched_at >= TOUCH_EVERY;
}

/* Of one that is over nothing begins again, whoever was late to say so. */
int session_touch(struct accounts *accounts, int64_t id, int64_t now, struct fault *why)
{
	return store_run(accounts->store,
			 "UPDATE sessions SET touched_at = $2 WHERE id = $1 AND touched_at <= $3"
			 " AND touched_at > $4 AND ends_at > $2",
			 VALUES(value_int(id), value_int(now), value_int(now - TOUCH_EVERY),
				value_int(now - SESSION_IDLE)),
			 NULL, why);
}

int session_list(struct accounts *accounts, int64_t person, int64_t now, struct arena *mem,
		 struct session **out, size_t *count, struct fault *why)
{
	static const char sql[] = "SELECT " COLUMNS " FROM sessions WHERE person = $1 AND " GOES_ON
				  " ORDER BY opened_at DESC, id LIMIT $4";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct session *list = arena_many(mem, SESSION_MOST, sizeof(*list));
	size_t n = 0;
	int ret;

	if ((ret = store_query(accounts->store, sql,
			       VALUES(value_int(person), value_int(now), value_int(now - SESSION_IDLE),
				      value_int(SESSION_MOST)),
			       &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1)
		take_row(rows, &list[n++]);
	*out = list;
	*count = n;
	return ret;
}

int session_end(struct accounts *accounts, int64_t person, int64_t id, struct fault *why)
{
	int64_t changed;
	int ret;

	if ((ret = store_run(accounts->store, "DELETE FROM sessions WHERE id = $1 AND person = $2",
			     VALUES(value_int(id), value_int(person)), &changed, why)) < 0)
		return ret;
	return changed ? 0
		       : fault_say(why, FAULT_ABSENT, "there is no session %" PRId64 " of this person",
				   "此人没有会话 %" PRId64, id);
}

int session_end_all(struct accounts *accounts, int64_t person, int64_t except, int64_t *ended,
		    struct fault *why)
{
	return store_run(accounts->store, "DELETE FROM sessions WHERE person = $1 AND id <> $2",
			 VALUES(value_int(person), value_int(except)), ended, why);
}

static int keep_bounds(struct accounts *accounts, int64_t person, struct fault *why)
{
	return store_run(accounts->store,
			 "DELETE FROM sessions WHERE person = $1 AND id NOT IN (SELECT id FROM sessions"
			 " WHERE person = $1 ORDER BY opened_at DESC, id LIMIT $2)",
			 VALUES(value_int(person), value_int(SESSION_MOST - 1)), NULL, why);
}

static int insert(struct accounts *accounts, const struct session *s, const unsigned char *digest,
		  struct fault *why)
{
	static const char sql[] =
		"INSERT INTO sessions(id, digest, person, address, agent, opened_at, touched_at,"
		" proven_at, ends_at) VALUES($1, $2, $3, $4, $5, $6, $6, $6, $7)";

	return store_run(accounts->store, sql,
			 VALUES(value_int(s->id), value_blob(digest, DIGEST_LEN), value_int(s->person),
				value_text(s->address), value_text(s->agent), value_int(s->opened_at),
				value_int(s->ends_at)),
			 NULL, why);
}

/* A secret in `secret`, its digest, and the token that goes with it. */
static void draw(const struct accounts *accounts, char *secret, unsigned char digest[static DIGEST_LEN],
		 char token[static SESSION_TOKEN])
{
	unsigned char bytes[SECRET_BYTES];

	random_fill(bytes, sizeof(bytes));
	hex_write(bytes, sizeof(bytes), secret);
	digest_of(bytes, sizeof(bytes), digest);
	token_of(accounts, bytes, token);
	sodium_memzero(bytes, sizeof(bytes));
}

int session_open(struct accounts *accounts, int64_t person, const char *address, const char *agent,
		 int64_t now, struct session *out, char secret[static SESSION_SECRET], struct fault *why)
{
	struct session s = { .id = account_draw_id(),
			     .person = person,
			     .opened_at = now,
			     .touched_at = now,
			     .proven_at = now,
			     .ends_at = now + SESSION_LIFE };
	unsigned char digest[DIGEST_LEN];
	int ret;

	take_text(s.address, sizeof(s.address), address);
	take_text(s.agent, sizeof(s.agent), agent);
	draw(accounts, secret, digest, s.token);
	if ((ret = keep_bounds(accounts, person, why)) < 0 || (ret = insert(accounts, &s, digest, why)) < 0) {
		sodium_memzero(secret, SESSION_SECRET);
		return ret;
	}
	*out = s;
	return 0;
}

int session_rotate(struct accounts *accounts, int64_t id, int64_t now, struct session *out, char *secret,
		   struct fault *why)
{
	static const char sql[] =
		"UPDATE sessions SET digest = $1, proven_at = $2, touched_at = $2 WHERE id = $3";
	char token[SESSION_TOKEN];
	unsigned char digest[DIGEST_LEN];
	int ret;

	draw(accounts, secret, digest, token);
	if ((ret = store_run(accounts->store, sql,
			     VALUES(value_blob(digest, sizeof(digest)), value_int(now), value_int(id)), NULL,
			     why)) == 0 &&
	    (ret = session_show(accounts, id, now, out, why)) == 0)
		memcpy(out->token, token, sizeof(token));
	else
		sodium_memzero(secret, SESSION_SECRET);
	return ret;
}

int session_sweep(struct accounts *accounts, int64_t now, struct fault *why)
{
	return store_run(accounts->store, "DELETE FROM sessions WHERE ends_at <= $1 OR touched_at <= $2",
			 VALUES(value_int(now), value_int(now - SESSION_IDLE)), NULL, why);
}
