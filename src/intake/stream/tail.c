#include "intake/stream/tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "seal/digest.h"
#include "seal/hex.h"

enum { CHUNK = 64 * 1024 };

/* The bytes at both ends of what was read. */
struct mark {
	char head[TAIL_MARK], foot[TAIL_MARK];
	size_t head_len, foot_len;
};

struct file {
	int fd;
	uint64_t device, inode;
	uint64_t offset; /* of the first line that was not handed on */
	uint64_t seen;   /* up to here it was read */
	struct mark mark;
	struct buf held;     /* from `offset` to `seen`, unless it is passed over */
	bool skipping;       /* the line at `offset` is too long */
	bool stopped;        /* `held` may have whole lines */
	bool is_copy;        /* of the file behind it, which was emptied: their bytes are one stream */
	int64_t still_since; /* nothing came since; 0: something did */
};

/* Where a former process stood, until the first poll looks for it. */
struct place {
	uint64_t device, inode, offset, seen;
	unsigned char digest[DIGEST_LEN];
	bool is_copy;
};

struct tail {
	char *path;
	size_t limit_bytes;
	struct file files[TAIL_FILES]; /* the oldest first; the last is the present one */
	size_t count;
	struct place places[TAIL_FILES];
	size_t place_count;
	uint64_t missed;
	char *chunk;
};

struct pass {
	struct tail *t;
	frame_take *take;
	frame_lost *lost;
	void *who;
	struct fault *why;
	int64_t now;
	struct buf *before; /* how the first line of this file begins, in the copy before it */
};

struct tail *tail_new(const char *path, size_t limit_bytes)
{
	struct tail *t = memset(must_alloc(sizeof(*t)), 0, sizeof(*t));

	t->path = strcpy(must_alloc(strlen(path) + 1), path);
	t->chunk = must_alloc(CHUNK);
	t->limit_bytes = limit_bytes;
	return t;
}

static void remove_file(struct tail *t, size_t i)
{
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
		remove_file(t, 0);
	free(t->path);
	free(t->chunk);
	free(t);
}

uint64_t tail_missed(const struct tail *t) { return t->missed; }

/* ---- what a file is known by -------------------------------------------------- */

static void mark_add(struct mark *m, const char *bytes, size_t len)
{
	const size_t head = len < sizeof(m->head) - m->head_len ? len : sizeof(m->head) - m->head_len;
	const size_t foot = len < sizeof(m->foot) ? len : sizeof(m->foot);
	const size_t stays = m->foot_len < sizeof(m->foot) - foot ? m->foot_len : sizeof(m->foot) - foot;

	memcpy(m->head + m->head_len, bytes, head);
	m->head_len += head;
	memmove(m->foot, m->foot + m->foot_len - stays, stays);
	memcpy(m->foot + stays, bytes + len - foot, foot);
	m->foot_len = stays + foot;
}

/* The mark of the first `seen` bytes of a file; false where it has not so many. */
static bool mark_read(int fd, uint64_t seen, struct mark *out)
{
	const size_t len = seen < TAIL_MARK ? (size_t)seen : TAIL_MARK;

	out->head_len = out->foot_len = len;
	return pread(fd, out->head, len, 0) == (ssize_t)len &&
	       pread(fd, out->foot, len, (off_t)(seen - len)) == (ssize_t)len;
}

static void mark_digest(const struct mark *m, unsigned char out[static DIGEST_LEN])
{
	digest_of_two(m->head, m->head_len, m->foot, m->foot_len, out);
}

static bool mark_is(const struct mark *a, const struct mark *b)
{
	return a->head_len == b->head_len && a->foot_len == b->foot_len &&
	       !memcmp(a->head, b->head, a->head_len) && !memcmp(a->foot, b->foot, a->foot_len);
}

static bool fits(int fd, const struct place *place, struct mark *mark)
{
	unsigned char digest[DIGEST_LEN];

	if (!mark_read(fd, place->seen, mark))
		return false;
	mark_digest(mark, digest);
	return !memcmp(digest, place->digest, DIGEST_LEN);
}

/* ---- finding ------------------------------------------------------------------ */

static struct file *push(struct tail *t, size_t at, int fd, const struct stat *st)
{
	struct file *f;

	if (t->count == TAIL_FILES) { /* more rotations than anybody makes in so short a time */
		remove_file(t, 0);
		t->missed++;
		at -= !!at;
	}
	f = &t->files[at];
	memmove(f + 1, f, (t->count - at) * sizeof(*f));
	t->count++;
	*f = (struct file){ .fd = fd, .device = st->st_dev, .inode = st->st_ino };
	return f;
}

static void go_on(struct file *f, const struct place *place, const struct mark *mark)
{
	f->offset = place->offset;
	f->seen = place->seen;
	f->mark = *mark;
	/* The part of a line that had been read is read again, marks and all. */
	if (f->seen > f->offset && mark_read(f->fd, f->offset, &f->mark))
		f->seen = f->offset;
}

static bool is_open(const struct tail *t, const struct stat *st)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->files[i].device == st->st_dev && t->files[i].inode == st->st_ino)
			return true;
	return false;
}

static int open_regular(int folder, const char *name, struct stat *st)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0 && (fstat(fd, st) || !S_ISREG(st->st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

struct search {
	const struct tail *t;
	const struct place *place;
	const char *base;
	int folder, best;
	bool copies; /* would do, too */
	struct stat best_st;
	struct mark mark;
	bool same; /* the best one is the file itself, not a copy */
};

/* app.log.1 of app.log; never app.log itself, which may only look like what it was. */
static bool is_copy_name(const struct search *s, const char *name)
{
	return !strncmp(name, s->base, strlen(s->base)) && strcmp(name, s->base) != 0;
}

/* The file itself under another name, or else its newest copy. */
static void look_at(struct search *s, const char *name)
{
	struct mark mark;
	struct stat st;
	int fd = open_regular(s->folder, name, &st);
	bool same, better;

	if (fd < 0)
		return;
	same = st.st_dev == s->place->device && st.st_ino == s->place->inode;
	better = s->best < 0 || (same && !s->same) || (same == s->same && st.st_mtime > s->best_st.st_mtime);
	if (!better || is_open(s->t, &st) || (!same && !(s->copies && is_copy_name(s, name))) ||
	    !fits(fd, s->place, &mark)) {
		close(fd);
		return;
	}
	if (s->best >= 0)
		close(s->best);
	s->best = fd;
	s->best_st = st;
	s->mark = mark;
	s->same = same;
}

/* Beside the path; -1 when there is none. Without a byte to know it by, only its inode will do. */
static int find_former(const struct tail *t, const struct place *place, bool copies, struct stat *st,
		       struct mark *mark)
{
	const char *slash = strrchr(t->path, '/');
	char *folder = strndup(t->path, slash ? (size_t)(slash - t->path) + 1 : 0);
	struct search s = {
		.t = t, .place = place, .base = slash ? slash + 1 : t->path, .best = -1, .copies = copies
	};
	DIR *dir = folder ? opendir(*folder ? folder : ".") : NULL;

	free(folder);
	if (!dir)
		return -1;
	s.folder = dirfd(dir);
	for (const struct dirent *d; (d = readdir(dir));)
		look_at(&s, d->d_name);
	closedir(dir);
	if (s.best >= 0 && !s.same && !place->seen) {
		close(s.best);
		return -1;
	}
	*st = s.best_st;
	*mark = s.mark;
	return s.best;
}

static void resume_all(struct tail *t)
{
	for (size_t i = 0; i < t->place_count; i++) {
		struct mark mark;
		struct stat st;
		/* Only the file of the name is copied and emptied. */
		int fd = find_former(t, &t->places[i], i + 1 == t->place_count, &st, &mark);

		struct file *f;

		if (fd < 0) {
			t->missed += t->places[i].seen > 0;
			continue;
		}
		f = push(t, t->count, fd, &st);
		f->is_copy = t->places[i].is_copy || t->places[i].inode != st.st_ino;
		go_on(f, &t->places[i], &mark);
	}
	t->place_count = 0;
}

/* What the name stands for now; a new file goes behind those that are open. */
static int look_for_name(struct pass *p)
{
	struct tail *t = p->t;
	struct stat st;
	int fd = open_regular(AT_FDCWD, t->path, &st);

	if (fd < 0)
		return errno == ENOENT ? 0 : fault_set(p->why, FAULT_IO, "%s: %s", t->path, strerror(errno));
	if (is_open(t, &st)) {
		close(fd);
		return 0;
	}
	for (size_t i = 0; i < t->count; i++) /* the time in which they may still be written to begins */
		t->files[i].still_since = 0;
	push(t, t->count, fd, &st);
	return 0;
}

/* ---- lines -------------------------------------------------------------------- */

static bool give(struct pass *p, const char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		len--;
	return p->take(p->who, line, len);
}

/* A line whose beginning stands at the end of the copy. */
static bool give_joined(struct pass *p, const char *line, size_t len)
{
	struct buf whole = *p->before;
	bool going = true;

	*p->before = (struct buf){ 0 };
	p->before = NULL;
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
			going = p->before ? give_joined(p, line, len) : give(p, line, len);
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
	bool going = !f->held.len || f->skipping || p->take(p->who, f->held.data, f->held.len);

	buf_clear(&f->held);
	return going;
}

/* Was it emptied, or written over, since it was read? */
static bool is_changed(const struct file *f)
{
	struct mark mark;

	return !mark_read(f->fd, f->seen, &mark) || !mark_is(&mark, &f->mark);
}

static struct place place_of(const struct file *f)
{
	struct place place = { f->device, f->inode, f->offset, f->seen, { 0 }, f->is_copy };

	mark_digest(&f->mark, place.digest);
	return place;
}

enum outcome { READ_ALL, READ_MORE, READ_STOPPED, READ_AGAIN, READ_FAILED };

/* Emptied: what was not read yet stands in the copy, which takes its place in front of it. */
static enum outcome begin_anew(struct pass *p, size_t i)
{
	struct file *f = &p->t->files[i], former = *f;
	struct place place = place_of(f);
	struct mark mark;
	struct stat st;
	int fd;

	place.inode = 0; /* a copy is another file */
	fd = find_former(p->t, &place, true, &st, &mark);
	*f = (struct file){ .fd = former.fd, .device = former.device, .inode = former.inode };
	if (fd < 0) {
		p->t->missed++;
		return end_file(p, &former) ? READ_AGAIN : READ_STOPPED;
	}
	f = push(p->t, i, fd, &st);
	former.fd = fd;
	former.device = st.st_dev;
	former.inode = st.st_ino;
	former.is_copy = true;
	*f = former;
	return READ_AGAIN;
}

static enum outcome read_file(struct pass *p, size_t i)
{
	struct file *f = &p->t->files[i];

	for (size_t total = 0; total < TAIL_AT_ONCE;) {
		ssize_t n;

		if (f->stopped && !hand_on(p, f))
			return READ_STOPPED;
		if ((n = pread(f->fd, p->t->chunk, CHUNK, (off_t)f->seen)) < 0) {
			fault_set(p->why, FAULT_IO, "%s: %s", p->t->path, strerror(errno));
			return READ_FAILED;
		}
		/* Looked at after it was read: then these bytes are what follows. */
		if (is_changed(f))
			return begin_anew(p, i);
		if (!n) {
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

/* Nobody writes to a copy; to a file that was renamed, for a while. */
static bool is_over(const struct pass *p, size_t i)
{
	const struct file *f = &p->t->files[i];

	if (i + 1 == p->t->count)
		return false;
	if (f->is_copy)
		return !f->held.len;
	return f->still_since && p->now - f->still_since >= TAIL_LINGER_S * STAMP_SECOND;
}

static int read_all(struct pass *p)
{
	struct tail *t = p->t;

	for (size_t i = 0; i < t->count;) {
		const bool joined = i && t->files[i - 1].is_copy && !t->files[i].offset;
		enum outcome outcome;

		p->before = joined && t->files[i - 1].held.len ? &t->files[i - 1].held : NULL;
		outcome = read_file(p, i);
		if (outcome == READ_FAILED)
			return -FAULT_IO;
		if (outcome == READ_MORE || outcome == READ_STOPPED)
			return 1;
		if (outcome == READ_AGAIN)
			continue;
		if (!is_over(p, i)) {
			i++;
			continue;
		}
		const bool going = end_file(p, &t->files[i]);

		remove_file(t, i);
		if (!going)
			return 1;
	}
	return 0;
}

int tail_poll(struct tail *t, int64_t now, frame_take *take, frame_lost *lost, void *who, struct fault *why)
{
	struct pass p = { t, take, lost, who, why, now, NULL };
	int ret;

	if (t->place_count)
		resume_all(t);
	if ((ret = look_for_name(&p)) < 0)
		return ret;
	return read_all(&p);
}

/* ---- the place ------------------------------------------------------------------ */

static void save_place(const struct place *place, struct buf *out)
{
	char digest[2 * DIGEST_LEN + 1];

	hex_write(place->digest, DIGEST_LEN, digest);
	buf_format(out, "%s %llu %llu %llu %llu %s\n", place->is_copy ? "copy1" : "tail1",
		   (unsigned long long)place->device, (unsigned long long)place->inode,
		   (unsigned long long)place->offset, (unsigned long long)place->seen, digest);
}

void tail_save(const struct tail *t, struct buf *out)
{
	for (size_t i = 0; i < t->place_count; i++)
		save_place(&t->places[i], out);
	for (size_t i = 0; i < t->count; i++) {
		const struct place place = place_of(&t->files[i]);

		save_place(&place, out);
	}
}

static bool read_place(const char *line, struct place *out)
{
	unsigned long long device, inode, offset, seen;
	char digest[2 * DIGEST_LEN + 1];
	const bool is_copy = !strncmp(line, "copy1 ", 6);
	int end = 0;

	if ((!is_copy && strncmp(line, "tail1 ", 6) != 0) ||
	    sscanf(line + 6, "%20llu %20llu %20llu %20llu %64[0-9a-f]%n", &device, &inode, &offset, &seen,
		   digest, &end) != 5 ||
	    line[6 + end] || strlen(digest) != 2 * DIGEST_LEN || offset > seen || seen > INT64_MAX)
		return false;
	*out = (struct place){ device, inode, offset, seen, { 0 }, is_copy };
	return hex_read(digest, DIGEST_LEN, out->digest);
}

int tail_resume(struct tail *t, const char *text, size_t len, struct fault *why)
{
	struct place places[TAIL_FILES];
	const char *end = text + len;
	size_t count = 0;

	while (text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));
		char line[200];

		if (!lf || (size_t)(lf - text) >= sizeof(line) || count == TAIL_FILES)
			return fault_set(why, FAULT_INVALID, "%s: place %zu of a followed file is not one",
					 t->path, count + 1);
		memcpy(line, text, (size_t)(lf - text));
		line[lf - text] = '\0';
		if (!read_place(line, &places[count++]))
			return fault_set(why, FAULT_INVALID, "%s: place %zu of a followed file is not one",
					 t->path, count);
		text = lf + 1;
	}
	memcpy(t->places, places, count * sizeof(*places));
	t->place_count = count;
	return 0;
}
