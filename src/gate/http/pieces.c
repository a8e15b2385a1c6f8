#include "gate/http/pieces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/upload.h"
#include "host/file.h"

enum { LINE = 32, SYNC_EVERY = 8 * 1024 * 1024 };

static void path_of(const char *folder, const char *id, char out[static 4096])
{
	snprintf(out, 4096, "%s/uploads/%s", folder, id);
}

static int failed(const char *path, struct fault *why)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return fault_no_room(why, path);
	return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
}

int pieces_open(const char *folder, const char *id, bool write, int *fd, int64_t *offset, struct fault *why)
{
	char path[4096];
	struct stat info;

	path_of(folder, id, path);
	*fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0 || fstat(*fd, &info) < 0)
		return failed(path, why);
	*offset = info.st_size > LINE ? info.st_size - LINE : 0;
	return 0;
}

/* The disk begins early, so that the sync at the end of a long piece is short. */
static void start_writing(int fd, int64_t offset, ssize_t put)
{
	const int64_t from = offset - offset % SYNC_EVERY;

	if ((offset + put) / SYNC_EVERY > offset / SYNC_EVERY)
		sync_file_range(fd, from, SYNC_EVERY, SYNC_FILE_RANGE_WRITE);
}

int pieces_put(int fd, int64_t *offset, const char *bytes, size_t len, struct fault *why)
{
	while (len) {
		const ssize_t put = pwrite(fd, bytes, len, LINE + *offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fault_set(why, errno == ENOSPC || errno == EDQUOT ? FAULT_BUSY : FAULT_IO,
					 "an upload: %s", strerror(errno));
		start_writing(fd, *offset, put);
		*offset += put;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

/* First the bytes, then the line that vouches for them. */
int pieces_keep(const char *folder, const char *id, int fd, int64_t offset, struct fault *why)
{
	char path[4096], line[LINE + 1];
	int ret;

	path_of(folder, id, path);
	snprintf(line, sizeof(line), "%-31" PRId64 "\n", offset);
	if ((ret = file_sync(fd, path, why)) < 0)
		return ret;
	if (pwrite(fd, line, LINE, 0) != LINE)
		return failed(path, why);
	if ((ret = file_sync(fd, path, why)) < 0)
		return ret;
	path_of(folder, "", path);
	return file_sync_folder(path, why);
}

void pieces_rewind(int fd) { lseek(fd, LINE, SEEK_SET); }

void pieces_drop(const char *folder, const char *id)
{
	char path[4096];

	path_of(folder, id, path);
	unlink(path);
}

int pieces_drop_if_over(struct accounts *accounts, const char *folder, const char *id, struct fault *why)
{
	bool known;
	int ret = upload_known(accounts, id, &known, why);

	if (ret == 0 && !known)
		pieces_drop(folder, id);
	return ret;
}

static int64_t said_of(int fd)
{
	char line[LINE + 1] = { 0 };

	return pread(fd, line, LINE, 0) == LINE ? strtoll(line, NULL, 10) : 0;
}

static int cut_back(const char *path, struct fault *why)
{
	struct stat info;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), ret = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : failed(path, why);
	if (fstat(fd, &info) < 0 ||
	    (info.st_size > LINE + said_of(fd) && ftruncate(fd, LINE + said_of(fd)) < 0))
		ret = failed(path, why);
	close(fd);
	return ret;
}

int pieces_sweep(struct accounts *accounts, const char *folder, struct fault *why)
{
	const struct dirent *entry;
	char path[4096];
	DIR *dir;
	int ret;

	snprintf(path, sizeof(path), "%s/uploads", folder);
	if ((ret = file_make_folder(path, 0700, why)) < 0)
		return ret;
	if (!(dir = opendir(path)))
		return failed(path, why);
	while (ret == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		path_of(folder, entry->d_name, path);
		if ((ret = pieces_drop_if_over(accounts, folder, entry->d_name, why)) == 0)
			ret = cut_back(path, why);
	}
	closedir(dir);
	return ret;
}
