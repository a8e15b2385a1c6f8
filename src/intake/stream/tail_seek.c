#include "intake/stream/tail_private.h"

#include <string.h>

#include "base/stamp.h"

static struct former_ask ask_for(const struct tail *t, const struct place *place, bool copies)
{
	struct former_ask ask = { .path = t->path,
				  .device = place->device,
				  .inode = place->inode,
				  .born = place->born,
				  .seen = place->seen,
				  .copies = copies,
				  .behind_bytes = t->limit_bytes + 2 * TAIL_CHUNK,
				  .taken = tail_is_open,
				  .who = t };

	memcpy(ask.head, place->head, MARK_HEAD);
	memcpy(ask.digest, place->digest, DIGEST_LEN);
	return ask;
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
	const struct place place = tail_place_of(&t->files[i]);
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

/* ---- after a restart ---- */

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
	f = tail_push(t, t->count, &found);
	/* A file that was emptied and packed since has left its inode with the name. */
	f->is_copy = place->is_copy ||
		     (!found.same && (!found.packed || folder_own_inode(folder) == place->inode));
	if (go_on(f, place, &found.mark))
		return FOUND;
	tail_remove(t, t->count - 1);
	return FOUND_NOT;
}

static void forget_found(struct tail *t)
{
	while (t->count)
		tail_remove(t, 0);
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

bool tail_resume_all(struct tail *t, int64_t now)
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

/* ---- what was put away unseen ---- */

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
		struct file *f = tail_push(t, at + k, &found[k]);

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
	const struct place place = tail_place_of(&t->files[i]);
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

enum unseen tail_insert_unseen(struct tail *t, size_t i, size_t len, int64_t now)
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

/* ---- what was copied ---- */

enum found tail_find_copy(struct tail *t, size_t i, int64_t now, struct former *out)
{
	struct place place = tail_place_of(&t->files[i]);
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
