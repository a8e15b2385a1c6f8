#include "intake/stream/tail.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "intake/stream/former.h"
#include "seal/digest.h"
#include "seal/hex.h"

enum { CHUNK = 64 * 1024 };

struct file {
	int fd;
	struct packed *packed; /* NULL: plain */
	uint64_t device, inode, born;
	uint64_t offset; /* of the first line that was not handed on */
	uint64_t seen;   /* up to here it was read */
	struct mark mark;
	struct buf held;     /* from `offset` to `seen`, unless it is passed over */
	bool skipping;       /* the line at `offset` is too long */
	bool stopped;        /* `held` may have whole lines */
	bool is_copy;        /* of the file behind it, which was emptied: their bytes are one stream */
	bool known;          /* to follow the one before it */
	bool looked;         /* whether others came before it, and were put away unseen */
	bool done;           /* it is over, and stays so that the next one is known to follow it */
	int64_t still_since; /* nothing came since; 0: something did */
};

/* Where a former process stood, until the first poll looks for it. */
struct place {
	uint64_t device, inode, born, offset, seen;
	unsigned char head[MARK_HEAD], digest[DIGEST_LEN];
	bool is_copy, done;
};

struct tail {
	char *path;
	size_t limit_bytes;
	struct file files[TAIL_FILES]; /* the oldest first; the last is the present one */
	size_t count;
	struct place places[TAIL_FILES];
	size_t place_count;
	uint64_t missed;
	int64_t sought_since; /* what is not found while names are moved; 0: all was found */
	int64_t moved_since;  /* names moved at every look; 0: they stood still at the last one */
	int64_t gone_since;   /* nothing has this name since; 0: something has */
	char *chunk;
};

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
	t->chunk = must_alloc(CHUNK);
	t->limit_bytes = limit_bytes;
	return t;
}

static void remove_file(struct tail *t, size_t i)
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
		remove_file(t, 0);
	free(t->path);
	free(t->chunk);
	free(t);
}

uint64_t tail_missed(const struct tail *t) { return t->missed; }

/* ---- finding ------------------------------------------------------------------ */

static struct file *push(struct tail *t, size_t at, const struct former *found)
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

/* False: it was emptied since it was found. */
static bool go_on(struct file *f, const struct place *place, const struct mark *mark)
{
	struct mark behind, again;

	f->offset = f->seen = place->offset;
	f->mark = *mark;
	f->done = place->done;
	if (place->seen == place->offset)
		return true;
	/* The part of a line that had been read is read again, marks and all. */
	if (!former_mark(f->fd, f->packed, place->offset, &behind) ||
	    !former_mark(f->fd, f->packed, place->seen, &again) || !mark_is(&again, mark))
		return false;
	f->mark = behind;
	return true;
}

static bool is_open(const void *who, const struct stat *st)
{
	const struct tail *t = who;

	for (size_t i = 0; i < t->count; i++)
		if (t->files[i].device == st->st_dev && t->files[i].inode == st->st_ino)
			return true;
	return false;
}

static struct former_ask ask_for(const struct tail *t, const struct place *place, bool copies)
{
	struct former_ask ask = { .path = t->path,
				  .device = place->device,
				  .inode = place->inode,
				  .born = place->born,
				  .seen = place->seen,
				  .copies = copies,
				  .behind_bytes = t->limit_bytes + 2 * CHUNK,
				  .taken = is_open,
				  .who = t };

	memcpy(ask.head, place->head, MARK_HEAD);
	memcpy(ask.digest, place->digest, DIGEST_LEN);
	return ask;
}

static struct place place_of(const struct file *f)
{
	struct place place = { f->device, f->inode, f->born,    f->offset, f->seen,
			       { 0 },     { 0 },    f->is_copy, f->done };

	mark_digest(&f->mark, place.head, place.digest);
	return place;
}

/* While names are moved a file may be found under none of them. */
static bool seek_on(struct tail *t, int64_t now)
{
	t->sought_since = t->sought_since ? t->sought_since : now;
	return now - t->sought_since < TAIL_SEEK_S * STAMP_SECOND;
}

/* Did names move while they were looked at? Then they said nothing, not even that something
 * is not there; but in a folder where they never stand still that has to do in the end. */
static bool moved_on(struct tail *t, struct folder *folder, int64_t now)
{
	if (!folder_moved(folder)) {
		t->moved_since = 0;
		return false;
	}
	t->sought_since = 0;
	t->moved_since = t->moved_since ? t->moved_since : now;
	return now - t->moved_since < TAIL_MOVED_S * STAMP_SECOND;
}

/* A copy holds no more than was read of it: but for one that was not read to its end yet, and
 * gzip in the making. */
static bool find_again(const struct folder *folder, struct former_ask *ask, const struct place *place,
		       struct former *out)
{
	ask->whole = place->done || place->is_copy;
	if (former_find(folder, ask, out))
		return true;
	ask->whole = place->done;
	return place->is_copy && !place->done && former_find(folder, ask, out);
}

/* When was file `i` put away? Its name says so, or that of what it was packed into. */
static bool rank_of(const struct tail *t, const struct folder *folder, size_t i, struct rotation *out)
{
	const struct place place = place_of(&t->files[i]);
	struct former_ask ask = ask_for(t, &place, true);
	struct former found;
	bool ranked;

	ask.taken = NULL;
	if (!find_again(folder, &ask, &place, &found))
		return false;
	ranked = found.ranked;
	*out = found.rank;
	former_close(&found);
	return ranked;
}

enum found { FOUND, FOUND_NOT, FOUND_NOT_YET, FOUND_NOT_NEEDED };

static enum found resume_one(struct tail *t, const struct folder *folder, size_t i)
{
	const struct place *place = &t->places[i];
	/* Only the file of the name is copied and emptied. */
	struct former_ask ask = ask_for(t, place, i + 1 == t->place_count);
	struct rotation before;
	struct former found;
	struct file *f;

	if (t->count && rank_of(t, folder, t->count - 1, &before))
		ask.after = &before;
	if (!find_again(folder, &ask, place, &found))
		return !place->seen ? FOUND : place->done ? FOUND_NOT_NEEDED : FOUND_NOT;
	f = push(t, t->count, &found);
	/* A file that was emptied and packed since has left its inode with the name. */
	f->is_copy = place->is_copy ||
		     (!found.same && (!found.packed || folder_own_inode(folder) == place->inode));
	if (go_on(f, place, &found.mark))
		return FOUND;
	remove_file(t, t->count - 1);
	return FOUND_NOT;
}

static void forget_found(struct tail *t)
{
	while (t->count)
		remove_file(t, 0);
}

struct sought {
	uint64_t missed, sought;
};

/* All of them at one moment; false where names moved meanwhile. */
static bool resume_at_once(struct tail *t, int64_t now, struct sought *out)
{
	struct folder folder;
	bool moved;

	*out = (struct sought){ 0 };
	if (!folder_open(t->path, &folder)) {
		out->missed = out->sought = t->place_count;
		return true;
	}
	for (size_t i = 0; i < t->place_count; i++) {
		const enum found found = resume_one(t, &folder, i);

		out->missed += found == FOUND_NOT;
		out->sought += found != FOUND;
	}
	moved = moved_on(t, &folder, now);
	folder_close(&folder);
	return !moved;
}

/* False: not yet. */
static bool resume_all(struct tail *t, int64_t now)
{
	struct sought sought;
	const bool still = resume_at_once(t, now, &sought);

	/* Also one that is over: it says which came since. */
	if (!still || (sought.sought && seek_on(t, now))) {
		forget_found(t);
		return false;
	}
	t->missed += sought.missed;
	t->place_count = 0;
	t->sought_since = 0;
	return true;
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
	if (is_open(t, &found.st)) {
		close(found.fd);
		return 0;
	}
	for (size_t i = 0; i < t->count; i++) /* the time in which they may still be written to begins */
		t->files[i].still_since = 0;
	push(t, t->count, &found);
	return 0;
}

enum unseen { UNSEEN_NONE, UNSEEN_SOME, UNSEEN_UNSURE };

/* Of the one before it; of which nothing was read and which was packed since, nobody knows. */
static enum unseen rank_before(struct tail *t, const struct folder *folder, size_t i, int64_t now,
			       struct rotation *out)
{
	while (i > 0) {
		if (rank_of(t, folder, --i, out))
			return UNSEEN_SOME;
		if (t->files[i].seen && seek_on(t, now))
			return UNSEEN_UNSURE;
	}
	return UNSEEN_NONE;
}

static void insert(struct tail *t, size_t at, const struct former *found, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		struct file *f = push(t, at + k, &found[k]);

		f->is_copy = t->files[at - 1].is_copy;
		f->known = true;
	}
}

/* It was empty when it was read: what was found since may be a copy of what it holds now. */
static bool has_grown(const struct file *f)
{
	char first;

	return former_read(f->fd, f->packed, &first, 1, 0) != 0;
}

/* What was put away between the file before file `i` and this one, which begins with
 * `chunk`. SIZE_MAX: nobody can say now. */
static size_t find_unseen(struct tail *t, const struct folder *folder, size_t i, size_t len, int64_t now,
			  struct former *found, size_t room)
{
	const struct place place = place_of(&t->files[i]);
	struct former_ask ask = ask_for(t, &place, false);
	struct rotation rank;
	enum unseen before;
	size_t count;

	before = rank_before(t, folder, i, now, &rank);
	if (before != UNSEEN_SOME)
		return before == UNSEEN_UNSURE ? SIZE_MAX : 0;
	count = former_since(folder, &ask, &rank, t->chunk, len, found, room);
	if (count == SIZE_MAX && !seek_on(t, now)) {
		ask.settled = true;
		count = former_since(folder, &ask, &rank, t->chunk, len, found, room);
	}
	return count;
}

static void close_all(struct former *found, size_t count)
{
	while (count)
		former_close(&found[--count]);
}

static enum unseen insert_unseen(struct tail *t, size_t i, size_t len, int64_t now)
{
	const size_t room = TAIL_FILES - t->count;
	struct former found[TAIL_FILES];
	struct folder folder;
	size_t count;
	bool moved;

	if (!folder_open(t->path, &folder))
		return seek_on(t, now) ? UNSEEN_UNSURE : UNSEEN_NONE;
	count = find_unseen(t, &folder, i, len, now, found, room);
	moved = moved_on(t, &folder, now);
	folder_close(&folder);
	if (count == SIZE_MAX)
		return UNSEEN_UNSURE;
	if (moved || (count && !len && has_grown(&t->files[i]))) {
		close_all(found, count);
		return UNSEEN_UNSURE;
	}
	/* Those that find no room now are found when these are done. */
	t->files[i].looked = count < room;
	t->sought_since = 0;
	insert(t, i, found, count);
	return count ? UNSEEN_SOME : UNSEEN_NONE;
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

/* The copy that was made of file `i` before it was emptied. */
static enum found find_copy(struct tail *t, size_t i, int64_t now, struct former *out)
{
	struct place place = place_of(&t->files[i]);
	struct former_ask ask;
	struct rotation before;
	struct folder folder;
	bool there, moved;

	if (!folder_open(t->path, &folder))
		return seek_on(t, now) ? FOUND_NOT_YET : FOUND_NOT;
	place.inode = 0; /* a copy is another file */
	ask = ask_for(t, &place, true);
	if (i && rank_of(t, &folder, i - 1, &before))
		ask.after = &before;
	there = former_find(&folder, &ask, out);
	moved = moved_on(t, &folder, now);
	folder_close(&folder);
	if (there && moved)
		former_close(out);
	if (moved || (!there && seek_on(t, now)))
		return FOUND_NOT_YET;
	return there ? FOUND : FOUND_NOT;
}

/* Emptied: what was not read yet stands in the copy, which takes its place in front of it. */
static enum outcome begin_anew(struct pass *p, size_t i)
{
	struct file *f = &p->t->files[i], former = *f;
	struct former found;
	enum found there;

	if (p->t->count == TAIL_FILES)
		return READ_LATER; /* until there is room */
	if ((there = find_copy(p->t, i, p->now, &found)) == FOUND_NOT_YET)
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
	f = push(p->t, i, &found);
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
		if ((n = former_read(f->fd, f->packed, p->t->chunk, CHUNK, f->seen)) < 0) {
			fault_set(p->why, FAULT_IO, "%s: %s", p->t->path, strerror(errno));
			return READ_FAILED;
		}
		/* Looked at after it was read: then these bytes are what follows. */
		if (is_changed(f))
			return begin_anew(p, i);
		if (!f->seen && !f->known && (n || !f->looked)) {
			enum unseen unseen = UNSEEN_UNSURE; /* without room for those before it */

			if (p->t->count < TAIL_FILES)
				unseen = insert_unseen(p->t, i, (size_t)n, p->now);
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
			remove_file(t, i);
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

	if (t->place_count && !resume_all(t, now))
		return 0;
	if ((ret = look_for_name(&p)) < 0)
		return ret;
	return read_all(&p);
}

/* ---- the place ------------------------------------------------------------------ */

static void save_place(const struct place *place, struct buf *out)
{
	char head[2 * MARK_HEAD + 1], digest[2 * DIGEST_LEN + 1];

	hex_write(place->head, MARK_HEAD, head);
	hex_write(place->digest, DIGEST_LEN, digest);
	buf_format(out, "tail1 %d %llu %llu %llu %llu %llu %s %s\n", place->is_copy + 2 * place->done,
		   (unsigned long long)place->device, (unsigned long long)place->inode,
		   (unsigned long long)place->born, (unsigned long long)place->offset,
		   (unsigned long long)place->seen, head, digest);
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
	unsigned long long device, inode, born, offset, seen;
	char head[2 * MARK_HEAD + 1], digest[2 * DIGEST_LEN + 1];
	unsigned flags;
	int end = 0;

	if (sscanf(line, "tail1 %1u %20llu %20llu %20llu %20llu %20llu %16[0-9a-f] %64[0-9a-f]%n", &flags,
		   &device, &inode, &born, &offset, &seen, head, digest, &end) != 8 ||
	    line[end] || flags > 3 || offset > seen || seen > INT64_MAX)
		return false;
	*out = (struct place){ device, inode, born, offset, seen, { 0 }, { 0 }, flags & 1, flags & 2 };
	return hex_read(head, MARK_HEAD, out->head) && hex_read(digest, DIGEST_LEN, out->digest) &&
	       strlen(head) == 2 * MARK_HEAD && strlen(digest) == 2 * DIGEST_LEN;
}

int tail_resume(struct tail *t, const char *text, size_t len, struct fault *why)
{
	struct place places[TAIL_FILES];
	const char *end = text + len;
	size_t count = 0;

	while (text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));
		char line[220];

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
