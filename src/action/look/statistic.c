/* How long the steps of a case took, and which clocks were kept. */

#include "action/action_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "store/list.h"

/* clang-format off */
/* A step is done with the first of these moves; what the plan does not have never comes. */
static const struct {
	const char *step;
	const char *moves[5];
} steps[] = {
	{ "acknowledged", { "incident.acknowledge" } },
	{ "verified",     { "incident.confirm", "incident.dismiss", "incident.not_incident" } },
	{ "decided",      { "incident.start", "incident.start_delegated", "incident.decline" } },
	{ "contained",    { "incident.contained" } },
	{ "recovered",    { "incident.recovered" } },
	{ "closed",       { "incident.close" } },
};
/* clang-format on */

enum { STEPS = sizeof(steps) / sizeof(*steps), GROUPS = 200, CLOCKS = 64 };

struct span {
	int64_t took_s;
	int64_t id; /* of the case */
};

struct spans {
	struct span *at; /* room for all cases */
	size_t count;
};

struct kept {
	const char *code;
	const struct clock_def *def;
	int64_t kept, missed, running;
};

struct group {
	const char *value; /* NULL: none */
	int64_t sample, count;
	struct spans spans[STEPS];
	struct kept clocks[CLOCKS];
	size_t clock_count;
};

struct statistic {
	struct deed *deed;
	const struct statistic_ask *ask;
	struct group *groups[GROUPS];
	size_t count;
	int64_t others, taken;
	bool all;
};

/* ---- one case ------------------------------------------------------------- */

static int step_of(const char *type)
{
	for (int i = 0; i < STEPS; i++)
		for (size_t k = 0; k < 5 && steps[i].moves[k]; k++)
			if (!strcmp(steps[i].moves[k], type))
				return i;
	return -1;
}

static int step_named(const char *name)
{
	for (int i = 0; i < STEPS; i++)
		if (!strcmp(steps[i].step, name))
			return i;
	return -1;
}

/* When each step was first done; 0: not yet. */
static int read_steps(struct statistic *s, int64_t id, int64_t *received, int64_t at[static STEPS],
		      struct fault *why)
{
	struct record_cursor *cursor;
	struct record_read entry;
	int ret, step;

	*received = 0;
	if ((ret = record_scan(s->deed->house->record, (enum record_space)s->ask->space, 0, id, &cursor,
			       why)) < 0)
		return ret;
	while ((ret = record_step_head(cursor, s->deed->mem, &entry, why)) == 1) {
		if (!*received)
			*received = entry.recorded_at;
		if ((step = step_of(entry.type)) >= 0 && !at[step])
			at[step] = entry.recorded_at;
	}
	record_cursor_close(cursor);
	return ret;
}

static struct kept *clock_in(struct statistic *s, struct group *group, const char *code)
{
	const struct clock_def *def = *code == '@' ? NULL : pack_clock(s->deed->house->pack, code);
	struct kept *clock;

	if (!def || def->waits)
		return NULL;
	for (size_t i = 0; i < group->clock_count; i++)
		if (!strcmp(group->clocks[i].code, code))
			return &group->clocks[i];
	if (group->clock_count == CLOCKS)
		return NULL;
	clock = &group->clocks[group->clock_count++];
	*clock = (struct kept){ .code = def->code, .def = def };
	return clock;
}

static int add_clocks(struct statistic *s, struct group *group, int64_t id, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(s->deed->house->store,
			       "SELECT code, state, missed_at FROM clocks WHERE due_at IS NOT NULL AND"
			       " (object = $1 OR object IN (SELECT l.child FROM links l JOIN objects o ON "
			       "o.id = l.child"
			       " WHERE l.parent = $1 AND o.kind = 'upward_report'))",
			       VALUES(value_int(id)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1) {
		struct kept *clock = clock_in(s, group, rows_text(rows, 0, NULL));

		if (!clock)
			continue;
		if (!rows_null(rows, 2))
			clock->missed++;
		else if (!strcmp(rows_text(rows, 1, NULL), "stopped"))
			clock->kept++;
		else
			clock->running++;
	}
	return ret;
}

static int add_case(struct statistic *s, struct group *group, int64_t id, struct fault *why)
{
	int64_t at[STEPS] = { 0 }, received;
	int ret;

	group->count++;
	if ((ret = read_steps(s, id, &received, at, why)) < 0)
		return ret;
	for (int i = 0; i < STEPS; i++) {
		struct spans *spans = &group->spans[i];

		if (!at[i])
			continue;
		if (!spans->at)
			spans->at = arena_many(s->deed->mem, STATISTIC_CASES, sizeof(*spans->at));
		spans->at[spans->count++] = (struct span){ (at[i] - received) / STAMP_SECOND, id };
	}
	return add_clocks(s, group, id, why);
}

/* ---- groups --------------------------------------------------------------- */

static const char *field_of(const char *by)
{
	return !by                    ? NULL
	       : !strcmp(by, "level") ? "confirmed_level"
	       : !strcmp(by, "month") ? "aware_at"
				      : "unit";
}

static int value_of(struct statistic *s, int64_t id, const char **out, struct fault *why)
{
	static const char sql[] = "SELECT value FROM facets WHERE object = $1 AND name = $2";
	const char *field = field_of(s->ask->by);
	char *text = NULL;
	const int ret =
		!field ? 0
		       : store_text(s->deed->house->store, sql, VALUES(value_int(id), value_text(field)),
				    s->deed->mem, &text, why);

	if (ret < 0 && ret != -FAULT_ABSENT)
		return ret;
	if (text && !strcmp(field, "aware_at") && strlen(text) > 7)
		text[7] = '\0'; /* "2026-03" */
	*out = text;
	return 0;
}

/* NULL where there are too many already. */
static struct group *group_of(struct statistic *s, const char *value, int64_t id)
{
	for (size_t i = 0; i < s->count; i++) {
		const char *has = s->groups[i]->value;

		if (has == value || (has && value && !strcmp(has, value)))
			return s->groups[i];
	}
	if (s->count == GROUPS)
		return NULL;
	s->groups[s->count] = arena_take(s->deed->mem, sizeof(struct group));
	s->groups[s->count]->value = value;
	s->groups[s->count]->sample = id;
	return s->groups[s->count++];
}

static int add(struct statistic *s, int64_t id, struct fault *why)
{
	struct group *group;
	const char *value;
	int ret;

	if ((ret = value_of(s, id, &value, why)) < 0)
		return ret;
	s->taken++;
	if (!(group = group_of(s, value, id))) {
		s->others++;
		return 0;
	}
	return add_case(s, group, id, why);
}

/* ---- the answer ----------------------------------------------------------- */

static int by_length(const void *one, const void *other)
{
	const struct span *a = one, *b = other;

	if (a->took_s != b->took_s)
		return a->took_s < b->took_s ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* The nearest rank: the smallest that so many in a hundred do not exceed. */
static json_int_t rank(const struct spans *spans, size_t percent)
{
	return spans->at[(spans->count * percent + 99) / 100 - 1].took_s;
}

static json_t *times_of(const struct group *group)
{
	json_t *times = json_object();

	for (int i = 0; i < STEPS; i++) {
		const struct spans *spans = &group->spans[i];

		if (!spans->count)
			continue;
		qsort(spans->at, spans->count, sizeof(*spans->at), by_length);
		json_object_set_new(times, steps[i].step,
				    json_pack("{s:I, s:I, s:I, s:I}", "count", (json_int_t)spans->count,
					      "median_s", rank(spans, 50), "p90_s", rank(spans, 90),
					      "worst_s", rank(spans, 100)));
	}
	return times;
}

/* The cases behind the times of the step that was asked for, longest first; once those are in their order. */
static json_t *cases_of(struct statistic *s, const struct group *group)
{
	const struct spans *spans = &group->spans[step_named(s->ask->step)];
	json_t *list = json_array(), *one;

	for (size_t i = spans->count; i-- > 0;) {
		one = handle_of(s->deed, spans->at[i].id);
		json_object_set_new(one, "took_s", json_integer(spans->at[i].took_s));
		json_array_append_new(list, one);
	}
	return list;
}

static int by_code(const void *one, const void *other)
{
	return strcmp(((const struct kept *)one)->code, ((const struct kept *)other)->code);
}

static json_t *clocks_in(struct group *group)
{
	json_t *list = json_array();

	qsort(group->clocks, group->clock_count, sizeof(*group->clocks), by_code);
	for (size_t i = 0; i < group->clock_count; i++) {
		const struct kept *clock = &group->clocks[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "code", clock->code, "zh",
						clock->def->label.zh, "en", clock->def->label.en, "kept",
						(json_int_t)clock->kept, "missed", (json_int_t)clock->missed,
						"running", (json_int_t)clock->running));
	}
	return list;
}

static void add_term(struct buf *where, const char *field, const char *test, const char *value)
{
	buf_format(where, "%s%s:%s\"", where->len ? " " : "", field, test);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_char(where, '\\');
		buf_char(where, *value);
	}
	buf_char(where, '"');
}

/* Compared as text, in the form that moments are kept in. */
static void and_moment(struct buf *where, const char *test, int64_t moment)
{
	char text[STAMP_LEN];

	stamp_format(moment, text);
	add_term(where, "aware_at", test, text);
}

static void period(const struct statistic_ask *ask, struct buf *where)
{
	if (ask->from)
		and_moment(where, ">=", ask->from);
	if (ask->to)
		and_moment(where, "<", ask->to);
}

static const char *month_after(struct statistic *s, const char *month)
{
	const int year = atoi(month), number = atoi(month + 5);

	return arena_text(s->deed->mem, "%04d-%02d", number == 12 ? year + 1 : year,
			  number == 12 ? 1 : number + 1);
}

/* What lists exactly these cases. */
static json_t *where_of(struct statistic *s, const struct group *group)
{
	SCOPED(buf_fini) struct buf where = { 0 };
	const char *field = field_of(s->ask->by);

	period(s->ask, &where);
	if (field && !group->value) {
		buf_format(&where, "%sNOT %s:*", where.len ? " " : "", field);
	} else if (field && !strcmp(s->ask->by, "month")) {
		add_term(&where, field, ">=", group->value);
		add_term(&where, field, "<", month_after(s, group->value));
	} else if (field) {
		add_term(&where, field, "", group->value);
	}
	return json_string(where.data ? where.data : "");
}

/* What the asker may not see is not named, and not sought by its name. */
static json_t *unit_of(struct statistic *s, const struct group *group)
{
	struct fault why;
	struct object *o = world_get(s->deed, group->sample, &why);
	const int64_t unit = o ? world_ref(s->deed, o, "unit") : 0;

	return unit ? handle_of(s->deed, unit) : NULL;
}

static json_t *say_group(struct statistic *s, struct group *group)
{
	json_t *one = json_pack("{s:I, s:o, s:o}", "count", (json_int_t)group->count, "times",
				times_of(group), "clocks", clocks_in(group));
	json_t *unit = s->ask->by && !strcmp(s->ask->by, "unit") && group->value ? unit_of(s, group) : NULL;
	const bool hidden = unit && !json_object_get(unit, "title");

	if (s->ask->step)
		json_object_set_new(one, "cases", cases_of(s, group));
	if (unit)
		json_object_set_new(one, "unit", unit);
	if (s->ask->by && !hidden)
		json_object_set_new(one, "value", group->value ? json_string(group->value) : json_null());
	if (!hidden)
		json_object_set_new(one, "where", where_of(s, group));
	return one;
}

/* Months, levels and names in their order. */
static int in_order(const void *one, const void *other)
{
	const struct group *a = *(struct group *const *)one, *b = *(struct group *const *)other;

	return strcmp(a->value ? a->value : "", b->value ? b->value : "");
}

static json_t *say(struct statistic *s)
{
	json_t *groups = json_array();

	qsort(s->groups, s->count, sizeof(*s->groups), in_order);
	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(groups, say_group(s, s->groups[i]));
	return json_pack("{s:b, s:s, s:s*, s:I, s:b, s:I, s:o}", "ok", 1, "kind", s->ask->kind, "by",
			 s->ask->by, "total", (json_int_t)s->taken, "all", s->all, "others",
			 (json_int_t)s->others, "groups", groups);
}

/* ---- the question --------------------------------------------------------- */

static int check(const struct statistic_ask *ask, struct fault *why)
{
	if (strcmp(ask->kind, "incident"))
		return fault_say(why, FAULT_INVALID, "statistics are of incidents, not of '%.64s'",
				 "只统计案件（incident），不统计“%.64s”", ask->kind);
	if (ask->by && strcmp(ask->by, "level") && strcmp(ask->by, "unit") && strcmp(ask->by, "month"))
		return fault_say(why, FAULT_INVALID, "by is level, unit or month, not '%.40s'",
				 "分组（by）为“level”“unit”或“month”，不能是“%.40s”", ask->by);
	if (ask->step && step_named(ask->step) < 0)
		return fault_say(why, FAULT_INVALID,
				 "step is acknowledged, verified, decided, contained, recovered or closed, not '%.40s'",
				 "环节（step）为“acknowledged”“verified”“decided”“contained”“recovered”或“closed”，不能是“%.40s”",
				 ask->step);
	return 0;
}

static int gather(struct statistic *s, struct fault *why)
{
	SCOPED(buf_fini) struct buf where = { 0 };
	struct list_ask list = { .kind = s->ask->kind, .space = s->ask->space };
	const char *names[FILTER_NAMES];
	struct list_query query;
	struct list_ids ids;
	int ret;

	period(s->ask, &where);
	list.where = where.data;
	if ((ret = list_query_of(s->deed, &list, names, &query, why)) < 0 ||
	    (ret = list_ids(s->deed->house->store, &query, s->deed->mem, &ids, why)) < 0 ||
	    (ret = reach_seen(s->deed, pack_kind(s->deed->house->pack, s->ask->kind), &ids, &s->all, why)) <
		    0)
		return ret;
	s->all &= ids.count <= STATISTIC_CASES;
	for (int64_t id = ids.most; ret == 0 && id >= 0 && s->taken < STATISTIC_CASES; id--)
		if (list_has(&ids, id))
			ret = add(s, id, why);
	return ret;
}

int house_statistic(struct house *house, const struct asker *asker, const struct statistic_ask *ask,
		    json_t **answer, struct fault *why)
{
	struct deed deed;
	struct statistic s = { .deed = &deed, .ask = ask };
	int ret;

	deed_open(&deed, house, asker, house->given_now);
	if ((ret = check(ask, why)) == 0 &&
	    (!asker->person || (ret = staff_of(house, asker->person, &deed.staff, why)) == 0) &&
	    (ret = gather(&s, why)) == 0)
		*answer = say(&s);
	deed_close(&deed);
	return ret;
}
