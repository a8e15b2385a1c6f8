#include "host/http/http.h"

#include <stdlib.h>

#include "base/arena.h"
#include "host/http/http_private.h"

enum { SWEEP_MS = 500 };

struct http_limits http_limits_usual(void)
{
	/* clang-format off */
	return (struct http_limits){
		.head_bytes       = 16 * 1024,
		.headers          = 64,
		.target_bytes     = 8 * 1024,
		.head_ms          = 10 * 1000,
		.idle_ms          = 60 * 1000,
		.body_bytes_per_s = 1024,
		.send_ms          = 20 * 1000,
		.connections      = 12000,
		.connections_each = 256,
		.stream_bytes     = 256 * 1024,
	};
	/* clang-format on */
}

/* One timer for all connections: none of the limits is finer than this. */
static void on_sweep(uv_timer_t *timer)
{
	struct http *http = timer->data;
	const uint64_t now = uv_now(http->loop);

	for (struct connection *one = http->connections, *next; one; one = next) {
		next = one->next;
		connection_sweep(one, now);
	}
}

static void on_soon(uv_timer_t *timer)
{
	struct http *http = timer->data;
	struct connection *one;

	while ((one = http->first_soon)) {
		http->first_soon = one->next_soon;
		one->soon = false;
		connection_go_on(one);
	}
}

void http_wake(struct http *http) { uv_timer_start(&http->soon, on_soon, 0, 0); }

static unsigned sweep_ms(const struct http_limits *limits)
{
	unsigned least = limits->head_ms < limits->idle_ms ? limits->head_ms : limits->idle_ms;

	if (limits->send_ms < least)
		least = limits->send_ms;
	return least / 4 < SWEEP_MS ? least / 4 + 1 : SWEEP_MS;
}

int http_open(uv_loop_t *loop, const struct http_taker *taker, const struct http_limits *limits,
	      struct http **out, struct fault *why)
{
	struct http *http = must_alloc(sizeof(*http));
	const unsigned each = sweep_ms(limits);

	(void)why;
	*http = (struct http){ .loop = loop, .taker = *taker, .limits = *limits };
	http->peers = peers_new();
	http->room = must_alloc(READ_MOST);
	uv_timer_init(loop, &http->sweep);
	uv_timer_init(loop, &http->soon);
	http->sweep.data = http->soon.data = http;
	uv_timer_start(&http->sweep, on_sweep, each, each);
	http->handles = 2;
	*out = http;
	return 0;
}

static void on_timer_closed(uv_handle_t *handle) { ((struct http *)handle->data)->handles--; }

/* When the last connection and listener are gone, the timers go too. */
static void settle(struct http *http)
{
	if (!http->stopping || http->timers_closed || http->handles > 2)
		return;
	http->timers_closed = true;
	uv_close((uv_handle_t *)&http->sweep, on_timer_closed);
	uv_close((uv_handle_t *)&http->soon, on_timer_closed);
}

void http_handle_closed(struct http *http)
{
	http->handles--;
	settle(http);
}

void http_stop(struct http *http)
{
	if (http->stopping)
		return;
	http->stopping = true;
	listener_close_all(http);
	for (struct connection *one = http->connections; one; one = one->next)
		connection_stop(one);
	settle(http);
}

/* The handles live in what is freed: the loop runs until they are closed. */
void http_close(struct http *http)
{
	if (!http)
		return;
	http_stop(http);
	for (struct connection *one = http->connections; one; one = one->next)
		connection_end(one);
	while (http->handles)
		uv_run(http->loop, UV_RUN_NOWAIT);
	peers_free(http->peers);
	buf_fini(&http->clear);
	free(http->room);
	free(http);
}

struct http_counts http_count(const struct http *http) { return http->counts; }
