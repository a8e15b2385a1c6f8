#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/remote/remote_private.h"
#include "host/file.h"
#include "seal/hex.h"

/*
 * keep -- what is known of a URL from one command to the next, in a file of the user's own.
 */
enum { SECRET_MOST = 256 * 1024, NAME_HASH = 4 };

/* ---- a file that is nobody else's ------------------------------------------- */

static int read_all(int fd, const char *path, struct buf *out, struct fault *why)
{
	char room[4096];
	ssize_t len;

	while ((len = read(fd, room, sizeof(room))) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return fault_say(why, FAULT_IO, "cannot read %s: %s", "不能读取 %s（%s）", path,
					 strerror(errno));
		if (out->len + (size_t)len > SECRET_MOST)
			return fault_say(why, FAULT_LIMIT, "%s is longer than %d bytes", "%s 超过 %d 字节",
					 path, SECRET_MOST);
		buf_put(out, room, (size_t)len);
	}
	explicit_bzero(room, sizeof(room));
	return 0;
}

static int check_private(int fd, const char *path, struct fault *why)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return fault_say(why, FAULT_IO, "cannot read %s: %s", "不能读取 %s（%s）", path,
				 strerror(errno));
	if (S_ISDIR(info.st_mode))
		return fault_say(why, FAULT_INVALID, "%s is a folder", "%s 是目录", path);
	if (info.st_mode & 077)
		return fault_say(
			why, FAULT_REFUSED,
			"%s holds a secret and others may read or change it (mode %03o): chmod 600 %s",
			"%s 含机密，而其他用户可以读取或更改（权限 %03o）：请执行 chmod 600 %s", path,
			(unsigned)info.st_mode & 0777, path);
	return 0;
}

int keep_secret(const char *path, struct arena *mem, char **out, struct fault *why)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf text = { 0 };
	int ret;

	if (fd < 0)
		return fault_say(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "cannot open %s: %s",
				 "不能打开 %s（%s）", path, strerror(errno));
	if ((ret = check_private(fd, path, why)) == 0 && (ret = read_all(fd, path, &text, why)) == 0)
		*out = arena_copy_bytes(mem, text.data ? text.data : "", text.len);
	close(fd);
	if (text.data)
		explicit_bzero(text.data, text.len);
	buf_fini(&text);
	return ret;
}

/* ---- where ------------------------------------------------------------------- */

/* A relative $XDG_STATE_HOME is none (XDG Base Directory Specification). */
static const char *folder_of(struct arena *mem)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return arena_text(mem, "%s/fengsui", state);
	return home && *home == '/' ? arena_text(mem, "%s/.local/state/fengsui", home) : NULL;
}

/* Readable, and no two URLs share one. */
static const char *path_of(const char *base, struct arena *mem)
{
	const char *folder = folder_of(mem);
	unsigned char digest[DIGEST_LEN];
	char hex[2 * NAME_HASH + 1], *name = arena_copy(mem, strstr(base, "://") + 3);

	digest_of(base, strlen(base), digest);
	hex_write(digest, NAME_HASH, hex);
	for (char *c = name; *c; c++)
		if (*c == ':' || *c == '/' || *c == '[' || *c == ']' || *c == '%')
			*c = '_';
	return folder ? arena_text(mem, "%s/%.100s-%s.json", folder, name, hex) : NULL;
}

static int make_folders(const char *path, struct arena *mem, struct fault *why)
{
	char *copy = arena_copy(mem, path);

	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return fault_say(why, FAULT_IO, "cannot make %s: %s", "不能创建 %s（%s）", copy,
					 strerror(errno));
		*slash = '/';
	}
	return 0;
}

/* ---- reading and writing ------------------------------------------------------ */

int keep_load(const char *base, struct arena *mem, json_t **out, struct fault *why)
{
	const char *path = path_of(base, mem);
	json_error_t error;
	char *text;
	int ret = path ? keep_secret(path, mem, &text, why) : -FAULT_ABSENT;

	*out = NULL;
	if (ret < 0 && ret != -FAULT_ABSENT)
		return ret;
	if (ret == 0) {
		*out = json_loads(text, JSON_REJECT_DUPLICATES, &error);
		explicit_bzero(text, strlen(text));
		if (!json_is_object(*out)) {
			json_decref(*out);
			return fault_say(why, FAULT_CORRUPT, "%s is not what was written there; remove it",
					 "%s 的内容已损坏，请删除该文件", path);
		}
	}
	if (!*out)
		*out = json_object();
	return 0;
}

static int write_facts(const char *path, const json_t *facts, struct arena *mem, struct fault *why)
{
	char *text;
	int ret = make_folders(path, mem, why);

	if (ret < 0)
		return ret;
	text = json_dumps(facts, JSON_INDENT(1));
	ret = file_write(path, 0600, text, strlen(text), why);
	explicit_bzero(text, strlen(text));
	free(text);
	return ret;
}

int keep_change(const char *base, struct arena *mem, const json_t *changes, struct fault *why)
{
	const char *path = path_of(base, mem), *name;
	json_t *facts, *value;
	int ret;

	if (!path)
		return fault_say(why, FAULT_INVALID,
				 "neither $XDG_STATE_HOME nor $HOME says where to keep it",
				 "未设置 $XDG_STATE_HOME 或 $HOME，无处保存");
	if ((ret = keep_load(base, mem, &facts, why)) < 0)
		return ret;
	json_object_foreach((json_t *)changes, name, value)
		if (json_is_null(value))
			json_object_del(facts, name);
		else
			json_object_set(facts, name, value);
	ret = write_facts(path, facts, mem, why);
	json_decref(facts);
	return ret;
}
