/* Which records an asker might see at all: those that lead to one of the
 * asker's own. Wider than what is seen (world/staff.c decides that), and found
 * from the links in a moment where asking of each record would take seconds. */

#include "action/action_private.h"

#include <string.h>

#include "store/list.h"

/* A walk that meets more is given up: then everything is asked about. */
enum { REACH_MOST = 20000 };

struct reach {
	struct deed *deed;
	const char *kind; /* that is wanted: those are ends */
	struct list_ids *ids;
	int64_t *line;
	size_t count, done;
};

static bool add(struct reach *r, int64_t id)
{
	uint64_t *word, bit;

	if (id <= 0 || id > r->ids->most)
		return true;
	word = &r->ids->words[id / 64];
	bit = UINT64_C(1) << (id % 64);
	if (*word & bit)
		return true;
	if (r->count == REACH_MOST)
		return false;
	*word |= bit;
	r->line[r->count++] = id;
	return true;
}

/* Whatever is seen by way of a person is seen by that person; and what refers
 * to a record of the kind makes none of the kind visible. */
static bool leads_on(const struct reach *r, const char *kind)
{
	return strcmp(kind, "person") && strcmp(kind, r->kind);
}

/* 0 where there is no room. */
static int take(struct reach *r, struct rows *rows, struct fault *why)
{
	int got;

	while ((got = rows_next(rows, why)) == 1) {
		const int64_t id = rows_int(rows, 0);

		if (id < 0 || id > r->ids->most)
			continue;
		if (!leads_on(r, rows_text(rows, 1, NULL)))
			r->ids->words[id / 64] |= UINT64_C(1) << (id % 64);
		else if (!add(r, id))
			break;
	}
	rows_close(rows);
	return got < 0 ? got : got == 0;
}

static int step(struct reach *r, const char *sql, int64_t id, struct fault *why)
{
	struct rows *rows;
	const int ret = store_query(r->deed->house->store, sql, VALUES(value_int(id)), &rows, why);

	return ret < 0 ? ret : take(r, rows, why);
}

static int walk(struct reach *r, struct fault *why)
{
	int ret = 1;

	while (ret == 1 && r->done < r->count) {
		const int64_t id = r->line[r->done++];

		ret = step(r, "SELECT child, kind FROM links WHERE parent = $1", id, why);
		/* A case is its systems' and its teams', also where they came along with another. */
		if (ret == 1)
			ret = step(r,
				   "SELECT o.id, o.kind FROM links l CROSS JOIN objects o"
				   " WHERE l.child = $1 AND o.id = l.parent AND o.kind = 'incident'",
				   id, why);
	}
	return ret;
}

static bool begin(struct reach *r)
{
	const struct staff *staff = r->deed->staff;
	bool room = add(r, staff->person) && add(r, staff->unit);

	for (size_t i = 0; room && i < staff->post_count; i++)
		room = add(r, staff->posts[i].unit) && add(r, staff->posts[i].incident) &&
		       add(r, staff->posts[i].sector) && add(r, staff->posts[i].territory);
	return room;
}

/* What belongs to no case is seen by whoever works on cases, and registers by whoever has a post. */
static bool leads_to_own(const struct kind *kind) { return !strcmp(kind->name, "incident"); }

static int reach_of(struct deed *deed, const struct kind *kind, int64_t most, struct list_ids *out,
		    bool *narrow, struct fault *why)
{
	struct reach r = { .deed = deed, .kind = kind->name, .ids = out };
	int ret;

	*narrow = false;
	if (!leads_to_own(kind))
		return 0;
	*out = (struct list_ids){ .words = arena_many(deed->mem, (size_t)most / 64 + 1, sizeof(uint64_t)),
				  .most = most };
	r.line = arena_many(deed->mem, REACH_MOST, sizeof(*r.line));
	ret = begin(&r) ? walk(&r, why) : 0;
	*narrow = ret == 1;
	return ret < 0 ? ret : 0;
}

static int within(struct deed *deed, const struct kind *kind, struct list_ids *ids, struct fault *why)
{
	struct list_ids reach;
	bool narrow;
	int ret;

	if ((ret = reach_of(deed, kind, ids->most, &reach, &narrow, why)) < 0 || !narrow)
		return ret;
	ids->count = 0;
	for (int64_t i = 0; i <= ids->most / 64; i++) {
		ids->words[i] &= reach.words[i];
		ids->count += __builtin_popcountll(ids->words[i]);
	}
	return 0;
}

/* 1: the asker sees it. */
static int seen(struct deed *deed, int64_t id, struct fault *why)
{
	struct object *o = world_get(deed, id, why);

	return o ? staff_sees(deed, o) : -why->code;
}

int reach_seen(struct deed *deed, const struct kind *kind, struct list_ids *ids, bool *all, struct fault *why)
{
	int64_t examined = 0;
	int ret;

	*all = true;
	if (staff_sees_all(deed, kind))
		return 0;
	if ((ret = within(deed, kind, ids, why)) < 0)
		return ret;
	for (int64_t id = ids->most; id >= 0; id--) {
		if (!list_has(ids, id))
			continue;
		*all &= examined < COUNT_EXAMINED;
		if ((ret = examined++ < COUNT_EXAMINED ? seen(deed, id, why) : 0) < 0)
			return ret;
		if (ret)
			continue;
		ids->words[id / 64] &= ~(UINT64_C(1) << (id % 64));
		ids->count--;
	}
	return 0;
}
