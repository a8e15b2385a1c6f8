#include "gate/gate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/account.h"
#include "base/arena.h"
#include "gate/gate_private.h"
#include "gate/http/web.h"
#include "gate/lines/listen.h"
#include "gate/mail/mailbox.h"
#include "record/record.h"

static void on_connection(uv_stream_t *listener, int status)
{
	if (status == 0)
		client_admit(listener->data);
}

static void on_idle(uv_idle_t *idle) { (void)idle; }

/* While requests are left the loop comes round at once. */
static void stay_awake(struct gate *gate)
{
	if (gate_busy(gate) || gate->due || gate->telling)
		uv_idle_start(&gate->more, on_idle);
	else
		uv_idle_stop(&gate->more);
}

/* From the turn, not from the timer: a turn that does not end is heard of. */
static void beat(struct gate *gate)
{
	gate->beat_due = false;
	alive_room_again(gate);
	if (gate->options->beat)
		gate->options->beat(gate->options->living);
}

static void on_beat(uv_timer_t *timer)
{
	struct gate *gate = timer->data;

	gate->beat_due = true;
	uv_idle_start(&gate->more, on_idle);
}

/* After each poll. */
static void on_turn(uv_check_t *check)
{
	struct gate *gate = check->data;

	gate_turn(gate);
	if (gate->beat_due)
		beat(gate);
	stay_awake(gate);
	if (gate->stopping)
		uv_stop(&gate->loop);
}

static void on_signal(uv_signal_t *handle, int signum)
{
	struct gate *gate = handle->data;

	fprintf(stderr, "fengsui: %s: finishing\n", signum == SIGINT ? "interrupted" : "told to end");
	gate->stopping = true;
}

static void start_handles(struct gate *gate)
{
	uv_loop_init(&gate->loop);
	uv_check_init(&gate->loop, &gate->check);
	uv_idle_init(&gate->loop, &gate->more);
	uv_timer_init(&gate->loop, &gate->timer);
	uv_timer_init(&gate->loop, &gate->beat);
	uv_signal_init(&gate->loop, &gate->term);
	uv_signal_init(&gate->loop, &gate->intr);
	uv_pipe_init(&gate->loop, &gate->listener, 0);
	gate->check.data = gate->more.data = gate->timer.data = gate->beat.data = gate;
	gate->term.data = gate->intr.data = gate->listener.data = gate;
	uv_check_start(&gate->check, on_turn);
	if (gate->options->beat_ms)
		uv_timer_start(&gate->beat, on_beat, 1, gate->options->beat_ms);
	uv_signal_start(&gate->term, on_signal, SIGTERM);
	uv_signal_start(&gate->intr, on_signal, SIGINT);
}

/* Whoever holds the folder's lock is the only daemon here, so a socket that
 * exists belongs to one that is gone. Anything else under that name stays. */
static int clear_stale(const char *path, struct fault *why)
{
	struct stat info;

	if (lstat(path, &info) < 0)
		return 0;
	if (!S_ISSOCK(info.st_mode))
		return fault_set(why, FAULT_CONFLICT, "%s is in the way: it is not a socket", path);
	if (unlink(path) < 0)
		return fault_set(why, FAULT_IO, "cannot remove the old %s: %s", path, strerror(errno));
	return 0;
}

static int listen_socket(struct gate *gate, struct fault *why)
{
	const mode_t mask = umask(0177); /* nobody gets in between bind and chmod */
	int ret = uv_pipe_bind(&gate->listener, gate->path);

	umask(mask);
	if (ret == 0)
		ret = uv_listen((uv_stream_t *)&gate->listener, 2 * CLIENTS_MOST, on_connection);
	if (ret < 0)
		return fault_set(why, FAULT_IO, "cannot listen on %s: %s", gate->path, uv_strerror(ret));
	return 0;
}

static int open_ways(struct gate *gate, const struct gate_options *options, struct fault *why)
{
	const bool listens =
		options->rules || options->syslog_udp || options->syslog_tcp || options->syslog_tls;
	const char *folder = house_folder(gate->house);
	int ret;

	if ((size_t)snprintf(gate->path, sizeof(gate->path), "%s/fengsui.sock", folder) >= sizeof(gate->path))
		return fault_set(
			why, FAULT_LIMIT,
			"%s is too long: a socket's path has at most %zu bytes, '/fengsui.sock' included",
			folder, sizeof(gate->path) - 1);
	if ((ret = accounts_open(house_store(gate->house), folder, &gate->accounts, why)) < 0)
		return ret;
	/* The socket comes last: who can connect may count on the other ways in. */
	if ((listens &&
	     ((ret = ingest_open(options, gate->demo ? gate->now : gate->clock(), &gate->ingest, why)) < 0 ||
	      (ret = listen_open(gate, options, why)) < 0)) ||
	    (options->mail && (ret = mailbox_open(gate, options, &gate->mailbox, why)) < 0) ||
	    (ret = courier_open(gate, options, &gate->courier, why)) < 0 ||
	    (ret = clear_stale(gate->path, why)) < 0)
		return ret;
	if ((options->https || options->http) && (ret = web_open(gate, options, &gate->web, why)) < 0)
		return ret;
	public_open(gate, options->public_folder);
	return listen_socket(gate, why);
}

bool gate_address(const struct gate *gate, size_t listener, char *out, size_t size)
{
	return gate->web && web_address(gate->web, listener, out, size);
}

int gate_open(const struct gate_options *options, struct gate **out, struct fault *why)
{
	struct gate *gate = must_alloc(sizeof(*gate));
	int ret;

	*gate = (struct gate){ .house = options->house, .clock = options->clock, .options = options };
	gate->demo = house_demo(gate->house);
	gate->now = house_given_now(gate->house);
	gate->started_at = options->clock();
	gate->due = true; /* what fell due while nobody was here */
	signal(SIGPIPE, SIG_IGN);
	start_handles(gate);
	if ((ret = open_ways(gate, options, why)) < 0) {
		gate_close(gate);
		return ret;
	}
	ingest_pause(gate->ingest, alive_full(gate));
	*out = gate;
	return 0;
}

/* Whoever was answered may find the record signed up to here. */
static int last_checkpoint(struct gate *gate, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *note;
	int ret;

	if ((ret = house_begin(gate->house, why)) < 0)
		return ret;
	if ((!alive_full(gate) && (ret = ingest_deliver_all(gate, NULL, why)) < 0) ||
	    (ret = courier_deliver(gate->courier, why)) < 0 ||
	    (ret = record_checkpoint(house_record(gate->house), RECORD_REAL, mem, &note, why)) < 0 ||
	    (ret = record_checkpoint(house_record(gate->house), RECORD_DRILL, mem, &note, why)) < 0)
		house_rollback(gate->house);
	else
		ret = house_commit(gate->house, why);
	ingest_settle(gate->ingest, ret == 0);
	courier_settle(gate->courier, ret == 0);
	return ret;
}

static bool still_sending(const struct gate *gate)
{
	const struct client *client = gate->clients;

	for (unsigned i = 0; i < gate->client_count; i++, client = client->next)
		if (uv_stream_get_write_queue_size((const uv_stream_t *)&client->pipe))
			return true;
	return false;
}

/* A second for those who take their answers; who does not can ask again. */
static void hand_over(struct gate *gate)
{
	const uint64_t until = uv_hrtime() + UINT64_C(1000000000);

	mailbox_stop(gate->mailbox);
	uv_close((uv_handle_t *)&gate->listener, NULL);
	if (gate->web)
		web_stop(gate->web);
	uv_idle_start(&gate->more, on_idle);
	while ((still_sending(gate) || gate->at_work) && uv_hrtime() < until)
		uv_run(&gate->loop, UV_RUN_NOWAIT);
}

int gate_run(struct gate *gate, struct fault *why)
{
	stay_awake(gate);
	while (!gate->stopping)
		uv_run(&gate->loop, UV_RUN_DEFAULT);
	if (gate->options->ending)
		gate->options->ending(gate->options->living);
	/* What was taken in is finished; what stands in the kernel's buffers was
	 * never acknowledged. */
	while (gate_busy(gate))
		gate_turn(gate);
	listen_stop(gate);
	hand_over(gate);
	unlink(gate->path);
	courier_stop(gate->courier);
	return last_checkpoint(gate, why);
}

static void close_one(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void gate_close(struct gate *gate)
{
	if (!gate)
		return;
	public_close(gate);
	listen_close(gate);
	web_close(gate->web);
	accounts_close(gate->accounts);
	while (gate->clients)
		client_end(gate->clients);
	mailbox_stop(gate->mailbox);
	courier_end_thread(gate->courier); /* before the loop does that it wakes */
	uv_walk(&gate->loop, close_one, NULL);
	uv_run(&gate->loop, UV_RUN_DEFAULT);
	uv_loop_close(&gate->loop);
	ingest_close(gate->ingest); /* while the loop ran there were turns, which ask it */
	mailbox_close(gate->mailbox);
	courier_close(gate->courier);
	free(gate);
}
