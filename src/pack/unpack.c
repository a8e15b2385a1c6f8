#include "pack/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/file.h"

enum { BLOCK = 512, NAME_MOST = 256 };

/* A header of POSIX.1-1988 (ustar): what of it is read. */
struct entry {
	char name[NAME_MOST + 2];
	char type;
	size_t size;
	const char *bytes;
};

/* Octal digits, ended by a space, a NUL or the field. */
static int octal(const char *field, size_t width, size_t *out)
{
	size_t value = 0, i = 0;

	while (i < width && field[i] == ' ')
		i++;
	if (i == width || field[i] < '0' || field[i] > '7')
		return -1;
	for (; i < width && field[i] >= '0' && field[i] <= '7'; i++) {
		if (value > (size_t)UNPACK_BYTES_MOST)
			return -1;
		value = value * 8 + (size_t)(field[i] - '0');
	}
	*out = value;
	return i == width || field[i] == ' ' || field[i] == '\0' ? 0 : -1;
}

static bool sum_right(const char *header)
{
	size_t wanted, sum = 0;

	if (octal(header + 148, 8, &wanted) < 0)
		return false;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)header[i];
	return sum == wanted;
}

static bool all_zero(const char *block)
{
	for (size_t i = 0; i < BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

/* 1: an entry, `*at` behind it; 0: the end. */
static int next_entry(const char *bytes, size_t len, size_t *at, struct entry *out, struct fault *why)
{
	const char *header = bytes + *at;
	size_t padded;

	if (*at == len)
		return 0;
	if (len - *at < BLOCK)
		return fault_set(why, FAULT_INVALID, "the archive ends within a header");
	if (all_zero(header))
		return 0;
	if (memcmp(header + 257, "ustar", 5) || !sum_right(header) || octal(header + 124, 12, &out->size) < 0)
		return fault_set(why, FAULT_INVALID, "this is no tar archive, or it is damaged at byte %zu",
				 *at);
	/* GNU tar writes other things where ustar has the prefix. */
	snprintf(out->name, sizeof(out->name), "%.155s%s%.100s",
		 header[263] == '0' && header[345] ? header + 345 : "",
		 header[263] == '0' && header[345] ? "/" : "", header);
	out->type = header[156];
	out->bytes = header + BLOCK;
	padded = (out->size + BLOCK - 1) / BLOCK * BLOCK;
	if (padded > len - *at - BLOCK)
		return fault_set(why, FAULT_INVALID, "the archive ends within %.100s", out->name);
	*at += BLOCK + padded;
	return 1;
}

/* ---- names ---------------------------------------------------------------- */

static bool plain(const char *name)
{
	size_t slashes = 0;

	if (*name == '.' || *name == '/' || !*name)
		return false;
	for (const char *c = name; *c; c++) {
		if (*c == '/' && (c[1] == '.' || c[1] == '/' || !c[1] || ++slashes > 1))
			return false;
		if (!strchr("/.-_", *c) && !(*c >= '0' && *c <= '9') && !(*c >= 'a' && *c <= 'z') &&
		    !(*c >= 'A' && *c <= 'Z'))
			return false;
	}
	return true;
}

/* Where pack.yml stands is the top of the pack: "", "./" or "folder/". */
static int find_top(const char *bytes, size_t len, char top[NAME_MOST], struct fault *why)
{
	struct entry entry;
	size_t at = 0;
	int got;

	while ((got = next_entry(bytes, len, &at, &entry, why)) == 1) {
		size_t n = strlen(entry.name);

		if (n < 8 || n >= NAME_MOST || strcmp(entry.name + n - 8, "pack.yml") ||
		    (n > 8 && entry.name[n - 9] != '/'))
			continue;
		memcpy(top, entry.name, n - 8);
		top[n - 8] = '\0';
		return 0;
	}
	return got < 0 ? got : fault_set(why, FAULT_INVALID, "there is no pack.yml in the archive");
}

static bool holds_nothing(const struct entry *entry)
{
	/* Folders, and the headers in which newer tars keep times and comments. */
	return entry->type == '5' || entry->type == 'x' || entry->type == 'g';
}

int unpack_each(const char *bytes, size_t len,
		int (*take)(void *with, const char *name, const char *bytes, size_t len, struct fault *why),
		void *with, struct fault *why)
{
	char top[NAME_MOST] = "";
	size_t at = 0, files = 0;
	struct entry entry;
	int ret = find_top(bytes, len, top, why), got = 0;

	while (ret == 0 && (got = next_entry(bytes, len, &at, &entry, why)) == 1) {
		const char *name = entry.name + strlen(top);

		if (holds_nothing(&entry))
			continue;
		if (entry.type != '0' && entry.type != '\0')
			return fault_set(why, FAULT_INVALID, "%.100s is no plain file", entry.name);
		if (strncmp(entry.name, top, strlen(top)) || !plain(name))
			return fault_set(why, FAULT_INVALID, "%.100s is no name of a file of a pack",
					 entry.name);
		if (++files > UNPACK_FILES_MOST)
			return fault_set(why, FAULT_LIMIT, "a pack has at most %d files", UNPACK_FILES_MOST);
		ret = take(with, name, entry.bytes, entry.size, why);
	}
	return ret < 0 ? ret : got;
}

/* ---- into a folder -------------------------------------------------------- */

static int put_file(void *with, const char *name, const char *bytes, size_t len, struct fault *why)
{
	const char *slash = strchr(name, '/');
	char path[4096];
	int fd, ret = 0;

	if (slash) {
		snprintf(path, sizeof(path), "%s/%.*s", (const char *)with, (int)(slash - name), name);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	}
	snprintf(path, sizeof(path), "%s/%s", (const char *)with, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(why, errno == EEXIST ? FAULT_INVALID : FAULT_IO, "%s: %s", name,
				 strerror(errno));
	if (write(fd, bytes, len) != (ssize_t)len)
		ret = fault_set(why, FAULT_IO, "%s: %s", name, strerror(errno));
	close(fd);
	return ret;
}

int unpack_into(const char *path, const char *into, struct fault *why)
{
	struct arena *mem = arena_new();
	char *bytes;
	size_t len;
	int ret = file_read(path, UNPACK_BYTES_MOST, mem, &bytes, &len, why);

	if (ret == 0)
		ret = unpack_each(bytes, len, put_file, (void *)(uintptr_t)into, why);
	arena_drop(&mem);
	return ret;
}
