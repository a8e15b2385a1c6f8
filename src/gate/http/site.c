#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"
#include "gate/http/parts.h"
#include "gate/openapi/openapi.h"
#include "record/record.h"

/*
 * site -- what is about the house itself: words, status, health, figures.
 */

/* ---- words ---------------------------------------------------------------- */

int site_catalogue(struct call *call, struct fault *why)
{
	const int ret = call_no_query(call, why);

	return ret < 0 ? ret : call_ask(call, ASK_CATALOGUE, json_object(), NULL, why);
}

int site_openapi(struct call *call, struct fault *why)
{
	const struct openapi_site site = { .version = FENGSUI_VERSION };
	json_t *catalogue = NULL;
	int ret = call_no_query(call, why);

	if (ret < 0 || (ret = house_catalogue(call->web->gate->house, &catalogue, why)) < 0)
		return ret;
	call_answer(call, 200, openapi_make(catalogue, &site));
	json_decref(catalogue);
	return 0;
}

bool site_sees_sources(const struct call *call)
{
	return asker_sees_sources(call->web->gate, call->who.person, call_now(call));
}

/* Where the folder lies and who runs the daemon concerns whoever runs it. */
static void status_told(struct call *call, json_t *answer)
{
	if (!site_sees_sources(call)) {
		json_object_del(answer, "sources");
		json_object_del(answer, "detection");
	}
	json_object_del(answer, "folder");
	json_object_del(answer, "pid");
	call_answer_house(call, 200, answer);
}

int site_status(struct call *call, struct fault *why)
{
	const int ret = call_no_query(call, why);

	return ret < 0 ? ret : call_ask(call, ASK_STATUS, json_object(), status_told, why);
}

int site_checkpoint(struct call *call, struct fault *why)
{
	static const char *const members[] = { "space", NULL };
	const char *space;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "space", 16, false, &space, why)) < 0)
		return ret;
	if (space && strcmp(space, "real") && strcmp(space, "drill"))
		return fault_say(why, FAULT_INVALID, "space is real or drill, not '%.16s'",
				 "空间（space）为“real”或“drill”，不能是“%.16s”", space);
	return call_ask(
		call, ASK_CHECKPOINT,
		json_pack("{s:i}", "space", space && !strcmp(space, "drill") ? RECORD_DRILL : RECORD_REAL),
		NULL, why);
}

int site_time(struct call *call, struct fault *why)
{
	static const char *const members[] = { "at", NULL };
	const char *at;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "at", 64, true, &at, why)) < 0)
		return ret;
	return call_ask(call, ASK_TICK, json_pack("{s:s}", "at", at), NULL, why);
}

/* ---- for machines --------------------------------------------------------- */

int site_health(struct call *call, struct fault *why)
{
	const struct gate *gate = call->web->gate;
	const char *state = gate->stopping     ? "stopping"
			    : gate->failing    ? "failing"
			    : alive_full(gate) ? "full"
					       : "ok";

	(void)why;
	/* No version and no names: anybody may ask. */
	call_answer(call, strcmp(state, "ok") ? 503 : 200,
		    json_pack("{s:s, s:I}", "status", state, "entries",
			      (json_int_t)record_size(house_record(gate->house), RECORD_REAL)));
	return 0;
}

static void figure(struct buf *out, const char *name, const char *type, const char *help, double value)
{
	buf_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %.0f\n", name, help, name, type, name, value);
}

static void http_figures(struct buf *out, const struct web *web)
{
	const struct http_counts counts = http_count(web->http);

	figure(out, "fengsui_http_connections", "gauge", "Open HTTP connections.", counts.open);
	figure(out, "fengsui_http_streams", "gauge", "Listeners of the live stream.", counts.streams);
	figure(out, "fengsui_http_requests_total", "counter", "HTTP requests.", (double)counts.requests);
	figure(out, "fengsui_http_refused_total", "counter", "Malformed requests and those over a limit.",
	       (double)counts.refused);
	figure(out, "fengsui_http_turned_away_total", "counter", "Connections over the limit.",
	       (double)counts.turned_away);
	buf_text(out, "# HELP fengsui_http_answers_total HTTP answers by the first digit of their status.\n"
		      "# TYPE fengsui_http_answers_total counter\n");
	for (unsigned i = 2; i < 6; i++)
		buf_format(out, "fengsui_http_answers_total{class=\"%uxx\"} %" PRIu64 "\n", i,
			   web->answered[i]);
}

/* When the last good backup was; nothing where there was none. */
static void backup_figure(struct buf *out, const struct gate *gate)
{
	json_t *backup = alive_backup(gate);
	const char *at = json_string_value(json_object_get(backup, "at"));
	int64_t moment;

	if (at && stamp_parse(at, strlen(at), &moment, NULL) == 0)
		figure(out, "fengsui_backup_seconds", "gauge",
		       "When the last good backup was made (Unix time).", (double)(moment / 1000000));
	json_decref(backup);
}

static void source_figures(struct buf *out, const json_t *sources)
{
	static const char *const names[] = { "received", "stored", "limited", "malformed", "lost" };
	const json_t *row;
	size_t i;

	buf_text(out, "# HELP fengsui_source_lines_total Lines by source and what became of them.\n"
		      "# TYPE fengsui_source_lines_total counter\n");
	json_array_foreach((json_t *)sources, i, row) {
		for (size_t k = 0; k < 5; k++) {
			buf_text(out, "fengsui_source_lines_total{source=");
			buf_json_string(out, json_string_value(json_object_get(row, "name")),
					json_string_length(json_object_get(row, "name")));
			buf_format(out, ",what=\"%s\"} %" JSON_INTEGER_FORMAT "\n", names[k],
				   json_integer_value(json_object_get(row, names[k])));
		}
	}
}

/* From this machine, or with whoever may read the status: it names sources. */
int site_metrics(struct call *call, struct fault *why)
{
	const struct gate *gate = call->web->gate;
	SCOPED(buf_fini) struct buf out = { 0 };
	json_t *sources;
	int ret;

	if (strncmp(http_request(call->exchange)->peer, "127.", 4) &&
	    strcmp(http_request(call->exchange)->peer, "::1") && (ret = identity_find(call, why)) < 0)
		return ret;
	figure(&out, "fengsui_record_entries", "gauge", "Entries of the record.",
	       (double)record_size(house_record(gate->house), RECORD_REAL));
	figure(&out, "fengsui_requests_total", "counter", "Requests to the house.", (double)gate->requests);
	figure(&out, "fengsui_batches_total", "counter", "Durable commits.", (double)gate->batches);
	figure(&out, "fengsui_failing", "gauge", "1 while the last batch could not be stored.",
	       gate->failing);
	figure(&out, "fengsui_disk_full", "gauge", "1 while logs and files are not taken for want of room.",
	       alive_full(gate));
	backup_figure(&out, gate);
	http_figures(&out, call->web);
	sources = ingest_status(gate->ingest, house_store(gate->house));
	source_figures(&out, sources);
	json_decref(sources);
	call_text(call, 200, "text/plain; version=0.0.4; charset=utf-8", out.data, out.len);
	return 0;
}

/* Until the command centre stands here, whoever opens the address learns what it is. */
int site_front(struct call *call, struct fault *why)
{
	static const char page[] =
		"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>Fengsui 烽燧</title>\n"
		"<h1>Fengsui 烽燧</h1>\n"
		"<p>The HTTP interface of this data folder. What can be asked: "
		"<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a></p>\n"
		"<p lang=\"zh\">本数据目录的 HTTP 接口。可用的操作见 "
		"<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>。</p>\n</html>\n";

	(void)why;
	call_header(call, "Content-Security-Policy",
		    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
	call_text(call, 200, "text/html; charset=utf-8", page, sizeof(page) - 1);
	return 0;
}

/* ---- what everybody may read ------------------------------------------------ */

/* The same bytes as the files that are written for a web server. */
int site_public(struct call *call, struct fault *why)
{
	const char *name = call->words[0];
	struct public_files files;
	int ret = call_no_query(call, why);

	if (ret < 0 || (ret = house_public(call->web->gate->house, &files, why)) < 0)
		return ret;
	for (size_t i = 0; i < files.count; i++)
		if (!strcmp(files.at[i].name, name)) {
			call_header(call, "Content-Security-Policy",
				    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri "
				    "'none'; "
				    "form-action 'none'");
			call_text(call, 200, files.at[i].type, files.at[i].bytes, files.at[i].len);
			return 0;
		}
	return fault_say(why, FAULT_ABSENT, "nothing of that name is published", "没有该名称的公开信息");
}
