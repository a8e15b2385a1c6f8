#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "record/bundle.h"
#include "record/pile.h"
#include "record/tar.h"

/* A bundle as one tar. */

enum { CHUNK = 64 * 1024 };

static int put(int fd, const void *bytes, size_t len, struct fault *why)
{
	const char *from = bytes;

	while (len) {
		ssize_t got = write(fd, from, len);

		if (got < 0)
			return fault_set(why, errno == ENOSPC ? FAULT_BUSY : FAULT_IO, "tar: %s",
					 strerror(errno));
		from += got;
		len -= (size_t)got;
	}
	return 0;
}

static int put_file(const struct pile *pile, const struct pile_file *file, int fd, struct fault *why)
{
	unsigned char header[TAR_BLOCK], zeros[TAR_BLOCK] = { 0 };
	struct pile_reader *reader;
	uint64_t written = 0;
	char chunk[CHUNK];
	int64_t got;
	int ret;

	if ((ret = tar_header(file->name, file->size, header, why)) < 0 ||
	    (ret = put(fd, header, sizeof(header), why)) < 0 ||
	    (ret = pile_read(pile, file, &reader, why)) < 0)
		return ret;
	while (ret == 0 && (got = pile_next(reader, chunk, sizeof(chunk), why)) != 0) {
		ret = got < 0 ? (int)got : put(fd, chunk, (size_t)got, why);
		written += got > 0 ? (uint64_t)got : 0;
	}
	pile_reader_close(reader);
	if (ret == 0 && written != file->size)
		ret = fault_set(why, FAULT_IO, "%s became shorter while it was packed", file->name);
	return ret < 0 ? ret : put(fd, zeros, (TAR_BLOCK - file->size % TAR_BLOCK) % TAR_BLOCK, why);
}

static int put_all(const struct pile *pile, int fd, const char *tar, struct fault *why)
{
	unsigned char end[2 * TAR_BLOCK] = { 0 };
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < pile_count(pile); i++)
		ret = put_file(pile, pile_at(pile, i), fd, why);
	if (ret == 0)
		ret = put(fd, end, sizeof(end), why);
	if (ret == 0 && fsync(fd) < 0)
		ret = fault_set(why, FAULT_IO, "%s: %s", tar, strerror(errno));
	return ret;
}

int bundle_pack(const char *dir, const char *tar, struct fault *why)
{
	SCOPED(pile_drop) struct pile *pile = NULL;
	int fd, ret;

	if ((ret = pile_open(dir, &pile, why)) < 0)
		return ret;
	fd = open(tar, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return fault_set(why, errno == EEXIST ? FAULT_CONFLICT : FAULT_IO, "%s: %s", tar,
				 strerror(errno));
	ret = put_all(pile, fd, tar, why);
	close(fd);
	if (ret < 0)
		unlink(tar);
	return ret;
}
