#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * udp -- syslog datagrams at a rate: bench_udp PORT COUNT BYTES PER_SECOND [FROM]
 *
 * PER_SECOND 0: as fast as it goes. FROM is the address they are sent from
 * (127.0.0.1). Prints how many were sent and in which time; what the kernel did
 * not take from us was not sent.
 */
enum { AT_ONCE = 64, BYTES_MOST = 8192 };

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int connect_to(const char *from, int port)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 4 * 1024 * 1024;
	struct sockaddr_in own = { .sin_family = AF_INET }, daemon = own;

	inet_pton(AF_INET, from, &own.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &daemon.sin_addr);
	daemon.sin_port = htons((uint16_t)port);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0 ||
	    connect(fd, (struct sockaddr *)&daemon, sizeof(daemon)) < 0) {
		perror("bench_udp");
		exit(1);
	}
	return fd;
}

static void fill(char *line, size_t bytes, unsigned long n)
{
	const int head = snprintf(line, BYTES_MOST, "<134>Mar  2 08:00:00 web01 app[7]: message %010lu ", n);

	memset(line + head, 'x', bytes - (size_t)head);
}

/* Give the number that went out of `count`. */
static unsigned long send_some(int fd, char lines[][BYTES_MOST], size_t bytes, unsigned count)
{
	struct mmsghdr messages[AT_ONCE] = { 0 };
	struct iovec places[AT_ONCE];
	unsigned sent = 0;

	for (unsigned i = 0; i < count; i++) {
		places[i] = (struct iovec){ lines[i], bytes };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &places[i], .msg_iovlen = 1 };
	}
	while (sent < count) {
		const int n = sendmmsg(fd, messages + sent, count - sent, 0);

		if (n > 0) {
			sent += (unsigned)n;
		} else if (errno != EINTR && errno != ENOBUFS && errno != ECONNREFUSED) {
			perror("bench_udp");
			exit(1);
		}
	}
	return sent;
}

int main(int argc, char **argv)
{
	static char lines[AT_ONCE][BYTES_MOST];
	const unsigned long count = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
	const size_t bytes = argc > 4 ? strtoul(argv[3], NULL, 10) : 0;
	const double rate = argc > 4 ? strtod(argv[4], NULL) : 0;
	unsigned long sent = 0;
	double begun;
	int fd;

	if (!count || bytes < 80 || bytes > BYTES_MOST) {
		fprintf(stderr, "bench_udp PORT COUNT BYTES(80..%d) PER_SECOND [FROM]\n", BYTES_MOST);
		return 64;
	}
	fd = connect_to(argc > 5 ? argv[5] : "127.0.0.1", atoi(argv[1]));
	begun = seconds();
	while (sent < count) {
		const unsigned some = (unsigned)(count - sent < AT_ONCE ? count - sent : AT_ONCE);
		const double wait = rate > 0 ? begun + (double)sent / rate - seconds() : 0;

		if (wait > 0)
			nanosleep(&(struct timespec){ (time_t)wait,
						      (long)((wait - (double)(time_t)wait) * 1e9) },
				  NULL);
		for (unsigned i = 0; i < some; i++)
			fill(lines[i], bytes, sent + i);
		sent += send_some(fd, lines, bytes, some);
	}
	printf("{\"sent\":%lu,\"seconds\":%.3f}\n", sent, seconds() - begun);
	return 0;
}
