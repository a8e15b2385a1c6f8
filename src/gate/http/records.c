#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/blob.h"
#include "gate/http/parts.h"
#include "seal/digest.h"
#include "seal/hex.h"

/*
 * records -- lists, single records and moves: the operations of the socket, by address.
 */
enum { KEY_MOST = 128, DIGEST_SHOWN = 8, FILES_MOST = 1000 };

/* ---- lists ---------------------------------------------------------------- */

/* The same list, further on. */
static const char *next_link(struct call *call, const char *after)
{
	const struct http_request *request = http_request(call->exchange);
	const char *at = request->query;
	SCOPED(buf_fini) struct buf link = { 0 };

	buf_format(&link, "<%s?", request->path);
	while (*at) {
		const size_t len = strcspn(at, "&");

		if (len && strncmp(at, "after=", 6) != 0)
			buf_put(&link, at, len), buf_char(&link, '&');
		at += len + (at[len] == '&');
	}
	buf_text(&link, "after=");
	for (; *after; after++)
		buf_format(&link, strchr("<>\"% &#+", *after) || *after <= ' ' ? "%%%02X" : "%c",
			   (unsigned char)*after);
	buf_text(&link, ">; rel=\"next\"");
	return arena_copy_bytes(call->mem, link.data, link.len);
}

static void listed(struct call *call, json_t *answer)
{
	const char *after = json_string_value(json_object_get(answer, "after"));

	if (after && call->exchange)
		call_header(call, "Link", next_link(call, after));
	call_answer_house(call, 200, answer);
}

int records_list(struct call *call, struct fault *why)
{
	static const char *const names[] = { "where", "limit",         "after", "space",
					     "order", "updated_since", NULL };
	const char *said[6];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	if (said[5] && (!said[4] || strcmp(said[4], "changed")))
		return fault_say(why, FAULT_INVALID, "updated_since goes with order=changed",
				 "“updated_since”须与“order=changed”同用");
	fields = json_pack("{s:s, s:s*, s:s*, s:s*, s:s*}", "kind", call->words[0], "where", said[0], "after",
			   said[2], "order", said[4], "since", said[5]);
	if ((ret = call_number(fields, "limit", said[1], why)) < 0 ||
	    (ret = call_space(fields, said[3], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_LIST, fields, listed, why);
}

/* ---- one record ----------------------------------------------------------- */

/* By what it shows, for it shows more than its own version: "3-1f0c2a7e". */
static const char *tag_of(struct call *call, json_int_t version, const char *text)
{
	unsigned char digest[DIGEST_LEN];
	char hex[2 * DIGEST_LEN + 1];

	digest_of(text, strlen(text), digest);
	hex_write(digest, sizeof(digest), hex);
	return arena_text(call->mem, "\"%" JSON_INTEGER_FORMAT "-%.*s\"", version, DIGEST_SHOWN, hex);
}

static void shown(struct call *call, json_t *answer)
{
	const char *known = call->exchange ? http_header(call->exchange, "if-none-match") : NULL, *tag;
	const json_int_t version = json_integer_value(json_object_get(answer, "version"));
	char *text;

	if (!call->exchange || !json_is_true(json_object_get(answer, "ok"))) {
		call_answer_house(call, 200, answer);
		return;
	}
	text = call_words(call, answer);
	tag = tag_of(call, version, text);
	call_header(call, "ETag", tag);
	if (known && strstr(known, tag))
		call_answer(call, 304, NULL);
	else
		call_text(call, 200, "application/json", text, strlen(text));
	free(text);
}

static int ask_of_record(struct call *call, enum ask_op op, const char *with, call_then_fn *then,
			 struct fault *why)
{
	return call_ask(call, op,
			json_pack("{s:s, s:s, s:s*}", "kind", call->words[0], "ref",
				  call_ref(call, call->words[1]), "with", with),
			then, why);
}

static int ask_about(struct call *call, enum ask_op op, call_then_fn *then, struct fault *why)
{
	const int ret = call_no_query(call, why);

	return ret < 0 ? ret : ask_of_record(call, op, NULL, then, why);
}

int records_show(struct call *call, struct fault *why)
{
	static const char *const names[] = { "with", NULL };
	const char *said[1];
	const int ret = call_query(call, names, said, why);

	return ret < 0 ? ret : ask_of_record(call, ASK_SHOW, said[0], shown, why);
}

int records_history(struct call *call, struct fault *why) { return ask_about(call, ASK_HISTORY, NULL, why); }

/* ---- files ---------------------------------------------------------------- */

struct handed {
	size_t n;
	char digest[BLOB_NAME];
};

static int find_file(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct handed *handed = call->matter;
	const struct asker asker = call_asker(call);
	const struct file_ask ask = { .kind = call->words[0],
				      .ref = call_ref(call, call->words[1]),
				      .field = call->words[2],
				      .n = handed->n };
	int ret = house_file(gate->house, &asker, &ask, now, handed->digest, why);

	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static void found_file(struct call *call, json_t *answer)
{
	const struct handed *handed = call->matter;

	if (call_good(call, answer))
		call_kept(call, handed->digest, "application/octet-stream",
			  arena_text(call->mem, "attachment; filename=\"%.16s.bin\"", handed->digest));
}

int records_file(struct call *call, struct fault *why)
{
	static const char *const names[] = { "number", NULL };
	struct handed *handed = must_alloc(sizeof(*handed));
	const char *said[1];
	char *end;
	long number;
	int ret;

	*handed = (struct handed){ 0 };
	call->matter = handed;
	call->drop = free;
	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	number = said[0] ? strtol(said[0], &end, 10) : 1;
	if (said[0] && (end == said[0] || *end || number < 1 || number > FILES_MOST))
		return fault_say(why, FAULT_INVALID, "'number' is the file's place, 1 to %d",
				 "“number”为文件的序号，1 至 %d", FILES_MOST);
	handed->n = (size_t)number - 1;
	call_act(call, find_file, found_file);
	return 0;
}

/* ---- moves ---------------------------------------------------------------- */

/* If-Match: "3", or the whole tag that was given with the record. */
static int seen_version(struct call *call, json_t *fields, struct fault *why)
{
	const char *tag = http_header(call->exchange, "if-match");
	char *end;
	long long version;

	if (!tag || !strcmp(tag, "*"))
		return 0;
	version = strtoll(tag + (*tag == '"'), &end, 10);
	if (*tag != '"' || end == tag + 1 || (*end != '"' && *end != '-') || version < 0)
		return fault_say(why, FAULT_INVALID, "If-Match is \"VERSION\" as ETag gave it",
				 "“If-Match”应为 ETag 给出的“\"版本\"”");
	json_object_set_new(fields, "seen", json_integer(version));
	return 0;
}

static int repeat_key(struct call *call, json_t *fields, struct fault *why)
{
	const char *key = http_header(call->exchange, "idempotency-key");

	if (!key)
		return 0;
	if (!*key || strlen(key) > KEY_MOST)
		return fault_say(why, FAULT_INVALID, "Idempotency-Key has 1 to %d characters",
				 "“Idempotency-Key”为 1 至 %d 个字符", KEY_MOST);
	json_object_set_new(fields, "key", json_string(key));
	return 0;
}

static int fill_move(struct call *call, json_t *fields, struct fault *why)
{
	static const char *const members[] = { "input", "occurred", "space", NULL };
	const char *space;
	int ret;

	if ((ret = call_no_query(call, why)) < 0 || (ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "space", 16, false, &space, why)) < 0 ||
	    (ret = call_space(fields, space, why)) < 0 || (ret = seen_version(call, fields, why)) < 0 ||
	    (ret = repeat_key(call, fields, why)) < 0)
		return ret;
	for (size_t i = 0; i < 2; i++)
		if (json_object_get(call->said, members[i]))
			json_object_set(fields, members[i], json_object_get(call->said, members[i]));
	return 0;
}

static void version_tag(struct call *call, const json_t *answer)
{
	if (call->mem && json_is_true(json_object_get(answer, "ok")))
		call_header(call, "ETag",
			    arena_text(call->mem, "\"%" JSON_INTEGER_FORMAT "\"",
				       json_integer_value(json_object_get(answer, "version"))));
}

static void moved(struct call *call, json_t *answer)
{
	version_tag(call, answer);
	call_answer_house(call, 200, answer);
}

static void made(struct call *call, json_t *answer)
{
	version_tag(call, answer);
	if (call->mem && json_is_true(json_object_get(answer, "ok")))
		call_header(call, "Location",
			    arena_text(call->mem, "/api/v1/%s/%" JSON_INTEGER_FORMAT, call->words[0],
				       json_integer_value(json_object_get(answer, "id"))));
	call_answer_house(call, 201, answer);
}

static int ask_move(struct call *call, json_t *fields, call_then_fn *then, struct fault *why)
{
	const int ret = fill_move(call, fields, why);

	if (ret < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_DO, fields, then, why);
}

int records_make(struct call *call, struct fault *why)
{
	return ask_move(call, json_pack("{s:s, s:s}", "kind", call->words[0], "move", "create"), made, why);
}

int records_move(struct call *call, struct fault *why)
{
	return ask_move(call,
			json_pack("{s:s, s:s, s:s}", "kind", call->words[0], "ref",
				  call_ref(call, call->words[1]), "move", call->words[2]),
			moved, why);
}

int records_withdraw(struct call *call, struct fault *why)
{
	const int64_t id = call_id(call->words[0]);

	if (!id)
		return fault_say(why, FAULT_ABSENT, "there is no proposal '%.40s'", "没有提议“%.40s”",
				 call->words[0]);
	return call_ask(call, ASK_WITHDRAW, json_pack("{s:I}", "proposal", (json_int_t)id), NULL, why);
}
