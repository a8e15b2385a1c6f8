#include "gate/lines/listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "gate/gate_private.h"
#include "gate/lines/files.h"
#include "gate/lines/lanes.h"
#include "gate/lines/roster.h"
#include "gate/lines/stream.h"
#include "gate/lines/udp.h"

enum {
	LANE_BYTES = 64 * 1024 * 1024, /* 200,000 lines of 300 bytes: a burst that detection is behind of */
	ALL_BYTES = 160 * 1024 * 1024, /* however long a disk stands still */
	AGAIN_MS = 10,                 /* after a turn that could not take more */
	TAKE_NS = 4 * 1000 * 1000,     /* of detection in one turn, so that requests come through */
};

struct listen {
	struct gate *gate;
	struct lanes *lanes;
	struct udp *udp;
	struct stream *stream;
	struct files *files;
	uv_timer_t look;  /* at files */
	uv_async_t wake;  /* lines have come by UDP */
	uv_check_t check; /* after each poll */
	uv_idle_t more;   /* running while lines wait: the poll does not */
	uv_timer_t tally; /* what was only counted is written once a second */
	uv_timer_t again; /* lines wait for alerts to be stored */
	uv_signal_t hup;
	bool look_due; /* files may have grown */
	bool stopped;
};

static int64_t now_of(const struct gate *gate) { return gate->demo ? gate->now : gate->clock(); }

/* ---- lines to detection ---------------------------------------------------- */

static struct source *source_of(struct listen *listen, struct lane *lane)
{
	if (!lane_mark(lane))
		lane_set_mark(lane, ingest_source(listen->gate->ingest, lane_name(lane)));
	return lane_mark(lane);
}

static void detect(struct listen *listen, struct block *block)
{
	struct ingest *ingest = listen->gate->ingest;
	struct source *source = source_of(listen, block_lane(block));
	const char *line;
	int64_t at;
	size_t len;

	ingest_limited(ingest, source, block_overflow(block), now_of(listen->gate));
	while (block_next(block, &line, &len, &at))
		ingest_line(ingest, source, line, len, at ? at : listen->gate->now, true);
}

static void on_idle(uv_idle_t *idle) { (void)idle; }
static void on_again(uv_timer_t *timer) { (void)timer; }

/* While the house cannot store what was detected, lines wait where they are. */
static void take(struct listen *listen)
{
	const uint64_t until = uv_hrtime() + TAKE_NS;
	struct block *block = NULL;

	while (!ingest_full(listen->gate->ingest) && (block = lanes_take(listen->lanes))) {
		detect(listen, block);
		lanes_done(listen->lanes, block);
		if (uv_hrtime() > until)
			break;
	}
	if (listen->look_due && !ingest_waiting(listen->gate->ingest))
		listen->look_due = files_read(listen->files);
	if ((block && !ingest_full(listen->gate->ingest)) || listen->look_due)
		uv_idle_start(&listen->more, on_idle);
	else
		uv_idle_stop(&listen->more);
	/* The batch that follows may make room; one that fails should not be tried without a pause. */
	if (ingest_full(listen->gate->ingest))
		uv_timer_start(&listen->again, on_again, AGAIN_MS, 0);
	stream_resume(listen->stream);
}

static void on_check(uv_check_t *check) { take(check->data); }
static void on_wake(uv_async_t *async) { (void)async; }
static void on_look(uv_timer_t *timer) { ((struct listen *)timer->data)->look_due = true; }

/* ---- once a second --------------------------------------------------------- */

static void count_dropped(struct listen *listen)
{
	const uint64_t dropped = listen->udp ? udp_dropped(listen->udp) : 0;
	struct ingest *ingest = listen->gate->ingest;

	if (dropped)
		ingest_lost(ingest, ingest_source(ingest, "udp:all"), dropped, now_of(listen->gate));
}

static void on_tally(uv_timer_t *timer)
{
	struct listen *listen = timer->data;
	struct gate *gate = listen->gate;

	count_dropped(listen);
	stream_expire(listen->stream);
	if (ingest_counted(gate->ingest) || ingest_falls_silent(gate->ingest, now_of(gate)))
		gate_wake(gate);
}

static void on_too_long(void *who, const char *source)
{
	struct listen *listen = who;

	ingest_too_long(listen->gate->ingest, source, now_of(listen->gate));
}

static void on_refused(void *who, const char *source, uint64_t lines)
{
	struct listen *listen = who;

	ingest_refused(listen->gate->ingest, source, lines, now_of(listen->gate));
}

/* The mappings, rules and the roster are read again; what is broken changes nothing. */
static void on_hup(uv_signal_t *handle, int signum)
{
	struct listen *listen = handle->data;
	struct gate *gate = listen->gate;
	struct fault why;

	(void)signum;
	if (ingest_reload_maps(gate->ingest, &why) < 0)
		fprintf(stderr, "fengsui: the maps stay as they were: %s\n", why.text);
	if (ingest_reload_rules(gate->ingest, &why) < 0)
		fprintf(stderr, "fengsui: the rules stay as they were: %s\n", why.text);
	if (ingest_reload(gate->ingest, now_of(gate), &why) < 0) {
		fprintf(stderr, "fengsui: the sources stay as they were: %s\n", why.text);
		return;
	}
	stream_heed(listen->stream, ingest_roster(gate->ingest));
	files_heed(listen->files, ingest_roster(gate->ingest));
	gate_wake(gate);
}

/* ---- opening and closing --------------------------------------------------- */

static void start_handles(struct listen *listen)
{
	uv_loop_t *loop = &listen->gate->loop;

	uv_async_init(loop, &listen->wake, on_wake);
	uv_check_init(loop, &listen->check);
	uv_idle_init(loop, &listen->more);
	uv_timer_init(loop, &listen->tally);
	uv_timer_init(loop, &listen->again);
	uv_timer_init(loop, &listen->look);
	uv_signal_init(loop, &listen->hup);
	listen->check.data = listen->more.data = listen->tally.data = listen->hup.data = listen->look.data =
		listen;
	uv_check_start(&listen->check, on_check);
	uv_timer_start(&listen->tally, on_tally, 1000, 1000);
	uv_timer_start(&listen->look, on_look, 1, FILES_EVERY_MS);
	uv_signal_start(&listen->hup, on_hup, SIGHUP);
}

static int open_ways(struct listen *listen, const struct gate_options *options, struct fault *why)
{
	struct gate *gate = listen->gate;
	const struct stream_options streams = {
		.tcp = options->syslog_tcp,
		.tls = options->syslog_tls,
		.cert = options->syslog_cert,
		.key = options->syslog_key,
		.clients = options->syslog_clients,
		.lanes = listen->lanes,
		.clock = gate->demo ? NULL : gate->clock,
		.too_long = on_too_long,
		.refused = on_refused,
		.who = listen,
	};
	const struct udp_options udp = {
		.address = options->syslog_udp,
		.lanes = listen->lanes,
		.wake = &listen->wake,
		.clock = streams.clock,
	};
	int ret;

	if ((ret = stream_open(&gate->loop, &streams, &listen->stream, why)) < 0 ||
	    (udp.address && (ret = udp_open(&udp, &listen->udp, why)) < 0))
		return ret;
	stream_heed(listen->stream, ingest_roster(gate->ingest));
	files_heed(listen->files, ingest_roster(gate->ingest));
	return 0;
}

int listen_open(struct gate *gate, const struct gate_options *options, struct fault *why)
{
	struct listen *listen = must_alloc(sizeof(*listen));

	*listen = (struct listen){ .gate = gate };
	listen->lanes = lanes_new((struct lanes_limits){ LANE_BYTES, ALL_BYTES });
	listen->files = files_new(gate);
	ingest_set_files(gate->ingest, listen->files);
	gate->listen = listen;
	start_handles(listen);
	return open_ways(listen, options, why);
}

void listen_stop(struct gate *gate)
{
	struct listen *listen = gate->listen;
	struct block *block;

	if (!listen || listen->stopped)
		return;
	listen->stopped = true;
	stream_stop(listen->stream);
	if (listen->udp)
		udp_stop(listen->udp);
	count_dropped(listen);
	while ((block = lanes_take(listen->lanes))) {
		detect(listen, block);
		lanes_done(listen->lanes, block);
		if (ingest_full(gate->ingest))
			gate_turn(gate); /* a batch for the alerts; what fails here fails at the end too */
	}
}

static void on_closed(uv_handle_t *handle) { (void)handle; }

/* The handles live in what is freed: the loop runs until they are closed. */
void listen_close(struct gate *gate)
{
	struct listen *listen = gate->listen;

	if (!listen)
		return;
	listen_stop(gate);
	uv_close((uv_handle_t *)&listen->wake, on_closed);
	uv_close((uv_handle_t *)&listen->check, on_closed);
	uv_close((uv_handle_t *)&listen->more, on_closed);
	uv_close((uv_handle_t *)&listen->tally, on_closed);
	uv_close((uv_handle_t *)&listen->again, on_closed);
	uv_close((uv_handle_t *)&listen->look, on_closed);
	uv_close((uv_handle_t *)&listen->hup, on_closed);
	uv_run(&gate->loop, UV_RUN_NOWAIT);
	udp_close(listen->udp);
	stream_free(listen->stream);
	lanes_free(listen->lanes);
	ingest_set_files(gate->ingest, NULL);
	files_free(listen->files);
	gate->listen = NULL;
	free(listen);
}

json_t *listen_status(const struct gate *gate)
{
	const struct listen *listen = gate->listen;

	if (!listen)
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "alerts_waiting",
			 (json_int_t)ingest_alerts_waiting(gate->ingest), "alerts_dropped",
			 (json_int_t)ingest_alerts_dropped(gate->ingest), "waiting",
			 (json_int_t)lanes_waiting(listen->lanes), "connections",
			 (json_int_t)stream_count(listen->stream), "turned_away",
			 (json_int_t)stream_turned_away(listen->stream), "files",
			 (json_int_t)files_count(listen->files));
}
