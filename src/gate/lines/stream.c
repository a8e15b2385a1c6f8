#include "gate/lines/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gate/lines/address.h"
#include "host/tls.h"
#include "intake/event.h"
#include "intake/frame.h"

enum {
	SENDERS_MOST = 512,
	SENDERS_OF_ONE = 64, /* from one address: a flood of connections starves nobody */
	HANDSHAKE_MS = 10 * 1000,
	STRANGERS_MOST = 64, /* names for keys that nobody enrolled; then "tls:others" */
	KEY_SHOWN = 16,      /* digits of such a key in its name */
	NAME_MOST = 80,      /* of an address, or of the roster */
};

_Static_assert((int)NAME_MOST >= (int)ROSTER_NAME && (int)NAME_MOST >= (int)ADDRESS_NAME,
	       "every name has its place");

struct sender {
	uv_tcp_t tcp;
	struct stream *stream;
	struct frame frame;
	struct lane *lane; /* NULL: not known yet, or a stranger */
	struct tls *tls;
	char address[ADDRESS_NAME], name[NAME_MOST], key[TLS_KEY_NAME];
	uint64_t since;   /* of the loop, in ms */
	uint64_t refused; /* lines of a stranger */
	bool paused;
	struct sender *prev, *next;
};

struct stream {
	struct stream_options options;
	uv_loop_t *loop;
	uv_tcp_t tcp, tls;
	bool has_tcp, has_tls, stopped;
	struct tls_site *site;
	const struct roster *roster;
	struct sender *senders;
	unsigned count;
	uint64_t turned_away;
	char strangers[STRANGERS_MOST][KEY_SHOWN + 1];
	unsigned stranger_count;
};

/* ---- sending (TLS answers only) -------------------------------------------- */

struct sending {
	uv_write_t request;
	struct buf bytes;
};

static void on_sent(uv_write_t *request, int status)
{
	struct sending *sending = (struct sending *)request;

	(void)status;
	buf_fini(&sending->bytes);
	free(sending);
}

/* What a handshake says is small; a sender that does not take it is not read
 * far enough to make it more. */
static void send_sealed(struct sender *sender, struct buf *sealed)
{
	struct sending *sending;
	uv_buf_t bytes;

	if (!sealed->len)
		return;
	sending = must_alloc(sizeof(*sending));
	sending->bytes = *sealed;
	*sealed = (struct buf){ 0 };
	bytes = uv_buf_init(sending->bytes.data, (unsigned)sending->bytes.len);
	if (uv_write(&sending->request, (uv_stream_t *)&sender->tcp, &bytes, 1, on_sent) < 0)
		on_sent(&sending->request, -1);
}

/* ---- a connection ends ----------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct sender *sender = handle->data;

	frame_fini(&sender->frame);
	tls_free(sender->tls);
	free(sender);
}

static void end(struct sender *sender)
{
	struct stream *stream = sender->stream;
	struct buf sealed = { 0 };

	if (uv_is_closing((uv_handle_t *)&sender->tcp))
		return;
	if (sender->tls && tls_ready(sender->tls)) {
		tls_end(sender->tls, &sealed);
		if (sealed.len) {
			uv_buf_t bytes = uv_buf_init(sealed.data, (unsigned)sealed.len);

			uv_try_write((uv_stream_t *)&sender->tcp, &bytes, 1);
		}
		buf_fini(&sealed);
	}
	if (sender->prev)
		sender->prev->next = sender->next;
	else
		stream->senders = sender->next;
	if (sender->next)
		sender->next->prev = sender->prev;
	stream->count--;
	uv_close((uv_handle_t *)&sender->tcp, on_closed);
}

/* ---- lines ----------------------------------------------------------------- */

static bool take_message(void *who, const char *message, size_t len)
{
	struct sender *sender = who;
	const struct stream_options *options = &sender->stream->options;

	if (!sender->lane) {
		sender->refused++;
		return true;
	}
	lanes_put(options->lanes, sender->lane, message, len, options->clock ? options->clock() : 0, true);
	return sender->stream->stopped || lanes_fits(options->lanes, sender->lane);
}

static void lose_message(void *who)
{
	struct sender *sender = who;

	sender->stream->options.too_long(sender->stream->options.who, sender->name);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char room[64 * 1024];

	(void)handle;
	(void)suggested;
	*out = uv_buf_init(room, sizeof(room));
}

static void on_read(uv_stream_t *handle, ssize_t len, const uv_buf_t *bytes);

/* Into lines; a full lane or lost framing has its consequence here. */
static void feed(struct sender *sender, const char *bytes, size_t len)
{
	if (frame_feed(&sender->frame, bytes, len, take_message, lose_message, sender))
		return;
	if (sender->frame.broken) {
		end(sender);
		return;
	}
	sender->paused = true;
	uv_read_stop((uv_stream_t *)&sender->tcp);
}

/* The other end has said its last, so what is held is whole or cut off. */
static void finish(struct sender *sender)
{
	frame_end(&sender->frame, take_message, lose_message, sender);
	end(sender);
}

/* ---- who it is ------------------------------------------------------------- */

static void name_stranger(struct sender *sender)
{
	struct stream *stream = sender->stream;
	char shown[KEY_SHOWN + 1];
	unsigned i = 0;

	snprintf(shown, sizeof(shown), "%.*s", KEY_SHOWN, sender->key);
	while (i < stream->stranger_count && strcmp(stream->strangers[i], shown) != 0)
		i++;
	if (i == stream->stranger_count && i < STRANGERS_MOST)
		memcpy(stream->strangers[stream->stranger_count++], shown, sizeof(shown));
	snprintf(sender->name, sizeof(sender->name), "tls:%s", i < STRANGERS_MOST ? shown : "others");
}

/* After the handshake: the key says the name, or that there is none. */
static void identify(struct sender *sender)
{
	struct stream *stream = sender->stream;
	const struct roster_row *row = NULL;

	if (!tls_client_key(sender->tls, sender->key))
		snprintf(sender->key, sizeof(sender->key), "without-a-key");
	else
		row = roster_of_key(stream->roster, sender->key);
	if (!row) {
		name_stranger(sender);
		return;
	}
	snprintf(sender->name, sizeof(sender->name), "%s", row->name);
	sender->lane = lanes_open(stream->options.lanes, sender->name);
}

/* What came together with the handshake is counted before the door closes. */
static void refuse(struct sender *sender)
{
	const struct stream_options *options = &sender->stream->options;

	options->refused(options->who, sender->name, sender->refused);
	end(sender);
}

static void feed_tls(struct sender *sender, const char *bytes, size_t len)
{
	SCOPED(buf_fini) struct buf clear = { 0 };
	SCOPED(buf_fini) struct buf sealed = { 0 };
	const int ret = tls_feed(sender->tls, bytes, len, &clear, &sealed, NULL);

	send_sealed(sender, &sealed);
	if (tls_ready(sender->tls) && !*sender->key)
		identify(sender);
	if (clear.len)
		feed(sender, clear.data, clear.len);
	if (uv_is_closing((uv_handle_t *)&sender->tcp))
		return;
	if (*sender->key && !sender->lane) {
		refuse(sender);
	} else if (ret < 0) {
		sender->stream->turned_away += !*sender->key;
		end(sender);
	} else if (tls_ended(sender->tls)) {
		finish(sender);
	}
}

static void on_read(uv_stream_t *handle, ssize_t len, const uv_buf_t *bytes)
{
	struct sender *sender = handle->data;

	if (len > 0 && sender->tls) {
		feed_tls(sender, bytes->base, (size_t)len);
	} else if (len > 0) {
		feed(sender, bytes->base, (size_t)len);
	} else if (len < 0) {
		finish(sender);
	}
}

/* ---- a connection begins --------------------------------------------------- */

static unsigned count_from(const struct stream *stream, const char *address)
{
	unsigned count = 0;

	for (const struct sender *one = stream->senders; one; one = one->next)
		count += !strcmp(one->address, address);
	return count;
}

static struct sender *new_sender(struct stream *stream)
{
	struct sender *sender = must_alloc(sizeof(*sender));

	*sender = (struct sender){ .stream = stream, .next = stream->senders, .since = uv_now(stream->loop) };
	frame_init(&sender->frame, FRAME_SYSLOG_TCP, LINE_LIMIT);
	uv_tcp_init(stream->loop, &sender->tcp);
	sender->tcp.data = sender;
	if (stream->senders)
		stream->senders->prev = sender;
	stream->senders = sender;
	stream->count++;
	return sender;
}

static bool admit(struct stream *stream, struct sender *sender, const char *how)
{
	struct sockaddr_storage peer = { 0 };
	int size = sizeof(peer);

	uv_tcp_getpeername(&sender->tcp, (struct sockaddr *)&peer, &size);
	address_name(how, &peer, sender->address);
	snprintf(sender->name, sizeof(sender->name), "%s", sender->address);
	if (stream->count <= SENDERS_MOST && count_from(stream, sender->address) <= SENDERS_OF_ONE)
		return true;
	stream->turned_away++;
	return false;
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct stream *stream = listener->data;
	const bool sealed = listener == (uv_stream_t *)&stream->tls;
	struct sender *sender = new_sender(stream);

	if (status < 0 || uv_accept(listener, (uv_stream_t *)&sender->tcp) < 0 ||
	    !admit(stream, sender, sealed ? "tls" : "tcp")) {
		end(sender);
		return;
	}
	if (sealed)
		sender->tls = tls_new(stream->site);
	else
		sender->lane = lanes_open(stream->options.lanes, sender->name);
	uv_tcp_keepalive(&sender->tcp, 1, 60);
	uv_read_start((uv_stream_t *)&sender->tcp, on_alloc, on_read);
}

static int listen_on(struct stream *stream, uv_tcp_t *tcp, const char *option, const char *text,
		     struct fault *why)
{
	struct sockaddr_storage address;
	int ret;

	if ((ret = address_read(text, &address, why)) < 0)
		return fault_within(why, "%s", option);
	uv_tcp_init(stream->loop, tcp);
	tcp->data = stream;
	if (tcp == &stream->tls)
		stream->has_tls = true;
	else
		stream->has_tcp = true;
	if ((ret = uv_tcp_bind(tcp, (struct sockaddr *)&address, 0)) < 0 ||
	    (ret = uv_listen((uv_stream_t *)tcp, 128, on_connection)) < 0)
		return fault_set(why, FAULT_IO, "%s: cannot listen on %s: %s", option, text,
				 uv_strerror(ret));
	return 0;
}

static int open_tls(struct stream *stream, const struct stream_options *options, struct fault *why)
{
	int ret;

	if (!options->cert || !options->key || !options->clients)
		return fault_say(why, FAULT_INVALID,
				 "--syslog-tls needs --syslog-cert, --syslog-key and --syslog-clients "
				 "(PEM files): without a certificate nobody is known",
				 "--syslog-tls 须与 --syslog-cert、--syslog-key、--syslog-clients（PEM "
				 "文件）同用：没有证书就无从辨认来源");
	if ((ret = tls_site_open(options->cert, options->key, options->clients, &stream->site, why)) < 0)
		return ret;
	return listen_on(stream, &stream->tls, "--syslog-tls", options->tls, why);
}

int stream_open(uv_loop_t *loop, const struct stream_options *options, struct stream **out, struct fault *why)
{
	struct stream *stream = must_alloc(sizeof(*stream));
	int ret;

	*stream = (struct stream){ .options = *options, .loop = loop };
	*out = stream; /* what is open already is closed by whoever called */
	if ((options->tcp &&
	     (ret = listen_on(stream, &stream->tcp, "--syslog-tcp", options->tcp, why)) < 0) ||
	    (options->tls && (ret = open_tls(stream, options, why)) < 0))
		return ret;
	return 0;
}

/* ---- from turn to turn ----------------------------------------------------- */

void stream_heed(struct stream *stream, const struct roster *roster)
{
	stream->roster = roster;
	/* Those that are enrolled have their lane, however many others come. */
	for (size_t i = 0; i < roster_count(roster); i++)
		if (roster_at(roster, i)->key_count)
			lanes_open(stream->options.lanes, roster_at(roster, i)->name);
	for (struct sender *sender = stream->senders, *next; sender; sender = next) {
		const struct roster_row *row = *sender->key ? roster_of_key(roster, sender->key) : NULL;

		next = sender->next;
		if (*sender->key && (!row || strcmp(row->name, sender->name) != 0))
			end(sender);
	}
}

void stream_resume(struct stream *stream)
{
	for (struct sender *sender = stream->senders, *next; sender; sender = next) {
		next = sender->next;
		if (!sender->paused || !lanes_roomy(stream->options.lanes, sender->lane))
			continue;
		sender->paused = false;
		uv_read_start((uv_stream_t *)&sender->tcp, on_alloc, on_read);
		feed(sender, "", 0); /* what it had sent already */
	}
}

void stream_expire(struct stream *stream)
{
	for (struct sender *sender = stream->senders, *next; sender; sender = next) {
		next = sender->next;
		if (sender->tls && !*sender->key && uv_now(stream->loop) - sender->since > HANDSHAKE_MS)
			end(sender);
	}
}

uint64_t stream_turned_away(const struct stream *stream) { return stream->turned_away; }
unsigned stream_count(const struct stream *stream) { return stream->count; }

void stream_stop(struct stream *stream)
{
	if (!stream || stream->stopped)
		return;
	stream->stopped = true;
	while (stream->senders) {
		/* Whole messages that waited for room were taken from the network. */
		if (stream->senders->lane)
			frame_feed(&stream->senders->frame, "", 0, take_message, lose_message,
				   stream->senders);
		end(stream->senders);
	}
	if (stream->has_tcp)
		uv_close((uv_handle_t *)&stream->tcp, NULL);
	if (stream->has_tls)
		uv_close((uv_handle_t *)&stream->tls, NULL);
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	tls_site_close(stream->site);
	free(stream);
}
