/* The board of deadlines: every duty to report upward that is not done with, over all regimes. */

#include "action/action_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "pack/show.h"

/* More are examined for an asker who sees few, but not for ever. */
enum { EXAMINED = 10000 };

struct row {
	struct object *duty;
	int64_t due, missed; /* 0: none */
	const char *state;
};

static const char *word_of(const struct object *object, const char *field)
{
	return json_string_value(json_object_get(object->body, field));
}

/* The clock of a duty: of a stage of a law, or of the plan's own rule. */
static void read_clock(struct deed *deed, struct row *row)
{
	json_t *list = clock_rows(deed, row->duty), *clock;
	size_t i;

	json_array_foreach(list, i, clock) {
		const char *code = json_string_value(json_object_get(clock, "code"));

		if (strncmp(code, "CK12", 4))
			continue;
		row->due = json_integer_value(json_object_get(clock, "due"));
		row->missed = json_integer_value(json_object_get(clock, "missed"));
	}
	json_decref(list);
}

static const char *state_now(const struct row *row, int64_t now)
{
	const struct object *duty = row->duty;
	const bool law = word_of(duty, "stage") != NULL;

	if (!strcmp(state_of(duty, "life"), "sent"))
		return "sent";
	if (law && !json_is_true(json_object_get(duty->body, "counts")))
		return "unconfirmed";
	if (row->missed || (row->due && row->due <= now))
		return "missed";
	/* Never in time before it is sent: the law gives no number. */
	return row->due ? "running" : "at_once";
}

static struct row row_of(struct deed *deed, struct object *duty, int64_t now)
{
	struct row row = { .duty = duty };
	const char *text = word_of(duty, "due_at");

	read_clock(deed, &row);
	if (!row.due && text)
		stamp_parse(text, strlen(text), &row.due, NULL);
	row.state = state_now(&row, now);
	return row;
}

/* At once comes before what has a time; then the soonest. */
static int by_due(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	return a->duty->id < b->duty->id ? -1 : a->duty->id > b->duty->id;
}

static void put_words(json_t *to, const char *name, struct words words)
{
	if (words.zh && words.en)
		json_object_set_new(to, name, json_pack("{s:s, s:s}", "zh", words.zh, "en", words.en));
}

static void put_time(json_t *to, const char *name, int64_t stamp)
{
	char text[STAMP_LEN];

	if (!stamp)
		return;
	stamp_format(stamp, text);
	json_object_set_new(to, name, json_string(text));
}

static void put_regime(json_t *one, const struct object *duty)
{
	const struct regime *regime = pack_regime(duty->pack, word_of(duty, "regime"));
	const struct report_stage *stage = regime ? regime_stage(regime, word_of(duty, "stage")) : NULL;
	SCOPED(buf_fini) struct buf zh = { 0 };
	SCOPED(buf_fini) struct buf en = { 0 };

	if (!regime)
		return;
	put_words(one, "regime_name", regime->label);
	put_words(one, "regime_status", regime->status);
	if (!stage)
		return;
	put_words(one, "stage_name", stage->label);
	show_stage_rule(&zh, duty->pack, stage, true);
	show_stage_rule(&en, duty->pack, stage, false);
	put_words(one, "rule", (struct words){ zh.data, en.data });
}

static json_t *say(struct deed *deed, const struct row *row, int64_t now)
{
	const struct object *duty = row->duty;
	struct object *incident = world_case(deed, row->duty);
	json_t *one = json_pack("{s:o, s:s*, s:s*, s:s*, s:s*, s:s*, s:s, s:s, s:b, s:b}", "duty",
				handle_of(deed, duty->id), "regime", word_of(duty, "regime"), "stage",
				word_of(duty, "stage"), "recipient", word_of(duty, "recipient"), "type",
				word_of(duty, "type"), "certainty", word_of(duty, "certainty"), "life",
				state_of(duty, "life"), "state", row->state, "mandatory",
				json_is_true(json_object_get(duty->body, "mandatory")), "counts",
				strcmp(row->state, "unconfirmed") != 0);

	if (incident)
		json_object_set_new(one, "case", handle_of(deed, incident->id));
	put_regime(one, duty);
	put_time(one, "opened", duty->created_at);
	put_time(one, "due", row->due);
	put_time(one, "missed", row->missed);
	if (row->due && strcmp(row->state, "sent"))
		json_object_set_new(one, "left_s", json_integer((row->due - now) / STAMP_SECOND));
	return one;
}

static int open_duties(struct deed *deed, const struct deadline_ask *ask, struct row *rows, size_t *count,
		       struct fault *why)
{
	int64_t *ids = arena_many(deed->mem, EXAMINED, sizeof(*ids));
	struct rows *found;
	size_t n = 0;
	int got;

	if (store_query(deed->house->store,
			"SELECT object FROM facets WHERE kind = 'upward_report' AND name = 'open' AND value "
			"= 'yes'"
			" ORDER BY object LIMIT $1",
			VALUES(value_int(EXAMINED)), &found, why) < 0)
		return -why->code;
	while ((got = rows_next(found, why)) == 1)
		ids[n++] = rows_int(found, 0);
	rows_close(found);
	for (size_t i = 0; got >= 0 && i < n; i++) {
		struct object *duty = world_get(deed, ids[i], why);

		if (!duty)
			return -why->code;
		if (duty->space == ask->space && staff_sees(deed, duty))
			rows[(*count)++] = row_of(deed, duty, ask->now);
	}
	return got < 0 ? got : 0;
}

static int fill(struct deed *deed, const struct deadline_ask *ask, json_t *list, bool *more,
		struct fault *why)
{
	struct row *rows = arena_many(deed->mem, EXAMINED, sizeof(*rows));
	size_t count = 0;
	int ret;

	if ((ret = open_duties(deed, ask, rows, &count, why)) < 0)
		return ret;
	if (count)
		qsort(rows, count, sizeof(*rows), by_due);
	for (size_t i = 0; i < count; i++) {
		if (ask->state && strcmp(ask->state, rows[i].state))
			continue;
		if ((*more = json_array_size(list) == (size_t)ask->limit))
			break;
		json_array_append_new(list, say(deed, &rows[i], ask->now));
	}
	return 0;
}

static int check(const struct deadline_ask *ask, struct fault *why)
{
	static const char *const states[] = { "running", "at_once", "missed", "unconfirmed", "sent", NULL };
	bool known = !ask->state;

	for (size_t i = 0; !known && states[i]; i++)
		known = !strcmp(states[i], ask->state);
	if (!known)
		return fault_say(
			why, FAULT_INVALID,
			"state is running, at_once, missed, unconfirmed or sent, not '%.40s'",
			"状态（state）为“running”“at_once”“missed”“unconfirmed”或“sent”，不能是“%.40s”",
			ask->state);
	if (ask->limit < 1 || ask->limit > DUE_MOST)
		return fault_say(why, FAULT_INVALID, "limit is 1 to %d, not %d",
				 "条数（limit）为 1 至 %d，不能是 %d", DUE_MOST, ask->limit);
	return 0;
}

int house_deadlines(struct house *house, const struct asker *asker, const struct deadline_ask *ask,
		    json_t **answer, struct fault *why)
{
	json_t *list = json_array();
	struct deed deed;
	bool more = false;
	int ret;

	deed_open(&deed, house, asker, ask->now);
	if ((ret = check(ask, why)) == 0 &&
	    (!asker->person || (ret = staff_of(house, asker->person, &deed.staff, why)) == 0))
		ret = fill(&deed, ask, list, &more, why);
	if (ret == 0)
		*answer = json_pack("{s:b, s:O, s:b}", "ok", 1, "deadlines", list, "more", more);
	json_decref(list);
	deed_close(&deed);
	return ret;
}
