#include "gate/lines/body.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "gate/gate_private.h"
#include "intake/event.h"
#include "intake/gunzip.h"
#include "intake/intake.h"
#include "intake/stream/records.h"

struct body {
	struct gate *gate;
	struct source *source;
	struct gunzip *gunzip; /* NULL: plain */
	struct frame frame;
	struct records records;
	struct tally took; /* of this request */
	uint64_t bytes, alerts;
	bool held_back; /* over the quota: the rest is not taken */
};

static int64_t now_of(const struct gate *gate) { return gate->demo ? gate->now : gate->clock(); }

static int seconds_of(int64_t wait) { return wait > 0 ? (int)((wait + STAMP_SECOND - 1) / STAMP_SECOND) : 1; }

static int over_quota(const struct source *source, int64_t wait, struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "source %s sends more lines than its quota; again in %d s",
			 "来源“%s”发送的行数超过配额；请于 %d 秒后重试", source->name, seconds_of(wait));
}

int body_open(struct gate *gate, const char *name, bool gzip, struct body **out, int *retry_after_s,
	      struct fault *why)
{
	struct source *source;
	struct body *body;
	int64_t wait;

	*retry_after_s = 1;
	if (!ingest_detects(gate->ingest))
		return fault_say(why, FAULT_ABSENT,
				 "no detection rules are loaded; start with --rules FOLDER",
				 "没有载入检测规则；启动时请用 “--rules 目录”");
	if (ingest_full(gate->ingest))
		return fault_say(why, FAULT_BUSY, "alerts wait to be stored; no more lines are taken",
				 "告警尚待保存，暂不接收日志");
	source = ingest_source(gate->ingest, name);
	if ((wait = ingest_wait(source, now_of(gate)))) {
		*retry_after_s = seconds_of(wait);
		return over_quota(source, wait, why);
	}
	body = must_alloc(sizeof(*body));
	*body = (struct body){ .gate = gate, .source = source };
	if (gzip)
		body->gunzip = gunzip_new((struct gunzip_limits){ BODY_BYTES_MOST, BODY_RATIO_MOST });
	frame_init(&body->frame, FRAME_LINES, LINE_LIMIT);
	records_init(&body->records, &body->frame, LINE_LIMIT);
	*out = body;
	return 0;
}

void body_free(struct body *body)
{
	if (!body)
		return;
	gunzip_free(body->gunzip);
	records_fini(&body->records);
	frame_fini(&body->frame);
	free(body);
}

/* ---- taking ---------------------------------------------------------------- */

static bool take_line(void *who, const char *line, size_t len)
{
	struct body *body = who;
	struct ingest *ingest = body->gate->ingest;
	const int64_t now = now_of(body->gate);

	if (body->held_back || ingest_full(ingest)) {
		body->held_back = true;
		ingest_limited(ingest, body->source, 1, now);
	} else {
		body->held_back = !ingest_line(ingest, body->source, line, len, now, true);
	}
	return true;
}

static void lose_line(void *who)
{
	struct body *body = who;
	struct ingest *ingest = body->gate->ingest;

	if (body->held_back)
		ingest_limited(ingest, body->source, 1, now_of(body->gate));
	else
		ingest_too_long(ingest, body->source->name, now_of(body->gate));
}

static bool take_bytes(void *who, const char *bytes, size_t len)
{
	struct body *body = who;

	return records_feed(&body->records, bytes, len, take_line, lose_line, body);
}

static int feed(struct body *body, const char *bytes, size_t len, struct fault *why)
{
	if (body->gunzip)
		return gunzip_feed(body->gunzip, bytes, len, take_bytes, body, why);
	if (len > BODY_BYTES_MOST - body->bytes)
		return fault_say(why, FAULT_LIMIT, "it is more than %d bytes", "超过 %d 字节",
				 BODY_BYTES_MOST);
	body->bytes += len;
	take_bytes(body, bytes, len);
	return 0;
}

/* The difference that a step makes to the tally of the source belongs to us:
 * nobody else counts meanwhile. */
struct mark {
	struct tally tally;
	uint64_t alerts;
};

static struct mark mark_now(const struct body *body)
{
	return (struct mark){ body->source->tally, ingest_alerts(body->gate->ingest) };
}

static void add_since(struct body *body, const struct mark *before)
{
	const struct tally *is = &body->source->tally, *was = &before->tally;

	body->took.received += is->received - was->received;
	body->took.stored += is->stored - was->stored;
	body->took.limited += is->limited - was->limited;
	body->took.malformed += is->malformed - was->malformed;
	body->alerts += ingest_alerts(body->gate->ingest) - before->alerts;
}

/* What cannot be read further counts as one line that is malformed. */
static int spoilt(struct body *body, const struct fault *inner, struct fault *why)
{
	const unsigned long long taken = body->took.stored + body->took.malformed;
	const struct mark before = mark_now(body);

	lose_line(body);
	add_since(body, &before);
	return fault_say(why, (enum fault_code)inner->code, "%s%.0s (%llu lines before that were taken)",
			 "%.0s%s（此前的 %llu 行已接收）", inner->text, inner->zh, taken);
}

int body_feed(struct body *body, const char *bytes, size_t len, struct fault *why)
{
	const struct mark before = mark_now(body);
	struct fault mine = { 0 };
	const int ret = feed(body, bytes, len, &mine);

	add_since(body, &before);
	return ret < 0 ? spoilt(body, &mine, why) : 0;
}

int body_end(struct body *body, struct fault *why)
{
	const struct mark before = mark_now(body);
	struct fault mine = { 0 };

	records_end(&body->records, take_line, lose_line, body);
	add_since(body, &before);
	if (body->gunzip && gunzip_end(body->gunzip, &mine) < 0)
		return spoilt(body, &mine, why);
	if (body->took.limited && !body->took.stored)
		return over_quota(body->source, ingest_wait(body->source, now_of(body->gate)), why);
	return 0;
}

int body_retry_after_s(const struct body *body)
{
	return body->held_back ? seconds_of(ingest_wait(body->source, now_of(body->gate))) : 0;
}

int body_answer(struct body *body, json_t **answer, struct fault *why)
{
	int ret;

	if ((ret = ingest_deliver_all(body->gate, NULL, why)) < 0)
		return ret;
	*answer = json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I}", "ok", 1, "source", body->source->name,
			    "lines", (json_int_t)body->took.received, "stored", (json_int_t)body->took.stored,
			    "limited", (json_int_t)body->took.limited, "malformed",
			    (json_int_t)body->took.malformed, "alerts", (json_int_t)body->alerts);
	if (body->held_back)
		json_object_set_new(*answer, "retry_after_s", json_integer(body_retry_after_s(body)));
	return 0;
}
