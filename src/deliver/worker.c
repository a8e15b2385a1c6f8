#include "deliver/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deliver/command.h"
#include "deliver/hands.h"
#include "deliver/transfer.h"
#include "host/faultpoint.h"

enum { WAIT_MS = 1000, COMMAND_TICK_MS = 20, CONNECTIONS_POLLED = 64, CACHED_CONNECTIONS = 256 };

/* One channel by its name, also across a new channels file. */
struct lane {
	char name[CHANNEL_NAME];
	struct messages waits;
	int busy;
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	struct messages in, out; /* under the lock */
	void (*told)(void *who);
	void *who;
	atomic_bool stop;
	struct hands *hands; /* mail */

	/* the thread's alone */
	CURLM *multi;
	struct transfer *transfers;
	struct command *commands;
	struct lane lanes[CHANNELS_MOST * 2];
	size_t lane_count;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* ---- one message -------------------------------------------------------------- */

static struct lane *lane_of(struct worker *w, const char *name)
{
	for (size_t i = 0; i < w->lane_count; i++)
		if (!strcmp(w->lanes[i].name, name))
			return &w->lanes[i];
	/* So many names within one run are a file that changes all the time: they share the last lane. */
	if (w->lane_count == sizeof(w->lanes) / sizeof(*w->lanes))
		return &w->lanes[w->lane_count - 1];
	strcpy(w->lanes[w->lane_count].name, name);
	messages_init(&w->lanes[w->lane_count].waits);
	return &w->lanes[w->lane_count++];
}

/* Also in the threads of the hands. */
static void done(void *who, struct message *message)
{
	struct worker *w = who;

	FAULTPOINT("message.sent");
	pthread_mutex_lock(&w->lock);
	messages_put(&w->out, message);
	pthread_mutex_unlock(&w->lock);
	w->told(w->who);
}

static void begin_transfer(struct worker *w, struct lane *lane, struct message *message)
{
	struct transfer *t = webhook_transfer(message);

	if (!t) {
		done(w, message);
		return;
	}
	t->next = w->transfers;
	w->transfers = t;
	lane->busy++;
	curl_multi_add_handle(w->multi, t->easy);
}

static void begin_command(struct worker *w, struct lane *lane, struct message *message)
{
	struct command *c = command_begin(message, now_ms());

	if (!c) {
		done(w, message);
		return;
	}
	c->next = w->commands;
	w->commands = c;
	lane->busy++;
}

static void begin(struct worker *w, struct lane *lane)
{
	while (lane->waits.first && lane->busy < lane->waits.first->channel->connections) {
		struct message *message = messages_take(&lane->waits);

		if (message->channel->kind == CHANNEL_COMMAND)
			begin_command(w, lane, message);
		else
			begin_transfer(w, lane, message);
	}
}

/* ---- what has ended -------------------------------------------------------------- */

static void end_transfer(struct worker *w, CURL *easy, CURLcode code)
{
	struct transfer *t = NULL, **at = &w->transfers;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
	curl_multi_remove_handle(w->multi, easy);
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	lane_of(w, t->message->channel->name)->busy--;
	webhook_judge(t, code);
	done(w, t->message);
	transfer_free(t);
}

static void end_transfers(struct worker *w)
{
	CURLMsg *said;
	int left;

	while ((said = curl_multi_info_read(w->multi, &left)))
		if (said->msg == CURLMSG_DONE)
			end_transfer(w, said->easy_handle, said->data.result);
}

static void step_commands(struct worker *w)
{
	for (struct command **at = &w->commands; *at;) {
		struct command *c = *at;

		if (!command_step(c, now_ms())) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		lane_of(w, c->message->channel->name)->busy--;
		done(w, c->message);
		command_free(c);
	}
}

/* ---- the thread -------------------------------------------------------------------- */

static void take_in(struct worker *w)
{
	struct message *message;

	pthread_mutex_lock(&w->lock);
	while ((message = messages_take(&w->in)))
		messages_put(&lane_of(w, message->channel->name)->waits, message);
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < w->lane_count; i++)
		begin(w, &w->lanes[i]);
}

/* Until a connection or a program has something, or the loop. */
static void wait_for_more(struct worker *w)
{
	struct pollfd fds[2 * CONNECTIONS_POLLED];
	struct curl_waitfd more[2 * CONNECTIONS_POLLED];
	unsigned count = 0;

	for (const struct command *c = w->commands; c && count + 2 <= 2 * CONNECTIONS_POLLED; c = c->next)
		count += command_wants(c, fds + count);
	for (unsigned i = 0; i < count; i++)
		more[i] = (struct curl_waitfd){ .fd = fds[i].fd,
						.events = fds[i].events == POLLOUT ? CURL_WAIT_POLLOUT
										   : CURL_WAIT_POLLIN };
	/* A program that has closed both pipes is asked again and again. */
	curl_multi_poll(w->multi, more, count, w->commands ? COMMAND_TICK_MS : WAIT_MS, NULL);
}

static void *work(void *who)
{
	struct worker *w = who;
	int running;

	while (!atomic_load(&w->stop)) {
		take_in(w);
		curl_multi_perform(w->multi, &running);
		end_transfers(w);
		step_commands(w);
		for (size_t i = 0; i < w->lane_count; i++)
			begin(w, &w->lanes[i]);
		wait_for_more(w);
	}
	return NULL;
}

int worker_open(void (*told)(void *who), void *who, struct worker **out, struct fault *why)
{
	struct worker *w = must_alloc(sizeof(*w));
	sigset_t all, before;
	int failed;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	*w = (struct worker){ .told = told, .who = who, .multi = curl_multi_init() };
	w->hands = hands_new(done, w);
	curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)CACHED_CONNECTIONS);
	pthread_mutex_init(&w->lock, NULL);
	messages_init(&w->in);
	messages_init(&w->out);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&w->thread, NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		hands_close(w->hands);
		curl_multi_cleanup(w->multi);
		free(w);
		return fault_set(why, FAULT_IO, "cannot begin the thread that sends: %s", strerror(failed));
	}
	*out = w;
	return 0;
}

void worker_close(struct worker *w)
{
	if (!w)
		return;
	atomic_store(&w->stop, true);
	curl_multi_wakeup(w->multi);
	pthread_join(w->thread, NULL);
	hands_close(w->hands);
	for (struct transfer *t = w->transfers, *next; t; t = next) {
		next = t->next;
		curl_multi_remove_handle(w->multi, t->easy);
		message_free(t->message);
		transfer_free(t);
	}
	for (struct command *c = w->commands, *next; c; c = next) {
		next = c->next;
		message_free(c->message);
		command_free(c);
	}
	for (size_t i = 0; i < w->lane_count; i++)
		messages_fini(&w->lanes[i].waits);
	messages_fini(&w->in);
	messages_fini(&w->out);
	curl_multi_cleanup(w->multi);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void worker_send(struct worker *w, struct message *message)
{
	if (message->channel->kind == CHANNEL_MAIL) {
		hands_send(w->hands, message);
		return;
	}
	pthread_mutex_lock(&w->lock);
	messages_put(&w->in, message);
	pthread_mutex_unlock(&w->lock);
	curl_multi_wakeup(w->multi);
}

struct message *worker_take(struct worker *w)
{
	struct message *first;

	pthread_mutex_lock(&w->lock);
	first = w->out.first;
	messages_init(&w->out);
	pthread_mutex_unlock(&w->lock);
	return first;
}
