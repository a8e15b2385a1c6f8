#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/http/http.h"

/*
 * http_server -- host/http by itself, for tests from outside (tests/http).
 *
 *   http_server [--cert FILE --key FILE [--clients FILE]] [LIMIT=NUMBER …]
 *
 * Says its address on standard output; ends by SIGTERM. Every answer carries
 * X-Number: the how-manieth request of the server it answers.
 */
struct task {
	struct buf body;
	uv_timer_t timer;
	struct http_exchange *exchange;
	unsigned long left, bytes; /* of a stream */
	bool closing;
};

static struct http *http;
static uv_loop_t loop;
static unsigned long numbers, parts, overs, drains, cuts;

static unsigned long number_of(const struct http_request *request, const char *name, unsigned long usual)
{
	const char *at = strstr(request->query, name);

	return at ? strtoul(at + strlen(name) + 1, NULL, 10) : usual;
}

static void answer(struct http_exchange *exchange, int status, const void *body, size_t len)
{
	char number[32];
	const struct http_header headers[] = { { "X-Number", number }, { "Content-Type", "text/plain" } };

	snprintf(number, sizeof(number), "%lu", numbers);
	http_answer(exchange, status, headers, status == 204 ? 1 : 2, body, len);
}

/* What was understood, one thing a line; then the body. */
static void answer_echo(struct http_exchange *exchange, const struct buf *body)
{
	const struct http_request *request = http_request(exchange);
	struct buf out = { 0 };

	buf_format(&out, "%s %s ?%s %zu headers, %s, %s, key %s\n", request->method, request->path,
		   request->query, request->header_count, request->peer, request->secure ? "secure" : "clear",
		   request->client_key ? request->client_key : "none");
	buf_put(&out, body->data, body->len);
	answer(exchange, 200, out.data, out.len);
	buf_fini(&out);
}

static void answer_sized(struct http_exchange *exchange)
{
	const size_t size = number_of(http_request(exchange), "size", 10);
	char *bytes = must_alloc(size + 1);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)('a' + i % 26);
	answer(exchange, 200, bytes, size);
	free(bytes);
}

/* `short` bytes less are in it than is said. */
static void answer_file(struct http_exchange *exchange)
{
	const unsigned long size = number_of(http_request(exchange), "size", 10);
	const unsigned long lacks = number_of(http_request(exchange), "lacks", 0);
	const int fd = memfd_create("file", MFD_CLOEXEC);
	char piece[4096];

	for (unsigned long at = 0, n; at < size - lacks; at += n) {
		n = size - lacks - at < sizeof(piece) ? size - lacks - at : sizeof(piece);
		for (unsigned long i = 0; i < n; i++)
			piece[i] = (char)('a' + (at + i) % 26);
		if (write(fd, piece, n) < 0)
			abort();
	}
	lseek(fd, 0, SEEK_SET);
	http_answer_file(exchange, 200, NULL, 0, fd, size);
}

static void answer_counts(struct http_exchange *exchange)
{
	const struct http_counts counts = http_count(http);
	struct buf out = { 0 };

	buf_format(&out,
		   "{\"connections\":%lu,\"requests\":%lu,\"refused\":%lu,\"turned_away\":%lu,\"open\":%u,"
		   "\"streams\":%u,\"parts\":%lu,\"overs\":%lu,\"drains\":%lu,\"cuts\":%lu}",
		   counts.connections, counts.requests, counts.refused, counts.turned_away, counts.open,
		   counts.streams, parts, overs, drains, cuts);
	answer(exchange, 200, out.data, out.len);
	buf_fini(&out);
}

static void on_slow(uv_timer_t *timer)
{
	struct task *task = timer->data;

	answer(task->exchange, 200, "slow\n", 5);
}

static void on_resume(uv_timer_t *timer) { http_resume(((struct task *)timer->data)->exchange); }

static void on_tick(uv_timer_t *timer)
{
	struct task *task = timer->data;
	char *bytes;

	if (!task->left--) {
		uv_timer_stop(timer);
		http_stream_end(task->exchange);
		return;
	}
	bytes = must_alloc(task->bytes + 1);
	memset(bytes, 'x', task->bytes + 1);
	if (!http_stream_say(task->exchange, bytes, task->bytes)) {
		cuts++;
		uv_timer_stop(timer);
	}
	free(bytes);
}

static void begin_stream(struct http_exchange *exchange, struct task *task)
{
	const struct http_request *request = http_request(exchange);
	const struct http_header type = { "Content-Type", "text/event-stream" };

	task->left = number_of(request, "count", 3);
	task->bytes = number_of(request, "bytes", 5);
	http_stream(exchange, 200, &type, 1);
	uv_timer_start(&task->timer, on_tick, 0, number_of(request, "each", 1));
}

static bool is_path(const struct http_exchange *exchange, const char *path)
{
	return strcmp(http_request(exchange)->path, path) == 0;
}

static void on_head(struct http_exchange *exchange, void *who)
{
	struct task *task = must_alloc(sizeof(*task));

	(void)who;
	*task = (struct task){ .exchange = exchange };
	uv_timer_init(&loop, &task->timer);
	task->timer.data = task;
	http_set_data(exchange, task);
	numbers++;
	if (is_path(exchange, "/early"))
		answer(exchange, 403, "early\n", 6);
	else if (is_path(exchange, "/nobody"))
		;
	else
		http_take_body(exchange, number_of(http_request(exchange), "most", 1 << 20));
	if (is_path(exchange, "/paused")) {
		http_pause(exchange);
		uv_timer_start(&task->timer, on_resume, number_of(http_request(exchange), "ms", 30), 0);
	}
}

static void on_part(struct http_exchange *exchange, const char *bytes, size_t len, void *who)
{
	struct task *task = http_data(exchange);

	(void)who;
	parts++;
	buf_put(&task->body, bytes, len);
}

static void on_whole(struct http_exchange *exchange, void *who)
{
	struct task *task = http_data(exchange);

	(void)who;
	if (http_answered(exchange))
		return;
	if (is_path(exchange, "/sized"))
		answer_sized(exchange);
	else if (is_path(exchange, "/file"))
		answer_file(exchange);
	else if (is_path(exchange, "/counts"))
		answer_counts(exchange);
	else if (is_path(exchange, "/stream"))
		begin_stream(exchange, task);
	else if (is_path(exchange, "/empty"))
		answer(exchange, 204, NULL, 0);
	else if (is_path(exchange, "/slow"))
		uv_timer_start(&task->timer, on_slow, number_of(http_request(exchange), "ms", 50), 0);
	else
		answer_echo(exchange, &task->body);
}

static void on_timer_closed(uv_handle_t *handle) { free(handle->data); }

static void on_over(struct http_exchange *exchange, void *who)
{
	struct task *task = http_data(exchange);

	(void)who;
	overs++;
	buf_fini(&task->body);
	uv_close((uv_handle_t *)&task->timer, on_timer_closed);
}

static void on_drained(struct http_exchange *exchange, void *who)
{
	(void)exchange;
	(void)who;
	drains++;
}

static void on_term(uv_signal_t *signal, int number)
{
	(void)number;
	uv_close((uv_handle_t *)signal, NULL);
	http_stop(http);
}

static void set_limit(struct http_limits *limits, const char *word)
{
	const struct {
		const char *name;
		void *field;
		size_t size;
	} fields[] = {
		{ "head_bytes=", &limits->head_bytes, sizeof(size_t) },
		{ "headers=", &limits->headers, sizeof(size_t) },
		{ "target_bytes=", &limits->target_bytes, sizeof(size_t) },
		{ "stream_bytes=", &limits->stream_bytes, sizeof(size_t) },
		{ "head_ms=", &limits->head_ms, sizeof(unsigned) },
		{ "idle_ms=", &limits->idle_ms, sizeof(unsigned) },
		{ "body_bytes_per_s=", &limits->body_bytes_per_s, sizeof(unsigned) },
		{ "send_ms=", &limits->send_ms, sizeof(unsigned) },
		{ "connections=", &limits->connections, sizeof(unsigned) },
		{ "connections_each=", &limits->connections_each, sizeof(unsigned) },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const size_t len = strlen(fields[i].name);

		if (strncmp(word, fields[i].name, len) != 0)
			continue;
		if (fields[i].size == sizeof(size_t))
			*(size_t *)fields[i].field = strtoul(word + len, NULL, 10);
		else
			*(unsigned *)fields[i].field = (unsigned)strtoul(word + len, NULL, 10);
		return;
	}
	fprintf(stderr, "no such limit: %s\n", word);
	exit(64);
}

int main(int argc, char **argv)
{
	static const struct http_taker taker = { NULL, on_head, on_part, on_whole, on_over, on_drained };
	const char *cert = NULL, *key = NULL, *clients = NULL;
	struct http_limits limits = http_limits_usual();
	struct tls_site *site = NULL;
	struct fault why = { 0 };
	uv_signal_t term;
	char address[100];

	for (int i = 1; i < argc; i++) {
		const char **into = strcmp(argv[i], "--cert") == 0      ? &cert
				    : strcmp(argv[i], "--key") == 0     ? &key
				    : strcmp(argv[i], "--clients") == 0 ? &clients
									: NULL;

		if (into && i + 1 < argc)
			*into = argv[++i];
		else
			set_limit(&limits, argv[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&loop);
	if ((cert && tls_site_open(cert, key, clients, &site, &why) < 0) ||
	    http_open(&loop, &taker, &limits, &http, &why) < 0 ||
	    http_listen(http, "127.0.0.1:0", site, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	http_address(http, 0, address, sizeof(address));
	puts(address);
	fflush(stdout);
	uv_signal_init(&loop, &term);
	uv_signal_start(&term, on_term, SIGTERM);
	uv_run(&loop, UV_RUN_DEFAULT);
	/* Every exchange was told that it is over, and nothing is left on the loop. */
	if (overs != numbers || uv_loop_close(&loop) != 0)
		return 2;
	http_close(http);
	tls_site_close(site);
	return 0;
}
