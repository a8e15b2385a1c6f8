#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "deliver/channels.h"

/* Property: a channels file is refused with its place, or what stands
 * in it is whole: each channel found by its name, with all that its kind needs, within its limits; and it
 * reads the same twice. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct channels *channels, const struct channel *c)
{
	if (channels_find(channels, c->name) != c || !*c->name || strlen(c->name) >= CHANNEL_NAME ||
	    c->kind >= CHANNEL_KINDS || c->connections < 1 || c->timeout_ms < 1000 || c->refusals < 1)
		abort();
	if (c->kind == CHANNEL_MAIL && (!c->server || !c->from || !c->from_address))
		abort();
	if (c->kind == CHANNEL_WEBHOOK && (!c->secret || c->reach_count > CHANNEL_NETWORKS_MOST))
		abort();
	if (c->kind == CHANNEL_COMMAND && (!c->program || !c->program[0] || c->program[0][0] != '/'))
		abort();
}

static size_t count_of(const struct channels *channels)
{
	const struct channel *channel;
	size_t count = 0;

	for (; (channel = channels_at(channels, count)); count++)
		check(channels, channel);
	if (count > CHANNELS_MOST || channels_give_up(channels) <= 0)
		abort();
	return count;
}

static int read_file(const char *path, size_t *count, struct fault *why)
{
	struct channels *channels = NULL;
	int ret = channels_read(path, &channels, why);

	if (ret == 0)
		*count = count_of(channels);
	channels_release(channels);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("channels", MFD_CLOEXEC);
	struct fault why = { 0 };
	size_t one = 0, two = 0;
	char path[64];
	int ret;

	/* Other files that it names are not for a fuzzer to open. */
	if (memmem(data, size, "/dev", 4) || memmem(data, size, "/proc", 5) ||
	    write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return 0;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = read_file(path, &one, &why);
	if (ret < 0 && strncmp(why.text, path, strlen(path)) != 0)
		abort();
	if (ret != read_file(path, &two, NULL) || one != two)
		abort();
	close(fd);
	return 0;
}
