#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

/*
 * listen -- thousands of listeners of the live stream: does each hear everything, and when?
 *
 *     bench_listen PORT LISTENERS COOKIES EVENTS
 *
 * COOKIES is a file, one a line, used in turn. Prints "ready" when all are
 * listening, then waits until each has heard EVENTS changes, or for 120 s; at
 * the end a line for each version that was heard: how many heard it, and when
 * the median, the 99th percentile and the last of them did (CLOCK_MONOTONIC, ms).
 */
enum { EACH = 200, READ = 64 * 1024, TAIL = 64, EVENTS_MOST = 4096, PATIENCE_S = 120 };

struct listener {
	int fd;
	unsigned heard;
	char tail[TAIL]; /* what a read cut off */
	size_t tail_len;
};

static struct listener *listeners;
static double *times; /* [version][listener], 0: not heard */
static unsigned count, events;
static char cookies[64][256];
static unsigned cookie_count;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void read_cookies(const char *path)
{
	FILE *file = fopen(path, "re");

	while (file && cookie_count < 64 && fgets(cookies[cookie_count], sizeof(cookies[0]), file)) {
		cookies[cookie_count][strcspn(cookies[cookie_count], "\n")] = '\0';
		cookie_count++;
	}
	if (!cookie_count) {
		fprintf(stderr, "no cookies in %s\n", path);
		exit(1);
	}
	fclose(file);
}

/* From an address of its own for every EACH of them, as from many machines. */
static int dial(unsigned i, unsigned short port)
{
	struct sockaddr_in from = { .sin_family = AF_INET },
			   to = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	from.sin_addr.s_addr = htonl(0x7f010001u + (i / EACH));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		fprintf(stderr, "listener %u: %s\n", i, strerror(errno));
		exit(1);
	}
	return fd;
}

static void ask(int fd, unsigned i)
{
	char request[1024];
	const int len = snprintf(request, sizeof(request),
				 "GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nCookie: %s\r\n\r\n",
				 cookies[i % cookie_count]);

	if (write(fd, request, (size_t)len) != len)
		exit(1);
}

/* "version":17, of each change in what came. */
static void count_changes(unsigned i, char *text)
{
	static const char mark[] = "\"version\":";
	const double at = now_ms();

	for (char *found = text; (found = strstr(found, mark)); found += sizeof(mark)) {
		const unsigned long version = strtoul(found + sizeof(mark) - 1, NULL, 10);

		if (version < EVENTS_MOST && times[version * count + i] == 0)
			times[version * count + i] = at;
		listeners[i].heard++;
	}
}

static bool hear(unsigned i)
{
	static char room[TAIL + READ + 1];
	struct listener *listener = &listeners[i];
	ssize_t got;

	memcpy(room, listener->tail, listener->tail_len);
	got = read(listener->fd, room + listener->tail_len, READ);
	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	got += (ssize_t)listener->tail_len;
	room[got] = '\0';
	count_changes(i, room);
	/* A mark that was cut off is longer than nothing and has no number behind it yet. */
	listener->tail_len = 0;
	for (ssize_t at = got > TAIL - 1 ? got - (TAIL - 1) : 0; at < got; at++)
		if (room[at] == '"' && !strchr(room + at, ',') && !strchr(room + at, '\n')) {
			listener->tail_len = (size_t)(got - at);
			memcpy(listener->tail, room + at, listener->tail_len);
			break;
		}
	return true;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void report(void)
{
	double *row = must_alloc(count * sizeof(*row));

	for (unsigned version = 0; version < EVENTS_MOST; version++) {
		size_t n = 0;

		for (unsigned i = 0; i < count; i++)
			if (times[version * count + i] != 0)
				row[n++] = times[version * count + i];
		if (!n)
			continue;
		qsort(row, n, sizeof(*row), by_size);
		printf("%u %zu %.3f %.3f %.3f\n", version, n, row[n / 2], row[n * 99 / 100], row[n - 1]);
	}
	free(row);
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 20000, 20000 };
	const int poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ready[512];
	unsigned done = 0, lost = 0;
	double until;

	if (argc != 5)
		return 64;
	setrlimit(RLIMIT_NOFILE, &limit);
	count = (unsigned)atoi(argv[2]);
	events = (unsigned)atoi(argv[4]);
	read_cookies(argv[3]);
	listeners = must_alloc(count * sizeof(*listeners));
	times = must_alloc((size_t)count * EVENTS_MOST * sizeof(*times));
	memset(listeners, 0, count * sizeof(*listeners));
	memset(times, 0, (size_t)count * EVENTS_MOST * sizeof(*times));
	for (unsigned i = 0; i < count; i++) {
		struct epoll_event what = { .events = EPOLLIN, .data.u32 = i };

		listeners[i].fd = dial(i, (unsigned short)atoi(argv[1]));
		ask(listeners[i].fd, i);
		fcntl(listeners[i].fd, F_SETFL, O_NONBLOCK);
		epoll_ctl(poll, EPOLL_CTL_ADD, listeners[i].fd, &what);
	}
	puts("ready");
	fflush(stdout);
	for (until = now_ms() + PATIENCE_S * 1e3; done + lost < count && now_ms() < until;) {
		const int n = epoll_wait(poll, ready, 512, 1000);

		for (int k = 0; k < n; k++) {
			const unsigned i = ready[k].data.u32;
			const bool before = listeners[i].heard >= events;

			if (!hear(i)) {
				epoll_ctl(poll, EPOLL_CTL_DEL, listeners[i].fd, NULL);
				lost += !before;
			} else {
				done += !before && listeners[i].heard >= events;
			}
		}
	}
	printf("whole %u lost %u\n", done, lost);
	report();
	return 0;
}
