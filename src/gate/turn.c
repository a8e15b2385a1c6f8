#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gate/gate_private.h"
#include "gate/http/web.h"
#include "gate/mail/mailbox.h"

/*
 * turn -- one turn of the loop: a batch of changes, its commit, answers, reads.
 *
 * Nothing is said before it is safe: the answers of a batch leave when its
 * commit has returned, and are faults when it failed.
 */
struct batch {
	struct job *done[BATCH_MOST];
	size_t count;
};

static bool writes_wait(struct gate *gate)
{
	struct caller *caller = queue_next(gate, true);

	if (caller)
		gate->waiting = caller;
	return caller != NULL;
}

static int run_jobs(struct gate *gate, struct batch *batch, struct fault *why)
{
	const uint64_t until = uv_hrtime() + BATCH_NS;
	struct caller *caller;
	int ret;

	while (batch->count < BATCH_MOST && (caller = queue_next(gate, true))) {
		struct job *job = caller_pop(caller);

		batch->done[batch->count++] = job;
		if ((ret = operation_write(gate, job, why)) < 0)
			return ret;
		if (uv_hrtime() > until)
			break;
	}
	return 0;
}

/* What is due goes first: a deadline that has passed was missed before anything
 * that is asked for now. The second tick learns of clocks that the jobs started. */
static int run_batch(struct gate *gate, struct batch *batch, struct fault *why)
{
	int ret;

	if ((ret = operation_tick(gate, gate->demo ? gate->now : gate->clock(), why)) < 0 ||
	    (ret = run_jobs(gate, batch, why)) < 0 ||
	    (!alive_full(gate) && (ret = ingest_deliver(gate, why)) < 0) ||
	    (!alive_full(gate) && (ret = mailbox_deliver(gate->mailbox, why)) < 0) ||
	    (ret = courier_deliver(gate->courier, why)) < 0 ||
	    (gate->web && (ret = web_tidy(gate->web, gate->now, why)) < 0))
		return ret;
	return operation_tick(gate, gate->now, why);
}

/* The house failed: nothing of this batch happened, and everyone is told. */
static void fail_batch(struct gate *gate, struct batch *batch, const struct fault *why)
{
	struct caller *caller;

	fprintf(stderr, "fengsui: a batch of %zu requests was not stored: %s\n", batch->count, why->text);
	while (!batch->count && (caller = queue_next(gate, true)))
		batch->done[batch->count++] = caller_pop(caller);
	for (size_t i = 0; i < batch->count; i++) {
		json_decref(batch->done[i]->answer);
		batch->done[i]->answer = answer_fault(why);
	}
}

static void on_idle(uv_idle_t *idle) { (void)idle; }

/* A timer alone does not end the poll that follows it. */
void gate_wake(struct gate *gate)
{
	gate->due = true;
	uv_idle_start(&gate->more, on_idle);
}

static void on_due(uv_timer_t *timer) { gate_wake(timer->data); }

/* At most an hour: the machine's clock may be set meanwhile. */
static void wake_at_next(struct gate *gate)
{
	int64_t wait_ms;

	if (gate->demo || !gate->next_due)
		return;
	wait_ms = (gate->next_due - gate->clock()) / 1000 + 1;
	uv_timer_start(&gate->timer, on_due,
		       wait_ms < 1         ? 1
		       : wait_ms > 3600000 ? 3600000
					   : (uint64_t)wait_ms,
		       0);
}

static void flush_all(struct gate *gate);

#ifdef FENGSUI_TEST_HOOKS
/* Faults that the crash campaign must catch: events are told, or answers leave, before the commit. */
static void acknowledge_early(struct gate *gate, struct batch *batch)
{
	if (getenv("FENGSUI_TEST_TELL_EARLY") && gate->web) {
		web_committed(gate->web);
		web_turn(gate->web);
		usleep(30000);
	}
	if (!getenv("FENGSUI_TEST_ACK_EARLY"))
		return;
	for (size_t i = 0; i < batch->count; i++)
		job_answer(gate, batch->done[i]);
	batch->count = 0;
	flush_all(gate);
	usleep(30000);
}
#else
#define acknowledge_early(gate, batch) ((void)0)
#endif

static void write_turn(struct gate *gate)
{
	struct batch batch = { .count = 0 };
	const int64_t before = gate->now;
	const bool full = alive_full(gate);
	struct fault why = { 0 };
	int ret;

	gate->due = false;
	if ((ret = house_begin(gate->house, &why)) == 0) {
		if ((ret = run_batch(gate, &batch, &why)) < 0)
			house_rollback(gate->house);
		if (ret >= 0) {
			acknowledge_early(gate, &batch);
			ret = house_commit(gate->house, &why);
		}
	}
	if (ret < 0) {
		if (why.no_room)
			alive_no_room(gate);
		fail_batch(gate, &batch, &why);
		gate->now = before;
		gate->due = false; /* again in a second, not at once */
		uv_timer_start(&gate->timer, on_due, 1000, 0);
	} else {
		gate->batches++;
		wake_at_next(gate);
	}
	gate->failing = ret < 0;
	/* Alerts and tallies waited while there was no room; they wait on. */
	ingest_settle(gate->ingest, ret == 0 && !full);
	mailbox_settle(gate->mailbox, ret == 0);
	courier_settle(gate->courier, ret == 0);
	if (ret == 0 && full)
		alive_room_again(gate);
	if (gate->web && ret == 0)
		web_committed(gate->web);
	if (ret == 0)
		public_committed(gate);
	for (size_t i = 0; i < batch.count; i++)
		if (ret == 0 && batch.done[i]->work)
			job_begin(gate, batch.done[i]);
		else
			job_answer(gate, batch.done[i]);
}

static void read_turn(struct gate *gate)
{
	const uint64_t until = uv_hrtime() + READS_NS;
	struct caller *caller;

	while ((caller = queue_next(gate, false))) {
		struct job *job = caller_pop(caller);

		operation_read(gate, job);
		job_answer(gate, job);
		if (uv_hrtime() > until)
			break;
	}
}

static void flush_all(struct gate *gate)
{
	struct client *client = gate->clients, *next;

	for (unsigned i = gate->client_count; i > 0; i--, client = next) {
		next = client->next;
		client_flush(client);
	}
}

#ifdef FENGSUI_TEST_HOOKS
/* The fault that a watchdog must find: a turn that does not end. */
static void stick(void)
{
	const char *file = getenv("FENGSUI_TEST_STUCK");

	while (file && access(file, F_OK) == 0)
		usleep(10000);
}
#else
#define stick() ((void)0)
#endif

void gate_turn(struct gate *gate)
{
	stick();
	if (gate->due || (ingest_waiting(gate->ingest) && !alive_full(gate)) || writes_wait(gate))
		write_turn(gate);
	read_turn(gate);
	gate->telling = gate->web && web_turn(gate->web);
	flush_all(gate);
}
