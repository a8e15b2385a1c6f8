#include "host/http/http_private.h"

/*
 * output -- what is said on a connection, on its way into the kernel.
 *
 * One write is under way at a time; what is said meanwhile gathers behind it.
 * A connection that has said all holds no memory for it.
 */

static void on_written(uv_write_t *request, int status)
{
	struct connection *connection = request->data;

	connection->writing = false;
	buf_fini(&connection->going);
	if (connection->closing)
		return;
	connection->moved = uv_now(connection->http->loop);
	if (status < 0)
		connection_end(connection);
	else if (connection->out.len)
		output_flush(connection);
	else
		connection_sent(connection);
}

void output_say(struct connection *connection, const void *bytes, size_t len)
{
	if (connection->closing || !len)
		return;
	if (!connection->tls)
		buf_put(&connection->out, bytes, len);
	else if (!tls_ready(connection->tls) ||
		 tls_say(connection->tls, bytes, len, &connection->out, NULL) < 0)
		connection_end(connection);
}

void output_flush(struct connection *connection)
{
	uv_buf_t bytes;

	if (connection->closing || connection->writing || !connection->out.len)
		return;
	connection->going = connection->out;
	connection->out = (struct buf){ 0 };
	bytes = uv_buf_init(connection->going.data, (unsigned)connection->going.len);
	connection->write.data = connection;
	connection->moved = uv_now(connection->http->loop);
	connection->left_to_send = connection->going.len;
	connection->writing = true;
	if (uv_write(&connection->write, (uv_stream_t *)&connection->tcp, &bytes, 1, on_written) == 0)
		return;
	connection->writing = false;
	buf_fini(&connection->going);
	connection_end(connection);
}

size_t output_waiting(const struct connection *connection)
{
	return connection->out.len + uv_stream_get_write_queue_size((const uv_stream_t *)&connection->tcp);
}
