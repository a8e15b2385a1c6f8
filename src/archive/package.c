#include "archive/package.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/index.h"
#include "host/file.h"
#include "record/bundle.h"

enum { PATH_MOST = 4096, FIXED_FILES = 5, PAGES = 4 };

/* Remove a folder that we made, two levels deep: a draft or a package replaced. */
static void remove_made(const char *path, int depth)
{
	char name[PATH_MOST];
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) < 0 && depth > 0)
			remove_made(name, depth - 1);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static int list_files(const struct package_plan *plan, struct arena *mem, struct buf pages[PAGES],
		      struct bundle_file *files, size_t *count)
{
	index_page(&pages[0], plan, "zh");
	index_page(&pages[1], plan, "en");
	index_verifier(&pages[2]);
	index_front(&pages[3], plan);
	files[0] = (struct bundle_file){ "index.zh.html", NULL, pages[0].data, pages[0].len };
	files[1] = (struct bundle_file){ "index.en.html", NULL, pages[1].data, pages[1].len };
	files[2] = (struct bundle_file){ "verify.html", NULL, pages[2].data, pages[2].len };
	files[3] = (struct bundle_file){ "index.html", NULL, pages[3].data, pages[3].len };
	*count = PAGES;
	for (size_t i = 0; i < plan->document_count; i++)
		files[(*count)++] = (struct bundle_file){ plan->documents[i].name, plan->documents[i].path,
							  plan->documents[i].bytes, plan->documents[i].len };
	for (size_t i = 0; i < plan->file_count; i++) {
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice |= !strcmp(plan->files[k].digest, plan->files[i].digest);
		if (twice)
			continue;
		files[(*count)++] =
			(struct bundle_file){ arena_text(mem, "evidence/%s", plan->files[i].digest),
					      plan->files[i].path, NULL, 0 };
	}
	return 0;
}

static int write_draft(const struct package_plan *plan, struct arena *mem, const char *draft,
		       struct fault *why)
{
	struct bundle_file *files =
		arena_many(mem, plan->file_count + plan->document_count + FIXED_FILES, sizeof(*files));
	int64_t *ids = arena_many(mem, plan->object_count, sizeof(*ids));
	struct buf pages[PAGES] = { 0 };
	struct bundle_made made;
	size_t count = 0;
	char *note;
	int ret;

	for (size_t i = 0; i < plan->object_count; i++)
		ids[i] = plan->objects[i].id;
	list_files(plan, mem, pages, files, &count);
	ret = record_checkpoint(plan->record, plan->space, mem, &note, why);
	if (ret == 0)
		ret = bundle_write(&(struct bundle_order){ .store = plan->store,
							   .space = plan->space,
							   .objects = ids,
							   .object_count = plan->object_count,
							   .files = files,
							   .file_count = count,
							   .signer = plan->record },
				   draft, &made, why);
	for (size_t i = 0; i < PAGES; i++)
		buf_fini(&pages[i]);
	return ret;
}

static int must_verify(const char *draft, struct fault *why)
{
	const struct verify_options options = { 0 };
	struct verdict *verdict = must_alloc(sizeof(*verdict));
	int ret = verify_bundle(draft, &options, verdict, why);

	if (ret == 0 && verdict_bad(verdict))
		ret = fault_set(why, FAULT_CORRUPT, "the package does not verify: %s",
				verdict->first[0].detail);
	free(verdict);
	return ret;
}

int package_build(const struct package_plan *plan, char *path, size_t size, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char shelf[PATH_MOST], draft[PATH_MOST], old[PATH_MOST];
	struct stat st;
	int ret;

	snprintf(shelf, sizeof(shelf), "%s/archive", plan->folder);
	snprintf(draft, sizeof(draft), "%s/.new-%s", shelf, plan->name);
	snprintf(old, sizeof(old), "%s/.old-%s", shelf, plan->name);
	snprintf(path, size, "%s/%s", shelf, plan->name);
	if ((ret = file_make_folder(shelf, 0700, why)) < 0)
		return ret;
	remove_made(draft, 2);
	remove_made(old, 2);
	if ((ret = write_draft(plan, mem, draft, why)) < 0 || (ret = must_verify(draft, why)) < 0) {
		remove_made(draft, 2);
		return ret;
	}
	if (stat(path, &st) == 0 && rename(path, old) < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	if (rename(draft, path) < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	remove_made(old, 2);
	return file_sync_folder(shelf, why);
}

int package_forget(const char *folder, const char *digest, struct fault *why)
{
	char shelf[PATH_MOST], path[PATH_MOST];
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	snprintf(shelf, sizeof(shelf), "%s/archive", folder);
	if (!(dir = opendir(shelf)))
		return errno == ENOENT ? 0 : fault_set(why, FAULT_IO, "%s: %s", shelf, strerror(errno));
	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.' || snprintf(path, sizeof(path), "%s/%s/evidence/%s", shelf,
						      entry->d_name, digest) >= PATH_MOST)
			continue;
		if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
			ret = fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	}
	closedir(dir);
	return ret;
}
