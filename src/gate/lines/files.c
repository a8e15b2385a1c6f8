#include "gate/lines/files.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "gate/gate_private.h"
#include "intake/intake.h"
#include "intake/stream/rotation.h"
#include "intake/stream/tail.h"
#include "store/store.h"

enum { TAKE_NS = 4 * 1000 * 1000 };

static const char place_mark[] = "tail:"; /* in the table meta, before the name, ':' and the path */

struct file {
	struct files *files;
	struct source *source;   /* of its name */
	struct tail *tail;       /* NULL: it went away */
	struct formats *formats; /* what its own lines said, where several are one source */
	char *path, *key;
	uint64_t missed; /* said */
	bool kept;       /* the roster has it */
	bool failed;     /* and that was said */
	bool moved;      /* the store does not know yet */
	bool written;    /* with the open batch */
	struct file *next;
};

struct files {
	struct gate *gate;
	const struct roster *roster; /* or NULL */
	struct file *first;
	unsigned count;
	int64_t look_at;
	uint64_t until; /* of this turn */
	bool crowded;
};

struct files *files_new(struct gate *gate)
{
	struct files *files = memset(must_alloc(sizeof(*files)), 0, sizeof(*files));

	files->gate = gate;
	return files;
}

static void close_file(struct file *file)
{
	tail_free(file->tail);
	formats_free(file->formats);
	file->tail = NULL;
	file->formats = NULL;
}

void files_free(struct files *files)
{
	if (!files)
		return;
	for (struct file *file = files->first, *next; file; file = next) {
		next = file->next;
		close_file(file);
		free(file->path);
		free(file->key);
		free(file);
	}
	free(files);
}

unsigned files_count(const struct files *files) { return files->count; }

static int64_t now_of(const struct gate *gate) { return gate->demo ? gate->now : gate->clock(); }

/* ---- the place in the store ------------------------------------------------------- */

/* Of the formats of this file alone; the source's belong to nobody in between. */
static void lend(struct file *file)
{
	struct formats *its = file->source->formats;

	file->source->formats = file->formats;
	file->formats = its;
}

static void recall(struct file *file, const char *text, size_t len)
{
	json_t *place = json_loadb(text, len, 0, NULL);
	const json_t *tail = json_object_get(place, "tail"), *head = json_object_get(place, "head");
	struct fault why;

	if (!json_is_string(tail) ||
	    tail_resume(file->tail, json_string_value(tail), json_string_length(tail), &why) < 0)
		fprintf(stderr, "fengsui: %s: its place is not understood; it is read from its beginning\n",
			file->path);
	lend(file);
	ingest_recall(file->files->gate->ingest, file->source, json_string_value(head),
		      json_string_length(head));
	lend(file);
	json_decref(place);
}

static void open_file(struct file *file)
{
	struct rows *rows;

	file->tail = tail_new(file->path, LINE_LIMIT);
	file->missed = 0;
	if (store_query(house_store(file->files->gate->house), "SELECT value FROM meta WHERE name = $1",
			VALUES(value_text(file->key)), &rows, NULL) < 0)
		return;
	if (rows_next(rows, NULL) > 0)
		recall(file, rows_text(rows, 0, NULL), strlen(rows_text(rows, 0, NULL)));
	rows_close(rows);
}

static char *place_of(struct file *file)
{
	struct buf tail = { 0 }, head = { 0 };
	json_t *place;
	char *text;

	tail_save(file->tail, &tail);
	lend(file);
	source_head(file->source, &head);
	lend(file);
	place = json_pack("{s:o}", "tail", json_stringn(tail.data ? tail.data : "", tail.len));
	/* A head that is no text is told anew by the next one. */
	if (head.len)
		json_object_set_new(place, "head", json_stringn(head.data, head.len));
	text = json_dumps(place, JSON_COMPACT);
	json_decref(place);
	buf_fini(&tail);
	buf_fini(&head);
	return text;
}

static int write_place(struct file *file, struct store *store, struct fault *why)
{
	char *text;
	int ret;

	file->written = true;
	if (!file->tail)
		return store_run(store, "DELETE FROM meta WHERE name = $1", VALUES(value_text(file->key)),
				 NULL, why);
	text = place_of(file);
	ret = store_run(store,
			"INSERT INTO meta(name, value) VALUES($1, $2)"
			" ON CONFLICT(name) DO UPDATE SET value = excluded.value",
			VALUES(value_text(file->key), value_text(text)), NULL, why);
	free(text);
	return ret;
}

bool files_wait(const struct files *files)
{
	const struct file *file = files ? files->first : NULL;

	while (file && !file->moved)
		file = file->next;
	return file;
}

int files_write(struct files *files, struct store *store, struct fault *why)
{
	for (struct file *file = files ? files->first : NULL; file; file = file->next)
		if (file->moved && write_place(file, store, why) < 0)
			return fault_within(why, "%s", file->path);
	return 0;
}

void files_settle(struct files *files, bool committed)
{
	for (struct file *file = files ? files->first : NULL; file; file = file->next) {
		file->moved &= !(committed && file->written);
		file->written = false;
	}
}

/* ---- which files -------------------------------------------------------------------- */

static struct file *find(const struct files *files, const char *name, const char *path, size_t len)
{
	struct file *file = files->first;

	while (file && (strncmp(file->path, path, len) != 0 || file->path[len] ||
			strcmp(file->source->name, name) != 0))
		file = file->next;
	return file;
}

static void add(struct files *files, const char *name, const char *path)
{
	struct buf key = { 0 };
	struct file *file;

	if (files->count == FILES_MOST) {
		if (!files->crowded)
			fprintf(stderr,
				"fengsui: more than %d files are sources; %s and others are not read\n",
				FILES_MOST, path);
		files->crowded = true;
		return;
	}
	buf_format(&key, "%s%s:%s", place_mark, name, path);
	file = memset(must_alloc(sizeof(*file)), 0, sizeof(*file));
	*file = (struct file){ .files = files,
			       .source = ingest_source(files->gate->ingest, name),
			       .path = must_copy(path),
			       .key = must_copy(key.data),
			       .kept = true,
			       .next = files->first };
	buf_fini(&key);
	files->first = file;
	files->count++;
	open_file(file);
}

/* What rotation made of another that is followed, or could be. */
static bool is_rotated(const struct files *files, const char *name, const char *path)
{
	const char *last = strrchr(path, '/') + 1;
	const struct rotation r = rotation_of(last);
	const size_t len = (size_t)(last - path) + r.stem;
	char *base;
	bool there;

	if (!r.is)
		return false;
	base = strndup(path, len);
	there = find(files, name, path, len) || (base && access(base, F_OK) == 0);
	free(base);
	return there;
}

static void take_path(struct files *files, const char *name, const char *path)
{
	struct file *file = find(files, name, path, strlen(path));

	if (!file && !is_rotated(files, name, path)) {
		add(files, name, path);
	} else if (file) {
		file->kept = true;
		if (!file->tail && access(path, F_OK) == 0)
			open_file(file);
	}
}

static bool is_pattern(const char *path) { return strpbrk(path, "*?[") != NULL; }

static void take_row(struct files *files, const struct roster_row *row)
{
	glob_t found;

	if (!is_pattern(row->file)) {
		take_path(files, row->name, row->file);
		return;
	}
	for (struct file *file = files->first; file; file = file->next)
		file->kept |= !strcmp(file->source->name, row->name);
	if (glob(row->file, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			take_path(files, row->name, found.gl_pathv[i]);
	globfree(&found);
}

static void look(struct files *files, int64_t now)
{
	if (now < files->look_at)
		return;
	files->look_at = now + FILES_LOOK_S * STAMP_SECOND;
	for (size_t i = 0; i < roster_count(files->roster); i++)
		if (*roster_at(files->roster, i)->file)
			take_row(files, roster_at(files->roster, i));
}

void files_heed(struct files *files, const struct roster *roster)
{
	files->roster = roster;
	files->look_at = 0;
	for (struct file *file = files->first; file; file = file->next)
		file->kept = false;
	look(files, files->gate->clock());
	/* Who is taken off is not read any more; the place stays, should it come back. */
	for (struct file **at = &files->first, *file; (file = *at);) {
		if (file->kept || file->moved) {
			at = &file->next;
			continue;
		}
		*at = file->next;
		files->count--;
		close_file(file);
		free(file->path);
		free(file->key);
		free(file);
	}
}

/* ---- lines ---------------------------------------------------------------------------- */

/* Over its quota it is read later: a file waits. */
static bool may_go_on(const struct file *file)
{
	const struct gate *gate = file->files->gate;

	return uv_hrtime() < file->files->until && !ingest_full(gate->ingest) &&
	       !ingest_wait(file->source, now_of(gate));
}

static bool take_line(void *who, const char *line, size_t len)
{
	struct file *file = who;
	struct gate *gate = file->files->gate;

	file->moved = true;
	lend(file);
	ingest_line(gate->ingest, file->source, line, len, now_of(gate), true);
	lend(file);
	return may_go_on(file);
}

static void take_loss(void *who)
{
	struct file *file = who;
	struct gate *gate = file->files->gate;

	file->moved = true;
	ingest_too_long(gate->ingest, file->source->name, now_of(gate));
}

static void say_once(struct file *file, int ret, const struct fault *why)
{
	const uint64_t missed = tail_missed(file->tail);

	if (ret < 0 && !file->failed)
		fprintf(stderr, "fengsui: source %s: %s\n", file->source->name, why->text);
	if (missed > file->missed)
		fprintf(stderr,
			"fengsui: source %s: %s: what it held before it was rotated could not be found "
			"again\n",
			file->source->name, file->path);
	file->failed = ret < 0;
	file->missed = missed;
}

static bool read_one(struct file *file)
{
	const int64_t now = file->files->gate->clock();
	struct fault why;
	int ret;

	if (!may_go_on(file))
		return false;
	ret = tail_poll(file->tail, now, take_line, take_loss, file, &why);
	say_once(file, ret, &why);
	if (ret == 0 && tail_gone(file->tail, now) && !file->moved) {
		close_file(file);
		file->moved = true; /* its place is forgotten with the next batch */
	}
	return ret > 0;
}

bool files_read(struct files *files)
{
	bool more = false;

	/* What came of the lines before is stored first, or the places would never be. */
	if (alive_full(files->gate) || ingest_waiting(files->gate->ingest))
		return false;
	look(files, files->gate->clock());
	files->until = uv_hrtime() + TAKE_NS;
	for (struct file *file = files->first; file && uv_hrtime() < files->until; file = file->next)
		if (file->tail && file->kept)
			more |= read_one(file);
	return more;
}
