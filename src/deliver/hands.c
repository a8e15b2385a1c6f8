#include "deliver/hands.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "deliver/transfer.h"

enum { WAIT_MS = 1000 };

/* One channel by its name, also across a new channels file. */
struct lane {
	struct hands *hands;
	char name[CHANNEL_NAME];
	struct messages waits;
	int waiting;    /* messages in it */
	int busy, idle; /* hands that send, and hands that wait */
	pthread_cond_t more;
	pthread_t threads[CONNECTIONS_MOST];
	size_t thread_count;
};

struct hands {
	void (*done)(void *who, struct message *message);
	void *who;
	atomic_bool stop;
	pthread_mutex_t lock; /* of all that follows, and of the lanes */
	struct lane *lanes[CHANNELS_MOST * 2];
	size_t lane_count;
};

/* ---- one message ---------------------------------------------------------------- */

static int give_up(void *who, curl_off_t all, curl_off_t done, curl_off_t all_up, curl_off_t done_up)
{
	(void)all, (void)done, (void)all_up, (void)done_up;
	return atomic_load(&((struct hands *)who)->stop);
}

/* `*socket` is the connection that is kept for the next message; CURL_SOCKET_BAD: none is. */
static CURLcode carry(CURLM *connections, CURL *easy, curl_socket_t *socket)
{
	CURLcode code = CURLE_OK;
	int running = 1, left;
	CURLMsg *said;

	curl_multi_add_handle(connections, easy);
	while (curl_multi_perform(connections, &running) == CURLM_OK && running)
		curl_multi_poll(connections, NULL, 0, WAIT_MS, NULL);
	while ((said = curl_multi_info_read(connections, &left)))
		if (said->msg == CURLMSG_DONE)
			code = said->data.result;
	if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, socket) != CURLE_OK)
		*socket = CURL_SOCKET_BAD;
	curl_multi_remove_handle(connections, easy);
	return code;
}

static void send_one(struct hands *hands, CURLM *connections, curl_socket_t *socket, struct message *message)
{
	struct transfer *t = mail_transfer(message);

	if (t) {
		curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, give_up);
		curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, hands);
		mail_judge(t, carry(connections, t->easy, socket));
		transfer_free(t);
	}
	hands->done(hands->who, message);
}

/* ---- a hand ------------------------------------------------------------------------ */

/* The next that there is a connection for, waited for; NULL when all stop. */
static struct message *next_for(struct lane *lane)
{
	struct hands *hands = lane->hands;
	const struct message *first;

	while (!atomic_load(&hands->stop)) {
		first = lane->waits.first;
		if (first && lane->busy < first->channel->connections) {
			lane->waiting--;
			return messages_take(&lane->waits);
		}
		lane->idle++;
		pthread_cond_wait(&lane->more, &hands->lock);
		lane->idle--;
	}
	return NULL;
}

/* Each hand has a connection of its own, which it uses again. At the end it is cut off without a good-bye:
 * libcurl would wait two minutes for a server that hangs to answer it. */
static void *work(void *who)
{
	struct lane *lane = who;
	struct hands *hands = lane->hands;
	CURLM *connections = curl_multi_init();
	curl_socket_t socket = CURL_SOCKET_BAD;
	struct message *message;

	curl_multi_setopt(connections, CURLMOPT_MAXCONNECTS, 1L);
	pthread_mutex_lock(&hands->lock);
	while ((message = next_for(lane))) {
		lane->busy++;
		pthread_mutex_unlock(&hands->lock);
		send_one(hands, connections, &socket, message);
		pthread_mutex_lock(&hands->lock);
		lane->busy--;
	}
	pthread_mutex_unlock(&hands->lock);
	if (socket != CURL_SOCKET_BAD)
		shutdown(socket, SHUT_RDWR);
	curl_multi_cleanup(connections);
	return NULL;
}

/* Signals are the loop's. */
static bool begin_hand(struct lane *lane)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&lane->threads[lane->thread_count], NULL, work, lane);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	lane->thread_count += !failed;
	return !failed;
}

static struct lane *lane_of(struct hands *hands, const char *name)
{
	struct lane *lane;

	for (size_t i = 0; i < hands->lane_count; i++)
		if (!strcmp(hands->lanes[i]->name, name))
			return hands->lanes[i];
	/* So many names within one run are a file that changes all the time: they share the last lane. */
	if (hands->lane_count == sizeof(hands->lanes) / sizeof(*hands->lanes))
		return hands->lanes[hands->lane_count - 1];
	lane = must_alloc(sizeof(*lane));
	lane->hands = hands;
	strcpy(lane->name, name);
	messages_init(&lane->waits);
	pthread_cond_init(&lane->more, NULL);
	return hands->lanes[hands->lane_count++] = lane;
}

void hands_send(struct hands *hands, struct message *message)
{
	const size_t most = (size_t)message->channel->connections;
	struct lane *lane;
	bool taken = true;

	pthread_mutex_lock(&hands->lock);
	lane = lane_of(hands, message->channel->name);
	if (lane->waiting >= lane->idle && lane->thread_count < most)
		taken = begin_hand(lane) || lane->thread_count;
	if (taken)
		messages_put(&lane->waits, message);
	lane->waiting += taken;
	pthread_cond_signal(&lane->more);
	pthread_mutex_unlock(&hands->lock);
	if (taken)
		return;
	message->outcome = MESSAGE_TROUBLE;
	message_say(message, "no thread to send it / 无线程可用于发送",
		    strlen("no thread to send it / 无线程可用于发送"));
	hands->done(hands->who, message);
}

struct hands *hands_new(void (*done)(void *who, struct message *message), void *who)
{
	struct hands *hands = must_alloc(sizeof(*hands));

	hands->done = done;
	hands->who = who;
	pthread_mutex_init(&hands->lock, NULL);
	return hands;
}

static void close_lane(struct lane *lane)
{
	for (size_t i = 0; i < lane->thread_count; i++)
		pthread_join(lane->threads[i], NULL);
	messages_fini(&lane->waits);
	pthread_cond_destroy(&lane->more);
	free(lane);
}

void hands_close(struct hands *hands)
{
	if (!hands)
		return;
	pthread_mutex_lock(&hands->lock);
	atomic_store(&hands->stop, true);
	for (size_t i = 0; i < hands->lane_count; i++)
		pthread_cond_broadcast(&hands->lanes[i]->more);
	pthread_mutex_unlock(&hands->lock);
	for (size_t i = 0; i < hands->lane_count; i++)
		close_lane(hands->lanes[i]);
	pthread_mutex_destroy(&hands->lock);
	free(hands);
}
