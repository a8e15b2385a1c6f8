#include "ctl/keep/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/file.h"
#include "seal/digest.h"
#include "seal/hex.h"

enum { PATH_MOST = 4096, DEEPEST = 16, CHUNK = 256 * 1024 };

static void fd_drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int failed(const char *path, struct fault *why)
{
	if (errno == ENOENT)
		return fault_say(why, FAULT_ABSENT, "%s is not there", "%s 不存在", path);
	if (errno == ENOSPC || errno == EDQUOT)
		return fault_no_room(why, path);
	return fault_say(why, FAULT_IO, "%s: %s", "%s（%s）", path, strerror(errno));
}

static int join(char out[static PATH_MOST], const char *folder, const char *name, struct fault *why)
{
	if ((size_t)snprintf(out, PATH_MOST, "%s/%s", folder, name) < PATH_MOST)
		return 0;
	return fault_say(why, FAULT_LIMIT, "the path %.100s… is longer than %d bytes",
			 "路径 %.100s… 超过 %d 字节", folder, PATH_MOST - 1);
}

bool tree_name(const char *name)
{
	if (!*name || strlen(name) >= PATH_MOST / 2)
		return false;
	for (const char *part = name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
		if (*part == '.' || *part == '/' || !*part)
			return false;
	return true;
}

/* ---- one file ------------------------------------------------------------ */

static int pour(int fd, struct file_draft *draft, struct digest *sum, uint64_t *size,
		struct progress *progress, const char *path, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *bytes = arena_take(mem, CHUNK);
	ssize_t got;
	int ret;

	while ((got = read(fd, bytes, CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed(path, why);
		digest_put(sum, bytes, (size_t)got);
		*size += (uint64_t)got;
		if (draft && (ret = file_draft_write(draft, bytes, (size_t)got, why)) < 0)
			return ret;
		if (progress)
			progress_add(progress, (uint64_t)got);
	}
	return 0;
}

static void hex_of(struct digest *sum, char hex[static 65])
{
	unsigned char hash[DIGEST_LEN];

	digest_end(sum, hash);
	hex_write(hash, sizeof(hash), hex);
}

int tree_digest(const char *path, char hex[static 65], uint64_t *size, struct fault *why)
{
	SCOPED(fd_drop) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct digest sum;
	int ret;

	if (fd < 0)
		return failed(path, why);
	digest_init(&sum);
	*size = 0;
	if ((ret = pour(fd, NULL, &sum, size, NULL, path, why)) < 0)
		return ret;
	hex_of(&sum, hex);
	return 0;
}

static int64_t mtime_of(const struct stat *is)
{
	return (int64_t)is->st_mtim.tv_sec * 1000000 + is->st_mtim.tv_nsec / 1000;
}

static void note(struct tree *tree, const char *name, uint64_t size, const char *hex, int64_t mtime)
{
	json_object_set_new(tree->files, name,
			    json_pack("{s:I, s:s, s:I}", "size", (json_int_t)size, "sha256", hex, "mtime",
				      (json_int_t)mtime));
}

/* The same name, size and time in the older copy: another name for that file. */
static bool linked(struct tree *tree, const char *name, const char *to, const struct stat *is)
{
	const json_t *was = tree->before ? json_object_get(tree->before_files, name) : NULL;
	const char *hex = json_string_value(json_object_get(was, "sha256"));
	char path[PATH_MOST];

	if (!hex || json_integer_value(json_object_get(was, "size")) != is->st_size ||
	    json_integer_value(json_object_get(was, "mtime")) != mtime_of(is) ||
	    join(path, tree->before, name, NULL) < 0 || link(path, to) < 0)
		return false;
	note(tree, name, (uint64_t)is->st_size, hex, mtime_of(is));
	if (tree->progress)
		progress_add(tree->progress, (uint64_t)is->st_size);
	return true;
}

/* `path` is where it goes, `name` what it is called below both folders. */
static int copy_open(struct tree *tree, int fd, const char *path, const char *name, struct fault *why)
{
	SCOPED(file_draft_drop) struct file_draft *draft = NULL;
	char folder[PATH_MOST], hex[65];
	struct digest sum;
	struct stat is;
	uint64_t size = 0;
	int ret;

	if (fstat(fd, &is) < 0)
		return failed(path, why);
	if (linked(tree, name, path, &is))
		return 0;
	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	digest_init(&sum);
	if ((ret = file_draft_open(folder, is.st_mode & 0700, &draft, why)) < 0 ||
	    (ret = pour(fd, draft, &sum, &size, tree->progress, path, why)) < 0 ||
	    (ret = file_draft_land(&draft, strrchr(path, '/') + 1, why)) < 0)
		return ret;
	hex_of(&sum, hex);
	note(tree, name, size, hex, mtime_of(&is));
	return 0;
}

int tree_copy_file(struct tree *tree, const char *from, const char *to, const char *name, struct fault *why)
{
	char source[PATH_MOST], target[PATH_MOST];
	SCOPED(fd_drop) int fd = -1;
	int ret;

	if ((ret = join(source, from, name, why)) < 0 || (ret = join(target, to, name, why)) < 0)
		return ret;
	if ((fd = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return failed(source, why);
	return copy_open(tree, fd, target, name, why);
}

/* ---- a folder ------------------------------------------------------------ */

static int copy_folder(struct tree *tree, int fd, const char *to, const char *name, int depth,
		       struct fault *why);

/* Opened below the open folder: who replaces that folder meanwhile does not mix with it. */
static int copy_entry(struct tree *tree, int folder, const char *entry, const char *to, const char *name,
		      int depth, struct fault *why)
{
	char target[PATH_MOST], below[PATH_MOST];
	SCOPED(fd_drop) int fd = -1;
	struct stat is;
	int ret;

	if ((ret = join(target, to, entry, why)) < 0 || (ret = join(below, name, entry, why)) < 0)
		return ret;
	if (fstatat(folder, entry, &is, AT_SYMLINK_NOFOLLOW) < 0)
		return failed(below, why);
	if (!S_ISDIR(is.st_mode) && !S_ISREG(is.st_mode))
		return 0;
	if ((fd = openat(folder, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return failed(below, why);
	return S_ISDIR(is.st_mode) ? copy_folder(tree, fd, target, below, depth + 1, why)
				   : copy_open(tree, fd, target, below, why);
}

static int copy_folder(struct tree *tree, int fd, const char *to, const char *name, int depth,
		       struct fault *why)
{
	const struct dirent *entry;
	DIR *dir;
	int ret;

	if (depth > DEEPEST)
		return fault_say(why, FAULT_LIMIT, "%s lies more than %d folders deep",
				 "%s 的目录层数超过 %d", name, DEEPEST);
	if ((ret = file_make_folder(to, 0700, why)) < 0)
		return ret;
	if ((fd = dup(fd)) < 0 || !(dir = fdopendir(fd)))
		return failed(name, why);
	while (ret == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = copy_entry(tree, dirfd(dir), entry->d_name, to, name, depth, why);
	closedir(dir);
	return ret;
}

int tree_copy(struct tree *tree, const char *from, const char *to, const char *name, struct fault *why)
{
	char source[PATH_MOST], target[PATH_MOST];
	SCOPED(fd_drop) int fd = -1;
	int ret;

	if ((ret = join(source, from, name, why)) < 0 || (ret = join(target, to, name, why)) < 0)
		return ret;
	if ((fd = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return errno == ENOENT ? 0 : failed(source, why);
	return copy_folder(tree, fd, target, name, 0, why);
}

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *where)
{
	(void)is;
	(void)kind;
	(void)where;
	return remove(path);
}

int tree_remove(const char *path, struct fault *why)
{
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	return nftw(path, remove_one, DEEPEST, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : failed(path, why);
}
