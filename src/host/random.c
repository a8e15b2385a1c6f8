#include "host/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void random_fill(void *out, size_t len)
{
	unsigned char *at = out;

	while (len) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "fengsui: the kernel gives no random bytes: %s\n", strerror(errno));
			abort();
		}
		at += n;
		len -= (size_t)n;
	}
}
