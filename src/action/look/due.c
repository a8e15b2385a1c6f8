/* What is due, of all open records that the asker may see: the clocks by their time. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

/* EXAMINED: a unit that sees little of many clocks is read on for, but not for ever. */
enum { PAGE = 100, EXAMINED = 10000 };

struct due {
	int64_t id, object, started, due, missed; /* missed: 0 where it was not */
	const char *code, *state;
};

struct dues {
	struct due *at;
	size_t count, room;
};

static struct due *add(struct deed *deed, struct dues *list)
{
	struct due *more;

	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		more = arena_many(deed->mem, list->room, sizeof(*more));
		if (list->count)
			memcpy(more, list->at, list->count * sizeof(*more));
		list->at = more;
	}
	return &list->at[list->count++];
}

static int take(struct deed *deed, struct rows *rows, struct dues *list, struct fault *why)
{
	int got;

	while ((got = rows_next(rows, why)) == 1)
		*add(deed, list) = (struct due){ .id = rows_int(rows, 0),
						 .object = rows_int(rows, 1),
						 .code = arena_copy(deed->mem, rows_text(rows, 2, NULL)),
						 .state = arena_copy(deed->mem, rows_text(rows, 3, NULL)),
						 .started = rows_int(rows, 4),
						 .due = rows_int(rows, 5),
						 .missed = rows_int(rows, 6) };
	rows_close(rows);
	return got;
}

/* Those that run end with their record: no other is open. Dates that a move waits for ("@field") are no duty.
 */
static int running(struct deed *deed, const struct due_ask *ask, int64_t most, struct dues *list,
		   struct fault *why)
{
	struct rows *rows;
	int ret;

	if ((ret = store_query(
		     deed->house->store,
		     "SELECT id, object, code, state, started_at, due_at, missed_at FROM clocks"
		     " WHERE state = 'running' AND space = $1 AND due_at < $2 AND code NOT LIKE '@%'"
		     " ORDER BY due_at, id LIMIT $3",
		     VALUES(value_int(ask->space), value_int(ask->before), value_int(most)), &rows, why)) < 0)
		return ret;
	return take(deed, rows, list, why);
}

/* Missed ones that are over as well, of the open records of a kind; what is open is few. */
static int missed(struct deed *deed, const struct kind *kind, const struct due_ask *ask, struct dues *list,
		  struct fault *why)
{
	struct rows *rows;
	int ret;

	if ((ret = store_query(deed->house->store,
			       "SELECT c.id, c.object, c.code, c.state, c.started_at, c.due_at, c.missed_at"
			       " FROM facets f CROSS JOIN clocks c WHERE f.kind = $1 AND f.name = 'open'"
			       " AND f.value = 'yes' AND c.object = f.object AND c.space = $2"
			       " AND c.missed_at IS NOT NULL AND c.due_at < $3",
			       VALUES(value_text(kind->name), value_int(ask->space), value_int(ask->before)),
			       &rows, why)) < 0)
		return ret;
	return take(deed, rows, list, why);
}

static int all_missed(struct deed *deed, const struct due_ask *ask, struct dues *list, struct fault *why)
{
	const struct pack *pack = deed->house->pack;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < pack->kind_count; i++)
		if (pack->kinds[i].region_count)
			ret = missed(deed, &pack->kinds[i], ask, list, why);
	return ret;
}

static int by_time(const void *one, const void *other)
{
	const struct due *a = one, *b = other;

	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void put_time(json_t *row, const char *name, int64_t stamp)
{
	char text[STAMP_LEN];

	if (!stamp)
		return;
	stamp_format(stamp, text);
	json_object_set_new(row, name, json_string(text));
}

static json_t *row_of(struct deed *deed, const struct object *owner, const struct due *due)
{
	const struct clock_def *def = pack_clock(owner->pack, due->code);
	json_t *row = handle_of(deed, owner->id);

	json_object_update_new(row, json_pack("{s:s, s:s*, s:s*, s:s}", "code", due->code, "zh",
					      def ? def->label.zh : NULL, "en", def ? def->label.en : NULL,
					      "state", due->state));
	put_time(row, "started", due->started);
	put_time(row, "due", due->due);
	put_time(row, "missed", due->missed);
	return row;
}

/* 1: the page is full, and there is another that the asker may see. */
static int show(struct deed *deed, const struct dues *list, size_t limit, json_t *rows, struct fault *why)
{
	json_array_clear(rows);
	for (size_t i = 0; i < list->count; i++) {
		struct object *owner;

		if (i && list->at[i].id == list->at[i - 1].id) /* it runs, and was missed */
			continue;
		if (!(owner = world_get(deed, list->at[i].object, why)))
			return -why->code;
		if (!staff_sees(deed, owner))
			continue;
		if (json_array_size(rows) == limit)
			return 1;
		json_array_append_new(rows, row_of(deed, owner, &list->at[i]));
	}
	return 0;
}

static int fill(struct deed *deed, const struct due_ask *ask, json_t *rows, bool *more, struct fault *why)
{
	const bool runs = !ask->state || !strcmp(ask->state, "running");
	const bool was_missed = !ask->state || !strcmp(ask->state, "missed");
	int64_t most = (int64_t)ask->limit + PAGE;
	int ret;

	for (;; most = EXAMINED) {
		struct dues list = { 0 };

		if (runs && (ret = running(deed, ask, most, &list, why)) < 0)
			return ret;
		*more = list.count == (size_t)most;
		if (was_missed && (ret = all_missed(deed, ask, &list, why)) < 0)
			return ret;
		if (list.count)
			qsort(list.at, list.count, sizeof(*list.at), by_time);
		if ((ret = show(deed, &list, (size_t)ask->limit, rows, why)) < 0)
			return ret;
		if (ret == 1 || !*more || most == EXAMINED)
			break;
	}
	*more |= ret == 1;
	return 0;
}

static int check(const struct due_ask *ask, struct fault *why)
{
	if (ask->state && strcmp(ask->state, "running") && strcmp(ask->state, "missed"))
		return fault_say(why, FAULT_INVALID, "state is running or missed, not '%.40s'",
				 "状态（state）为“running”或“missed”，不能是“%.40s”", ask->state);
	if (ask->limit < 1 || ask->limit > DUE_MOST)
		return fault_say(why, FAULT_INVALID, "limit is 1 to %d, not %d",
				 "条数（limit）为 1 至 %d，不能是 %d", DUE_MOST, ask->limit);
	return 0;
}

int house_due(struct house *house, const struct asker *asker, const struct due_ask *ask, json_t **answer,
	      struct fault *why)
{
	json_t *rows = json_array();
	struct deed deed;
	bool more = false;
	int ret;

	deed_open(&deed, house, asker, house->given_now);
	if ((ret = check(ask, why)) == 0 &&
	    (!asker->person || (ret = staff_of(house, asker->person, &deed.staff, why)) == 0))
		ret = fill(&deed, ask, rows, &more, why);
	if (ret == 0)
		*answer = json_pack("{s:b, s:O, s:b}", "ok", 1, "clocks", rows, "more", more);
	json_decref(rows);
	deed_close(&deed);
	return ret;
}
