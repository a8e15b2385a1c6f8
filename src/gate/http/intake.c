#include <stdlib.h>
#include <string.h>

#include "account/token.h"
#include "gate/http/parts.h"
#include "gate/lines/body.h"

/*
 * intake -- lines that a monitoring system posts.
 *
 * They go through detection as they come; the answer leaves with the commit
 * that made durable what they caused, also where the rest was not acceptable.
 */
enum { SOURCE_MOST = 64, FULL_WAIT_S = 60 };

struct posted {
	struct body *body;
	bool over; /* a fault ended it */
	struct fault why;
};

static void posted_free(void *matter)
{
	struct posted *posted = matter;

	body_free(posted->body);
	free(posted);
}

/* A token names its source; a person must keep the machine. */
static int for_source(const struct call *call, struct fault *why)
{
	if (call->who.way == ASKS_BY_TOKEN && !strcmp(call->who.source, call->words[0]))
		return 0;
	if (call->who.way == ASKS_BY_SESSION &&
	    house_holds(call->web->gate->house, call->who.person, "SYS", call_now(call)))
		return 0;
	return fault_say(why, FAULT_REFUSED, "this is not for the source '%.64s'", "无权以来源“%.64s”提交",
			 call->words[0]);
}

static int check_type(struct call *call, bool *gzip, struct fault *why)
{
	static const char *const types[] = { "application/x-ndjson", "application/jsonl", "application/json",
					     "text/plain" };
	const char *type = http_header(call->exchange, "content-type");
	const char *coding = http_header(call->exchange, "content-encoding");
	const size_t len = type ? strcspn(type, "; ") : 0;
	bool known = false;

	*gzip = coding && !strcasecmp(coding, "gzip");
	for (size_t i = 0; type && i < sizeof(types) / sizeof(*types); i++)
		known |= strlen(types[i]) == len && !strncasecmp(types[i], type, len);
	if (known && (!coding || *gzip || !strcasecmp(coding, "identity")))
		return 0;
	fault_say(why, FAULT_INVALID,
		  "lines are 'application/x-ndjson' or 'text/plain', as they are or as gzip",
		  "日志行的类型应为“application/x-ndjson”或“text/plain”，可用 gzip 压缩");
	call_refuse(call, 415, why);
	return 1;
}

/* While the disk is full no line is taken, whatever the quota of its source. */
static int room_left(const struct call *call, struct fault *why)
{
	return alive_full(call->web->gate)
		       ? fault_say(why, FAULT_BUSY,
				   "the disk is full: log lines are not taken until there is room again",
				   "磁盘已满：腾出空间之前不接收日志")
		       : 0;
}

int intake_begin(struct call *call, struct fault *why)
{
	struct posted *posted;
	int ret, wait_s = 0;
	bool gzip;

	if ((ret = for_source(call, why)) < 0 || (ret = check_type(call, &gzip, why)))
		return ret < 0 ? ret : 0;
	if (strlen(call->words[0]) > SOURCE_MOST)
		return fault_say(why, FAULT_INVALID, "the name of a source has at most %d bytes",
				 "来源名称最多 %d 字节", SOURCE_MOST);
	if (room_left(call, why) < 0) {
		call_later(call, 503, FULL_WAIT_S, why);
		return 0;
	}
	posted = must_alloc(sizeof(*posted));
	*posted = (struct posted){ 0 };
	call->matter = posted;
	call->drop = posted_free;
	if ((ret = body_open(call->web->gate, call->words[0], gzip, &posted->body, &wait_s, why)) == 0) {
		http_take_body(call->exchange, BODY_BYTES_MOST);
		return 0;
	}
	if (ret != -FAULT_LIMIT && ret != -FAULT_BUSY)
		return ret;
	call_later(call, ret == -FAULT_LIMIT ? 429 : 503, wait_s, why);
	return 0;
}

static int finish(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct posted *posted = call_of(job)->matter;

	(void)gate;
	(void)now;
	return body_answer(posted->body, &job->answer, why);
}

static void finished(struct call *call, json_t *answer)
{
	const struct posted *posted = call->matter;
	const int wait_s = body_retry_after_s(posted->body);

	if (!call->mem || !json_is_true(json_object_get(answer, "ok"))) {
		call_answer_house(call, 200, answer);
		return;
	}
	if (posted->over && posted->why.code == FAULT_LIMIT && wait_s)
		call_later(call, 429, wait_s, &posted->why);
	else if (posted->over)
		call_fault(call, &posted->why);
	else
		call_answer_house(call, 200, json_incref(answer));
	json_decref(answer);
}

/* What was taken before the fault is brought to the house all the same. */
static void end(struct call *call)
{
	((struct posted *)call->matter)->over = true;
	call_act(call, finish, finished);
}

int intake_part(struct call *call, const char *bytes, size_t len, struct fault *why)
{
	struct posted *posted = call->matter;

	(void)why;
	if (!posted->over && body_feed(posted->body, bytes, len, &posted->why) < 0)
		end(call);
	return 0;
}

int intake_whole(struct call *call, struct fault *why)
{
	struct posted *posted = call->matter;

	(void)why;
	if (posted->over)
		return 0;
	if (body_end(posted->body, &posted->why) < 0)
		end(call);
	else
		call_act(call, finish, finished);
	return 0;
}
