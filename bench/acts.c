/*
 * acts -- how long one acknowledged act takes with many clients at once.
 *
 * Each client keeps one request under way on the daemon's socket and waits for
 * its answer: a closed loop. The latency is what a client sees, from its write
 * to the answer that follows the durable commit.
 *
 *   bench_acts SOCKET CLIENTS SECONDS LOGIN NUMBER...   (one case for each client, reused)
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MOST = 512, LATENCIES_MOST = 4 * 1000 * 1000, LINE = 8192 };

struct client {
	int fd;
	double sent;
	unsigned long n;
	const char *number;
	char line[LINE];
	size_t len;
};

static double *latencies;
static size_t count, refused;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(path);
		exit(69);
	}
	return fd;
}

static void ask(struct client *c, const char *login)
{
	char text[512];
	int len = snprintf(text, sizeof(text),
			   "{\"id\":%lu,\"op\":\"do\",\"as\":\"%s\",\"kind\":\"incident\",\"move\":\"record_"
			   "facts\",\"ref\":\"%s\","
			   "\"input\":{\"scope\":\"第%lu次核实：范围为三个单位的业务系统\"}}\n",
			   c->n, login, c->number, c->n);

	c->n++;
	c->sent = now();
	if (write(c->fd, text, (size_t)len) != len) {
		perror("write");
		exit(74);
	}
}

static void hear(struct client *c, const char *login, int going)
{
	ssize_t got = read(c->fd, c->line + c->len, sizeof(c->line) - c->len - 1);

	if (got <= 0) {
		fprintf(stderr, "the daemon closed the connection\n");
		exit(69);
	}
	c->len += (size_t)got;
	c->line[c->len] = '\0';
	if (!strchr(c->line, '\n'))
		return;
	if (count < LATENCIES_MOST)
		latencies[count++] = now() - c->sent;
	refused += !strstr(c->line, "\"ok\":true") && !strstr(c->line, "\"ok\": true");
	c->len = 0;
	if (going)
		ask(c, login);
	else
		c->sent = 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double at(double share) { return count ? latencies[(size_t)(share * (double)(count - 1))] * 1000 : 0; }

int main(int argc, char **argv)
{
	static struct client clients[CLIENTS_MOST];
	struct pollfd polls[CLIENTS_MOST];
	int n = argc > 5 ? atoi(argv[2]) : 0, waiting;
	double began, seconds = argc > 5 ? atof(argv[3]) : 0;

	if (n < 1 || n > CLIENTS_MOST) {
		fprintf(stderr, "usage: bench_acts SOCKET CLIENTS SECONDS LOGIN NUMBER...\n");
		return 64;
	}
	latencies = malloc(LATENCIES_MOST * sizeof(*latencies));
	for (int i = 0; i < n; i++) {
		clients[i].fd = open_socket(argv[1]);
		clients[i].number = argv[5 + i % (argc - 5)];
		polls[i] = (struct pollfd){ .fd = clients[i].fd, .events = POLLIN };
	}
	began = now();
	for (int i = 0; i < n; i++)
		ask(&clients[i], argv[4]);
	do {
		waiting = 0;
		poll(polls, (nfds_t)n, 1000);
		for (int i = 0; i < n; i++) {
			if (polls[i].revents)
				hear(&clients[i], argv[4], now() - began < seconds);
			waiting += clients[i].sent > 0;
		}
	} while (waiting);
	qsort(latencies, count, sizeof(*latencies), by_size);
	printf("{\"clients\":%d,\"acts\":%zu,\"refused\":%zu,\"per_second\":%.0f,\"p50_ms\":%.2f,\"p95_ms\":%"
	       ".2f,\"p99_ms\":%.2f,"
	       "\"max_ms\":%.2f}\n",
	       n, count, refused, (double)count / (now() - began), at(0.50), at(0.95), at(0.99), at(1));
	free(latencies);
	return 0;
}
