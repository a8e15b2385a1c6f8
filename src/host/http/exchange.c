#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/http/http_private.h"

/*
 * exchange -- one request and its answer, for whoever takes the requests.
 */

struct http_exchange *exchange_new(struct connection *connection)
{
	struct http_exchange *exchange = must_alloc(sizeof(*exchange));
	struct http_request *request;

	*exchange = (struct http_exchange){ .connection = connection,
					    .head = message_take_head(&connection->message),
					    .fd = -1 };
	request = &exchange->head.request;
	request->peer = connection->name;
	request->secure = connection->tls != NULL;
	if (connection->tls && tls_client_key(connection->tls, exchange->client_key))
		request->client_key = exchange->client_key;
	exchange->last = exchange->head.last;
	return exchange;
}

void exchange_free(struct http_exchange *exchange)
{
	if (exchange->fd >= 0)
		close(exchange->fd);
	head_fini(&exchange->head);
	free(exchange);
}

const struct http_request *http_request(const struct http_exchange *exchange)
{
	return &exchange->head.request;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	return head_value(&exchange->head, name);
}

void http_set_data(struct http_exchange *exchange, void *data) { exchange->data = data; }
void *http_data(const struct http_exchange *exchange) { return exchange->data; }
bool http_answered(const struct http_exchange *exchange) { return exchange->answered; }
bool http_gone(const struct http_exchange *exchange) { return exchange->connection->closing; }

void http_take_body(struct http_exchange *exchange, uint64_t most)
{
	exchange->taken = true;
	exchange->most = most;
}

void http_pause(struct http_exchange *exchange) { exchange->paused = true; }

void http_resume(struct http_exchange *exchange)
{
	exchange->paused = false;
	exchange->connection->since = uv_now(exchange->connection->http->loop);
	exchange->connection->span_bytes = 0;
	connection_wake(exchange->connection);
}

/* ---- the answer ----------------------------------------------------------------- */

static bool is_head(const struct http_exchange *exchange)
{
	return strcmp(exchange->head.request.method, "HEAD") == 0;
}

/* False where nobody is there to be answered, or we did so ourselves. */
static bool begin(struct http_exchange *exchange)
{
	const struct connection *connection = exchange->connection;

	if (connection->closing || exchange->refused)
		return false;
	assert(!exchange->answered);
	exchange->answered = true;
	/* What is left of the body would be taken for the next request. */
	if ((!exchange->whole && exchange->head.request.length != 0) || connection->ended ||
	    connection->http->stopping)
		exchange->last = true;
	return true;
}

static void end_head(struct http_exchange *exchange, struct buf *head)
{
	buf_text(head, exchange->last ? "Connection: close\r\n\r\n" : "\r\n");
}

static void send_head(struct http_exchange *exchange, int status, const struct http_header *headers,
		      size_t count, const char *length)
{
	struct buf head = { 0 };

	answer_head(&head, status, headers, count);
	buf_text(&head, length);
	end_head(exchange, &head);
	output_say(exchange->connection, head.data, head.len);
	buf_fini(&head);
}

void http_answer(struct http_exchange *exchange, int status, const struct http_header *headers, size_t count,
		 const void *body, size_t len)
{
	struct connection *connection = exchange->connection;
	const bool bare = status == 204 || status == 304;
	struct buf out = { 0 };

	assert(!bare || !len);
	if (!begin(exchange))
		return;
	answer_head(&out, status, headers, count);
	if (!bare)
		buf_format(&out, "Content-Length: %zu\r\n", len);
	end_head(exchange, &out);
	if (!is_head(exchange))
		buf_put(&out, body, len);
	output_say(connection, out.data, out.len);
	buf_fini(&out);
	exchange->done = true;
	output_flush(connection);
}

void http_answer_file(struct http_exchange *exchange, int status, const struct http_header *headers,
		      size_t count, int fd, uint64_t size)
{
	struct buf length = { 0 };

	if (!begin(exchange)) {
		close(fd);
		return;
	}
	exchange->fd = fd;
	exchange->file_left = is_head(exchange) ? 0 : size;
	exchange->done = !exchange->file_left;
	buf_format(&length, "Content-Length: %llu\r\n", (unsigned long long)size);
	send_head(exchange, status, headers, count, length.data);
	buf_fini(&length);
	output_flush(exchange->connection);
}

/* The next piece of the file; what is missing of it cannot be made good any
 * more, and the client sees that by the end of the connection. */
static bool pump_file(struct http_exchange *exchange)
{
	char *room = exchange->connection->http->room;
	const size_t want = exchange->file_left < PIECE ? (size_t)exchange->file_left : PIECE;
	ssize_t got;

	do
		got = read(exchange->fd, room, want);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		connection_end(exchange->connection);
		return true;
	}
	output_say(exchange->connection, room, (size_t)got);
	exchange->file_left -= (uint64_t)got;
	exchange->done = !exchange->file_left;
	output_flush(exchange->connection);
	return true;
}

bool exchange_pump(struct http_exchange *exchange)
{
	struct http *http = exchange->connection->http;

	if (exchange->file_left)
		return pump_file(exchange);
	if (exchange->done)
		return false;
	if (exchange->stream && http->taker.drained)
		http->taker.drained(exchange, http->taker.who);
	return true;
}

/* ---- a stream --------------------------------------------------------------------- */

void http_stream(struct http_exchange *exchange, int status, const struct http_header *headers, size_t count)
{
	struct http *http = exchange->connection->http;

	if (!begin(exchange))
		return;
	exchange->stream = true;
	http->counts.streams++;
	exchange->chunked = !exchange->head.old;
	exchange->done = is_head(exchange);
	send_head(exchange, status, headers, count,
		  exchange->chunked ? "Transfer-Encoding: chunked\r\n" : "");
	output_flush(exchange->connection);
}

bool http_stream_say(struct http_exchange *exchange, const void *bytes, size_t len)
{
	struct connection *connection = exchange->connection;
	struct buf chunk = { 0 };

	if (connection->closing || exchange->refused)
		return false;
	assert(exchange->stream);
	if (exchange->done || !len)
		return !exchange->done;
	if (output_waiting(connection) + len > connection->http->limits.stream_bytes) {
		connection_end(connection);
		return false;
	}
	if (exchange->chunked) {
		buf_format(&chunk, "%zx\r\n", len);
		buf_put(&chunk, bytes, len);
		buf_text(&chunk, "\r\n");
		output_say(connection, chunk.data, chunk.len);
		buf_fini(&chunk);
	} else {
		output_say(connection, bytes, len);
	}
	output_flush(connection);
	return !connection->closing;
}

size_t http_stream_waiting(const struct http_exchange *exchange)
{
	return exchange->connection->closing ? 0 : output_waiting(exchange->connection);
}

void http_stream_end(struct http_exchange *exchange)
{
	struct connection *connection = exchange->connection;

	if (connection->closing || exchange->refused || exchange->done)
		return;
	assert(exchange->stream);
	exchange->done = true;
	if (exchange->chunked)
		output_say(connection, "0\r\n\r\n", 5);
	if (connection->out.len)
		output_flush(connection);
	else
		connection_wake(connection); /* nothing to send that would tell when it is over */
}
