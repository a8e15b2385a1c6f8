#include "daemon/heartbeat.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "host/clock.h"

enum { EVERY_S = 60, CONNECT_S = 10, WHOLE_S = 20, WORDS = 200, HOST_MOST = 256 };

struct heartbeat {
	char *url, host[HOST_MOST];
	pthread_t thread;
	pthread_mutex_t lock; /* over all that follows */
	pthread_cond_t wake;
	bool ending, failing;
	int64_t turned;
	uint64_t sent, failed;
	char last[WORDS]; /* why the last one failed */
};

static int64_t every_ms(void)
{
#ifdef FENGSUI_TEST_HOOKS
	if (getenv("FENGSUI_TEST_HEARTBEAT_MS"))
		return strtol(getenv("FENGSUI_TEST_HEARTBEAT_MS"), NULL, 10);
#endif
	return EVERY_S * INT64_C(1000);
}

/* Without a turn for three quarters of that nothing is sent. */
static bool lives(const struct heartbeat *heartbeat)
{
	return clock_steady() - heartbeat->turned < every_ms() * 750;
}

static size_t drop(char *bytes, size_t size, size_t count, void *unused)
{
	(void)bytes;
	(void)unused;
	return size * count;
}

/* Not 0: given up in the middle, since the daemon ends. */
static int asked_to_end(void *who, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct heartbeat *heartbeat = who;
	bool ending;

	(void)a, (void)b, (void)c, (void)d;
	pthread_mutex_lock(&heartbeat->lock);
	ending = heartbeat->ending;
	pthread_mutex_unlock(&heartbeat->lock);
	return ending;
}

static CURL *prepare(struct heartbeat *heartbeat)
{
	CURL *curl = curl_easy_init();

	if (!curl)
		return NULL;
	curl_easy_setopt(curl, CURLOPT_URL, heartbeat->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "fengsui/" FENGSUI_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, asked_to_end);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, heartbeat);
	return curl;
}

static void send_one(struct heartbeat *heartbeat, CURL *curl)
{
	const CURLcode code = curl ? curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;
	long status = 0;
	bool good;

	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	good = status >= 200 && status < 300;
	pthread_mutex_lock(&heartbeat->lock);
	heartbeat->sent += good;
	heartbeat->failed += !good;
	heartbeat->failing = !good;
	if (!good && code == CURLE_OK)
		snprintf(heartbeat->last, WORDS, "HTTP %ld", status);
	else if (!good)
		snprintf(heartbeat->last, WORDS, "%s", curl_easy_strerror(code));
	pthread_mutex_unlock(&heartbeat->lock);
}

/* With the lock held; false when it is time to end. */
static bool wait_a_while(struct heartbeat *heartbeat)
{
	struct timespec until;
	const int64_t ms = every_ms();
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!heartbeat->ending && ret != ETIMEDOUT)
		ret = pthread_cond_timedwait(&heartbeat->wake, &heartbeat->lock, &until);
	return !heartbeat->ending;
}

static void *work(void *who)
{
	struct heartbeat *heartbeat = who;
	CURL *curl = prepare(heartbeat);
	bool send;

	do {
		send = lives(heartbeat);
		pthread_mutex_unlock(&heartbeat->lock);
		if (send)
			send_one(heartbeat, curl);
		pthread_mutex_lock(&heartbeat->lock);
	} while (wait_a_while(heartbeat));
	pthread_mutex_unlock(&heartbeat->lock);
	curl_easy_cleanup(curl);
	return NULL;
}

static void *start(void *who)
{
	pthread_mutex_lock(&((struct heartbeat *)who)->lock);
	return work(who);
}

/* http or https, and a host. */
static int read_url(const char *url, char host[static HOST_MOST], struct fault *why)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *name = NULL;
	bool good = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    curl_url_get(parts, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
		    (!strcmp(scheme, "http") || !strcmp(scheme, "https")) && strlen(name) < HOST_MOST;

	if (good)
		snprintf(host, HOST_MOST, "%s", name);
	curl_free(scheme);
	curl_free(name);
	curl_url_cleanup(parts);
	return good ? 0
		    : fault_say(why, FAULT_INVALID, "--heartbeat '%.80s' is no http or https URL",
				"--heartbeat“%.80s”不是 http 或 https 地址", url);
}

static void free_it(struct heartbeat *heartbeat)
{
	pthread_cond_destroy(&heartbeat->wake);
	pthread_mutex_destroy(&heartbeat->lock);
	free(heartbeat->url);
	free(heartbeat);
	curl_global_cleanup();
}

/* Signals are the loop's; the thread hears none. */
static int start_thread(struct heartbeat *heartbeat)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&heartbeat->thread, NULL, start, heartbeat);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

int heartbeat_open(const char *url, struct heartbeat **out, struct fault *why)
{
	struct heartbeat *heartbeat;
	pthread_condattr_t steady;
	char host[HOST_MOST];
	int ret;

	if ((ret = read_url(url, host, why)) < 0)
		return ret;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	heartbeat = must_alloc(sizeof(*heartbeat));
	*heartbeat = (struct heartbeat){ .url = must_copy(url), .turned = clock_steady() };
	snprintf(heartbeat->host, sizeof(heartbeat->host), "%s", host);
	pthread_mutex_init(&heartbeat->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&heartbeat->wake, &steady);
	pthread_condattr_destroy(&steady);
	if ((ret = start_thread(heartbeat)) != 0) {
		free_it(heartbeat);
		return fault_set(why, FAULT_BUSY, "no thread for --heartbeat: %s", strerror(ret));
	}
	*out = heartbeat;
	return 0;
}

void heartbeat_close(struct heartbeat *heartbeat)
{
	if (!heartbeat)
		return;
	pthread_mutex_lock(&heartbeat->lock);
	heartbeat->ending = true;
	pthread_cond_signal(&heartbeat->wake);
	pthread_mutex_unlock(&heartbeat->lock);
	pthread_join(heartbeat->thread, NULL);
	free_it(heartbeat);
}

void heartbeat_turned(struct heartbeat *heartbeat, int64_t steady)
{
	if (!heartbeat)
		return;
	pthread_mutex_lock(&heartbeat->lock);
	heartbeat->turned = steady;
	pthread_mutex_unlock(&heartbeat->lock);
}

json_t *heartbeat_status(struct heartbeat *heartbeat)
{
	json_t *value;

	if (!heartbeat)
		return json_null();
	pthread_mutex_lock(&heartbeat->lock);
	value = json_pack("{s:s, s:I, s:I, s:b}", "to", heartbeat->host, "sent", (json_int_t)heartbeat->sent,
			  "failed", (json_int_t)heartbeat->failed, "failing", heartbeat->failing);
	if (*heartbeat->last)
		json_object_set_new(value, "last", json_string(heartbeat->last));
	pthread_mutex_unlock(&heartbeat->lock);
	return value;
}
