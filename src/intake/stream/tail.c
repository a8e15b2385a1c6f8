#include "intake/stream/tail_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/stamp.h"

struct pass {
	struct tail *t;
	frame_take *take;
	frame_lost *lost;
	void *who;
	struct fault *why;
	int64_t now;
	size_t at;     /* the file that is read */
	size_t copies; /* so many before it hold the beginning of its first line */
};

struct tail *tail_new(const char *path, size_t limit_bytes)
{
	struct tail *t = memset(must_alloc(sizeof(*t)), 0, sizeof(*t));

	t->path = strcpy(must_alloc(strlen(path) + 1), path);
	t->chunk = must_alloc(TAIL_CHUNK);
	t->limit_bytes = limit_bytes;
	return t;
}

void tail_remove(struct tail *t, size_t i)
{
	packed_free(t->files[i].packed);
	close(t->files[i].fd);
	buf_fini(&t->files[i].held);
	memmove(&t->files[i], &t->files[i + 1], (t->count - i - 1) * sizeof(*t->files));
	t->count--;
}

void tail_free(struct tail *t)
{
	if (!t)
		return;
	while (t->count)
		tail_remove(t, 0);
	free(t->path);
	free(t->chunk);
	free(t);
}

uint64_t tail_missed(const struct tail *t) { return t->missed; }

/* ---- its files ----------------------------------------------------------------- */

struct file *tail_push(struct tail *t, size_t at, const struct former *found)
{
	struct file *f;

	assert(t->count < TAIL_FILES);
	f = &t->files[at];
	memmove(f + 1, f, (t->count - at) * sizeof(*f));
	t->count++;
	*f = (struct file){ .fd = found->fd,
			    .packed = found->packed,
			    .device = found->st.st_dev,
			    .inode = found->st.st_ino,
			    .born = found->born };
	return f;
}

bool tail_is_open(const void *who, const struct stat *st)
{
	const struct tail *t = who;

	for (size_t i = 0; i < t->count; i++)
		if (t->files[i].device == st->st_dev && t->files[i].inode == st->st_ino)
			return true;
	return false;
}

static bool open_named(const struct tail *t, struct former *out)
{
	*out = (struct former){ .fd = open(t->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) };
	if (out->fd < 0)
		return false;
	out->born = former_born(out->fd);
	if (fstat(out->fd, &out->st) == 0 && S_ISREG(out->st.st_mode))
		return true;
	close(out->fd);
	errno = EINVAL;
	return false;
}

/* What the name stands for now; a new file goes behind those that are open. */
static int look_for_name(struct pass *p)
{
	struct tail *t = p->t;
	struct former found;

	if (t->count == TAIL_FILES) /* it is opened when there is room, and nothing is lost meanwhile */
		return 0;
	if (!open_named(t, &found)) {
		t->gone_since = t->gone_since ? t->gone_since : p->now;
		return errno == ENOENT ? 0 : fault_set(p->why, FAULT_IO, "%s: %s", t->path, strerror(errno));
	}
	t->gone_since = 0;
	if (tail_is_open(t, &found.st)) {
		close(found.fd);
		return 0;
	}
	for (size_t i = 0; i < t->count; i++) /* the time in which they may still be written to begins */
		t->files[i].still_since = 0;
	tail_push(t, t->count, &found);
	return 0;
}

/* ---- lines -------------------------------------------------------------------- */

static bool give(struct pass *p, const char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		len--;
	return p->take(p->who, line, len);
}

/* A line whose beginning stands at the end of the copies before it. */
static bool give_joined(struct pass *p, const char *line, size_t len)
{
	struct buf whole = { 0 };
	bool going = true;

	for (size_t i = p->at - p->copies; i < p->at; i++) {
		struct file *f = &p->t->files[i];

		buf_put(&whole, f->held.data, f->held.len);
		buf_clear(&f->held);
		f->offset = f->seen;
	}
	p->copies = 0;
	buf_put(&whole, line, len);
	if (whole.len <= p->t->limit_bytes)
		going = give(p, whole.data, whole.len);
	else if (p->lost)
		p->lost(p->who);
	buf_fini(&whole);
	return going;
}

static void pass_over(struct pass *p, struct file *f)
{
	if (!f->skipping && p->lost)
		p->lost(p->who);
	f->skipping = true;
}

/* The whole lines of what is held; false when the caller wants no more for now. */
static bool hand_on(struct pass *p, struct file *f)
{
	size_t at = 0;
	bool going = true;

	while (going && at < f->held.len) {
		const char *line = f->held.data + at, *lf = memchr(line, '\n', f->held.len - at);
		const size_t len = (size_t)(lf ? lf - line : 0);

		if (!lf)
			break;
		at += len + 1;
		/* Before it is taken: whoever saves from within `take` has it behind him. */
		f->offset = f->seen - (f->held.len - at);
		if (f->skipping || len > p->t->limit_bytes)
			pass_over(p, f);
		else
			going = p->copies ? give_joined(p, line, len) : give(p, line, len);
		f->skipping = false;
	}
	buf_eat(&f->held, at);
	f->stopped = !going;
	if (going && f->held.len > p->t->limit_bytes)
		pass_over(p, f);
	if (f->skipping)
		buf_clear(&f->held);
	return going;
}

/* What ends without a line end, when nobody writes there any more. */
static bool end_file(struct pass *p, struct file *f)
{
	bool going;

	f->offset = f->seen;
	going = !f->held.len || f->skipping || p->take(p->who, f->held.data, f->held.len);
	f->skipping = false;
	buf_clear(&f->held);
	return going;
}

/* Was it emptied, or written over, since it was read? */
static bool is_changed(const struct file *f)
{
	struct mark mark;

	return !f->packed && (!former_mark(f->fd, NULL, f->seen, &mark) || !mark_is(&mark, &f->mark));
}

/* READ_LATER: what comes next is not known yet, and those behind it wait. */
enum outcome { READ_ALL, READ_LATER, READ_MORE, READ_STOPPED, READ_AGAIN, READ_FAILED };

/* Emptied: what was not read yet stands in the copy, which takes its place in front of it. */
static enum outcome begin_anew(struct pass *p, size_t i)
{
	struct file *f = &p->t->files[i], former = *f;
	struct former found;
	enum found there;

	if (p->t->count == TAIL_FILES)
		return READ_LATER; /* until there is room */
	if ((there = tail_find_copy(p->t, i, p->now, &found)) == FOUND_NOT_YET)
		return READ_LATER;
	p->t->sought_since = 0;
	*f = (struct file){
		.fd = former.fd, .device = former.device, .inode = former.inode, .born = former.born
	};
	if (there == FOUND_NOT) {
		const bool going = end_file(p, &former);

		buf_fini(&former.held);
		p->t->missed++;
		return going ? READ_AGAIN : READ_STOPPED;
	}
	f = tail_push(p->t, i, &found);
	former.fd = found.fd;
	former.packed = found.packed;
	former.device = found.st.st_dev;
	former.inode = found.st.st_ino;
	former.born = found.born;
	former.is_copy = true;
	*f = former;
	return READ_AGAIN;
}

/* Of the present file, the beginning of its first line alone: many files begin so, and one that is
 * emptied and written again could not be told from it. As long as nothing of it was read, the file
 * before it says which copy comes next. */
static bool is_too_little(const struct pass *p, size_t i, size_t n)
{
	return i && i + 1 == p->t->count && !p->t->files[i].seen && n < MARK_BYTES &&
	       !memchr(p->t->chunk, '\n', n);
}

static enum outcome read_file(struct pass *p, size_t i)
{
	struct file *f = &p->t->files[i];

	for (size_t total = 0; total < TAIL_AT_ONCE;) {
		ssize_t n;

		if (f->stopped && !hand_on(p, f))
			return READ_STOPPED;
		if ((n = former_read(f->fd, f->packed, p->t->chunk, TAIL_CHUNK, f->seen)) < 0) {
			fault_set(p->why, FAULT_IO, "%s: %s", p->t->path, strerror(errno));
			return READ_FAILED;
		}
		/* Looked at after it was read: then these bytes are what follows. */
		if (is_changed(f))
			return begin_anew(p, i);
		if (!f->seen && !f->known && (n || !f->looked)) {
			enum unseen unseen = UNSEEN_UNSURE; /* without room for those before it */

			if (p->t->count < TAIL_FILES)
				unseen = tail_insert_unseen(p->t, i, (size_t)n, p->now);
			if (unseen != UNSEEN_NONE)
				return unseen == UNSEEN_SOME ? READ_AGAIN : READ_LATER;
		}
		if (!n || is_too_little(p, i, (size_t)n)) {
			f->still_since = f->still_since ? f->still_since : p->now;
			return READ_ALL;
		}
		f->still_since = 0;
		f->seen += (uint64_t)n;
		mark_add(&f->mark, p->t->chunk, (size_t)n);
		buf_put(&f->held, p->t->chunk, (size_t)n);
		total += (size_t)n;
		if (!hand_on(p, f))
			return READ_STOPPED;
	}
	return READ_MORE;
}

static bool is_still(const struct pass *p, const struct file *f)
{
	const struct file *last = &p->t->files[p->t->count - 1];

	/* With so many behind it, whoever wrote there has gone on long ago. */
	if (p->t->count == TAIL_FILES && f + 1 < last)
		return true;
	return f->still_since && p->now - f->still_since >= TAIL_LINGER_S * STAMP_SECOND;
}

/* Nobody writes to a copy, nor to gzip that is whole; to a file that was renamed, for a while. */
static bool is_over(const struct pass *p, size_t i)
{
	const struct file *f = &p->t->files[i];

	if (i + 1 == p->t->count)
		return false;
	if (f->packed && !packed_ended(f->packed) && !is_still(p, f))
		return false;
	if (f->is_copy)
		return !f->held.len;
	return f->packed || is_still(p, f);
}

/* One that was emptied in the middle of a line, and those that hold nothing but a part of it. */
static size_t copies_before(const struct tail *t, size_t i)
{
	size_t n = 0;

	while (n < i && !t->files[i - n].offset && t->files[i - n - 1].is_copy &&
	       t->files[i - n - 1].held.len)
		n++;
	return n;
}

/* By its own bytes: few of them fit others, too, and then it counts which file came before. */
static bool is_known(const struct file *f) { return f->done || f->offset >= MARK_BYTES; }

static int read_all(struct pass *p)
{
	struct tail *t = p->t;

	for (size_t i = 0; i < t->count;) {
		enum outcome outcome;

		p->at = i;
		p->copies = copies_before(t, i);
		outcome = read_file(p, i);
		if (outcome == READ_FAILED)
			return -FAULT_IO;
		if (outcome == READ_MORE || outcome == READ_STOPPED)
			return 1;
		if (outcome == READ_LATER)
			return 0;
		if (outcome == READ_AGAIN)
			continue;
		if (!is_over(p, i)) {
			i++;
			continue;
		}
		if (t->files[i].packed && !t->files[i].done)
			t->missed += !packed_ended(t->files[i].packed);
		const bool going = end_file(p, &t->files[i]);

		t->files[i].done = true;
		if (is_known(&t->files[i + 1]))
			tail_remove(t, i);
		else
			i++;
		if (!going)
			return 1;
	}
	return 0;
}

bool tail_gone(const struct tail *t, int64_t now)
{
	const struct file *last = t->count ? &t->files[t->count - 1] : NULL;
	const int64_t span = TAIL_LINGER_S * STAMP_SECOND;

	return !t->place_count && t->gone_since && now - t->gone_since >= span &&
	       (!last || (last->still_since && now - last->still_since >= span && !last->stopped));
}

int tail_poll(struct tail *t, int64_t now, frame_take *take, frame_lost *lost, void *who, struct fault *why)
{
	struct pass p = { t, take, lost, who, why, now, 0, 0 };
	int ret;

	if (t->place_count && !tail_resume_all(t, now))
		return 0;
	if ((ret = look_for_name(&p)) < 0)
		return ret;
	return read_all(&p);
}
