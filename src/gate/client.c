#include <stdlib.h>

#include "base/arena.h"
#include "gate/gate_private.h"

/*
 * client -- one connection of the socket: bytes in, jobs out, answers back.
 *
 * Whoever does not take their answers is not read any more; neither side can
 * make the daemon hold more than a bounded amount for it.
 */
struct sending {
	uv_write_t request;
	char *bytes;
};

static void read_more(struct client *client);
static bool clogged(const struct caller *caller);

static void client_free(struct client *client)
{
	for (size_t i = 0; i < UPLOADS_MOST; i++)
		upload_free(client->uploads[i]);
	frame_fini(&client->in);
	buf_fini(&client->out);
	free(client);
}

/* What a thread still does for it comes back first. */
static void on_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;

	client->gone = client->caller.held;
	if (!client->gone)
		client_free(client);
}

static void say(struct client *client, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text) {
		buf_text(&client->out, text);
		buf_char(&client->out, '\n');
	}
	free(text);
	json_decref(answer);
}

static void say_to(struct caller *caller, const struct job *job, json_t *answer)
{
	json_t *id = job->ask.says[SAYS_ID];

	if (id)
		json_object_set(answer, "request", id); /* "id" is the record's */
	say((struct client *)caller, answer);
}

static void go_on(struct caller *caller)
{
	struct client *client = (struct client *)caller;

	if (client->gone)
		client_free(client);
	else if (!client->closing)
		client_flush(client);
}

static const struct way way = { .clogged = clogged, .say = say_to, .go_on = go_on };

static void link_client(struct client *client)
{
	struct gate *gate = client->caller.gate;

	client->next = gate->clients ? gate->clients : client;
	client->prev = gate->clients ? gate->clients->prev : client;
	client->prev->next = client->next->prev = client;
	gate->clients = client;
	gate->client_count++;
}

static void unlink_client(struct client *client)
{
	struct gate *gate = client->caller.gate;

	client->prev->next = client->next;
	client->next->prev = client->prev;
	if (gate->clients == client)
		gate->clients = client->next;
	if (--gate->client_count == 0)
		gate->clients = NULL;
}

void client_end(struct client *client)
{
	if (client->closing)
		return;
	client->closing = true;
	caller_forget(&client->caller);
	unlink_client(client);
	uv_close((uv_handle_t *)&client->pipe, on_closed);
}

/* A line that cannot be read is answered at once; it never was a request. */
static bool take_line(void *who, const char *line, size_t len)
{
	struct client *client = who;
	struct job *job;
	struct fault why = { 0 };

	if (!len)
		return true;
	job = must_alloc(sizeof(*job));
	*job = (struct job){ .caller = &client->caller };
	if (ask_read(line, len, &job->ask, &why) < 0) {
		job->answer = answer_fault(&why);
		job_answer(client->caller.gate, job);
	} else {
		job->writes = ask_writes(job->ask.op);
		caller_push(&client->caller, job);
	}
	return true;
}

static void lose_line(void *who)
{
	struct fault why;

	fault_say(&why, FAULT_LIMIT, "a request is longer than %d bytes", "请求超过 %d 字节", ASK_MOST);
	say(who, answer_fault(&why));
}

/* One loop, one thread: what was read is put away before the next read. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char room[64 * 1024];

	(void)handle;
	(void)suggested;
	*out = uv_buf_init(room, sizeof(room));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
	struct client *client = stream->data;

	if (len < 0) {
		/* A client may say all it has to say, close its half and wait. */
		client->ended = true;
		uv_read_stop(stream);
		if (len != UV_EOF)
			client_end(client);
		return;
	}
	frame_feed(&client->in, bytes->base, (size_t)len, take_line, lose_line, client);
	client->deaf = client->caller.waiting >= JOBS_MOST;
	if (client->deaf)
		uv_read_stop(stream);
}

static void read_more(struct client *client)
{
	uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read);
}

static bool clogged(const struct caller *caller)
{
	const struct client *client = (const struct client *)caller;

	return client->out.len + uv_stream_get_write_queue_size((const uv_stream_t *)&client->pipe) >
	       OUTPUT_CLOGGED;
}

static void on_sent(uv_write_t *request, int status)
{
	struct sending *sending = (struct sending *)request;
	struct client *client = request->handle->data;

	free(sending->bytes);
	free(sending);
	if (status < 0)
		client_end(client);
}

static void send_out(struct client *client)
{
	struct sending *sending = must_alloc(sizeof(*sending));
	uv_buf_t bytes = uv_buf_init(client->out.data, (unsigned)client->out.len);

	sending->bytes = client->out.data;
	client->out = (struct buf){ 0 };
	if (uv_write(&sending->request, (uv_stream_t *)&client->pipe, &bytes, 1, on_sent) < 0) {
		free(sending->bytes);
		free(sending);
		client_end(client);
	}
}

void client_flush(struct client *client)
{
	if (client->out.len)
		send_out(client);
	if (client->closing)
		return;
	if (client->deaf && !client->ended && client->caller.waiting < JOBS_MOST / 2) {
		client->deaf = false;
		read_more(client);
	}
	if (client->ended && !client->caller.waiting && !client->caller.held && !client->out.len &&
	    !uv_stream_get_write_queue_size((uv_stream_t *)&client->pipe))
		client_end(client);
}

/* The kernel says who it is; whoever it cannot name is nobody here. */
static void find_user(struct client *client)
{
	uv_os_fd_t fd = -1;

	user_of_uid((uid_t)-1, &client->caller.user);
	if (uv_fileno((uv_handle_t *)&client->pipe, &fd) == 0)
		user_of_peer(fd, &client->caller.user, NULL);
}

static void turn_away(struct client *client)
{
	struct fault why;

	fault_say(&why, FAULT_BUSY, "%d connections are open already, more are not taken",
		  "已有 %d 个连接，不再接受", CLIENTS_MOST);
	client->caller.gate->refused_clients++;
	say(client, answer_fault(&why));
	client->ended = true;
	client_flush(client);
}

void client_admit(struct gate *gate)
{
	struct client *client = must_alloc(sizeof(*client));

	*client = (struct client){ 0 };
	caller_open(&client->caller, gate, &way);
	frame_init(&client->in, FRAME_LINES, ASK_MOST);
	uv_pipe_init(&gate->loop, &client->pipe, 0);
	client->pipe.data = client;
	link_client(client);
	if (uv_accept((uv_stream_t *)&gate->listener, (uv_stream_t *)&client->pipe) < 0) {
		client_end(client);
		return;
	}
	if (gate->client_count > CLIENTS_MOST) {
		turn_away(client);
		return;
	}
	find_user(client);
	read_more(client);
}
