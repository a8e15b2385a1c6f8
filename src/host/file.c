#include "host/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/faultpoint.h"

#define DRAFT ".draft-"

struct file_draft {
	int fd;
	char *folder, *path;
};

/* clang-format off */
enum doing { READ, SYNC, MAKE_FOLDER, MAKE_FILE, WRITE, CLOSE, RENAME, READ_FOLDER, REMOVE };

/* What could not be done to a file, before its path. */
static const struct {
	const char *en, *zh;
} doings[] = {
	[READ]        = { "read",              "读取" },
	[SYNC]        = { "sync",              "存盘" },
	[MAKE_FOLDER] = { "make the folder",   "建立目录" },
	[MAKE_FILE]   = { "make a file in",    "建立文件于" },
	[WRITE]       = { "write",             "写入" },
	[CLOSE]       = { "close",             "关闭" },
	[RENAME]      = { "rename to",         "改名为" },
	[READ_FOLDER] = { "read the folder",   "读取目录" },
	[REMOVE]      = { "remove a draft in", "删除草稿于" },
};
/* clang-format on */

static int failed(enum doing doing, const char *path, struct fault *why)
{
	const char *en = doings[doing].en, *zh = doings[doing].zh;

	if (errno == ENOSPC || errno == EDQUOT)
		return fault_no_room(why, path);
	if (errno == ENOENT)
		return fault_say(why, FAULT_ABSENT, "cannot %s%.0s %s: it is not there",
				 "不能%.0s%s %s：它不存在", en, zh, path);
	return fault_say(why, FAULT_IO, "cannot %s%.0s %s: %s", "不能%.0s%s %s（%s）", en, zh, path,
			 strerror(errno));
}

static void fd_drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int too_long(const char *path, size_t limit, struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "%s is longer than %zu bytes", "%s 超过 %zu 字节", path, limit);
}

/* `room` bytes and one more, to see a file that has grown meanwhile. */
static int read_all(int fd, const char *path, char *bytes, size_t room, size_t *len, struct fault *why)
{
	size_t got = 0;

	while (got <= room) {
		ssize_t n = read(fd, bytes + got, room + 1 - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(READ, path, why);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*len = got;
	return 0;
}

int file_read(const char *path, size_t limit, struct arena *mem, char **out, size_t *len, struct fault *why)
{
	SCOPED(fd_drop) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat is;
	size_t room, got = 0;
	char *bytes;
	int ret;

	if (fd < 0 || fstat(fd, &is) < 0)
		return failed(READ, path, why);
	if (S_ISDIR(is.st_mode))
		return fault_say(why, FAULT_INVALID, "%s is a folder, not a file", "%s 是目录，不是文件",
				 path);
	if (S_ISREG(is.st_mode) && (size_t)is.st_size > limit)
		return too_long(path, limit, why);
	/* Files of the kernel say 0; a pipe says nothing. */
	room = S_ISREG(is.st_mode) && is.st_size ? (size_t)is.st_size : limit;
	bytes = arena_take(mem, room + 2);
	if ((ret = read_all(fd, path, bytes, room, &got, why)) < 0)
		return ret;
	if (got > room)
		return too_long(path, room, why);
	bytes[got] = '\0';
	*out = bytes;
	*len = got;
	return 0;
}

#ifdef FENGSUI_TEST_HOOKS
/* The fault that the power-cut campaign must catch: what lies below this folder is not synced. */
static bool left_out(const char *path)
{
	const char *below = getenv("FENGSUI_TEST_NO_SYNC");

	return below && strstr(path, below);
}
#else
#define left_out(path) ((void)(path), false)
#endif

int file_sync(int fd, const char *path, struct fault *why)
{
	return left_out(path) || fsync(fd) == 0 ? 0 : failed(SYNC, path, why);
}

int file_sync_folder(const char *path, struct fault *why)
{
	SCOPED(fd_drop) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return failed(SYNC, path, why);
	return 0;
}

/* What stands before the last slash; "." where there is none. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	if (!slash)
		return must_copy(".");
	folder = must_copy(path);
	folder[slash == path ? 1 : slash - path] = '\0';
	return folder;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *joined(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = must_alloc(size);

	snprintf(path, size, "%s/%s", folder, name);
	return path;
}

static void text_drop(char **text)
{
	free(*text);
	*text = NULL;
}

static int no_folder(const char *path, struct fault *why)
{
	if (errno == EEXIST)
		return fault_say(why, FAULT_IO, "%s is there and is not a folder", "%s 已存在，但不是目录",
				 path);
	if (errno == ENOENT)
		return fault_say(why, FAULT_ABSENT,
				 "cannot make the folder %s: the folder above it is not there",
				 "不能建立目录 %s：上级目录不存在", path);
	return failed(MAKE_FOLDER, path, why);
}

int file_make_folder(const char *path, mode_t mode, struct fault *why)
{
	SCOPED(text_drop) char *parent = folder_of(path);
	struct stat is;

	if (mkdir(path, mode) < 0) {
		if (errno == EEXIST && stat(path, &is) == 0 && S_ISDIR(is.st_mode))
			return 0;
		return no_folder(path, why);
	}
	FAULTPOINT("folder.made");
	return file_sync_folder(parent, why);
}

static void draft_free(struct file_draft *draft)
{
	if (draft->fd >= 0)
		close(draft->fd);
	free(draft->folder);
	free(draft->path);
	free(draft);
}

void file_draft_drop(struct file_draft **draft)
{
	if (!*draft)
		return;
	unlink((*draft)->path);
	draft_free(*draft);
	*draft = NULL;
}

int file_draft_open(const char *folder, mode_t mode, struct file_draft **out, struct fault *why)
{
	SCOPED(file_draft_drop) struct file_draft *draft = must_alloc(sizeof(*draft));

	draft->folder = must_copy(folder);
	draft->path = joined(folder, DRAFT "XXXXXX");
	draft->fd = mkostemp(draft->path, O_CLOEXEC);
	if (draft->fd < 0 || fchmod(draft->fd, mode) < 0)
		return failed(MAKE_FILE, folder, why);
	FAULTPOINT("file.create");
	*out = draft;
	draft = NULL;
	return 0;
}

int file_draft_write(struct file_draft *draft, const void *bytes, size_t len, struct fault *why)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = write(draft->fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(WRITE, draft->path, why);
		at += n;
		len -= (size_t)n;
		FAULTPOINT("file.write");
	}
	return 0;
}

/* A sync that failed is final: the kernel may have forgotten what it could
 * not write, so that a second sync would lie. */
static int land(struct file_draft *draft, const char *path, struct fault *why)
{
	int fd = draft->fd, ret;

	FAULTPOINT("file.written");
	if ((ret = file_sync(fd, draft->path, why)) < 0)
		return ret;
	draft->fd = -1;
	if (close(fd) < 0)
		return failed(CLOSE, draft->path, why);
	FAULTPOINT("file.synced");
	if (rename(draft->path, path) < 0)
		return failed(RENAME, path, why);
	FAULTPOINT("file.renamed");
	return file_sync_folder(draft->folder, why);
}

int file_draft_land(struct file_draft **draft, const char *name, struct fault *why)
{
	SCOPED(text_drop) char *path = joined((*draft)->folder, name);
	int ret = land(*draft, path, why);

	if (ret < 0) {
		file_draft_drop(draft);
		return ret;
	}
	draft_free(*draft);
	*draft = NULL;
	FAULTPOINT("file.landed");
	return 0;
}

int file_private(const char *path, struct fault *why)
{
	struct stat about;

	if (stat(path, &about) < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	if (about.st_mode & 077 || !S_ISREG(about.st_mode))
		return fault_say(why, FAULT_REFUSED, "%s must be a file of mode 0600", "%s 的权限应为 0600",
				 path);
	return 0;
}

int file_write(const char *path, mode_t mode, const void *bytes, size_t len, struct fault *why)
{
	SCOPED(text_drop) char *folder = folder_of(path);
	SCOPED(file_draft_drop) struct file_draft *draft = NULL;
	int ret;

	if ((ret = file_draft_open(folder, mode, &draft, why)) < 0 ||
	    (ret = file_draft_write(draft, bytes, len, why)) < 0)
		return ret;
	return file_draft_land(&draft, name_of(path), why);
}

int file_sweep(const char *folder, unsigned *removed, struct fault *why)
{
	DIR *dir = opendir(folder);
	int ret = 0;

	if (!dir)
		return failed(READ_FOLDER, folder, why);
	*removed = 0;
	for (const struct dirent *entry; (entry = readdir(dir));) {
		if (strncmp(entry->d_name, DRAFT, strlen(DRAFT)) != 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			ret = failed(REMOVE, folder, why);
		else
			++*removed;
	}
	closedir(dir);
	return ret;
}
