#include "gate/gate_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"

/*
 * public -- the public page as plain files, for a web server that everybody may reach.
 *
 * What changed since the last time is written after the commit, by a worker, so
 * that a slow disk holds nothing up. Each file is whole or as it was; none is
 * ever removed, for what is withdrawn stays readable as withdrawn.
 */
struct public_page {
	uv_work_t work;
	struct gate *gate;
	struct arena *mem; /* of the files on their way */
	struct public_file *files;
	size_t count, written;
	uint64_t made; /* which version was written, or is on its way */
	bool busy, again;
	struct fault why;
	int ret;
};

static bool is_there(const char *path, const struct public_file *file, struct arena *mem)
{
	char *bytes = NULL;
	size_t len = 0;
	struct fault why;

	return file_read(path, file->len, mem, &bytes, &len, &why) == 0 && len == file->len &&
	       !memcmp(bytes, file->bytes, len);
}

/* Pages before the index that leads to them. */
static int write_all(const char *folder, const struct public_file *files, size_t count, size_t *written,
		     struct fault *why)
{
	int ret = file_make_folder(folder, 0755, why);

	for (size_t i = count; ret == 0 && i-- > 0;) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		const char *path = arena_text(mem, "%s/%s", folder, files[i].name);

		if (is_there(path, &files[i], mem))
			continue;
		ret = file_write(path, 0644, files[i].bytes, files[i].len, why);
		++*written;
	}
	return ret;
}

int public_export(struct gate *gate, const char *folder, json_t **out, struct fault *why)
{
	struct public_files files;
	size_t written = 0;
	int ret;

	if ((ret = house_public(gate->house, &files, why)) < 0 ||
	    (ret = write_all(folder, files.at, files.count, &written, why)) < 0)
		return ret;
	*out = json_pack("{s:b, s:s, s:I, s:I}", "ok", 1, "dir", folder, "files", (json_int_t)files.count,
			 "written", (json_int_t)written);
	return 0;
}

static void write_round(uv_work_t *work)
{
	struct public_page *page = work->data;

	page->written = 0;
	page->ret = write_all(page->gate->options->public_folder, page->files, page->count, &page->written,
			      &page->why);
}

/* The next commit, or the next start, tries again; the record is what counts. */
static void on_written(uv_work_t *work, int status)
{
	struct public_page *page = work->data;

	(void)status;
	page->busy = false;
	if (page->ret < 0)
		fprintf(stderr, "fengsui: the public page was not written: %s / 公开页面未能写出\n",
			page->why.text);
	arena_free(page->mem);
	page->mem = NULL;
	page->made = page->ret < 0 ? 0 : page->made;
	if (page->again)
		public_committed(page->gate);
}

static void take_files(struct public_page *page, const struct public_files *files)
{
	page->mem = arena_new();
	page->files = arena_many(page->mem, files->count, sizeof(*page->files));
	page->count = files->count;
	for (size_t i = 0; i < files->count; i++)
		page->files[i] = (struct public_file){
			arena_copy(page->mem, files->at[i].name), NULL,
			arena_copy_bytes(page->mem, files->at[i].bytes, files->at[i].len), files->at[i].len
		};
}

void public_committed(struct gate *gate)
{
	struct public_page *page = gate->public_page;
	struct public_files files;
	struct fault why = { 0 };

	if (!page || !gate->options)
		return;
	page->again = page->busy;
	/* Made anew by the house where an edition has changed, and only then. */
	if (page->busy || house_public(gate->house, &files, &why) < 0 || files.made == page->made)
		return;
	page->made = files.made;
	page->busy = true;
	take_files(page, &files);
	page->work.data = page;
	uv_queue_work(&gate->loop, &page->work, write_round, on_written);
}

void public_open(struct gate *gate, const char *folder)
{
	if (!folder)
		return;
	gate->public_page = must_alloc(sizeof(*gate->public_page));
	*gate->public_page = (struct public_page){ .gate = gate };
}

void public_close(struct gate *gate)
{
	struct public_page *page = gate->public_page;

	while (page && page->busy) {
		page->again = false;
		uv_run(&gate->loop, UV_RUN_ONCE);
	}
	free(page);
	gate->public_page = NULL;
}
