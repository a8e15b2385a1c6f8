#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

/*
 * reads -- requests at a fixed rate, whether or not the last were answered: how long each takes.
 *
 *     bench_reads PORT COOKIE RATE SECONDS PATHS
 *
 * PATHS is a file, one a line, asked in turn over 64 connections. A request
 * that was due while all were busy waits, and its time counts from when it was
 * due. Prints requests, those not answered with 200, median, 95th and 99th
 * percentile and the longest, in ms.
 */
enum { LINES = 64, PATHS_MOST = 20000, READ = 256 * 1024 };

struct line {
	int fd;
	double due; /* 0: idle */
	char *in;
	size_t len, room;
};

static char *paths[PATHS_MOST];
static size_t path_count;
static struct line lines[LINES];
static double *took;
static size_t answered, bad;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void read_paths(const char *file)
{
	FILE *in = fopen(file, "re");
	char room[4096];

	while (in && path_count < PATHS_MOST && fgets(room, sizeof(room), in)) {
		room[strcspn(room, "\n")] = '\0';
		paths[path_count++] = must_copy(room);
	}
	if (!path_count)
		exit(64);
	fclose(in);
}

static int dial(unsigned short port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void ask(struct line *line, const char *cookie, size_t i, double due)
{
	char request[8192];
	const int len =
		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: bench\r\nCookie: %s\r\n\r\n",
			 paths[i % path_count], cookie);

	line->due = due;
	line->len = 0;
	if (write(line->fd, request, (size_t)len) != len)
		exit(1);
}

/* The whole answer is there: head, and as much as Content-Length says. */
static bool whole(const struct line *line)
{
	const char *end = memmem(line->in, line->len, "\r\n\r\n", 4);
	const char *length = end ? strcasestr(line->in, "\r\nContent-Length:") : NULL;

	return length && length < end &&
	       line->len >= (size_t)(end - line->in) + 4 + strtoul(length + 17, NULL, 10);
}

static void hear(struct line *line)
{
	ssize_t got;

	if (line->room - line->len < READ + 1)
		line->in = must_grow(line->in, line->room = line->len + 2 * READ);
	got = read(line->fd, line->in + line->len, READ);
	if (got <= 0) {
		if (got < 0 && errno == EAGAIN)
			return;
		fprintf(stderr, "a connection was closed\n");
		exit(1);
	}
	line->len += (size_t)got;
	line->in[line->len] = '\0';
	if (!line->due || !whole(line))
		return;
	took[answered++] = now_ms() - line->due;
	bad += strncmp(line->in + 9, "200", 3) != 0;
	line->due = 0;
}

/* Until something came, or the next request is due: a loop that never sleeps
 * takes from the daemon what it measures. */
static int wait_until(int poll, struct epoll_event *ready, double due)
{
	const double left = due - now_ms();
	const struct timespec most = { 0, left <= 0 ? 50000 : left > 1 ? 1000000 : (long)(left * 1e6) };

	return epoll_pwait2(poll, ready, LINES, &most, NULL);
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	const int poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ready[LINES];
	double begun, rate;
	size_t wanted, asked = 0;

	if (argc != 6)
		return 64;
	rate = atof(argv[3]);
	wanted = (size_t)(rate * atof(argv[4]));
	read_paths(argv[5]);
	took = must_alloc(wanted * sizeof(*took));
	for (size_t i = 0; i < LINES; i++) {
		struct epoll_event what = { .events = EPOLLIN, .data.u32 = (uint32_t)i };

		lines[i].fd = dial((unsigned short)atoi(argv[1]));
		epoll_ctl(poll, EPOLL_CTL_ADD, lines[i].fd, &what);
	}
	for (begun = now_ms(); answered < wanted && now_ms() < begun + 120e3;) {
		for (size_t i = 0;
		     i < LINES && asked < wanted && now_ms() >= begun + (double)asked * 1e3 / rate; i++)
			if (!lines[i].due)
				ask(&lines[i], argv[2], asked, begun + (double)asked * 1e3 / rate), asked++;
		for (int n = wait_until(poll, ready, begun + (double)asked * 1e3 / rate), k = 0; k < n; k++)
			hear(&lines[ready[k].data.u32]);
	}
	if (!answered)
		return 1;
	qsort(took, answered, sizeof(*took), by_size);
	printf("requests %zu other %zu p50 %.3f p95 %.3f p99 %.3f max %.3f\n", answered, bad,
	       took[answered / 2], took[answered * 95 / 100], took[answered * 99 / 100], took[answered - 1]);
	return 0;
}
