#include "ctl/watch/follow.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "ctl/watch/place.h"
#include "host/clock.h"
#include "intake/stream/rotation.h"
#include "intake/stream/tail.h"

enum { PLACED_EVERY_S = 60 };

struct followed {
	struct follow *follow;
	struct input input;
	struct tail *tail; /* NULL: it went away */
	struct source source;
	unsigned rejected;
	uint64_t missed;  /* of them, said */
	bool failed;      /* and that was said */
	unsigned rotated; /* the last look that found something of it that was put away */
};

struct follow {
	const struct lane_owner *owner;
	struct event *event;
	int64_t now, look_at; /* `look_at`: the next time into folders; 0: there are none */
	bool (*wanted)(void *who);
	struct followed **files;
	size_t count, room, living;
	unsigned looks;
	bool crowded; /* more files than can be followed, and that was said */
	bool moved;
	int64_t placed_at;
};

/* ---- which files ---------------------------------------------------------------- */

static struct followed *add(struct follow *f, const char *path, bool named)
{
	struct followed *one = must_alloc(sizeof(*one));

	if (f->count == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		f->files = must_grow(f->files, f->room * sizeof(*f->files));
	}
	*one = (struct followed){ .follow = f,
				  .input = { .path = must_copy(path), .number = f->count, .named = named },
				  .tail = tail_new(path, LINE_LIMIT),
				  .source = { .product = f->owner->settings->product,
					      .year = f->owner->settings->year } };
	one->source.name = one->input.path;
	f->files[f->count++] = one;
	f->living++;
	return one;
}

/* Folders are listed in the same order each time: most often it is the next one. */
static struct followed *find(const struct follow *f, const char *path, size_t len, size_t *hint)
{
	for (size_t i = 0; i < f->count; i++) {
		const size_t at = (*hint + i) % f->count;
		const char *its = f->files[at]->input.path;

		if (strlen(its) != len || memcmp(its, path, len) != 0)
			continue;
		*hint = at + 1;
		return f->files[at];
	}
	return NULL;
}

/* The log that this was made of, if it is there or was. */
static bool is_rotated(struct follow *f, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	const struct rotation r = rotation_of(name);
	const size_t len = (size_t)(name - path) + r.stem;
	struct followed *base;
	size_t hint = 0;
	char *whole;
	bool there;

	if (!r.is)
		return false;
	if ((base = find(f, path, len, &hint))) {
		base->rotated = f->looks;
		return true;
	}
	whole = strndup(path, len);
	there = whole && access(whole, F_OK) == 0;
	free(whole);
	return there;
}

static void say_crowded(struct follow *f)
{
	struct fault why;

	if (f->crowded)
		return;
	f->crowded = true;
	fault_say(&why, FAULT_LIMIT, "more than %d files; the others are not followed",
		  "超过 %d 个文件；其余未跟踪", FOLLOWED_MOST);
	f->owner->failed(f->owner->who, &f->files[f->count - 1]->input, -FAULT_LIMIT, &why);
}

static void take_found(struct follow *f, const struct input *found, size_t *hint)
{
	struct followed *one = find(f, found->path, strlen(found->path), hint);

	if (one ? one->tail != NULL : is_rotated(f, found->path))
		return;
	if (f->living == FOLLOWED_MOST) {
		say_crowded(f);
	} else if (!one) {
		add(f, found->path, found->named);
	} else {
		one->tail = tail_new(found->path, LINE_LIMIT);
		f->living++;
	}
	f->moved = true;
}

/* Nothing of the name is left that could be taken for a file of its own. */
static bool is_forgotten(const struct follow *f, const struct followed *one)
{
	return !one->tail && one->rotated != f->looks;
}

static void let_go(struct followed *one)
{
	struct follow *f = one->follow;

	if (one->input.named || !one->tail || !tail_gone(one->tail, f->now))
		return;
	tail_free(one->tail);
	one->tail = NULL;
	f->living--;
	f->moved = true;
}

static void look_into_folders(struct follow *f)
{
	struct inputs fresh;
	size_t hint = 0;

	if (!f->look_at || f->now < f->look_at)
		return;
	f->look_at = f->now + FOLLOW_LOOK_S * STAMP_SECOND;
	f->looks++;
	for (size_t i = 0; i < f->count; i++)
		let_go(f->files[i]);
	inputs_look(&fresh, f->owner->settings);
	for (size_t i = 0; i < fresh.count; i++)
		take_found(f, &fresh.list[i], &hint);
	inputs_fini(&fresh);
}

/* ---- over an end ------------------------------------------------------------------ */

/* Was it named, or is it in a folder that was? */
static bool is_meant(const struct follow *f, const char *path, bool *named)
{
	const struct settings *s = f->owner->settings;

	*named = false;
	for (size_t i = 0; i < s->file_count; i++) {
		size_t len = strlen(s->files[i]);

		*named |= !strcmp(s->files[i], path);
		while (len > 1 && s->files[i][len - 1] == '/')
			len--;
		if (*named || (!strncmp(s->files[i], path, len) && path[len] == '/'))
			return true;
	}
	return false;
}

static int resume(struct follow *f, const json_t *was, struct fault *why)
{
	const json_t *text = json_object_get(was, "tail"), *head = json_object_get(was, "head");
	char *path = place_path(was);
	struct followed *one;
	bool named;
	int ret = 0;

	if (!path)
		return fault_say(why, FAULT_INVALID, "a file of it has no path", "其中有文件缺少路径");
	if (is_meant(f, path, &named) && (named || f->look_at)) {
		one = add(f, path, named);
		one->source.lines = (uint64_t)json_integer_value(json_object_get(was, "lines"));
		source_recall(&one->source, f->owner->maps, json_string_value(head),
			      json_string_length(head));
		if (json_is_string(text)) {
			ret = tail_resume(one->tail, json_string_value(text), json_string_length(text), why);
		} else {
			tail_free(one->tail);
			one->tail = NULL;
			f->living--;
		}
	}
	free(path);
	return ret;
}

static json_t *place_of(const struct followed *one)
{
	json_t *place = json_pack("{s:I}", "lines", (json_int_t)one->source.lines);
	struct buf text = { 0 };

	place_put_path(place, one->input.path);
	if (one->tail) {
		tail_save(one->tail, &text);
		json_object_set_new(place, "tail", json_stringn(text.data ? text.data : "", text.len));
	}
	buf_clear(&text);
	source_head(&one->source, &text);
	/* A head that is no text cannot be kept; its table is told anew by the next one. */
	if (text.len)
		json_object_set_new(place, "head", json_stringn(text.data, text.len));
	buf_fini(&text);
	return place;
}

json_t *follow_place(struct follow *f)
{
	json_t *files = json_array();

	for (size_t i = 0; i < f->count; i++)
		if (!is_forgotten(f, f->files[i]))
			json_array_append_new(files, place_of(f->files[i]));
	f->moved = false;
	f->placed_at = f->now;
	return files;
}

/* A file may be rotated without a line, and what it was be removed one day. */
bool follow_moved(const struct follow *f)
{
	return f->moved || f->now - f->placed_at >= PLACED_EVERY_S * STAMP_SECOND;
}

/* ---- its life ----------------------------------------------------------------------- */

/* A file that is followed is open. */
static void want_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int follow_new(const struct lane_owner *owner, const struct inputs *inputs, const json_t *place,
	       struct follow **out, struct fault *why)
{
	struct follow *f = memset(must_alloc(sizeof(*f)), 0, sizeof(*f));
	const json_t *was;
	size_t i, hint = 0;
	int ret = 0;

	f->owner = owner;
	f->event = event_new();
	f->now = clock_wall();
	f->look_at = inputs->folders ? f->now + FOLLOW_LOOK_S * STAMP_SECOND : 0;
	f->moved = true;
	want_descriptors();
	json_array_foreach(json_object_get(place, "files"), i, was)
		if (ret == 0)
			ret = resume(f, was, why);
	for (i = 0; i < inputs->count && ret == 0; i++)
		if (inputs->list[i].named &&
		    !find(f, inputs->list[i].path, strlen(inputs->list[i].path), &hint))
			add(f, inputs->list[i].path, true);
	for (i = 0; i < inputs->count && ret == 0; i++)
		if (!inputs->list[i].named)
			take_found(f, &inputs->list[i], &hint);
	*out = f;
	return ret;
}

void follow_end(struct follow *f)
{
	for (size_t i = 0; i < f->count; i++)
		f->owner->ended(f->owner->who, &f->files[i]->input, &f->files[i]->source);
}

void follow_free(struct follow *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		struct followed *one = f->files[i];

		tail_free(one->tail);
		source_fini(&one->source);
		free((char *)one->input.path);
		free(one);
	}
	event_free(f->event);
	free(f->files);
	free(f);
}

/* ---- lines ---------------------------------------------------------------------------- */

static void reject(struct followed *one, const struct block_reject *what)
{
	rejects_add(one->follow->owner->rejects, one->input.number, &one->rejected, one->source.name, what);
}

static bool take_line(void *who, const char *line, size_t len)
{
	struct followed *one = who;
	struct follow *f = one->follow;
	struct fault why;
	const int ret = intake_line(f->owner->maps, &one->source, line, len, f->now, f->event, &why);

	f->moved = true;
	if (ret == 0)
		detector_feed(f->owner->detector, f->event);
	else if (ret != -FAULT_ABSENT)
		reject(one, &(struct block_reject){ one->source.lines, why.text, line, len });
	return f->wanted(f->owner->who);
}

static void take_loss(void *who)
{
	struct followed *one = who;

	one->follow->moved = true;
	intake_lost(&one->source);
	reject(one, &(struct block_reject){ .line = one->source.lines, .reason = block_too_long });
}

static void say_missed(struct followed *one)
{
	const struct follow *f = one->follow;
	const uint64_t missed = tail_missed(one->tail);
	struct fault why;

	if (missed <= one->missed)
		return;
	one->missed = missed;
	fault_say(&why, FAULT_IO,
		  "what it held before it was rotated could not be found again: lines may be missing",
		  "轮转前的内容未能找回，可能有缺行");
	f->owner->failed(f->owner->who, &one->input, -FAULT_IO, &why);
}

/* A file that cannot be read is tried again and again; that is said once. */
static bool poll_one(struct followed *one)
{
	struct follow *f = one->follow;
	struct fault why;
	int ret;

	if (!one->source.year.year)
		one->source.year.now = f->now;
	ret = tail_poll(one->tail, f->now, take_line, take_loss, one, &why);
	if (ret < 0 && !one->failed)
		f->owner->failed(f->owner->who, &one->input, ret, &why);
	one->failed = ret < 0;
	say_missed(one);
	return ret > 0;
}

bool follow_poll(struct follow *f, bool (*wanted)(void *who))
{
	bool more = false;

	f->wanted = wanted;
	f->now = clock_wall();
	look_into_folders(f);
	for (size_t i = 0; i < f->count && wanted(f->owner->who); i++)
		if (f->files[i]->tail)
			more |= poll_one(f->files[i]);
	return more;
}

struct tally follow_tally(const struct follow *f)
{
	struct tally all = { 0 };

	for (size_t i = 0; i < f->count; i++)
		tally_add(&all, &f->files[i]->source.tally);
	return all;
}
