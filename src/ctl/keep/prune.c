#include "ctl/keep/prune.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/keep/generation.h"
#include "ctl/keep/tree.h"
#include "evidence/blob.h"
#include "host/file.h"

#define PARTIAL ".partial-"
#define GONE ".gone-"

static int no_folder(const char *path, struct fault *why)
{
	return fault_say(why, FAULT_IO, "%s: %s", "%s（%s）", path, strerror(errno));
}

int prune_leftovers(const char *to, struct fault *why)
{
	const struct dirent *entry;
	char path[4096];
	DIR *dir = opendir(to);
	int ret = 0;

	if (!dir)
		return no_folder(to, why);
	while (ret == 0 && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, PARTIAL, strlen(PARTIAL)) != 0 &&
		    strncmp(entry->d_name, GONE, strlen(GONE)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", to, entry->d_name);
		ret = tree_remove(path, why);
	}
	closedir(dir);
	return ret;
}

/* It loses its name first: half removed, it is not taken for a backup. */
static int remove_generation(const char *to, const char *name, struct fault *why)
{
	char path[4096], gone[4096];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", to, name);
	snprintf(gone, sizeof(gone), "%s/" GONE "%s", to, name);
	if (rename(path, gone) < 0)
		return no_folder(path, why);
	if ((ret = file_sync_folder(to, why)) < 0)
		return ret;
	return tree_remove(gone, why);
}

/* ---- evidence that nobody names any more ----------------------------------- */

struct named {
	struct generation_blob *list;
	size_t count;
};

static int by_digest(const void *a, const void *b)
{
	return strcmp(a, ((const struct generation_blob *)b)->digest);
}

static bool is_named(const struct named *named, size_t count, const char *digest)
{
	for (size_t i = 0; i < count; i++)
		if (bsearch(digest, named[i].list, named[i].count, sizeof(*named[i].list), by_digest))
			return true;
	return false;
}

static int sweep_folder(const char *to, const char *two, const struct named *named, size_t count,
			struct fault *why)
{
	const struct dirent *entry;
	char path[4096];
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/blobs/%s", to, two);
	if (!(dir = opendir(path)))
		return no_folder(path, why);
	while (ret == 0 && (entry = readdir(dir)))
		if (strlen(entry->d_name) == BLOB_NAME - 1 && !is_named(named, count, entry->d_name))
			ret = blob_remove(to, entry->d_name, why);
	closedir(dir);
	return ret;
}

static int sweep_blobs(const char *to, const struct named *named, size_t count, struct fault *why)
{
	const struct dirent *entry;
	char path[4096];
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/blobs", to);
	if (!(dir = opendir(path)))
		return errno == ENOENT ? 0 : no_folder(path, why);
	while (ret == 0 && (entry = readdir(dir)))
		if (strlen(entry->d_name) == 2 && entry->d_name[0] != '.')
			ret = sweep_folder(to, entry->d_name, named, count, why);
	closedir(dir);
	return ret;
}

/* Where one of them cannot be read, nothing is removed: it may name what we would take. */
static int sweep(const char *to, char **names, size_t count, struct arena *mem, struct fault *why)
{
	struct named *named = arena_many(mem, count + 1, sizeof(*named));
	int ret;

	for (size_t i = 0; i < count; i++)
		if ((ret = generation_blobs(arena_text(mem, "%s/%s", to, names[i]), mem, &named[i].list,
					    &named[i].count, why)) < 0)
			return fault_within(why, "%s/%s", to, names[i]);
	return sweep_blobs(to, named, count, why);
}

int prune(const char *to, size_t keep, size_t *removed, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char **names;
	size_t count, old;
	int ret;

	if ((ret = generation_list(to, mem, &names, &count, why)) < 0)
		return ret;
	old = count > keep ? count - keep : 0;
	for (size_t i = 0; i < old; i++, ++*removed)
		if ((ret = remove_generation(to, names[i], why)) < 0)
			return ret;
	return old ? sweep(to, names + old, count - old, mem, why) : 0;
}
