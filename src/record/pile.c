#include "record/pile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/tar.h"

struct file {
	struct pile_file shown;
	uint64_t at; /* where it begins in a tar */
};

struct pile {
	int fd; /* the folder, or the tar */
	bool is_tar;
	char *path;
	struct arena *mem;
	struct file *files;
	size_t count, room;
};

struct pile_reader {
	int fd;
	bool own;
	uint64_t at, end;
	const char *name;
};

bool pile_name_ok(const char *name)
{
	size_t len = strlen(name), part = 0;

	if (!len || len > PILE_NAME)
		return false;
	for (size_t i = 0; i <= len; i++) {
		char c = name[i];

		if (c && c != '/') {
			if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '-' && c <= '9') ||
			      c == '_'))
				return false;
			continue;
		}
		/* '-' to '9' are - . / and the digits. */
		if (i == part || (i == part + 1 && name[part] == '.') ||
		    (i == part + 2 && name[part] == '.' && name[part + 1] == '.'))
			return false;
		part = i + 1;
	}
	return true;
}

static int keep(struct pile *pile, const char *name, uint64_t size, uint64_t at, bool plain,
		struct fault *why)
{
	if (pile->count == PILE_FILES)
		return fault_set(why, FAULT_LIMIT, "%s: more than %d files", pile->path, PILE_FILES);
	if (pile->count == pile->room) {
		pile->room = pile->room ? pile->room * 2 : 64;
		pile->files = must_grow(pile->files, pile->room * sizeof(*pile->files));
	}
	pile->files[pile->count++] = (struct file){ { arena_copy(pile->mem, name), size, plain }, at };
	return 0;
}

static int walk(struct pile *pile, int fd, const char *prefix, int depth, struct fault *why);

static int walk_one(struct pile *pile, int fd, const char *prefix, const char *name, int depth,
		    struct fault *why)
{
	char *full = arena_text(pile->mem, "%s%s", prefix, name);
	struct stat about;
	int below;

	if (fstatat(fd, name, &about, AT_SYMLINK_NOFOLLOW) < 0)
		return fault_set(why, FAULT_IO, "%s/%s: %s", pile->path, full, strerror(errno));
	if (!S_ISDIR(about.st_mode))
		return keep(pile, full, (uint64_t)about.st_size, 0, S_ISREG(about.st_mode), why);
	if (depth == PILE_DEPTH)
		return fault_set(why, FAULT_LIMIT, "%s/%s: folders deeper than %d", pile->path, full,
				 PILE_DEPTH);
	below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return fault_set(why, FAULT_IO, "%s/%s: %s", pile->path, full, strerror(errno));
	return walk(pile, below, arena_text(pile->mem, "%s/", full), depth + 1, why);
}

/* Takes `fd` over. */
static int walk(struct pile *pile, int fd, const char *prefix, int depth, struct fault *why)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int ret = 0;

	if (!dir) {
		close(fd);
		return fault_set(why, FAULT_IO, "%s: %s", pile->path, strerror(errno));
	}
	while (ret == 0 && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = walk_one(pile, dirfd(dir), prefix, entry->d_name, depth, why);
	closedir(dir);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return strcmp(x->shown.name, y->shown.name);
}

static int list_tar(struct pile *pile, struct fault *why)
{
	struct tar_entry entry;
	uint64_t at = 0;
	int ret;

	while ((ret = tar_next(pile->fd, &at, &entry, why)) > 0)
		if (!entry.is_folder &&
		    (ret = keep(pile, entry.name, entry.size, entry.at, entry.is_plain, why)) < 0)
			return ret;
	return ret;
}

/* "name/manifest.json" as `tar cf x.tar name` makes it. */
static void take_off_folder(struct pile *pile)
{
	const char *first = pile->count ? pile->files[0].shown.name : "", *slash = strchr(first, '/');
	size_t len = slash ? (size_t)(slash - first) + 1 : 0;

	if (!len || pile_find(pile, "manifest.json"))
		return;
	for (size_t i = 0; i < pile->count; i++)
		if (strncmp(pile->files[i].shown.name, first, len))
			return;
	for (size_t i = 0; i < pile->count; i++)
		pile->files[i].shown.name += len;
}

static int list(struct pile *pile, struct fault *why)
{
	int ret, fd;

	if (pile->is_tar) {
		ret = list_tar(pile, why);
	} else {
		fd = openat(pile->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ret = fd < 0 ? fault_set(why, FAULT_IO, "%s: %s", pile->path, strerror(errno))
			     : walk(pile, fd, "", 0, why);
	}
	if (ret < 0)
		return ret;
	if (pile->count)
		qsort(pile->files, pile->count, sizeof(*pile->files), by_name);
	if (pile->is_tar)
		take_off_folder(pile);
	return 0;
}

int pile_open(const char *path, struct pile **out, struct fault *why)
{
	SCOPED(pile_drop) struct pile *pile = must_alloc(sizeof(*pile));
	struct stat about;
	int ret;

	pile->mem = arena_new();
	pile->path = must_copy(path);
	pile->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (pile->fd < 0)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	if (fstat(pile->fd, &about) < 0 || (!S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode)))
		return fault_set(why, FAULT_INVALID, "%s is neither a folder nor a file", path);
	pile->is_tar = S_ISREG(about.st_mode);
	if ((ret = list(pile, why)) < 0)
		return ret;
	*out = pile;
	pile = NULL;
	return 0;
}

void pile_close(struct pile *pile)
{
	if (!pile)
		return;
	if (pile->fd >= 0)
		close(pile->fd);
	free(pile->files);
	free(pile->path);
	arena_free(pile->mem);
	free(pile);
}

void pile_drop(struct pile **pile)
{
	pile_close(*pile);
	*pile = NULL;
}

size_t pile_count(const struct pile *pile) { return pile->count; }
const struct pile_file *pile_at(const struct pile *pile, size_t index) { return &pile->files[index].shown; }

const struct pile_file *pile_find(const struct pile *pile, const char *name)
{
	struct file key = { .shown.name = name };
	const struct file *found =
		pile->count ? bsearch(&key, pile->files, pile->count, sizeof(key), by_name) : NULL;

	return found ? &found->shown : NULL;
}

int pile_read(const struct pile *pile, const struct pile_file *file, struct pile_reader **out,
	      struct fault *why)
{
	const struct file *own = (const struct file *)file;
	int fd = pile->fd;

	if (!file->plain)
		return fault_set(why, FAULT_INVALID, "%s/%s is not an ordinary file", pile->path, file->name);
	if (!pile->is_tar && (fd = openat(pile->fd, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return fault_set(why, FAULT_IO, "%s/%s: %s", pile->path, file->name, strerror(errno));
	*out = must_alloc(sizeof(**out));
	**out = (struct pile_reader){ fd, !pile->is_tar, own->at, own->at + file->size, file->name };
	return 0;
}

int64_t pile_next(struct pile_reader *reader, void *bytes, size_t room, struct fault *why)
{
	uint64_t left = reader->end - reader->at;
	ssize_t got;

	if (room > left)
		room = (size_t)left;
	if (!room)
		return 0;
	got = pread(reader->fd, bytes, room, (off_t)reader->at);
	if (got < 0)
		return fault_set(why, FAULT_IO, "%s: %s", reader->name, strerror(errno));
	/* Shorter than it was a moment ago; what is missing shows in its digest. */
	if (!got)
		reader->at = reader->end;
	reader->at += (uint64_t)got;
	return got;
}

void pile_reader_close(struct pile_reader *reader)
{
	if (!reader)
		return;
	if (reader->own)
		close(reader->fd);
	free(reader);
}

int pile_load(const struct pile *pile, const struct pile_file *file, size_t limit_bytes, struct arena *mem,
	      char **out, size_t *len, struct fault *why)
{
	struct pile_reader *reader;
	int64_t got;
	int ret;

	if (file->size > limit_bytes)
		return fault_set(why, FAULT_LIMIT, "%s has %llu bytes, at most %zu are taken", file->name,
				 (unsigned long long)file->size, limit_bytes);
	if ((ret = pile_read(pile, file, &reader, why)) < 0)
		return ret;
	*out = arena_take(mem, (size_t)file->size + 1);
	*len = 0;
	while ((got = pile_next(reader, *out + *len, (size_t)file->size - *len, why)) > 0)
		*len += (size_t)got;
	pile_reader_close(reader);
	return got < 0 ? (int)got : 0;
}
