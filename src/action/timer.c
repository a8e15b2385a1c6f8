/* What is due: clocks that pass their time, dates that are reached. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"

enum { A_TURN = 500 };

struct due {
	int64_t id, object, at, step;
	char code[96];
};

static int next_due(struct house *house, int64_t now, struct due *out, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(house->store,
			"SELECT id, object, code, next_at, step FROM clocks WHERE next_at IS NOT NULL AND "
			"next_at <= $1"
			" ORDER BY next_at, id LIMIT 1",
			VALUES(value_int(now)), &rows, why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1) {
		const char *code = rows_text(rows, 2, NULL);

		out->id = rows_int(rows, 0);
		out->object = rows_int(rows, 1);
		out->at = rows_int(rows, 3);
		out->step = rows_int(rows, 4);
		strncpy(out->code, code, sizeof(out->code) - 1);
		out->code[sizeof(out->code) - 1] = '\0';
	}
	rows_close(rows);
	return got;
}

static json_t *row_with_id(struct deed *deed, struct object *owner, int64_t id)
{
	json_t *list = clock_rows(deed, owner), *row, *found = NULL;
	size_t i;

	json_array_foreach(list, i, row)
		if (json_integer_value(json_object_get(row, "id")) == id)
			found = json_copy(row);
	json_decref(list);
	return found;
}

/* The time of the rung after this one, or 0 where the ladder ends. */
static int64_t next_rung(const struct clock_def *def, const json_t *row, size_t step)
{
	int64_t due = json_integer_value(json_object_get(row, "due"));

	return def && step < def->rung_count ? due + def->rungs[step].after : 0;
}

static int climb(struct deed *deed, struct object *owner, const struct clock_def *def, size_t step,
		 struct fault *why)
{
	int ret = 0;

	if (!def || step >= def->rung_count)
		return 0;
	for (size_t i = 0; ret == 0 && i < def->rungs[step].inform.count; i++)
		ret = inform_target(deed, owner, def->rungs[step].inform.at[i], why);
	return ret;
}

/* First a clock is missed, then it climbs its ladder rung by rung. */
static int missed(struct deed *deed, struct object *owner, const struct due *due, struct fault *why)
{
	const struct clock_def *def = pack_clock(owner->pack, due->code);
	json_t *row = row_with_id(deed, owner, due->id);
	bool first = row && !json_object_get(row, "missed");
	size_t step = (size_t)due->step;
	int64_t next;
	int ret;

	if (!row)
		return fault_set(why, FAULT_CORRUPT, "clock %" PRId64 " is gone", due->id);
	change_of(deed, owner, first ? "clock.missed" : "clock.escalated");
	if (first)
		json_object_set_new(row, "missed", json_integer(deed->now));
	if (first && deed->now - due->at > STAMP_MINUTE)
		/* The daemon was not there at the time; the alarm says so. */
		json_object_set_new(change_of(deed, owner, NULL), "late_alarm",
				    json_integer((deed->now - due->at) / STAMP_SECOND));
	ret = climb(deed, owner, def, step, why);
	next = next_rung(def, row, step + 1);
	json_object_set_new(row, "step", json_integer((json_int_t)step + 1));
	if (next)
		json_object_set_new(row, "next", json_integer(next));
	else
		json_object_del(row, "next");
	change_row(deed, owner, "clocks", row);
	return ret == 0 && first ? trigger_name(deed, owner, TRIGGER_CLOCK, due->code, why) : ret;
}

static int reached(struct deed *deed, struct object *owner, const struct due *due, struct fault *why)
{
	json_t *row = row_with_id(deed, owner, due->id);

	if (!row)
		return fault_set(why, FAULT_CORRUPT, "date %" PRId64 " is gone", due->id);
	change_of(deed, owner, "date.reached");
	json_object_set_new(row, "state", json_string("stopped"));
	json_object_set_new(row, "stopped", json_integer(deed->now));
	json_object_del(row, "next");
	change_row(deed, owner, "clocks", row);
	return trigger_name(deed, owner, TRIGGER_REACHED, due->code + 1, why);
}

/* Under given time a jump forward is a day on which we were awake, except
 * where the daemon was started again at its end. */
static int64_t moment_of(const struct house *house, const struct due *due, int64_t now)
{
	if (!house->demo || due->at <= 0)
		return now;
	return due->at > house->away_until ? due->at : house->away_until;
}

static int fire(struct house *house, const struct due *due, int64_t now, struct fault *why)
{
	const struct asker timer = { .machine = "timer" };
	struct object *owner;
	struct deed deed;
	int ret;

	ret = deed_begin(&deed, house, &timer, moment_of(house, due, now), why);
	if (ret == 0) {
		if (!(owner = world_get(&deed, due->object, why)))
			ret = -why->code;
		else
			ret = *due->code == '@' ? reached(&deed, owner, due, why)
						: missed(&deed, owner, due, why);
		ret = deed_end(&deed, ret, why);
	}
	if (ret == 0 && deed.missing)
		ret = fault_say(why, FAULT_REFUSED,
				"the timer's own act on #%" PRId64 " (%s) was refused: %s%.0s",
				"计时器对 #%" PRId64 " 的动作（%s）未予受理：%.0s%s", due->object, due->code,
				deed.missing->en, deed.missing->zh);
	deed_close(&deed);
	return ret;
}

/* What the plan refuses to the timer stands in the record as tried, and is not
 * tried again; the next one fires. */
static int put_aside(struct house *house, const struct due *due, int64_t now, struct fault *why)
{
	const struct asker timer = { .machine = "timer" };
	struct object *owner;
	struct deed deed;
	json_t *row;
	int ret = deed_begin(&deed, house, &timer, now, why);

	if (ret == 0 && !(owner = world_get(&deed, due->object, why)))
		ret = -why->code;
	if (ret == 0 && (row = row_with_id(&deed, owner, due->id))) {
		change_of(&deed, owner, "clock.put_aside");
		json_object_del(row, "next");
		change_row(&deed, owner, "clocks", row);
	}
	ret = deed_end(&deed, ret, why);
	deed_close(&deed);
	return ret;
}

int house_tick(struct house *house, int64_t now, int64_t *next, struct fault *why)
{
	struct due due;
	int got, ret = 0;

	for (int turn = 0; turn < A_TURN && ret == 0; turn++) {
		if ((got = next_due(house, now, &due, why)) != 1) {
			ret = got;
			break;
		}
		ret = fire(house, &due, now, why);
		if (ret == -FAULT_REFUSED)
			ret = put_aside(house, &due, now, why);
	}
	if (ret == 0)
		ret = store_int(house->store,
				"SELECT coalesce(min(next_at), 0) FROM clocks WHERE next_at IS NOT NULL",
				NO_VALUES, next, why);
	if (ret == 0 && now > house->given_now)
		house->given_now = now;
	return ret;
}
