#include "ctl/watch/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "host/file.h"
#include "seal/hex.h"

enum { VERSION = 1 };

static int not_one(const char *path, const char *reason, struct fault *why)
{
	return fault_say(why, FAULT_INVALID, "%s is no place of a follow: %s", "%s 不是跟踪位置文件：%s",
			 path, reason);
}

int place_load(const char *path, json_t **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	json_error_t error;
	json_t *root;
	char *text;
	size_t len;
	int ret = file_read(path, PLACE_BYTES, mem, &text, &len, why);

	*out = NULL;
	if (ret < 0)
		return ret == -FAULT_ABSENT ? 0 : ret;
	if (!(root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error)))
		return not_one(path, error.text, why);
	if (json_integer_value(json_object_get(root, "follow")) != VERSION ||
	    !json_is_array(json_object_get(root, "files"))) {
		json_decref(root);
		return not_one(path, "\"follow\":1, \"files\":[…]", why);
	}
	*out = root;
	return 0;
}

int place_store(const char *path, const json_t *place, struct fault *why)
{
	char *text = json_dumps(place, JSON_COMPACT);
	const int ret = file_write(path, 0600, text, strlen(text), why);

	free(text);
	return ret;
}

json_t *place_of_file(int fd)
{
	struct stat st;

	fdatasync(fd); /* a pipe or terminal has nothing to sync */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return json_null();
	return json_pack("{s:I, s:I, s:I}", "device", (json_int_t)st.st_dev, "inode", (json_int_t)st.st_ino,
			 "bytes", (json_int_t)st.st_size);
}

int place_cut(int fd, const json_t *was, const char *path, struct fault *why)
{
	const json_int_t bytes = json_integer_value(json_object_get(was, "bytes"));
	struct stat st;

	if (!json_is_object(was) || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    json_integer_value(json_object_get(was, "device")) != (json_int_t)st.st_dev ||
	    json_integer_value(json_object_get(was, "inode")) != (json_int_t)st.st_ino || st.st_size <= bytes)
		return 0;
	if (ftruncate(fd, bytes) < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	return 0;
}

void place_put_path(json_t *one, const char *path)
{
	const size_t len = strlen(path);
	char *hex;

	if (utf8_valid(path, len) == len) {
		json_object_set_new(one, "path", json_string(path));
		return;
	}
	hex = must_alloc(2 * len + 1);
	hex_write((const unsigned char *)path, len, hex);
	json_object_set_new(one, "path_hex", json_string(hex));
	free(hex);
}

char *place_path(const json_t *one)
{
	const char *text = json_string_value(json_object_get(one, "path"));
	const char *hex = json_string_value(json_object_get(one, "path_hex"));
	const size_t len = hex ? strlen(hex) / 2 : 0;
	char *path;

	if (text || !hex)
		return text ? must_copy(text) : NULL;
	path = must_alloc(len + 1);
	if (!hex_read(hex, len, (unsigned char *)path)) {
		free(path);
		return NULL;
	}
	path[len] = '\0';
	return path;
}
