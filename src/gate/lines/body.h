#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * body -- lines that are posted: one request, taken in pieces as they arrive.
 *
 * JSON lines, text lines, or whole documents of events (records.h: of a document one
 * event is held, never the whole), plain or gzip. They go through detection at once;
 * the answer is made inside a batch and leaves after its commit, so that what it
 * says is durable. Once the quota of the source is used up the rest of the
 * request is not taken either: the first `stored` + `malformed` lines were, and
 * whoever sends goes on behind them after `retry_after_s`.
 */
enum { BODY_BYTES_MOST = 64 * 1024 * 1024, BODY_RATIO_MOST = 250 };

struct gate;
struct body;

/* Fails before anything is read: FAULT_ABSENT without rules, FAULT_LIMIT while
 * the source is over its quota, FAULT_BUSY while the house cannot store. With
 * FAULT_LIMIT and FAULT_BUSY, `retry_after_s` says when to come again. */
int body_open(struct gate *gate, const char *source, bool gzip, struct body **out, int *retry_after_s,
	      struct fault *why);
void body_free(struct body *body);

/* The next bytes. FAULT_LIMIT: more than BODY_BYTES_MOST (unpacked), or a gzip
 * that unpacks to more than BODY_RATIO_MOST times its size; FAULT_INVALID: no
 * gzip. Counted as malformed; the lines before it have been taken, and the fault
 * says how many. */
int body_feed(struct body *body, const char *bytes, size_t len, struct fault *why);
/* All has been fed: the last line may have no end. FAULT_LIMIT where not one
 * line was taken because of the quota. */
int body_end(struct body *body, struct fault *why);
/* For a 429; 0 where nothing was held back. */
int body_retry_after_s(const struct body *body);

/* Inside a batch, after body_end or a fault: what became of the lines. A new
 * object {"ok", "source", "lines", "stored", "limited", "malformed", "alerts",
 * "retry_after_s"?}. <0: the batch must be dropped. */
int body_answer(struct body *body, json_t **answer, struct fault *why);
