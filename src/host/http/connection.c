#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/http/http_private.h"

/*
 * connection -- one client: bytes in, requests out, answers back in their order.
 *
 * It is read as long as what comes can be looked at at once; so neither side
 * makes the daemon hold more than one read and one answer for it.
 */
enum { KEEP_PROBES = 3 };

static void set_reading(struct connection *connection);

static uint64_t now_of(const struct connection *connection) { return uv_now(connection->http->loop); }

static void enter(struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	connection->since = now_of(connection);
	connection->span_bytes = 0;
}

/* ---- its end -------------------------------------------------------------------- */

static void drop_exchange(struct connection *connection)
{
	struct http *http = connection->http;
	struct http_exchange *exchange = connection->exchange;

	if (!exchange)
		return;
	if (exchange->stream)
		http->counts.streams--;
	http->taker.over(exchange, http->taker.who);
	connection->exchange = NULL;
	exchange_free(exchange);
}

static void on_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	struct http *http = connection->http;

	drop_exchange(connection);
	if (connection->prev)
		connection->prev->next = connection->next;
	else
		http->connections = connection->next;
	if (connection->next)
		connection->next->prev = connection->prev;
	message_fini(&connection->message);
	buf_fini(&connection->pending);
	buf_fini(&connection->out);
	buf_fini(&connection->going);
	tls_free(connection->tls);
	free(connection);
	http_handle_closed(http);
}

static void forget_soon(struct connection *connection)
{
	struct connection **at = &connection->http->first_soon;

	while (connection->soon && *at != connection)
		at = &(*at)->next_soon;
	if (connection->soon)
		*at = connection->next_soon;
	connection->soon = false;
}

void connection_end(struct connection *connection)
{
	if (connection->closing)
		return;
	connection->closing = true;
	forget_soon(connection);
	peers_leave(connection->http->peers, connection->peer);
	connection->http->counts.open--;
	uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

static void on_shut(uv_shutdown_t *request, int status)
{
	struct connection *connection = request->data;

	if (status < 0 && !connection->closing)
		connection_end(connection);
}

/* Say that this was the last, and wait a moment for the other end to take it:
 * closing at once over bytes that nobody read would take the answer back. */
static void linger(struct connection *connection)
{
	if (connection->ended && !connection->writing) {
		connection_end(connection);
		return;
	}
	enter(connection, PHASE_LINGER);
	buf_fini(&connection->pending);
	message_fini(&connection->message);
	if (connection->tls)
		tls_end(connection->tls, &connection->out);
	output_flush(connection);
	connection->shutdown.data = connection;
	if (connection->closing ||
	    uv_shutdown(&connection->shutdown, (uv_stream_t *)&connection->tcp, on_shut) < 0)
		connection_end(connection);
	else
		set_reading(connection);
}

void connection_refuse(struct connection *connection, int status, const char *what)
{
	connection->http->counts.refused++;
	if (connection->exchange && connection->exchange->answered) {
		connection_end(connection);
		return;
	}
	enter(connection, PHASE_LAST);
	answer_refusal(connection, status, what);
	if (connection->exchange) {
		connection->exchange->answered = connection->exchange->refused = true;
		connection->exchange->done = connection->exchange->last = true;
	}
}

/* ---- requests ------------------------------------------------------------------- */

static void on_head(struct connection *connection)
{
	struct http *http = connection->http;
	struct http_exchange *exchange = exchange_new(connection);

	http->counts.requests++;
	connection->exchange = exchange;
	enter(connection, PHASE_BODY);
	http->taker.head(exchange, http->taker.who);
	if (exchange->head.request.length > 0 && exchange->taken && !exchange->answered &&
	    (uint64_t)exchange->head.request.length > exchange->most)
		connection_refuse(connection, 413, "the body is longer than is taken here");
}

static void on_part(struct connection *connection)
{
	struct http *http = connection->http;
	struct http_exchange *exchange = connection->exchange;
	const size_t len = connection->message.part_len;

	exchange->got += len;
	connection->span_bytes += len;
	if (!exchange->taken)
		connection_refuse(connection, 413, "no body is taken here");
	else if (exchange->got > exchange->most)
		connection_refuse(connection, 413, "the body is longer than is taken here");
	else
		http->taker.part(exchange, connection->message.part, len, http->taker.who);
}

static void on_whole(struct connection *connection)
{
	struct http *http = connection->http;
	struct http_exchange *exchange = connection->exchange;

	exchange->whole = true;
	enter(connection, PHASE_ANSWER);
	http->taker.whole(exchange, http->taker.who);
}

/* May more of what came in be looked at now? */
static bool may_look(const struct connection *connection)
{
	const struct http_exchange *exchange = connection->exchange;

	if (connection->closing || connection->phase >= PHASE_ANSWER || connection->phase == PHASE_GREETING)
		return false;
	/* Whoever answered in the head of a request without a body gets its end. */
	if (exchange && exchange->answered)
		return !exchange->refused && exchange->head.request.length == 0;
	return !(exchange && exchange->paused);
}

/* A body that nobody took is not waited for. */
static bool untaken(const struct connection *connection)
{
	const struct http_exchange *exchange = connection->exchange;

	return exchange && connection->phase == PHASE_BODY && exchange->head.request.length != 0 &&
	       !exchange->taken;
}

/* Gives what could not be looked at yet. */
static size_t look(struct connection *connection, const char *at, size_t left)
{
	enum message_event event = MESSAGE_WHOLE;

	connection->busy = true;
	while (event != MESSAGE_MORE && may_look(connection)) {
		if (untaken(connection)) {
			connection_refuse(connection, 413, "no body is taken here");
			break;
		}
		if (left && connection->phase == PHASE_IDLE)
			enter(connection, PHASE_HEAD);
		event = message_feed(&connection->message, &at, &left);
		if (event == MESSAGE_HEAD)
			on_head(connection);
		else if (event == MESSAGE_PART)
			on_part(connection);
		else if (event == MESSAGE_WHOLE && connection->exchange)
			on_whole(connection);
		else if (event == MESSAGE_BAD)
			connection_refuse(connection, connection->message.status, connection->message.what);
	}
	connection->busy = false;
	return left;
}

/* The other end has said all: what is not complete by now never will be. */
static void check_end(struct connection *connection)
{
	const struct http_exchange *exchange = connection->exchange;

	if (!connection->ended || connection->closing || connection->pending.len)
		return;
	if (connection->phase == PHASE_LINGER ||
	    !(exchange ? exchange->whole || exchange->answered : connection->phase == PHASE_LAST) ||
	    (exchange && exchange->stream))
		connection_end(connection);
}

void connection_go_on(struct connection *connection)
{
	struct buf waiting = connection->pending;
	size_t left;

	/* Answered in full before there was anything to send. */
	if (!connection->closing && connection->exchange && connection->exchange->done &&
	    !connection->writing && !connection->out.len)
		connection_sent(connection);
	if (connection->closing || connection->busy)
		return;
	connection->pending = (struct buf){ 0 };
	left = look(connection, waiting.data, waiting.len);
	buf_eat(&waiting, waiting.len - left);
	if (left && connection->phase != PHASE_LINGER)
		connection->pending = waiting;
	else
		buf_fini(&waiting);
	check_end(connection);
	set_reading(connection);
}

static void end_exchange(struct connection *connection)
{
	const bool last =
		connection->exchange->last || !connection->exchange->whole || connection->http->stopping;

	drop_exchange(connection);
	if (last) {
		linger(connection);
		return;
	}
	enter(connection, PHASE_IDLE);
	connection_wake(connection);
}

void connection_sent(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;

	if (connection->phase == PHASE_LINGER || connection->phase == PHASE_GREETING)
		return;
	if (!exchange) {
		if (connection->phase == PHASE_LAST)
			linger(connection);
		return;
	}
	if (!exchange->answered || exchange_pump(exchange))
		return;
	/* A request without a body that was answered in its head ends first. */
	if (!exchange->whole && exchange->head.request.length == 0 && !exchange->refused)
		return;
	end_exchange(connection);
}

void connection_wake(struct connection *connection)
{
	struct http *http = connection->http;

	if (connection->soon || connection->closing)
		return;
	connection->soon = true;
	connection->next_soon = http->first_soon;
	http->first_soon = connection;
	http_wake(http);
}

/* ---- bytes ------------------------------------------------------------------------ */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct connection *connection = handle->data;

	(void)suggested;
	*out = uv_buf_init(connection->http->room, READ_MOST);
}

static void take(struct connection *connection, const char *bytes, size_t len)
{
	size_t left;

	if (connection->pending.len || connection->busy) {
		buf_put(&connection->pending, bytes, len);
		return;
	}
	left = look(connection, bytes, len);
	if (left && !connection->closing && connection->phase != PHASE_LINGER)
		buf_put(&connection->pending, bytes + len - left, left);
}

/* FAULT: what TLS has to say about it is sent, and that is all. */
static void take_sealed(struct connection *connection, const char *bytes, size_t len)
{
	struct buf *clear = &connection->http->clear;

	buf_clear(clear);
	if (tls_feed(connection->tls, bytes, len, clear, &connection->out, NULL) < 0) {
		connection->http->counts.refused++;
		output_flush(connection);
		if (!connection->writing)
			connection_end(connection);
		else
			enter(connection, PHASE_LINGER);
		return;
	}
	output_flush(connection);
	if (!connection->closing && connection->phase == PHASE_GREETING && tls_ready(connection->tls))
		enter(connection, PHASE_IDLE);
	if (clear->len && connection->phase != PHASE_LINGER)
		take(connection, clear->data, clear->len);
	if (tls_ended(connection->tls))
		connection->ended = true;
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
	struct connection *connection = stream->data;

	if (len == 0 || connection->closing)
		return;
	if (len < 0) {
		connection->ended = true;
		if (len != UV_EOF)
			connection_end(connection);
	} else if (connection->phase == PHASE_LINGER) {
		; /* whoever goes on talking does not stay for it */
	} else if (connection->tls) {
		take_sealed(connection, bytes->base, (size_t)len);
	} else {
		take(connection, bytes->base, (size_t)len);
	}
	check_end(connection);
	set_reading(connection);
}

static void set_reading(struct connection *connection)
{
	const struct http_exchange *exchange = connection->exchange;
	bool want;

	if (connection->closing)
		return;
	want = !connection->ended && !connection->pending.len &&
	       !(exchange && exchange->paused && !exchange->whole);
	if (want && !connection->reading)
		uv_read_start((uv_stream_t *)&connection->tcp, on_alloc, on_read);
	else if (!want && connection->reading)
		uv_read_stop((uv_stream_t *)&connection->tcp);
	connection->reading = want;
}

/* ---- time ------------------------------------------------------------------------ */

/* An answer of which the kernel took nothing for too long. */
static bool is_stuck(struct connection *connection, uint64_t now)
{
	const size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&connection->tcp);

	if (!connection->writing)
		return false;
	if (left != connection->left_to_send) {
		connection->left_to_send = left;
		connection->moved = now;
	}
	return now - connection->moved > connection->http->limits.send_ms;
}

static void sweep_body(struct connection *connection, uint64_t span)
{
	const struct http_limits *limits = &connection->http->limits;
	const struct http_exchange *exchange = connection->exchange;

	/* The house is busy, or has answered: not the client's fault. */
	if (exchange->paused || exchange->answered || connection->pending.len) {
		enter(connection, PHASE_BODY);
		return;
	}
	if (span < limits->head_ms)
		return;
	if (connection->span_bytes * 1000 < (uint64_t)limits->body_bytes_per_s * span)
		connection_refuse(connection, 408, "the body comes too slowly");
	else
		enter(connection, PHASE_BODY);
}

void connection_sweep(struct connection *connection, uint64_t now)
{
	const struct http_limits *limits = &connection->http->limits;
	const uint64_t span = now - connection->since;

	if (connection->closing)
		return;
	if (is_stuck(connection, now) || (connection->phase == PHASE_GREETING && span > limits->head_ms) ||
	    (connection->phase == PHASE_IDLE && span > limits->idle_ms) ||
	    (connection->phase == PHASE_LINGER && span > LINGER_MS))
		connection_end(connection);
	else if (connection->phase == PHASE_HEAD && span > limits->head_ms)
		connection_refuse(connection, 408, "the head comes too slowly");
	else if (connection->phase == PHASE_BODY)
		sweep_body(connection, span);
}

/* What is answered is still sent; who waits for a request or an answer is not waited for. */
void connection_stop(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;

	if (exchange && exchange->answered && exchange->stream)
		http_stream_end(exchange);
	if (exchange ? !exchange->answered : connection->phase < PHASE_LAST)
		connection_end(connection);
}

/* ---- its beginning ----------------------------------------------------------------- */

/* A link that went down says nothing: the kernel asks, and gives up after the
 * span in which an answer must be taken. */
static void set_socket(struct connection *connection)
{
	const unsigned most_ms = connection->http->limits.send_ms;
	const int yes = 1, unsent = UNSENT_MOST, idle_s = (int)(most_ms / 1000) + 1, probes = KEEP_PROBES;
	const int each_s = idle_s / KEEP_PROBES + 1;
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)&connection->tcp, &fd) < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &most_ms, sizeof(most_ms));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &each_s, sizeof(each_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

static struct connection *new_connection(struct listener *listener)
{
	struct http *http = listener->http;
	struct connection *connection = must_alloc(sizeof(*connection));

	*connection = (struct connection){ .http = http, .next = http->connections };
	if (http->connections)
		http->connections->prev = connection;
	http->connections = connection;
	message_init(&connection->message, &http->limits);
	uv_tcp_init(http->loop, &connection->tcp);
	connection->tcp.data = connection;
	http->handles++;
	http->counts.open++;
	return connection;
}

static bool is_welcome(struct connection *connection)
{
	struct http *http = connection->http;
	struct sockaddr_storage address = { 0 };
	int size = sizeof(address);

	if (http->stopping || uv_tcp_getpeername(&connection->tcp, (struct sockaddr *)&address, &size) < 0)
		return false;
	if (http->counts.open <= http->limits.connections)
		connection->peer = peers_enter(http->peers, &address, http->limits.connections_each);
	if (!connection->peer) {
		http->counts.turned_away++;
		return false;
	}
	uv_ip_name((struct sockaddr *)&address, connection->name, sizeof(connection->name));
	return true;
}

void connection_admit(struct listener *listener)
{
	struct connection *connection = new_connection(listener);

	if (uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&connection->tcp) < 0 ||
	    !is_welcome(connection)) {
		connection_end(connection);
		return;
	}
	listener->http->counts.connections++;
	set_socket(connection);
	if (listener->site)
		connection->tls = tls_new(listener->site);
	enter(connection, listener->site ? PHASE_GREETING : PHASE_IDLE);
	set_reading(connection);
}
