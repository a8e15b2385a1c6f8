#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "account/token.h"
#include "base/stamp.h"
#include "evidence/blob.h"
#include "gate/http/parts.h"
#include "seal/digest.h"
#include "seal/hex.h"

/*
 * cap -- warnings as other centres read them: the feed, each file, and one of theirs taken in.
 *
 * What is public is for anybody. Who is signed in gets besides what that person
 * may see; who says so and is not is answered as anybody.
 */
enum { FILE_MOST = 1024 * 1024, NAME_MOST = 200, TAG_DIGITS = 32 };

/* Whoever asks; nobody, where it is not said who or what was said is not right. */
static struct asker whoever(struct call *call)
{
	struct fault why;

	if (identity_find(call, &why) < 0 ||
	    (call->who.way == ASKS_BY_TOKEN && !(call->who.scopes & (TOKEN_READ | TOKEN_ACT))))
		call->who = (struct identity){ 0 };
	return call_asker(call);
}

static bool known(struct call *call, const char *tag)
{
	const char *tags = http_header(call->exchange, "if-none-match");

	return tags && (!strcmp(tags, "*") || strstr(tags, tag));
}

/* What one person may see is kept for nobody else. */
static void say_for_whom(struct call *call, const char *anybody)
{
	call_header(call, "Cache-Control", call->who.person ? "private, no-cache" : anybody);
	call_header(call, "Vary", "Cookie, Authorization");
	call_header(call, "X-Content-Type-Options", "nosniff");
	call_header(call, "Content-Security-Policy", "sandbox; default-src 'none'");
	call_header(call, "Cross-Origin-Resource-Policy", call->who.person ? "same-origin" : "cross-origin");
}

static const char *http_date(struct call *call, int64_t stamp)
{
	const time_t seconds = (time_t)(stamp / STAMP_SECOND);
	char text[64];
	struct tm at;

	gmtime_r(&seconds, &at);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &at);
	return arena_copy(call->mem, text);
}

/* ---- the feed ------------------------------------------------------------------------ */

static const char *tag_of(struct call *call, const struct buf *text)
{
	unsigned char digest[DIGEST_LEN];
	char hex[2 * DIGEST_LEN + 1];

	digest_of(text->data, text->len, digest);
	hex_write(digest, sizeof(digest), hex);
	return arena_text(call->mem, "\"%.*s\"", TAG_DIGITS, hex);
}

static void send_feed(struct call *call, const struct buf *text, int64_t updated)
{
	const char *tag = tag_of(call, text);

	say_for_whom(call, "public, max-age=60");
	call_header(call, "ETag", tag);
	call_header(call, "Last-Modified", http_date(call, updated));
	if (known(call, tag)) {
		call_bytes(call, 304, NULL, 0);
		return;
	}
	call_header(call, "Content-Type", "application/atom+xml; charset=utf-8");
	call_bytes(call, 200, text->data, text->len);
}

int cap_feed(struct call *call, struct fault *why)
{
	SCOPED(buf_fini) struct buf text = { 0 };
	struct asker asker;
	int64_t updated = 0;
	int ret;

	if ((ret = call_no_query(call, why)) < 0)
		return ret;
	asker = whoever(call);
	if ((ret = house_cap_feed(call->web->gate->house, &asker, call_now(call), &text, &updated, why)) < 0)
		return ret;
	send_feed(call, &text, updated);
	return 0;
}

/* ---- one file ------------------------------------------------------------------------- */

/* It never changes: what left is what it is. */
static int send_file(struct call *call, const char *digest, struct fault *why)
{
	const char *tag = arena_text(call->mem, "\"%.*s\"", TAG_DIGITS, digest);
	uint64_t size = 0;
	int fd, ret;

	if ((ret = blob_reach(house_folder(call->web->gate->house), digest, &fd, &size, why)) < 0)
		return ret;
	say_for_whom(call, "public, max-age=3600");
	call_header(call, "ETag", tag);
	if (known(call, tag)) {
		close(fd);
		call_bytes(call, 304, NULL, 0);
		return 0;
	}
	call_header(call, "Content-Type", "application/cap+xml");
	call->web->answered[2]++;
	http_answer_file(call->exchange, 200, call->headers, call->header_count, fd, size);
	return 0;
}

int cap_file(struct call *call, struct fault *why)
{
	const char *name = call->words[0];
	const size_t len = strlen(name);
	struct asker asker;
	char digest[65];
	int ret;

	if ((ret = call_no_query(call, why)) < 0)
		return ret;
	if (len < 5 || len > NAME_MOST || strcmp(name + len - 4, ".xml") != 0)
		return fault_say(why, FAULT_ABSENT, "there is no CAP file '%.80s'", "没有 CAP 文件“%.80s”",
				 name);
	asker = whoever(call);
	if ((ret = house_cap_file(call->web->gate->house, &asker, arena_copy_bytes(call->mem, name, len - 4),
				  call_now(call), digest, why)) < 0)
		return ret;
	return send_file(call, digest, why);
}

/* ---- one of theirs ---------------------------------------------------------------------- */

int cap_begin(struct call *call, struct fault *why)
{
	static const char *const types[] = { "application/cap+xml", "application/xml" };
	const char *type = http_header(call->exchange, "content-type");
	const size_t len = type ? strcspn(type, "; ") : 0;
	int ret;

	if ((ret = call_no_query(call, why)) < 0)
		return ret;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (type && strlen(types[i]) == len && !strncasecmp(types[i], type, len)) {
			http_take_body(call->exchange, FILE_MOST);
			return 0;
		}
	fault_say(why, FAULT_INVALID, "a CAP file is 'application/cap+xml'",
		  "CAP 文件的类型应为“application/cap+xml”");
	call_refuse(call, 415, why);
	return 0;
}

int cap_part(struct call *call, const char *bytes, size_t len, struct fault *why)
{
	(void)why;
	buf_put(&call->body, bytes, len);
	return 0;
}

static int import(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	const struct asker asker = call_asker(call);

	return house_cap_import(gate->house, &asker, call->body.data ? call->body.data : "", call->body.len,
				now, &job->answer, why);
}

static void imported(struct call *call, json_t *answer)
{
	if (call->mem && json_is_true(json_object_get(answer, "ok")))
		call_header(call, "Location",
			    arena_text(call->mem, "/api/v1/warning/%" JSON_INTEGER_FORMAT,
				       json_integer_value(json_object_get(answer, "id"))));
	call_answer_house(call, 201, answer);
}

int cap_whole(struct call *call, struct fault *why)
{
	(void)why;
	call_act(call, import, imported);
	return 0;
}
