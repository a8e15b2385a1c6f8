#include "gate/lines/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "gate/lines/address.h"

enum {
	QUEUE_BYTES = 16 * 1024 * 1024, /* that the kernel keeps for us, where it may */
	AT_ONCE = 128,                  /* messages in one call */
	MESSAGE_BYTES = 64 * 1024,      /* a datagram is not longer */
	PEERS_MOST = 1024,              /* names of sources; addresses can be forged */
	PEER_BUCKETS = 4096,
};

struct peer {
	struct in6_addr address;
	struct lane *lane;
	struct peer *next;
};

struct udp {
	struct udp_options options;
	int fd, stop;
	pthread_t thread;
	bool running;
	uint32_t dropped; /* as the kernel said last */
	struct peer *peers[PEER_BUCKETS];
	unsigned peer_count;
	struct lane *others;
	struct mmsghdr messages[AT_ONCE];
	struct iovec places[AT_ONCE];
	struct sockaddr_storage from[AT_ONCE];
	char *bytes;
};

/* ---- in the thread --------------------------------------------------------- */

static struct lane *new_peer(struct udp *udp, const struct sockaddr_storage *from, struct in6_addr address,
			     struct peer **bucket)
{
	char name[ADDRESS_NAME];
	struct peer *peer;

	if (udp->peer_count >= PEERS_MOST)
		return udp->others;
	address_name("udp", from, name);
	peer = must_alloc(sizeof(*peer));
	*peer = (struct peer){ address, lanes_open(udp->options.lanes, name), *bucket };
	*bucket = peer;
	udp->peer_count++;
	return peer->lane;
}

static struct lane *lane_of(struct udp *udp, const struct sockaddr_storage *from)
{
	struct in6_addr address;
	struct peer **bucket;
	uint32_t h = 2166136261u;

	address_key(from, &address);
	for (size_t i = 0; i < sizeof(address); i++)
		h = (h ^ address.s6_addr[i]) * 16777619u;
	bucket = &udp->peers[h % PEER_BUCKETS];
	for (struct peer *peer = *bucket; peer; peer = peer->next)
		if (!memcmp(&peer->address, &address, sizeof(address)))
			return peer->lane;
	return new_peer(udp, from, address, bucket);
}

static void put_one(struct udp *udp, unsigned i, int64_t at)
{
	const char *bytes = udp->places[i].iov_base;
	size_t len = udp->messages[i].msg_len;

	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	lanes_put(udp->options.lanes, lane_of(udp, &udp->from[i]), bytes, len, at, false);
}

/* False when the kernel holds no more. */
static bool receive(struct udp *udp)
{
	int count;
	int64_t at;

	for (unsigned i = 0; i < AT_ONCE; i++)
		udp->messages[i].msg_hdr.msg_namelen = sizeof(udp->from[i]);
	count = recvmmsg(udp->fd, udp->messages, AT_ONCE, MSG_DONTWAIT, NULL);
	if (count <= 0)
		return count < 0 && errno == EINTR;
	at = udp->options.clock ? udp->options.clock() : 0;
	for (unsigned i = 0; i < (unsigned)count; i++)
		put_one(udp, i, at);
	uv_async_send(udp->options.wake);
	return count == AT_ONCE;
}

static void *run(void *who)
{
	struct udp *udp = who;
	struct pollfd ways[] = { { udp->fd, POLLIN, 0 }, { udp->stop, POLLIN, 0 } };

	while (!(ways[1].revents & POLLIN))
		if (poll(ways, 2, -1) > 0)
			while (receive(udp))
				;
	while (receive(udp))
		;
	return NULL;
}

/* ---- opening and closing --------------------------------------------------- */

static void prepare(struct udp *udp)
{
	udp->bytes = must_alloc((size_t)AT_ONCE * MESSAGE_BYTES);
	udp->others = lanes_open(udp->options.lanes, "udp:others");
	for (unsigned i = 0; i < AT_ONCE; i++) {
		udp->places[i] = (struct iovec){ udp->bytes + (size_t)i * MESSAGE_BYTES, MESSAGE_BYTES };
		udp->messages[i].msg_hdr = (struct msghdr){ .msg_name = &udp->from[i],
							    .msg_iov = &udp->places[i],
							    .msg_iovlen = 1 };
	}
}

static int bind_to(struct udp *udp, struct fault *why)
{
	struct sockaddr_storage address;
	int ret;

	if ((ret = address_read(udp->options.address, &address, why)) < 0)
		return fault_within(why, "--syslog-udp");
	udp->fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (udp->fd < 0 || bind(udp->fd, (struct sockaddr *)&address,
				address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							      : sizeof(struct sockaddr_in)) < 0)
		return fault_set(why, FAULT_IO, "cannot take syslog by UDP on %s: %s", udp->options.address,
				 strerror(errno));
	return 0;
}

/* More than the machine's limit where we may; less works too, and is said: it
 * is the time that this process may be kept from running without a loss. */
static void ask_for_room(struct udp *udp)
{
	const int wanted = QUEUE_BYTES;
	int got = 0;
	socklen_t size = sizeof(got);

	if (setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) < 0)
		setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
	getsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &got, &size);
	/* The kernel doubles what it is asked for, and says the double. */
	fprintf(stderr, "fengsui: UDP %s: the kernel keeps %d KiB of the %d KiB asked for%s\n",
		udp->options.address, got / 2048, QUEUE_BYTES / 1024,
		got / 2 < QUEUE_BYTES ? "; sysctl net.core.rmem_max, or CAP_NET_ADMIN, gives more" : "");
}

int udp_open(const struct udp_options *options, struct udp **out, struct fault *why)
{
	struct udp *udp = must_alloc(sizeof(*udp));
	sigset_t all, before;
	int ret;

	*udp = (struct udp){ .options = *options, .fd = -1, .stop = eventfd(0, EFD_CLOEXEC) };
	prepare(udp);
	if ((ret = bind_to(udp, why)) < 0) {
		udp_close(udp);
		return ret;
	}
	ask_for_room(udp);
	/* Signals are for the loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	udp->running = pthread_create(&udp->thread, NULL, run, udp) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!udp->running) {
		udp_close(udp);
		return fault_set(why, FAULT_IO, "no thread for UDP on %s", options->address);
	}
	*out = udp;
	return 0;
}

/* A filter that lets nothing through makes the kernel count what still comes as
 * thrown away, so that the sum holds up to the last moment. */
static void shut(struct udp *udp)
{
	struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	const struct sock_fprog program = { 1, nothing };

	setsockopt(udp->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

void udp_stop(struct udp *udp)
{
	const uint64_t one = 1;

	if (!udp || !udp->running)
		return;
	shut(udp);
	while (write(udp->stop, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(udp->thread, NULL);
	udp->running = false;
}

void udp_close(struct udp *udp)
{
	if (!udp)
		return;
	udp_stop(udp);
	if (udp->fd >= 0)
		close(udp->fd);
	if (udp->stop >= 0)
		close(udp->stop);
	for (size_t i = 0; i < PEER_BUCKETS; i++)
		for (struct peer *peer = udp->peers[i], *next; peer; peer = next) {
			next = peer->next;
			free(peer);
		}
	free(udp->bytes);
	free(udp);
}

/* Asked of the socket, not read beside a message: that number stands still
 * while nothing more comes, and a burst's last losses would never be known. */
uint64_t udp_dropped(struct udp *udp)
{
	uint32_t about[SK_MEMINFO_VARS] = { 0 }, more;
	socklen_t size = sizeof(about);

	if (udp->fd < 0 || getsockopt(udp->fd, SOL_SOCKET, SO_MEMINFO, about, &size) < 0)
		return 0;
	more = about[SK_MEMINFO_DROPS] - udp->dropped;
	udp->dropped = about[SK_MEMINFO_DROPS];
	return more;
}
