#include "intake/stream/former.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

enum { BEGUN_MOST = 4096 };

/* ---- what a file is known by -------------------------------------------------- */

void mark_add(struct mark *m, const char *bytes, size_t len)
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

bool mark_is(const struct mark *a, const struct mark *b)
{
	return a->head_len == b->head_len && a->foot_len == b->foot_len &&
	       !memcmp(a->head, b->head, a->head_len) && !memcmp(a->foot, b->foot, a->foot_len);
}

static void digest_head(const char *bytes, size_t len, unsigned char out[static MARK_HEAD])
{
	unsigned char digest[DIGEST_LEN];

	digest_of(bytes, len, digest);
	memcpy(out, digest, MARK_HEAD);
}

void mark_digest(const struct mark *m, unsigned char head[static MARK_HEAD],
		 unsigned char whole[static DIGEST_LEN])
{
	digest_head(m->head, m->head_len, head);
	digest_of_two(m->head, m->head_len, m->foot, m->foot_len, whole);
}

ssize_t former_read(int fd, struct packed *packed, char *room, size_t len, uint64_t at)
{
	return packed ? packed_read(packed, room, len, at) : pread(fd, room, len, (off_t)at);
}

bool former_mark(int fd, struct packed *packed, uint64_t seen, struct mark *out)
{
	const size_t len = seen < MARK_BYTES ? (size_t)seen : MARK_BYTES;

	out->head_len = out->foot_len = len;
	return former_read(fd, packed, out->head, len, 0) == (ssize_t)len &&
	       former_read(fd, packed, out->foot, len, seen - len) == (ssize_t)len;
}

void former_close(struct former *f)
{
	packed_free(f->packed);
	close(f->fd);
}

uint64_t former_born(int fd)
{
	struct statx info;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &info) < 0 || !(info.stx_mask & STATX_BTIME))
		return 0;
	return (uint64_t)info.stx_btime.tv_sec * 1000000000 + info.stx_btime.tv_nsec;
}

/* Its beginning is looked at first: of gzip, the rest has to be unpacked. */
static bool fits(const struct former_ask *ask, struct former *f)
{
	const size_t len = ask->seen < MARK_BYTES ? (size_t)ask->seen : MARK_BYTES;
	unsigned char head[MARK_HEAD], digest[DIGEST_LEN];
	char begun[MARK_BYTES];

	if (former_read(f->fd, f->packed, begun, len, 0) != (ssize_t)len)
		return false;
	digest_head(begun, len, head);
	if (memcmp(head, ask->head, MARK_HEAD) != 0 || !former_mark(f->fd, f->packed, ask->seen, &f->mark))
		return false;
	mark_digest(&f->mark, head, digest);
	if (memcmp(digest, ask->digest, DIGEST_LEN) != 0)
		return false;
	return !ask->whole || former_read(f->fd, f->packed, begun, 1, ask->seen) == 0;
}

/* ---- the folder ----------------------------------------------------------------- */

static bool open_entry(const struct folder *l, const struct entry *e, struct former *out)
{
	*out = (struct former){ .fd = openat(l->fd, e->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) };
	if (out->fd < 0)
		return false;
	if (fstat(out->fd, &out->st) || !S_ISREG(out->st.st_mode)) {
		close(out->fd);
		out->fd = -1;
		errno = EINVAL;
		return false;
	}
	out->born = former_born(out->fd);
	out->ranked = rotation_is_of(e->name, l->base, &out->rank);
	return true;
}

/* ---- the one that is sought ------------------------------------------------------ */

static bool is_taken(const struct former_ask *ask, const struct former *f)
{
	return ask->taken && ask->taken(ask->who, &f->st);
}

static bool is_earlier(const struct former_ask *ask, const struct former *f)
{
	return ask->after && f->ranked && f->rank.dated == ask->after->dated &&
	       rotation_by_age(ask->after, &f->rank) >= 0;
}

enum likeness { UNLIKE, PACKED_COPY, PLAIN_COPY, ITSELF };

static enum likeness likeness(const struct former_ask *ask, const struct folder *l, const char *name,
			      const struct former *f)
{
	if (f->st.st_dev == ask->device && f->st.st_ino == ask->inode &&
	    (!ask->born || !f->born || f->born == ask->born))
		return ITSELF;
	/* Without a byte to know it by, only its inode will do. */
	if (!ask->seen || !folder_is_beside(l, name) || is_earlier(ask, f))
		return UNLIKE;
	if (packed_is(f->fd))
		return PACKED_COPY;
	return ask->copies ? PLAIN_COPY : UNLIKE;
}

struct best {
	struct former former;
	enum likeness likeness; /* UNLIKE: there is none yet */
};

/* Plain is no better than packed: what is plain may be another one that began alike. */
static bool is_better(const struct former_ask *ask, const struct best *best, const struct former *f,
		      enum likeness is)
{
	int age;

	if (is == UNLIKE || best->likeness == UNLIKE || is == ITSELF || best->likeness == ITSELF)
		return is > best->likeness;
	if (!f->ranked || !best->former.ranked)
		return f->st.st_mtime > best->former.st.st_mtime;
	age = rotation_by_age(&f->rank, &best->former.rank);
	if (!age)
		return is > best->likeness;
	return ask->after ? age < 0 : age > 0;
}

static void look_at(const struct former_ask *ask, const struct folder *l, const struct entry *e,
		    struct best *best)
{
	enum likeness is;
	struct former f;

	if (!open_entry(l, e, &f))
		return;
	is = likeness(ask, l, e->name, &f);
	if (is_better(ask, best, &f, is) && !is_taken(ask, &f)) {
		if (packed_is(f.fd))
			f.packed = packed_new(f.fd, ask->behind_bytes);
		f.same = is == ITSELF;
		if (fits(ask, &f)) {
			if (best->likeness)
				former_close(&best->former);
			*best = (struct best){ f, is };
			return;
		}
	}
	former_close(&f);
}

bool former_find(const struct folder *l, const struct former_ask *ask, struct former *out)
{
	struct best best = { .likeness = UNLIKE };

	for (size_t k = 0; k < l->count; k++)
		look_at(ask, l, &l->list[k], &best);
	*out = best.former;
	return best.likeness;
}

/* ---- those behind it --------------------------------------------------------------- */

/* Plain before packed of the same time: it is there until the packed one is whole. */
static int by_age(const void *a, const void *b)
{
	const struct former *x = a, *y = b;
	const int age = rotation_by_age(&x->rank, &y->rank);

	return age ? age : (x->packed != NULL) - (y->packed != NULL);
}

enum begun { BEGUN_OTHERWISE, BEGUN_SO, BEGUN_PERHAPS };

/* A copy of what is sought the beginning of, or gzip of it. Few bytes are how many files
 * begin: then it is one only if it holds no more; and what holds less may become one. */
static enum begun begun_as(const struct former *f, const char *begun, size_t len)
{
	char text[BEGUN_MOST + 1];
	const size_t most = len < BEGUN_MOST ? len : BEGUN_MOST;
	const ssize_t n = former_read(f->fd, f->packed, text, most + 1, 0);
	const size_t same = n < (ssize_t)most ? (size_t)(n > 0 ? n : 0) : most;

	if (!same || memcmp(text, begun, same) != 0)
		return BEGUN_OTHERWISE;
	return same == most && (most >= MARK_BYTES || (size_t)n == most) ? BEGUN_SO : BEGUN_PERHAPS;
}

/* How many of them come before what begins so. One that is shorter, and not the last, is a file of its own.
 */
static size_t before_begun(const struct former_ask *ask, const struct former *all, size_t count,
			   const char *begun, size_t len)
{
	for (size_t i = 0; i < count && len; i++) {
		const enum begun is = begun_as(&all[i], begun, len);

		if (is == BEGUN_SO)
			return i;
		if (is == BEGUN_PERHAPS && !ask->settled && (i + 1 == count || len < MARK_BYTES))
			return SIZE_MAX;
	}
	return count;
}

static size_t without_twins(struct former *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept && !rotation_by_age(&list[kept - 1].rank, &list[i].rank))
			former_close(&list[i]);
		else
			list[kept++] = list[i];
	return kept;
}

/* Between two moments. */
struct span {
	struct rotation after, before;
	bool ends; /* `before` is one */
};

static bool is_within(const struct span *span, const struct rotation *r)
{
	return r->dated == span->after.dated && rotation_by_age(&span->after, r) < 0 &&
	       (!span->ends || rotation_by_age(r, &span->before) < 0);
}

/* The log itself may have been rotated since it was opened: then it ends there. */
static struct span span_of(const struct former_ask *ask, const struct folder *l, const struct rotation *after)
{
	struct span span = { .after = *after };

	for (size_t i = 0; i < l->count && !span.ends; i++)
		span.ends = l->list[i].inode == ask->inode &&
			    rotation_is_of(l->list[i].name, l->base, &span.before);
	return span;
}

static bool is_one(const struct former_ask *ask, struct former *f)
{
	char first;

	if (packed_is(f->fd))
		f->packed = packed_new(f->fd, ask->behind_bytes);
	return !is_taken(ask, f) && former_read(f->fd, f->packed, &first, 1, 0) == 1;
}

/* Of gzip that is only beginning not even its first two bytes are there, which tell it. */
static bool is_begun_gzip(const char *name, const struct former *f)
{
	const size_t len = strlen(name);

	return f->st.st_size < 2 && len > 3 && !strcmp(name + len - 3, ".gz");
}

/* All within it; SIZE_MAX where something moved before it was opened. */
static size_t collect(const struct former_ask *ask, const struct folder *l, const struct span *span,
		      struct former *all)
{
	size_t count = 0;
	bool moved = false;

	for (size_t i = 0; i < l->count && !moved; i++) {
		struct former *f = &all[count];
		struct rotation r;

		if (!rotation_is_of(l->list[i].name, l->base, &r) || !is_within(span, &r))
			continue;
		if (!open_entry(l, &l->list[i], f)) {
			moved = errno == ENOENT;
			continue;
		}
		moved = f->st.st_ino != l->list[i].inode;
		if (!moved && !is_begun_gzip(l->list[i].name, f) && is_one(ask, f))
			count++;
		else
			former_close(f);
	}
	while (moved && count)
		former_close(&all[--count]);
	return moved ? SIZE_MAX : count;
}

size_t former_since(const struct folder *l, const struct former_ask *ask, const struct rotation *rank,
		    const char *begun, size_t len, struct former *out, size_t most)
{
	const struct span span = span_of(ask, l, rank);
	struct former *all;
	size_t count, before;

	/* Empty, and packed since: the next one asks what came before it. */
	if (!len && !span.ends && folder_own_inode(l) != ask->inode)
		return 0;
	all = must_grow(NULL, (l->count + 1) * sizeof(*all));
	count = collect(ask, l, &span, all);
	if (count == SIZE_MAX) {
		free(all);
		return SIZE_MAX;
	}
	if (count)
		qsort(all, count, sizeof(*all), by_age);
	count = without_twins(all, count);
	before = before_begun(ask, all, count, begun, len);
	most = before == SIZE_MAX ? 0 : before < most ? before : most;
	while (count > most)
		former_close(&all[--count]);
	memcpy(out, all, count * sizeof(*all));
	free(all);
	return before == SIZE_MAX ? SIZE_MAX : count;
}
