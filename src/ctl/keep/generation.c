#include "ctl/keep/generation.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "ctl/keep/tree.h"
#include "host/file.h"
#include "record/verify.h"
#include "store/store.h"

enum { ABOUT_MOST = 64 * 1024 * 1024, GENERATIONS_MOST = 10000 };

bool generation_named(const char *name)
{
	static const char form[] = "dddd-dd-ddTddddddZ";
	size_t i = 0;

	for (; form[i]; i++)
		if (form[i] == 'd' ? name[i] < '0' || name[i] > '9' : name[i] != form[i])
			return false;
	return !name[i];
}

void generation_name(int64_t at, char out[static GENERATION_NAME])
{
	const struct civil day = stamp_civil(at);

	snprintf(out, GENERATION_NAME, "%04u-%02u-%02uT%02u%02u%02uZ", (unsigned)day.year % 10000,
		 (unsigned)day.month % 100, (unsigned)day.day % 100, (unsigned)day.hour % 100,
		 (unsigned)day.minute % 100, (unsigned)day.second % 100);
}

int64_t generation_moment(const char *name)
{
	struct civil day = { 0 };

	sscanf(name, "%4d-%2d-%2dT%2d%2d%2dZ", &day.year, &day.month, &day.day, &day.hour, &day.minute,
	       &day.second);
	return stamp_of(day);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int generation_list(const char *to, struct arena *mem, char ***names, size_t *count, struct fault *why)
{
	char **list = arena_many(mem, GENERATIONS_MOST, sizeof(*list));
	const struct dirent *entry;
	DIR *dir = opendir(to);
	size_t n = 0;

	if (!dir)
		return fault_say(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", "%s（%s）", to,
				 strerror(errno));
	while (n < GENERATIONS_MOST && (entry = readdir(dir)))
		if (generation_named(entry->d_name))
			list[n++] = arena_copy(mem, entry->d_name);
	closedir(dir);
	qsort(list, n, sizeof(*list), by_name);
	*names = list;
	*count = n;
	return 0;
}

int generation_read(const char *folder, json_t **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *path = arena_text(mem, "%s/%s", folder, GENERATION_FILE);
	json_t *about;
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(path, ABOUT_MOST, mem, &text, &len, why)) < 0)
		return ret;
	about = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json_object_get(about, "files")) ||
	    !json_is_string(json_object_get(about, "taken_at"))) {
		json_decref(about);
		return fault_say(why, FAULT_CORRUPT, "%s does not say what is in the backup",
				 "%s 未说明备份的内容", path);
	}
	*out = about;
	return 0;
}

static int check_one(const char *folder, const char *name, const json_t *said, struct fault *why)
{
	const char *sum = json_string_value(json_object_get(said, "sha256"));
	char path[4096], hex[65];
	uint64_t size;
	int ret;

	if (!tree_name(name) || !sum)
		return fault_say(why, FAULT_CORRUPT, "%s names a file '%.80s' that cannot be",
				 "%s 中的文件名“%.80s”无效", folder, name);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((ret = tree_digest(path, hex, &size, why)) < 0)
		return ret;
	if (strcmp(hex, sum) || (json_int_t)size != json_integer_value(json_object_get(said, "size")))
		return fault_say(why, FAULT_CORRUPT,
				 "%s is not what was backed up: its digest is %.16s…, not %.16s…",
				 "%s 不是当时备份的内容：摘要为 %.16s…，应为 %.16s…", path, hex, sum);
	return 0;
}

int generation_check(const char *folder, const json_t *about, struct fault *why)
{
	const char *name;
	const json_t *said;
	int ret;

	json_object_foreach(json_object_get(about, "files"), name, said)
		if ((ret = check_one(folder, name, said, why)) < 0)
			return ret;
	return 0;
}

static int open_store(const char *folder, struct store **out, struct fault *why)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/fengsui.db", folder);
	return store_open(&store_sqlite, path, STORE_READ, out, why);
}

int generation_verify(const char *folder, const char *const *against, size_t count, struct verdict *out,
		      struct fault *why)
{
	const struct verify_options options = { .against = against, .against_count = count };
	SCOPED(store_drop) struct store *store = NULL;
	int ret = open_store(folder, &store, why);

	return ret < 0 ? ret : verify_folder(store, folder, &options, out, why);
}

static int read_blobs(struct store *store, struct generation_blob *list, int64_t count, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int64_t n = 0;
	int ret;

	if ((ret = store_query(store, "SELECT digest, size FROM blobs ORDER BY digest", NO_VALUES, &rows,
			       why)) < 0)
		return ret;
	while (n < count && (ret = rows_next(rows, why)) > 0) {
		const char *digest = rows_text(rows, 0, NULL);

		if (!digest || strlen(digest) != 64 || strspn(digest, "0123456789abcdef") != 64)
			return fault_say(why, FAULT_CORRUPT, "the database names an evidence file '%.70s'",
					 "数据库中的证据文件名“%.70s”无效", digest ? digest : "");
		memcpy(list[n].digest, digest, 65);
		list[n++].size = (uint64_t)rows_int(rows, 1);
	}
	return ret < 0 ? ret : 0;
}

int generation_blobs(const char *folder, struct arena *mem, struct generation_blob **out, size_t *count,
		     struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	int64_t all = 0;
	int ret;

	if ((ret = open_store(folder, &store, why)) < 0 ||
	    (ret = store_int(store, "SELECT count(*) FROM blobs", NO_VALUES, &all, why)) < 0)
		return ret;
	*out = arena_many(mem, (size_t)all + 1, sizeof(**out));
	*count = (size_t)all;
	return read_blobs(store, *out, all, why);
}
