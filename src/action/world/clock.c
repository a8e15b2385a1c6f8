/* Clocks: by when something must have happened, and what happens when it has not. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "action/duty/duty.h"
#include "base/stamp.h"

/* A row of a clock, as the record and the view keep it; new reference. */
static json_t *row_of(struct rows *rows)
{
	static const char *const times[] = { "started", "due", "stopped", "left", "missed", "step", "next" };
	json_t *row = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)rows_int(rows, 0), "code",
				rows_text(rows, 1, NULL), "state", rows_text(rows, 2, NULL));

	for (int i = 0; i < 7; i++)
		if (!rows_null(rows, 3 + i))
			json_object_set_new(row, times[i], json_integer(rows_int(rows, 3 + i)));
	return row;
}

static int stored_rows(struct deed *deed, struct object *owner, json_t *list, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(
		    deed->house->store,
		    "SELECT id, code, state, started_at, due_at, stopped_at, left, missed_at, step, next_at"
		    " FROM clocks WHERE object = $1 ORDER BY id",
		    VALUES(value_int(owner->id)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		json_array_append_new(list, row_of(rows));
	rows_close(rows);
	return got;
}

static json_t *newer(json_t *list, int64_t id)
{
	json_t *row, *found = NULL;
	size_t i;

	json_array_foreach(list, i, row)
		if (json_integer_value(json_object_get(row, "id")) == id)
			found = row;
	return found;
}

/* What stands in the store, with what this deed has changed laid over it. */
json_t *clock_rows(struct deed *deed, struct object *owner)
{
	json_t *list = json_array(), *changed = json_object_get(owner->change, "clocks"), *row;
	struct fault why;
	size_t i;

	if (!owner->fresh)
		stored_rows(deed, owner, list, &why);
	json_array_foreach(changed, i, row) {
		json_t *old = newer(list, json_integer_value(json_object_get(row, "id")));

		if (!old) {
			json_array_append(list, row);
		} else {
			json_object_clear(old);
			json_object_update(old, row);
		}
	}
	return list;
}

static bool row_is(const json_t *row, const char *code, const char *state)
{
	return !strcmp(json_string_value(json_object_get(row, "code")), code) &&
	       (!state || !strcmp(json_string_value(json_object_get(row, "state")), state));
}

/* The newest row of a code, in this state where one is given; new reference. */
static json_t *newest(struct deed *deed, struct object *owner, const char *code, const char *state)
{
	json_t *list = clock_rows(deed, owner), *row, *found = NULL;
	size_t i;

	json_array_foreach(list, i, row)
		if (row_is(row, code, state))
			found = row;
	json_incref(found);
	json_decref(list);
	return found;
}

/* ---- lengths -------------------------------------------------------------- */

static int64_t level_for(struct deed *deed, struct object *owner, const struct clock_def *def)
{
	struct object *incident = world_case(deed, owner);
	const char *field = !def->level                          ? NULL
			    : !strcmp(def->level, "provisional") ? "provisional_level"
			    : !strcmp(def->level, "warning")     ? "level"
								 : "confirmed_level";
	int64_t level;

	if (!field)
		return 0;
	if (!strcmp(field, "level"))
		return value_level(world_value(
			deed, owner, kind_field(owner->kind, "warning") ? "warning.level" : "level", NULL));
	/* What belongs to no case has the level that it says of itself. */
	if (!incident)
		return value_level(json_object_get(owner->body, field));
	level = value_level(json_object_get(incident->body, field));
	/* Before a level is confirmed the provisional one counts. */
	if (!level)
		level = value_level(json_object_get(incident->body, "provisional_level"));
	return level;
}

/* Days of the plan's calendar `working`, with the holidays that the site has entered; the day it
 * starts on does not count. */
static int64_t working_days_on(struct deed *deed, struct object *owner, int64_t from, int64_t span)
{
	struct calendar calendar = { 0 };
	struct fault why;

	if (days_of(deed, pack_calendar(owner->pack, "working"), &calendar, &why) < 0)
		calendar = (struct calendar){ 0 };
	return calendar_working(&calendar, from, span / STAMP_DAY) + span % STAMP_DAY;
}

static const json_t *field_along(struct deed *deed, struct object *owner, const char *path)
{
	const json_t *value = world_value(deed, owner, path, NULL);
	struct object *incident = value ? NULL : world_case(deed, owner);

	return value || !incident ? value : world_value(deed, incident, path, NULL);
}

static int64_t length_of(struct deed *deed, struct object *owner, const struct clock_def *def)
{
	int64_t level;

	if (def->measured || def->length_field)
		return -1;
	level = level_for(deed, owner, def);
	if (!level || def->length[level] < 0)
		return level ? def->length[level] : def->length[0];
	return def->length[level];
}

static int64_t start_of(struct deed *deed, struct object *owner, const struct clock_def *def)
{
	const json_t *value = def->start_field ? world_value(deed, owner, def->start_field, NULL) : NULL;
	const char *text = json_string_value(value);
	int64_t stamp;

	return text && stamp_parse(text, strlen(text), &stamp, NULL) == 0 && stamp <= deed->now ? stamp
												: deed->now;
}

/* By when, for a clock whose length is a field: minutes, or the moment itself. */
static int64_t due_by_field(struct deed *deed, struct object *owner, const struct clock_def *def,
			    int64_t from)
{
	const json_t *value = field_along(deed, owner, def->length_field);
	const char *text = json_string_value(value);
	int64_t stamp;

	if (text && stamp_parse(text, strlen(text), &stamp, NULL) == 0)
		return stamp;
	return json_integer_value(value) > 0 ? from + json_integer_value(value) * STAMP_MINUTE : 0;
}

static int64_t due_of(struct deed *deed, struct object *owner, const struct clock_def *def, int64_t from)
{
	int64_t length;

	if (def->length_field && !def->measured)
		return due_by_field(deed, owner, def, from);
	length = length_of(deed, owner, def);
	if (length < 0)
		return 0;
	return def->working_days ? working_days_on(deed, owner, from, length) : from + length;
}

/* ---- operations ----------------------------------------------------------- */

static void put(struct deed *deed, struct object *owner, json_t *row)
{
	change_row(deed, owner, "clocks", row);
}

static void set_time(json_t *row, const char *name, int64_t value)
{
	if (value)
		json_object_set_new(row, name, json_integer(value));
	else
		json_object_del(row, name);
}

static void start_new(struct deed *deed, struct object *owner, const struct clock_def *def)
{
	int64_t from = start_of(deed, owner, def), due = due_of(deed, owner, def, from);
	json_t *row =
		json_pack("{s:I, s:s, s:s, s:I, s:i}", "id", (json_int_t)deed->house->next_clock++, "code",
			  def->code, "state", "running", "started", (json_int_t)from, "step", 0);

	set_time(row, "due", due);
	/* What is waited for wakes nobody. */
	set_time(row, "next", def->waits ? 0 : due);
	put(deed, owner, row);
}

static bool waited_for(const struct object *owner, const json_t *row)
{
	const char *code = json_string_value(json_object_get(row, "code"));
	const struct clock_def *def = *code == '@' ? NULL : pack_clock(owner->pack, code);

	return *code == '@' || (def && def->waits);
}

static void stop_row(struct deed *deed, struct object *owner, json_t *old)
{
	json_t *row = json_copy(old);
	int64_t due = json_integer_value(json_object_get(row, "due"));

	json_object_set_new(row, "state", json_string("stopped"));
	set_time(row, "stopped", deed->now);
	set_time(row, "next", 0);
	/* Stopped after its time: it was missed, whether or not the timer came by. */
	if (due && due < deed->now && !json_object_get(row, "missed") && !waited_for(owner, row))
		set_time(row, "missed", deed->now);
	put(deed, owner, row);
}

static void pause_row(struct deed *deed, struct object *owner, json_t *old)
{
	json_t *row = json_copy(old);
	int64_t due = json_integer_value(json_object_get(row, "due"));

	json_object_set_new(row, "state", json_string("paused"));
	set_time(row, "stopped", deed->now);
	set_time(row, "left", due ? due - deed->now : 0);
	set_time(row, "next", 0);
	if (due && due < deed->now && !json_object_get(row, "missed") && !waited_for(owner, row))
		set_time(row, "missed", deed->now);
	put(deed, owner, row);
}

static void resume_row(struct deed *deed, struct object *owner, json_t *old)
{
	json_t *row = json_copy(old);
	int64_t left = json_integer_value(json_object_get(row, "left"));
	int64_t due = json_object_get(row, "due") ? deed->now + left : 0;

	json_object_set_new(row, "state", json_string("running"));
	set_time(row, "stopped", 0);
	set_time(row, "left", 0);
	set_time(row, "due", due);
	set_time(row, "next", json_object_get(row, "missed") || waited_for(owner, row) ? 0 : due);
	put(deed, owner, row);
}

static void end_all(struct deed *deed, struct object *owner, const char *code)
{
	json_t *list = clock_rows(deed, owner), *row;
	size_t i;

	json_array_foreach(list, i, row)
		if (row_is(row, code, "running") || row_is(row, code, "paused"))
			stop_row(deed, owner, row);
	json_decref(list);
}

int clock_end_all(struct deed *deed, struct object *owner, struct fault *why)
{
	json_t *list = clock_rows(deed, owner), *row;
	size_t i;

	(void)why;
	json_array_foreach(list, i, row)
		if (strcmp(json_string_value(json_object_get(row, "state")), "stopped")) {
			change_of(deed, owner, "clock.stopped");
			stop_row(deed, owner, row);
		}
	json_decref(list);
	return 0;
}

int clock_do(struct deed *deed, struct object *owner, const char *code, enum clock_do op, struct fault *why)
{
	const struct clock_def *def = pack_clock(owner->pack, code);
	json_t *running, *paused;

	if (!def)
		return fault_set(why, FAULT_CORRUPT, "the plan pack knows no clock %s", code);
	running = newest(deed, owner, code, "running");
	paused = newest(deed, owner, code, "paused");
	if (op == CLOCK_STOP || op == CLOCK_RESTART)
		end_all(deed, owner, code);
	if (op == CLOCK_RESTART || ((op == CLOCK_START || op == CLOCK_RESUME) && !running && !paused))
		start_new(deed, owner, def);
	else if ((op == CLOCK_START || op == CLOCK_RESUME) && !running && paused)
		resume_row(deed, owner, paused);
	else if (op == CLOCK_PAUSE && running)
		pause_row(deed, owner, running);
	json_decref(running);
	json_decref(paused);
	return 0;
}

/* The owner that an operation names: a record referred to, or linked ones. */
static int op_on(struct deed *deed, struct object *subject, const struct clock_op *op, struct fault *why)
{
	struct objects owners;
	struct object *owner;
	int64_t id;
	int ret = 0;

	if (!op->on || !strcmp(op->on, "self"))
		return clock_do(deed, subject, op->code, op->op, why);
	if (!strcmp(op->on, "incident") && (owner = world_case(deed, subject)))
		return clock_do(deed, owner, op->code, op->op, why);
	if ((id = world_ref(deed, subject, op->on)))
		return (owner = world_get(deed, id, why)) ? clock_do(deed, owner, op->code, op->op, why)
							  : -why->code;
	if (!pack_kind(subject->pack, op->on))
		return 0;
	if ((ret = world_linked(deed, subject, op->on, NULL, &owners, why)) < 0)
		return ret;
	for (size_t i = 0; ret == 0 && i < owners.count; i++)
		if (!object_ended(owners.at[i]) || op->op == CLOCK_STOP)
			ret = clock_do(deed, owners.at[i], op->code, op->op, why);
	return ret;
}

int clock_ops(struct deed *deed, struct object *subject, const struct move *move, struct fault *why)
{
	int ret = 0;

	/* Stops before starts, so that an order in the pack means nothing. */
	for (int starts = 0; starts <= 1; starts++)
		for (size_t i = 0; ret == 0 && i < move->clock_count; i++) {
			const struct clock_op *op = &move->clocks[i];
			bool ends = op->op == CLOCK_STOP || op->op == CLOCK_PAUSE;

			if (ends == !starts && (!op->when || guard_holds(deed, subject, op->when)))
				ret = op_on(deed, subject, op, why);
		}
	return ret;
}

/* A clock ends with the states it runs in, and with its owner. */
/* A date that a move still waits for, from the state that it is in now: a filter
 * with effect has ended as a measure, and expires all the same. */
static bool awaited_here(const struct object *owner, const char *code)
{
	for (size_t m = 0; *code == '@' && m < owner->kind->move_count; m++)
		for (size_t i = 0; i < owner->kind->moves[m]->auto_count; i++) {
			const struct trigger *trigger = &owner->kind->moves[m]->auto_[i];

			if (trigger->form == TRIGGER_REACHED && !strcmp(trigger->name, code + 1) &&
			    move_from_here(owner, owner->kind->moves[m]))
				return true;
		}
	return false;
}

int clock_lives(struct deed *deed, struct object *owner, struct fault *why)
{
	json_t *list, *row;
	size_t i;

	(void)why;
	if (!json_object_get(owner->change, "state"))
		return 0;
	list = clock_rows(deed, owner);
	json_array_foreach(list, i, row) {
		const char *code = json_string_value(json_object_get(row, "code"));
		const struct clock_def *def = *code == '@' ? NULL : pack_clock(owner->pack, code);
		const char *state = def && def->runs_region ? state_of(owner, def->runs_region) : NULL;
		bool mine = def && def->runs_kind && !strcmp(def->runs_kind, owner->kind->name);

		if (!row_is(row, code, "running") && !row_is(row, code, "paused"))
			continue;
		if ((mine && state && !names_have(&def->runs_in, state) && row_is(row, code, "running")) ||
		    (owner->kind->region_count && object_ended(owner) && !awaited_here(owner, code)))
			stop_row(deed, owner, row);
	}
	json_decref(list);
	return 0;
}

/* A clock that could not be reckoned yet counts from its own start. */
static int64_t planned_from(struct deed *deed, struct object *owner, const struct clock_def *def,
			    int64_t from, int64_t length)
{
	return def->working_days ? working_days_on(deed, owner, from, length) : from + length;
}

/* After a change of level: new lengths from now on for what runs. Raising
 * never makes a clock later; a missed one stays missed. */
int clock_replan(struct deed *deed, struct object *owner, struct fault *why)
{
	json_t *list = clock_rows(deed, owner), *old;
	size_t i;

	(void)why;
	json_array_foreach(list, i, old) {
		const char *code = json_string_value(json_object_get(old, "code"));
		const struct clock_def *def = *code == '@' ? NULL : pack_clock(owner->pack, code);
		int64_t due = json_integer_value(json_object_get(old, "due")), length, fresh;
		json_t *row;

		if (!def || !def->level || !row_is(old, code, "running") || json_object_get(old, "missed"))
			continue;
		length = length_of(deed, owner, def);
		if (length < 0)
			continue;
		fresh = planned_from(deed, owner, def,
				     due ? deed->now : json_integer_value(json_object_get(old, "started")),
				     length);
		if (due && fresh > due)
			continue;
		row = json_copy(old);
		set_time(row, "due", fresh);
		set_time(row, "next", def->waits ? 0 : fresh);
		put(deed, owner, row);
	}
	json_decref(list);
	return 0;
}

int clock_again(struct deed *deed, struct object *owner, const char *code, struct fault *why)
{
	const struct clock_def *def = pack_clock(owner->pack, code);
	json_t *old = newest(deed, owner, code, "running"), *row;
	int64_t due;

	(void)why;
	if (def && old && !json_object_get(old, "missed")) {
		due = due_of(deed, owner, def, json_integer_value(json_object_get(old, "started")));
		row = json_copy(old);
		set_time(row, "due", due);
		set_time(row, "next", def->waits ? 0 : due);
		put(deed, owner, row);
	}
	json_decref(old);
	return 0;
}

bool clock_asks(struct deed *deed, struct object *owner, const char *code, enum clock_question question)
{
	json_t *row = newest(deed, owner, code, NULL);
	int64_t due = json_integer_value(json_object_get(row, "due"));
	bool running = row && !row_is(row, code, "stopped");
	/* While it is paused no time passes for it. */
	bool passed = due && due <= deed->now && !row_is(row, code, "paused");
	bool missed = json_object_get(row, "missed") || (running && passed), answer = false;

	switch (question) {
	case CLOCK_RUNNING:
		answer = running;
		break;
	case CLOCK_MISSED:
		answer = missed;
		break;
	case CLOCK_OVER:
		/* A watch of no length is over at once. */
		answer = row && (missed || passed || !due);
		break;
	case CLOCK_STOPPED:
		answer = row && !running;
		break;
	}
	json_decref(row);
	return answer;
}

/* A date that some move waits for is a clock of its own, "@field". */
int clock_date(struct deed *deed, struct object *owner, const struct field *field)
{
	const char *text = json_string_value(json_object_get(owner->body, field->name));
	char code[80] = "@";
	bool waited = false;
	int64_t due = 0;
	json_t *old, *row;

	for (size_t m = 0; m < owner->kind->move_count; m++)
		for (size_t i = 0; i < owner->kind->moves[m]->auto_count; i++) {
			const struct trigger *trigger = &owner->kind->moves[m]->auto_[i];

			waited |= trigger->form == TRIGGER_REACHED && !strcmp(trigger->name, field->name);
		}
	if (!waited)
		return 0;
	strncat(code, field->name, sizeof(code) - 2);
	old = newest(deed, owner, code, NULL);
	row = old ? json_copy(old)
		  : json_pack("{s:I, s:s, s:I, s:i}", "id", (json_int_t)deed->house->next_clock++, "code",
			      code, "started", (json_int_t)deed->now, "step", 0);
	json_decref(old);
	if (text)
		stamp_parse(text, strlen(text), &due, NULL);
	json_object_set_new(row, "state", json_string(due ? "running" : "stopped"));
	set_time(row, "due", due);
	set_time(row, "next", due);
	put(deed, owner, row);
	return 0;
}
