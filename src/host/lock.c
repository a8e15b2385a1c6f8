#include "host/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"

struct lock {
	int fd;
};

/* The pid that the file names, or 0 where it names none (yet). */
static long holder(int fd)
{
	char text[32];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len <= 0)
		return 0;
	text[len] = '\0';
	return strtol(text, NULL, 10);
}

static int held_by_another(int fd, const char *what, struct fault *why)
{
	long pid = holder(fd);

	if (pid > 0)
		return fault_set(why, FAULT_BUSY, "%s is in use by process %ld", what, pid);
	return fault_set(why, FAULT_BUSY, "%s is in use by another process", what);
}

/* The pid is for people who ask; the lock is what counts, so that a full disk
 * here is no reason to refuse. */
static void sign_in(int fd)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) < 0)
		errno = 0;
}

int lock_file(const char *path, const char *what, struct lock **out, struct fault *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), ret;

	if (fd < 0)
		return fault_set(why, FAULT_IO, "cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			ret = held_by_another(fd, what, why);
		else
			ret = fault_set(why, FAULT_IO, "cannot lock %s: %s", path, strerror(errno));
		close(fd);
		return ret;
	}
	sign_in(fd);
	*out = must_alloc(sizeof(**out));
	(*out)->fd = fd;
	return 0;
}

int lock_folder(const char *folder, struct lock **out, struct fault *why)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/lock", folder) >= sizeof(path))
		return fault_set(why, FAULT_LIMIT, "the path of the data folder is longer than %zu bytes",
				 sizeof(path) - 6);
	return lock_file(path, folder, out, why);
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	free(lock);
}

void lock_drop(struct lock **lock)
{
	lock_free(*lock);
	*lock = NULL;
}
