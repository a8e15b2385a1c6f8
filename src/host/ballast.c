#include "host/ballast.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

struct ballast {
	char *folder;
	uint64_t bytes;
	bool there;
};

static void path_of(const char *folder, char out[static 4096]) { snprintf(out, 4096, "%s/ballast", folder); }

uint64_t ballast_free(const char *folder)
{
	struct statvfs is;

	return statvfs(folder, &is) < 0 ? 0 : (uint64_t)is.f_bavail * is.f_frsize;
}

bool ballast_remove(const char *folder)
{
	char path[4096];

	path_of(folder, path);
	return unlink(path) == 0;
}

/* A sparse file would hold no room: the blocks count. */
static bool is_whole(const struct ballast *ballast)
{
	char path[4096];
	struct stat is;

	path_of(ballast->folder, path);
	return stat(path, &is) == 0 && (uint64_t)is.st_size == ballast->bytes &&
	       (uint64_t)is.st_blocks * 512 >= ballast->bytes;
}

static bool make(const struct ballast *ballast)
{
	char path[4096];
	bool made;
	int fd;

	path_of(ballast->folder, path);
	unlink(path);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		return false;
	made = posix_fallocate(fd, 0, (off_t)ballast->bytes) == 0 && fsync(fd) == 0;
	close(fd);
	if (!made)
		unlink(path);
	return made;
}

struct ballast *ballast_open(const char *folder, uint64_t bytes)
{
	struct ballast *ballast = must_alloc(sizeof(*ballast));

	*ballast = (struct ballast){ .folder = must_copy(folder), .bytes = bytes };
	if (!bytes)
		ballast_remove(folder);
	else if (is_whole(ballast))
		ballast->there = true;
	else
		ballast_refill(ballast);
	return ballast;
}

void ballast_close(struct ballast *ballast)
{
	if (!ballast)
		return;
	free(ballast->folder);
	free(ballast);
}

bool ballast_release(struct ballast *ballast)
{
	if (!ballast || !ballast->there)
		return false;
	ballast->there = false;
	return ballast_remove(ballast->folder);
}

bool ballast_full(const struct ballast *ballast) { return ballast && ballast->bytes && !ballast->there; }

bool ballast_refill(struct ballast *ballast)
{
	if (!ballast_full(ballast) || ballast_free(ballast->folder) <= 2 * ballast->bytes)
		return false;
	return ballast->there = make(ballast);
}

uint64_t ballast_bytes(const struct ballast *ballast) { return ballast ? ballast->bytes : 0; }
