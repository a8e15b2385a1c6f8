#include "gate/courier.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "deliver/channels.h"
#include "deliver/message.h"
#include "deliver/pace.h"
#include "deliver/turns.h"
#include "deliver/worker.h"
#include "gate/gate_private.h"
#include "host/faultpoint.h"
#include "store/store.h"

enum {
	AHEAD = 16,                 /* messages in the worker's hands for each connection */
	ENTER_NS = 6 * 1000 * 1000, /* of entering results in one batch */
	STOP_MS = 3000,
	TOGETHER = 32,    /* results that are entered at once, in one commit */
	TOGETHER_MS = 50, /* the first of fewer waits no longer, and not at all where no more can come */
};
#define HOOK_PAUSE_MOST (15 * STAMP_SECOND)

/* One channel, also across a new channels file. */
struct lane {
	char name[CHANNEL_NAME];
	struct pace pace;
	int under_way;
	bool held;       /* by somebody of the Office */
	int64_t next_at; /* of the first that waits; -1: none, 0: to be asked */
	bool asked;
};

struct courier {
	struct gate *gate;
	struct worker *worker;
	struct channels *channels;
	char *path;
	uv_async_t done;
	uv_timer_t timer, together;
	uv_signal_t hup;
	struct lane lanes[CHANNELS_MOST * 2];
	size_t lane_count;
	struct message *results, **last_result; /* back from the worker, to be entered */
	size_t result_count;
	struct message *taken; /* in the batch that is open, for the worker */
	struct turns turns;    /* of the hosts of webhooks */
	bool stopping;
	bool heed; /* what is held is to be read again */
};

static int64_t house_now(const struct gate *gate) { return gate->demo ? gate->now : gate->clock(); }

static struct lane *lane_of(struct courier *c, const char *name)
{
	for (size_t i = 0; i < c->lane_count; i++)
		if (!strcmp(c->lanes[i].name, name))
			return &c->lanes[i];
	if (c->lane_count == sizeof(c->lanes) / sizeof(*c->lanes))
		return &c->lanes[c->lane_count - 1];
	snprintf(c->lanes[c->lane_count].name, CHANNEL_NAME, "%s", name);
	return &c->lanes[c->lane_count++];
}

/* ---- what came back --------------------------------------------------------------- */

/* A webhook's trouble is one receiver's, not that of all: only this message waits. */
static void judge(struct courier *c, struct lane *lane, struct message *m)
{
	const int64_t clock = c->gate->clock();
	int64_t refusals = 0;

	house_message_refusals(c->gate->house, m->id, &refusals, NULL);
	m->charged = pace_note(&lane->pace, m, clock);
	if (m->charged)
		m->next_at = clock + pace_pause((int)refusals + 1, m->key);
	else if (m->channel->kind == CHANNEL_WEBHOOK) {
		const int64_t pause = pace_pause(lane->pace.troubles / 4, m->key);

		m->next_at = clock + (pause < HOOK_PAUSE_MOST ? pause : HOOK_PAUSE_MOST);
		if (m->next_at < clock + m->wait_s * STAMP_SECOND)
			m->next_at = clock + m->wait_s * STAMP_SECOND;
	} else {
		/* Behind those that were not tried: the next try is with another, in case it is this one. */
		m->next_at = clock;
	}
}

static void take_back(struct courier *c)
{
	struct message *m = worker_take(c->worker), *next;

	for (; m; m = next) {
		struct lane *lane = lane_of(c, m->channel->name);

		next = m->next;
		lane->under_way--;
		judge(c, lane, m);
		m->next = NULL;
		*c->last_result = m;
		c->last_result = &m->next;
		c->result_count++;
	}
}

static bool more_to_come(const struct courier *c)
{
	for (size_t i = 0; i < c->lane_count; i++)
		if (c->lanes[i].under_way)
			return true;
	return false;
}

static void on_together(uv_timer_t *timer) { gate_wake(((struct courier *)timer->data)->gate); }

/* A commit for each would have the disk sync once for every message, beside a mail server that does the same.
 */
static void on_done(uv_async_t *async)
{
	struct courier *c = async->data;

	take_back(c);
	if (!c->results)
		return;
	if (c->result_count >= TOGETHER || !more_to_come(c))
		gate_wake(c->gate);
	else if (!uv_is_active((uv_handle_t *)&c->together))
		uv_timer_start(&c->together, on_together, TOGETHER_MS, 0);
}

static int enter_results(struct courier *c, struct fault *why)
{
	const uint64_t until = uv_hrtime() + ENTER_NS;
	int ret = 0;

	for (struct message *m = c->results; ret == 0 && m; m = m->next) {
		if (m->entered)
			continue;
		ret = house_message_done(c->gate->house, m, c->gate->clock(), house_now(c->gate), why);
		m->entered = ret == 0;
		if (uv_hrtime() > until)
			break;
	}
	return ret;
}

static void drop_entered(struct courier *c, bool committed)
{
	struct message **at = &c->results;

	while (*at) {
		struct message *m = *at;

		if (m->entered && committed) {
			*at = m->next;
			c->result_count--;
			lane_of(c, m->channel->name)->asked = false;
			message_free(m);
			continue;
		}
		m->entered = false;
		at = &m->next;
	}
	c->last_result = at;
}

/* ---- what goes out ------------------------------------------------------------------ */

/* How many more the worker may be given now. */
static int room_of(struct courier *c, const struct channel *channel, const struct lane *lane)
{
	if (c->stopping || channel->off || lane->held)
		return 0;
	if (channel->kind != CHANNEL_WEBHOOK && pace_held(&lane->pace))
		return lane->under_way == 0 && c->gate->clock() >= lane->pace.probe_at ? 1 : 0;
	return channel->connections * AHEAD - lane->under_way;
}

/* Is its host not to be asked yet? Then it waits on, and is nobody's until that moment. */
static bool later(struct courier *c, const struct channel *channel, struct message *m, int *ret,
		  struct fault *why)
{
	const int64_t at = channel->kind == CHANNEL_WEBHOOK && channel->pace
				   ? turns_ask(&c->turns, m->address, channel->pace, c->gate->clock())
				   : 0;

	if (!at)
		return false;
	if (*ret == 0)
		*ret = house_message_later(c->gate->house, m->id, at, why);
	message_free(m);
	return true;
}

static int hand_out(struct courier *c, const struct channel *channel, struct lane *lane, struct fault *why)
{
	struct message *due, *next;
	const int room = room_of(c, channel, lane);
	int ret;

	if (room <= 0 || (lane->asked && (lane->next_at < 0 || lane->next_at > c->gate->clock())))
		return 0;
	ret = house_messages_due(c->gate->house, channel->name, room, c->gate->clock(), house_now(c->gate),
				 &due, why);
	for (; due; due = next) {
		next = due->next;
		if (later(c, channel, due, &ret, why))
			continue;
		due->next = c->taken;
		c->taken = due;
		lane->under_way++;
	}
	lane->asked = false;
	return ret;
}

int courier_deliver(struct courier *c, struct fault *why)
{
	const struct channel *channel;
	int ret;

	if (!c || !c->worker)
		return 0;
	ret = enter_results(c, why);
	for (size_t i = 0; ret == 0 && (channel = channels_at(c->channels, i)); i++)
		ret = hand_out(c, channel, lane_of(c, channel->name), why);
	return ret;
}

static void send_taken(struct courier *c, bool committed)
{
	struct message *in_order = NULL, *m;

	while ((m = c->taken)) {
		c->taken = m->next;
		m->next = in_order;
		in_order = m;
	}
	if (in_order && committed)
		FAULTPOINT("message.taken");
	while ((m = in_order)) {
		in_order = m->next;
		if (committed) {
			worker_send(c->worker, m);
			continue;
		}
		lane_of(c, m->channel->name)->under_way--;
		message_free(m);
	}
}

/* ---- when to come again ---------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer) { gate_wake(((struct courier *)timer->data)->gate); }

/* In ms from now until this channel has something to do; -1: not by itself. */
static int64_t wait_of(struct courier *c, const struct channel *channel, struct lane *lane)
{
	const int64_t clock = c->gate->clock();
	struct fault why;
	int64_t at;

	if (c->stopping || channel->off || lane->held)
		return -1;
	if (!lane->asked && house_message_next(c->gate->house, channel->name, &lane->next_at, &why) < 0)
		return 1000;
	lane->asked = true;
	if (lane->next_at < 0)
		return -1;
	at = lane->next_at;
	if (channel->kind != CHANNEL_WEBHOOK && pace_held(&lane->pace)) {
		if (lane->under_way)
			return -1;
		at = at > lane->pace.probe_at ? at : lane->pace.probe_at;
	} else if (lane->under_way >= channel->connections * AHEAD) {
		return -1;
	}
	return at <= clock ? 0 : (at - clock) / 1000 + 1;
}

static void come_again(struct courier *c)
{
	const struct channel *channel;
	int64_t first = -1;

	for (size_t i = 0; (channel = channels_at(c->channels, i)); i++) {
		const int64_t wait = wait_of(c, channel, lane_of(c, channel->name));

		if (wait >= 0 && (first < 0 || wait < first))
			first = wait;
	}
	if (c->results)
		first = 0;
	if (first == 0)
		gate_wake(c->gate);
	else if (first > 0)
		uv_timer_start(&c->timer, on_timer, (uint64_t)(first < 3600000 ? first : 3600000), 0);
}

static int read_held(struct courier *c, struct fault *why)
{
	struct rows *rows;
	int got;

	for (size_t i = 0; i < c->lane_count; i++)
		c->lanes[i].held = false;
	if (store_query(house_store(c->gate->house), "SELECT name FROM held_channels", NO_VALUES, &rows,
			why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		lane_of(c, rows_text(rows, 0, NULL))->held = true;
	rows_close(rows);
	return got;
}

void courier_heed(struct courier *c) { c->heed = true; }

void courier_settle(struct courier *c, bool committed)
{
	if (!c)
		return;
	if (house_posted(c->gate->house) && committed)
		for (size_t i = 0; i < c->lane_count; i++)
			c->lanes[i].asked = false;
	if (c->heed && committed) {
		struct fault why;

		c->heed = read_held(c, &why) < 0;
	}
	if (!c->worker)
		return;
	drop_entered(c, committed);
	send_taken(c, committed);
	if (committed)
		come_again(c);
}

/* ---- the channels file ---------------------------------------------------------------------- */

static void told(void *who) { uv_async_send(&((struct courier *)who)->done); }

static int use_channels(struct courier *c, struct channels *channels, struct fault *why)
{
	int ret = c->worker ? 0 : worker_open(told, c, &c->worker, why);

	if (ret < 0)
		return ret;
	house_set_channels(c->gate->house, channels);
	channels_release(c->channels);
	c->channels = channels_hold(channels);
	for (size_t i = 0; i < c->lane_count; i++) {
		/* Whoever put it right wants it tried now. */
		c->lanes[i].asked = false;
		c->lanes[i].pace.probe_at = 0;
	}
	return 0;
}

static int read_channels(struct courier *c, struct fault *why)
{
	struct channels *channels;
	int ret = channels_read(c->path, &channels, why);

	if (ret < 0)
		return ret;
	ret = use_channels(c, channels, why);
	channels_release(channels);
	return ret;
}

static void on_hup(uv_signal_t *handle, int signum)
{
	struct courier *c = handle->data;
	struct fault why = { 0 };

	(void)signum;
	if (read_channels(c, &why) < 0) {
		if (why.code != FAULT_ABSENT || c->channels)
			fprintf(stderr, "fengsui: the channels stay as they were: %s\n", why.text);
		return;
	}
	gate_wake(c->gate);
}

int courier_open(struct gate *gate, const struct gate_options *options, struct courier **out,
		 struct fault *why)
{
	struct courier *c = must_alloc(sizeof(*c));
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *path = options->channels ? options->channels
					     : arena_text(mem, "%s/channels.yml", house_folder(gate->house));
	int ret;

	*c = (struct courier){ .gate = gate, .path = must_copy(path) };
	c->last_result = &c->results;
	uv_async_init(&gate->loop, &c->done, on_done);
	uv_timer_init(&gate->loop, &c->timer);
	uv_timer_init(&gate->loop, &c->together);
	uv_signal_init(&gate->loop, &c->hup);
	c->done.data = c->timer.data = c->together.data = c->hup.data = c;
	uv_signal_start(&c->hup, on_hup, SIGHUP);
	*out = c; /* the gate's from here on: its handles are in the loop */
	if ((ret = read_held(c, why)) < 0)
		return ret;
	ret = read_channels(c, why);
	return ret == -FAULT_ABSENT && !options->channels ? 0 : ret;
}

void courier_stop(struct courier *c)
{
	if (!c || !c->worker || c->stopping)
		return;
	c->stopping = true;
	for (int waited = 0; waited < STOP_MS; waited += 10) {
		int under_way = 0;

		take_back(c);
		for (size_t i = 0; i < c->lane_count; i++)
			under_way += c->lanes[i].under_way;
		if (!under_way)
			return;
		usleep(10000);
	}
}

void courier_end_thread(struct courier *c)
{
	if (!c)
		return;
	worker_close(c->worker);
	c->worker = NULL;
}

void courier_close(struct courier *c)
{
	if (!c)
		return;
	for (struct message *m = c->results, *next; m; m = next) {
		next = m->next;
		message_free(m);
	}
	for (struct message *m = c->taken, *next; m; m = next) {
		next = m->next;
		message_free(m);
	}
	channels_release(c->channels);
	free(c->path);
	free(c);
}

/* ---- told ------------------------------------------------------------------------------------ */

static const char *state_of_lane(const struct channel *channel, const struct lane *lane)
{
	if (lane->held)
		return "held";
	if (channel->off)
		return "off";
	return pace_held(&lane->pace) && channel->kind != CHANNEL_WEBHOOK ? "trouble" : "open";
}

static int count_state(struct gate *gate, const char *channel, const char *state, json_t *into,
		       struct fault *why)
{
	int64_t count = 0;
	int ret =
		store_int(house_store(gate->house),
			  "SELECT count(*) FROM outbox WHERE state = $1 AND channel = $2 AND state <> 'done'",
			  VALUES(value_text(state), value_text(channel)), &count, why);

	json_object_set_new(into, state, json_integer(count));
	return ret;
}

static void put_moment(json_t *into, const char *name, int64_t at)
{
	char text[STAMP_LEN];

	if (!at)
		return;
	stamp_format(at, text);
	json_object_set_new(into, name, json_string(text));
}

static int status_of(struct courier *c, const struct channel *channel, json_t *list, struct fault *why)
{
	static const char *const states[] = { "waiting", "sending", "failed" };
	const struct lane *lane = lane_of(c, channel->name);
	json_t *one = json_pack("{s:s, s:s, s:s}", "name", channel->name, "kind",
				channel_kind_word(channel->kind), "state", state_of_lane(channel, lane));
	int ret = 0;

	json_array_append_new(list, one);
	for (size_t i = 0; ret == 0 && i < sizeof(states) / sizeof(*states); i++)
		ret = count_state(c->gate, channel->name, states[i], one, why);
	put_moment(one, "sent_at", lane->pace.ok_at);
	put_moment(one, "trouble_at", lane->pace.trouble_at);
	if (lane->pace.trouble_at)
		json_object_update_new(
			one, json_pack("{s:s, s:i}", "words", lane->pace.words, "code", lane->pace.code));
	return ret;
}

json_t *courier_status(struct courier *c, struct fault *why)
{
	json_t *list = json_array();
	const struct channel *channel;

	for (size_t i = 0; c && (channel = channels_at(c->channels, i)); i++)
		if (status_of(c, channel, list, why) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

int courier_wake_channel(struct courier *c, const char *name, struct fault *why)
{
	struct lane *lane;

	if (!c || !channels_find(c->channels, name))
		return fault_say(why, FAULT_ABSENT, "there is no channel '%.40s'", "没有渠道“%.40s”", name);
	lane = lane_of(c, name);
	lane->asked = false;
	lane->pace.probe_at = 0;
	gate_wake(c->gate);
	return 0;
}
