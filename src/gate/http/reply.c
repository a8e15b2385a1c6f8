#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/blob.h"
#include "gate/http/parts.h"

/*
 * reply -- the answer of a call, as bytes with their headers.
 */

void call_header(struct call *call, const char *name, const char *value)
{
	assert(call->header_count < CALL_HEADERS);
	call->headers[call->header_count++] = (struct http_header){ name, value };
}

/* Nothing of the house is kept by a cache, framed, sniffed or told to another site. */
static void always(struct call *call)
{
	call_header(call, "Cache-Control", "no-store");
	call_header(call, "X-Content-Type-Options", "nosniff");
	call_header(call, "Referrer-Policy", "no-referrer");
	call_header(call, "Cross-Origin-Resource-Policy", "same-origin");
}

void call_bytes(struct call *call, int status, const char *bytes, size_t len)
{
	if (!call->exchange || http_answered(call->exchange))
		return;
	if (http_request(call->exchange)->secure)
		call_header(call, "Strict-Transport-Security", "max-age=31536000");
	call->web->answered[status / 100 % 6]++;
	http_answer(call->exchange, status, call->headers, call->header_count, bytes, len);
}

void call_text(struct call *call, int status, const char *type, const char *text, size_t len)
{
	if (!call->exchange || http_answered(call->exchange))
		return;
	always(call);
	if (type)
		call_header(call, "Content-Type", type);
	call_bytes(call, status, text, len);
}

/* Whatever is in it, a browser keeps it and does not show it. */
void call_file(struct call *call, int fd, uint64_t size, const char *type, const char *disposition,
	       const char *digest)
{
	call_header(call, "Content-Type", type);
	call_header(call, "Content-Disposition", disposition);
	call_header(call, "Content-Security-Policy", "sandbox; default-src 'none'");
	call_header(call, "X-Content-Type-Options", "nosniff");
	call_header(call, "Cache-Control", "no-store");
	call_header(call, "Cross-Origin-Resource-Policy", "same-origin");
	call_header(call, "Repr-Digest", arena_text(call->mem, "sha-256-hex=%s", digest));
	http_answer_file(call->exchange, 200, call->headers, call->header_count, fd, size);
}

void call_kept(struct call *call, const char *digest, const char *type, const char *disposition)
{
	struct fault why;
	uint64_t size = 0;
	int fd;

	if (blob_reach(house_folder(call->web->gate->house), digest, &fd, &size, &why) < 0)
		call_fault(call, &why);
	else
		call_file(call, fd, size, type, disposition, digest);
}

bool call_good(struct call *call, json_t *answer)
{
	const bool good = call->exchange && json_is_true(json_object_get(answer, "ok"));

	if (good)
		json_decref(answer);
	else
		call_answer_house(call, 0, answer);
	return good;
}

static void send_json(struct call *call, int status, const char *type, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	call_text(call, status, body ? type : NULL, text, text ? strlen(text) : 0);
	free(text);
	json_decref(body);
}

/* Whoever reads it must see that nothing in it is real. */
static void mark_demo(const struct call *call, json_t *body)
{
	if (call->web->gate->demo && json_is_object(body))
		json_object_set_new(body, "demo", json_true());
}

void call_answer(struct call *call, int status, json_t *body)
{
	mark_demo(call, body);
	send_json(call, status, "application/json", body);
}

static void send_problem(struct call *call, int status, json_t *answer)
{
	json_t *problem;

	if (!call->exchange) {
		json_decref(answer);
		return;
	}
	problem = problem_of(call, answer, &status);
	if (status == 401)
		call_header(call, "WWW-Authenticate", "Bearer realm=\"fengsui\"");
	if (status == 503)
		call_header(call, "Retry-After", "2");
	mark_demo(call, problem);
	send_json(call, status, "application/problem+json", problem);
}

char *call_words(struct call *call, json_t *answer)
{
	char *text;

	json_object_del(answer, "ok");
	mark_demo(call, answer);
	text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return text;
}

void call_answer_house(struct call *call, int status, json_t *answer)
{
	if (!json_is_true(json_object_get(answer, "ok"))) {
		send_problem(call, 0, answer);
		return;
	}
	json_object_del(answer, "ok");
	call_answer(call, status, answer);
}

void call_refuse(struct call *call, int status, const struct fault *why)
{
	send_problem(call, status, answer_fault(why));
}

void call_fault(struct call *call, const struct fault *why) { call_refuse(call, 0, why); }

void call_later(struct call *call, int status, int64_t wait_s, const struct fault *why)
{
	if (status != 503)
		call_header(call, "Retry-After", arena_text(call->mem, "%" PRId64, wait_s > 0 ? wait_s : 1));
	call_refuse(call, status, why);
}
