#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack/pack_private.h"

enum { FILES_MOST = 400 };

/* Where a file of a pack may stand: the top, or one of these folders. */
static const char *const folders[] = { "kinds", "plans", "regimes", "texts", "documents", "tests", NULL };
static const char *const tops[] = { "pack.yml",     "enums.yml",        "inputs.yml",
				    "clocks.yml",   "grading.yml",      "roles.yml",
				    "refusals.yml", "organisation.yml", "publication.yml" };
enum { TOP_COUNT = sizeof(tops) / sizeof(*tops) };

static bool ends_in_yml(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && !strcmp(name + len - 4, ".yml");
}

/* One byte more than is taken, so that what is too long is seen to be. */
static int read_bytes(struct reader *r, int fd, off_t size, struct source *file, struct fault *why)
{
	size_t len = 0, room = size < YAML_BYTES_MOST ? (size_t)size + 1 : YAML_BYTES_MOST + 1;
	char *bytes = arena_take(r->scratch, room);
	ssize_t n;

	while (len < room && (n = read(fd, bytes + len, room - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(why, FAULT_IO, "%s: %s", file->name, strerror(errno));
		len += (size_t)n;
	}
	file->bytes = bytes;
	file->len = len;
	return 0;
}

/* A link is not followed: what is published must be what stood in the folder. */
static int read_file(struct reader *r, int folder, const char *name, struct fault *why)
{
	struct source *file;
	struct stat st;
	int fd, ret;

	if (r->file_count == FILES_MOST)
		return fault_set(why, FAULT_LIMIT, "a pack has at most %d files", FILES_MOST);
	file = &r->files[r->file_count];
	file->name = arena_copy(r->mem, name);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fault_set(why, FAULT_IO, "%s: %s", name,
				 errno == ELOOP ? "is a link; a pack holds plain files" : strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		ret = fault_set(why, FAULT_INVALID, "%s is not a plain file", name);
	else
		ret = read_bytes(r, fd, st.st_size, file, why);
	close(fd);
	if (ret == 0)
		r->file_count++;
	return ret;
}

/* A file whose name is slightly wrong would be missed in silence. */
static void stray(struct reader *r, const char *name)
{
	struct place at = { name, 1, 1 };

	problem_add(r->problems, at, NULL, "no such file in a pack%s",
		    did_you_mean(r, name, tops, TOP_COUNT));
}

static int read_folder(struct reader *r, int top, const char *folder, struct fault *why)
{
	struct dirent *entry;
	int fd, ret = 0;
	DIR *dir;

	fd = openat(top, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : fault_set(why, FAULT_IO, "%s: %s", folder, strerror(errno));
	if (!(dir = fdopendir(fd))) {
		close(fd);
		return fault_set(why, FAULT_IO, "%s: %s", folder, strerror(errno));
	}
	while (ret == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && ends_in_yml(entry->d_name))
			ret = read_file(r, top, arena_text(r->scratch, "%s/%s", folder, entry->d_name), why);
	closedir(dir);
	return ret;
}

static int read_top(struct reader *r, DIR *dir, struct fault *why)
{
	struct dirent *entry;
	int ret = 0;

	while (ret == 0 && (entry = readdir(dir))) {
		size_t i = 0;

		if (entry->d_name[0] == '.' || !ends_in_yml(entry->d_name))
			continue;
		while (i < TOP_COUNT && strcmp(tops[i], entry->d_name))
			i++;
		if (i < TOP_COUNT)
			ret = read_file(r, dirfd(dir), entry->d_name, why);
		else
			stray(r, arena_copy(r->scratch, entry->d_name));
	}
	for (size_t i = 0; ret == 0 && folders[i]; i++)
		ret = read_folder(r, dirfd(dir), folders[i], why);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

int folder_read(struct reader *r, const char *path, struct fault *why)
{
	DIR *dir = opendir(path);
	int ret;

	if (!dir)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	r->files = arena_many(r->scratch, FILES_MOST, sizeof(*r->files));
	ret = read_top(r, dir, why);
	closedir(dir);
	if (ret == 0 && !r->file_count)
		ret = fault_set(why, FAULT_ABSENT, "%s holds no plan pack: there is no pack.yml", path);
	if (ret == 0)
		qsort(r->files, r->file_count, sizeof(*r->files), by_name);
	return ret;
}
