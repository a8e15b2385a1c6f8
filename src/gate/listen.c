#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "gate/gate_private.h"
#include "intake/event.h"

/*
 * listen -- syslog by UDP (RFC 5426) and TCP (RFC 6587).
 *
 * The UDP socket is read by our own hands: the kernel says with each message
 * how many it had to throw away (SO_RXQ_OVFL), and that belongs into the tally.
 */
enum {
	SENDERS_MOST = 256,          /* TCP connections */
	UDP_QUEUE = 8 * 1024 * 1024, /* bytes that the kernel keeps for us, where it may */
	UDP_AT_ONCE = 2048,          /* messages, so that other ways in are served between */
	NAME_MOST = 4 + INET6_ADDRSTRLEN + 1,
};

struct sender {
	uv_tcp_t tcp;
	struct gate *gate;
	struct frame frame;
	char name[NAME_MOST];
	struct sender *prev, *next;
};

struct listen {
	uv_poll_t udp;
	uv_tcp_t tcp;
	uv_timer_t tally; /* what was only counted is written once a second */
	int fd;
	bool has_udp, has_tcp;
	uint32_t overflows; /* as the kernel said last */
	struct sender *senders;
	unsigned sender_count;
	uint64_t turned_away;
};

static void name_peer(const struct sockaddr_storage *peer, const char *how, char out[static NAME_MOST])
{
	char address[INET6_ADDRSTRLEN] = "?";

	if (peer->ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, address, sizeof(address));
	else if (peer->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)peer)->sin6_addr, address,
			  sizeof(address));
	snprintf(out, NAME_MOST, "%s:%s", how, address);
}

static int64_t received_at(const struct gate *gate) { return gate->demo ? gate->now : gate->clock(); }

/* "127.0.0.1:5514", "[::1]:5514", ":5514" for all addresses. */
static int read_address(const char *text, struct sockaddr_storage *out, struct fault *why)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2], *rest = NULL;
	const long port = colon ? strtol(colon + 1, &rest, 10) : 0;
	size_t len = colon ? (size_t)(colon - text) : 0;
	bool good = port > 0 && port < 65536 && !*rest && len < sizeof(host);

	if (good) {
		memcpy(host, text, len);
		host[len] = '\0';
		if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
			host[len - 1] = '\0';
			good = uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)out) == 0;
		} else {
			good = uv_ip4_addr(len ? host : "0.0.0.0", (int)port, (struct sockaddr_in *)out) == 0;
		}
	}
	return good ? 0
		    : fault_set(why, FAULT_INVALID,
				"'%.80s' is no ADDRESS:PORT such as 0.0.0.0:514 or [::1]:5514", text);
}

/* ---- UDP -------------------------------------------------------------------- */

static void note_overflows(struct listen *listen, struct ingest *ingest, struct msghdr *message)
{
	uint32_t now;

	for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one; one = CMSG_NXTHDR(message, one)) {
		if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&now, CMSG_DATA(one), sizeof(now));
		if (now != listen->overflows)
			ingest_lost(ingest, "udp:all", now - listen->overflows);
		listen->overflows = now;
	}
}

/* One datagram; false when there is none. */
static bool receive_one(struct gate *gate, struct listen *listen)
{
	static char bytes[65536];
	char control[CMSG_SPACE(sizeof(uint32_t))], name[NAME_MOST];
	struct sockaddr_storage peer = { 0 };
	struct iovec place = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_name = &peer,
				  .msg_namelen = sizeof(peer),
				  .msg_iov = &place,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(listen->fd, &message, MSG_DONTWAIT);

	if (len < 0)
		return errno == EINTR;
	note_overflows(listen, gate->ingest, &message);
	name_peer(&peer, "udp", name);
	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	ingest_line(gate->ingest, name, bytes, (size_t)len, received_at(gate), true);
	return true;
}

static void on_udp(uv_poll_t *poll, int status, int events)
{
	struct gate *gate = poll->data;

	(void)events;
	for (int i = 0; status == 0 && i < UDP_AT_ONCE && receive_one(gate, gate->listen); i++)
		;
}

static int open_udp(struct gate *gate, struct listen *listen, const char *text, struct fault *why)
{
	const int yes = 1, queue = UDP_QUEUE;
	struct sockaddr_storage address;
	int ret;

	if ((ret = read_address(text, &address, why)) < 0)
		return fault_within(why, "--syslog-udp");
	listen->fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listen->fd < 0 || bind(listen->fd, (struct sockaddr *)&address,
				   address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
								 : sizeof(struct sockaddr_in)) < 0)
		return fault_set(why, FAULT_IO, "cannot take syslog by UDP on %s: %s", text, strerror(errno));
	/* More than the machine's limit where we may; less works too. */
	if (setsockopt(listen->fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue)) < 0)
		setsockopt(listen->fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue));
	setsockopt(listen->fd, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof(yes));
	uv_poll_init(&gate->loop, &listen->udp, listen->fd);
	listen->udp.data = gate;
	listen->has_udp = true;
	uv_poll_start(&listen->udp, UV_READABLE, on_udp);
	return 0;
}

/* ---- TCP -------------------------------------------------------------------- */

static bool take_message(void *who, const char *message, size_t len)
{
	struct sender *sender = who;

	ingest_line(sender->gate->ingest, sender->name, message, len, received_at(sender->gate), true);
	return true;
}

static void lose_message(void *who)
{
	struct sender *sender = who;

	ingest_too_long(sender->gate->ingest, sender->name);
}

static void on_sender_closed(uv_handle_t *handle)
{
	struct sender *sender = handle->data;

	frame_fini(&sender->frame);
	free(sender);
}

static void end_sender(struct sender *sender)
{
	struct listen *listen = sender->gate->listen;

	if (uv_is_closing((uv_handle_t *)&sender->tcp))
		return;
	if (sender->prev)
		sender->prev->next = sender->next;
	else
		listen->senders = sender->next;
	if (sender->next)
		sender->next->prev = sender->prev;
	listen->sender_count--;
	uv_close((uv_handle_t *)&sender->tcp, on_sender_closed);
}

static void on_tcp_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char room[64 * 1024];

	(void)handle;
	(void)suggested;
	*out = uv_buf_init(room, sizeof(room));
}

static void on_tcp_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
	struct sender *sender = stream->data;

	if (len >= 0) {
		frame_feed(&sender->frame, bytes->base, (size_t)len, take_message, lose_message, sender);
		return;
	}
	frame_end(&sender->frame, take_message, lose_message, sender);
	end_sender(sender);
}

static void on_tcp(uv_stream_t *listener, int status)
{
	struct gate *gate = listener->data;
	struct listen *listen = gate->listen;
	struct sender *sender = must_alloc(sizeof(*sender));
	struct sockaddr_storage peer = { 0 };
	int size = sizeof(peer);

	*sender = (struct sender){ .gate = gate, .next = listen->senders };
	frame_init(&sender->frame, FRAME_SYSLOG_TCP, LINE_LIMIT);
	uv_tcp_init(&gate->loop, &sender->tcp);
	sender->tcp.data = sender;
	if (listen->senders)
		listen->senders->prev = sender;
	listen->senders = sender;
	listen->sender_count++;
	if (status < 0 || uv_accept(listener, (uv_stream_t *)&sender->tcp) < 0) {
		end_sender(sender);
		return;
	}
	if (listen->sender_count > SENDERS_MOST) {
		listen->turned_away++;
		end_sender(sender);
		return;
	}
	uv_tcp_getpeername(&sender->tcp, (struct sockaddr *)&peer, &size);
	name_peer(&peer, "tcp", sender->name);
	uv_tcp_keepalive(&sender->tcp, 1, 60);
	uv_read_start((uv_stream_t *)&sender->tcp, on_tcp_alloc, on_tcp_read);
}

static int open_tcp(struct gate *gate, struct listen *listen, const char *text, struct fault *why)
{
	struct sockaddr_storage address;
	int ret;

	if ((ret = read_address(text, &address, why)) < 0)
		return fault_within(why, "--syslog-tcp");
	uv_tcp_init(&gate->loop, &listen->tcp);
	listen->tcp.data = gate;
	listen->has_tcp = true;
	if ((ret = uv_tcp_bind(&listen->tcp, (struct sockaddr *)&address, 0)) < 0 ||
	    (ret = uv_listen((uv_stream_t *)&listen->tcp, 128, on_tcp)) < 0)
		return fault_set(why, FAULT_IO, "cannot take syslog by TCP on %s: %s", text,
				 uv_strerror(ret));
	return 0;
}

/* ---- both ------------------------------------------------------------------- */

static void on_tally(uv_timer_t *timer)
{
	struct gate *gate = timer->data;

	if (ingest_counted(gate->ingest))
		gate_wake(gate);
}

int listen_open(struct gate *gate, const struct gate_options *options, struct fault *why)
{
	struct listen *listen = must_alloc(sizeof(*listen));
	int ret;

	*listen = (struct listen){ .fd = -1 };
	gate->listen = listen;
	uv_timer_init(&gate->loop, &listen->tally);
	listen->tally.data = gate;
	uv_timer_start(&listen->tally, on_tally, 1000, 1000);
	if ((options->syslog_udp && (ret = open_udp(gate, listen, options->syslog_udp, why)) < 0) ||
	    (options->syslog_tcp && (ret = open_tcp(gate, listen, options->syslog_tcp, why)) < 0))
		return ret;
	return 0;
}

static void on_listen_closed(uv_handle_t *handle) { (void)handle; }

/* The handles live in what is freed: the loop runs until they are closed. */
void listen_close(struct gate *gate)
{
	struct listen *listen = gate->listen;

	if (!listen)
		return;
	while (listen->senders)
		end_sender(listen->senders);
	uv_close((uv_handle_t *)&listen->tally, on_listen_closed);
	if (listen->has_udp)
		uv_close((uv_handle_t *)&listen->udp, on_listen_closed);
	if (listen->has_tcp)
		uv_close((uv_handle_t *)&listen->tcp, on_listen_closed);
	uv_run(&gate->loop, UV_RUN_NOWAIT);
	if (listen->fd >= 0)
		close(listen->fd);
	gate->listen = NULL;
	free(listen);
}
