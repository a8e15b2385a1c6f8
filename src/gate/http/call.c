#include "gate/http/call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "gate/http/parts.h"
#include "gate/http/route.h"

struct call *call_of(struct job *job) { return (struct call *)job->caller; }

int64_t call_now(const struct call *call)
{
	const struct gate *gate = call->web->gate;

	return gate->demo ? gate->now : gate->clock();
}

struct asker call_asker(const struct call *call)
{
	return (struct asker){ .person = call->who.person,
			       .session = call->who.name,
			       .unproven = !call->who.proven };
}

/* ---- its life ------------------------------------------------------------- */

static void forget(struct call *call)
{
	if (call->exchange || call->busy)
		return;
	caller_forget(&call->caller);
	if (call->drop && call->matter)
		call->drop(call->matter);
	json_decref(call->said);
	buf_fini(&call->body);
	arena_free(call->mem);
	free(call);
}

static bool clogged(const struct caller *caller)
{
	(void)caller;
	return false; /* one answer for one request, which the connection has room for */
}

static void say(struct caller *caller, const struct job *job, json_t *answer)
{
	struct call *call = (struct call *)caller;

	if (job->then)
		job->then(caller, answer);
	else
		call_answer_house(call, 200, answer);
	call->busy--;
	forget(call);
}

static const struct way way = { .clogged = clogged, .say = say };

/* ---- from the house ------------------------------------------------------- */

/* The two are one: a call begins with its caller. */
typedef void then_fn(struct caller *caller, json_t *answer);

int call_ask(struct call *call, enum ask_op op, json_t *fields, call_then_fn *then, struct fault *why)
{
	struct job *job = must_alloc(sizeof(*job));
	int ret;

	*job = (struct job){ .caller = &call->caller, .then = (then_fn *)then };
	json_object_set_new(fields, "op", json_string(ask_op_name(op)));
	if ((ret = ask_from(fields, &job->ask, why)) < 0) {
		job_free(job);
		return ret;
	}
	job->writes = ask_writes(op);
	call->busy++;
	caller_push(&call->caller, job);
	return 0;
}

void call_act(struct call *call, call_act_fn *act, call_then_fn *then)
{
	struct job *job = must_alloc(sizeof(*job));

	*job = (struct job){ .writes = true, .act = act, .then = (then_fn *)then };
	call->busy++;
	caller_push(&call->caller, job);
}

/* ---- workers -------------------------------------------------------------- */

/* clang-format off */
/* A proof takes 64 MiB and a tenth of a second; a long document as much, and many seconds. */
static const struct {
	unsigned at_once, waiting;
	const char *en, *zh;
} lines[] = {
	[LINE_PROOF]    = { 2, 64, "64 others are signing in just now; try again in a moment", "目前有 64 人正在登录，请稍后再试" },
	[LINE_DOCUMENT] = { 1, 8,  "8 other documents wait to be written; try again in a moment", "已有 8 份文件等待生成，请稍后再试" },
};
/* clang-format on */

_Static_assert(sizeof(lines) / sizeof(*lines) == LINE__COUNT, "every line has its row");

struct work {
	uv_work_t request;
	struct call *call;
	enum line line;
	void (*work)(struct call *call);
	void (*done)(struct call *call);
};

static void in_thread(uv_work_t *request)
{
	struct work *work = (struct work *)request;

	work->work(work->call);
}

static void start_waiting(struct web *web, enum line line);

static void after_work(uv_work_t *request, int status)
{
	struct work *work = (struct work *)request;
	struct call *call = work->call;
	struct web *web = call->web;
	const enum line line = work->line;

	(void)status;
	web->lines[line].working--;
	call->busy--;
	work->done(call);
	free(work);
	forget(call);
	start_waiting(web, line);
}

static void start(struct work *work)
{
	struct web *web = work->call->web;

	web->lines[work->line].working++;
	uv_queue_work(&web->gate->loop, &work->request, in_thread, after_work);
}

static void start_waiting(struct web *web, enum line line)
{
	struct work *work = web->lines[line].first;

	if (!work || web->lines[line].working >= lines[line].at_once)
		return;
	web->lines[line].first = work->request.data;
	if (!web->lines[line].first)
		web->lines[line].last = NULL;
	web->lines[line].waiting--;
	start(work);
}

int call_line_open(const struct call *call, enum line line, struct fault *why)
{
	const struct web *web = call->web;

	if (web->lines[line].working < lines[line].at_once ||
	    web->lines[line].waiting < lines[line].waiting)
		return 0;
	return fault_say(why, FAULT_BUSY, "%s%.0s", "%.0s%s", lines[line].en, lines[line].zh);
}

int call_work_in(struct call *call, enum line line, void (*job)(struct call *call),
		 void (*done)(struct call *call), struct fault *why)
{
	struct web *web = call->web;
	struct work *work;
	int ret = call_line_open(call, line, why);

	if (ret < 0)
		return ret;
	work = must_alloc(sizeof(*work));
	*work = (struct work){ .call = call, .line = line, .work = job, .done = done };
	call->busy++;
	if (web->lines[line].working < lines[line].at_once) {
		start(work);
		return 0;
	}
	if (web->lines[line].last)
		web->lines[line].last->request.data = work;
	else
		web->lines[line].first = work;
	web->lines[line].last = work;
	web->lines[line].waiting++;
	return 0;
}

int call_work(struct call *call, void (*job)(struct call *call), void (*done)(struct call *call),
	      struct fault *why)
{
	return call_work_in(call, LINE_PROOF, job, done, why);
}

bool web_working(const struct web *web)
{
	for (size_t i = 0; i < LINE__COUNT; i++)
		if (web->lines[i].working)
			return true;
	return false;
}

/* ---- from the network ----------------------------------------------------- */

static bool is_json(const char *type)
{
	const size_t len = strlen("application/json");

	return type && strncasecmp(type, "application/json", len) == 0 &&
	       (!type[len] || type[len] == ';' || type[len] == ' ');
}

static bool changes(const char *method) { return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0; }

/* A body that is JSON, says so: a form of another site cannot. */
static int check_type(struct call *call, const struct http_request *request, struct fault *why)
{
	if (call->route->body != BODY_JSON || !request->length ||
	    is_json(http_header(call->exchange, "content-type")))
		return 0;
	fault_say(why, FAULT_INVALID, "a body is 'application/json'", "请求体类型应为“application/json”");
	call_refuse(call, 415, why);
	return 1;
}

/* 1: it is answered. */
static int admit(struct call *call, struct fault *why)
{
	const struct http_request *request = http_request(call->exchange);
	const char *allow = NULL;
	int ret;

	if (!(call->route = route_find(call, request->method, request->path, &allow, why))) {
		if (!allow)
			return -why->code;
		call_header(call, "Allow", allow);
		call_refuse(call, 405, why);
		return 1;
	}
	if (changes(request->method) && call->web->stopping)
		return fault_say(why, FAULT_BUSY, "the daemon is ending", "守护进程正在停止");
	if ((call->route->who != FOR_ANYBODY &&
	     ((ret = identity_find(call, why)) < 0 || (ret = identity_may(call, call->route, why)) < 0)) ||
	    (ret = check_type(call, request, why)))
		return ret;
	call->caller.person = call->who.person;
	call->caller.session = call->who.name[0] ? call->who.name : NULL;
	call->caller.unproven = !call->who.proven;
	return 0;
}

static int take_body(struct call *call, struct fault *why)
{
	const struct http_request *request = http_request(call->exchange);

	switch (call->route->body) {
	case BODY_BYTES:
		return call->route->begin(call, why);
	case BODY_JSON:
		http_take_body(call->exchange, CALL_BODY);
		return 0;
	case BODY_NONE:
		break;
	}
	if (!request->length)
		return 0;
	return fault_say(why, FAULT_LIMIT, "%s takes no body", "“%s”不接受请求体", request->path);
}

static bool prefers_chinese(const char *languages)
{
	const char *zh = languages ? strcasestr(languages, "zh") : NULL;
	const char *en = languages ? strcasestr(languages, "en") : NULL;

	return zh && (!en || zh < en);
}

static void on_head(struct http_exchange *exchange, void *who)
{
	struct call *call = must_alloc(sizeof(*call));
	struct fault why = { 0 };
	int ret;

	*call = (struct call){ .web = who, .exchange = exchange, .mem = arena_new() };
	caller_open(&call->caller, call->web->gate, &way);
	user_nobody(&call->caller.user);
	call->caller.remote = true;
	call->chinese = prefers_chinese(http_header(exchange, "accept-language"));
	http_set_data(exchange, call);
	if ((ret = admit(call, &why)) == 0)
		ret = take_body(call, &why);
	if (ret < 0)
		call_fault(call, &why);
}

static void on_part(struct http_exchange *exchange, const char *bytes, size_t len, void *who)
{
	struct call *call = http_data(exchange);
	struct fault why = { 0 };

	(void)who;
	if (http_answered(exchange))
		return;
	if (call->route->body != BODY_BYTES)
		buf_put(&call->body, bytes, len);
	else if (call->route->part(call, bytes, len, &why) < 0)
		call_fault(call, &why);
}

/* An object, or nothing at all. */
static int read_said(struct call *call, struct fault *why)
{
	int ret;

	if (call->route->body != BODY_JSON || !call->body.len)
		return 0;
	if ((ret = canon_parse(call->body.data, call->body.len, CALL_BODY, &call->said, why)) < 0)
		return fault_within(why, "the body");
	if (!json_is_object(call->said))
		return fault_say(why, FAULT_INVALID, "the body is a JSON object", "请求体应为 JSON 对象");
	explicit_bzero(call->body.data, call->body.len); /* it may hold a password */
	buf_fini(&call->body);
	return 0;
}

static void on_whole(struct http_exchange *exchange, void *who)
{
	struct call *call = http_data(exchange);
	struct fault why = { 0 };

	(void)who;
	if (http_answered(exchange))
		return;
	if (read_said(call, &why) < 0) {
		call_refuse(call, 400, &why);
		return;
	}
	if (call->who.touch)
		identity_touch(call);
	if (call->route->run(call, &why) < 0)
		call_fault(call, &why);
}

static void on_over(struct http_exchange *exchange, void *who)
{
	struct call *call = http_data(exchange);

	(void)who;
	if (!call)
		return;
	events_over(call);
	call->exchange = NULL;
	forget(call);
}

static void on_drained(struct http_exchange *exchange, void *who)
{
	(void)who;
	events_drained(http_data(exchange));
}

struct http_taker call_taker(struct web *web)
{
	return (struct http_taker){ .who = web,
				    .head = on_head,
				    .part = on_part,
				    .whole = on_whole,
				    .over = on_over,
				    .drained = on_drained };
}
