#include "gate/pages/pages.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/file.h"

enum { DEPTH = 8 };

struct pages {
	struct arena *mem;
	size_t count, bytes;
	struct page page[PAGES_MOST];
};

static int by_path(const void *one, const void *other)
{
	return strcmp(((const struct page *)one)->path, ((const struct page *)other)->path);
}

const struct page *pages_find(const struct pages *pages, const char *path)
{
	const struct page key = { .path = path };

	return bsearch(&key, pages->page, pages->count, sizeof(key), by_path);
}

static int refuse_many(const char *file, struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "%s: the web folder has more than %d files",
			 "%s：网页目录的文件超过 %d 个", file, PAGES_MOST);
}

static int check_room(const struct pages *pages, const char *file, off_t size, struct fault *why)
{
	if (pages->count == PAGES_MOST)
		return refuse_many(file, why);
	if (size > PAGE_BYTES)
		return fault_say(
			why, FAULT_LIMIT, "%s has %lld bytes; a file of the web folder has at most %d",
			"%s 有 %lld 字节；网页目录中单个文件最多 %d 字节", file, (long long)size, PAGE_BYTES);
	if (pages->bytes + (size_t)size > PAGES_BYTES)
		return fault_say(why, FAULT_LIMIT, "with %s the web folder has more than %d bytes",
				 "加上 %s，网页目录超过 %d 字节", file, PAGES_BYTES);
	return 0;
}

static int take_file(struct pages *pages, const char *file, const char *path, off_t size, struct fault *why)
{
	char *bytes;
	size_t len;
	int ret;

	if ((ret = check_room(pages, file, size, why)) < 0 ||
	    (ret = file_read(file, PAGE_BYTES, pages->mem, &bytes, &len, why)) < 0)
		return ret;
	pages->bytes += len;
	pages->page[pages->count++] = page_make(path, bytes, len, pages->mem);
	return 0;
}

static int take_folder(struct pages *pages, const char *folder, const char *path, int depth,
		       struct fault *why);

/* What is a link could be anything of the machine, and everybody may read what is here. */
static int take(struct pages *pages, const char *file, const char *path, int depth, struct fault *why)
{
	struct stat info;

	if (lstat(file, &info) < 0)
		return fault_set(why, FAULT_IO, "cannot look at %s: %s", file, strerror(errno));
	if (S_ISDIR(info.st_mode))
		return take_folder(pages, file, path, depth + 1, why);
	if (S_ISREG(info.st_mode))
		return take_file(pages, file, path, info.st_size, why);
	return fault_say(why, FAULT_INVALID, "%s is neither file nor folder; links are not followed",
			 "%s 既非文件也非目录；不跟随链接", file);
}

static int take_folder(struct pages *pages, const char *folder, const char *path, int depth,
		       struct fault *why)
{
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	if (depth > DEPTH)
		return fault_say(why, FAULT_LIMIT, "%s lies deeper than %d folders",
				 "%s 的目录层次超过 %d 层", folder, DEPTH);
	if (!(dir = opendir(folder)))
		return fault_say(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "cannot read %s: %s",
				 "无法读取 %s：%s", folder, strerror(errno));
	while (ret == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = take(pages, arena_text(pages->mem, "%s/%s", folder, entry->d_name),
				   arena_text(pages->mem, "%s/%s", path, entry->d_name), depth, why);
	closedir(dir);
	return ret;
}

int pages_open(const char *folder, struct pages **out, struct fault *why)
{
	struct pages *pages = must_alloc(sizeof(*pages));
	int ret;

	*pages = (struct pages){ .mem = arena_new() };
	ret = take_folder(pages, folder, "", 0, why);
	qsort(pages->page, pages->count, sizeof(*pages->page), by_path);
	if (ret == 0 && !pages_find(pages, "/index.html"))
		ret = fault_say(why, FAULT_ABSENT, "%s has no index.html: it is not the built web folder",
				"%s 中没有 index.html，不是构建好的网页目录", folder);
	if (ret < 0) {
		pages_free(pages);
		return ret;
	}
	*out = pages;
	return 0;
}

void pages_free(struct pages *pages)
{
	if (!pages)
		return;
	arena_free(pages->mem);
	free(pages);
}
