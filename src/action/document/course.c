#include "action/document/making.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

/*
 * course -- what was done and when: the entries of the record, and the clocks.
 *
 * Every time here is that of an entry or of a clock, none is reckoned anew, so
 * that a report and the record cannot say different things.
 */
struct act_row {
	uint64_t seq;
	int64_t at;
	const char *what, *who;
};

struct course {
	struct act_row *rows;
	size_t count, room, left_out;
	bool decisions;
};

/* Entries that are no move of the plan. */
static const struct {
	const char *type;
	struct words words;
} others[] = {
	{ "clock.missed", { "时限已过", "A clock was missed" } },
	{ "clock.escalated", { "逾期升级", "A missed clock was escalated" } },
	{ "clock.stopped", { "时限停止", "A clock was stopped" } },
	{ "date.reached", { "到期", "A date was reached" } },
	{ "alert.repeat", { "告警再次出现", "The alert came again" } },
	{ "record.erase", { "内容按规定擦除", "A content was erased by order" } },
};

static bool is_decision(const struct move *move)
{
	for (size_t i = 0; i < move->record.count; i++)
		if (strstr(move->record.at[i], "decision"))
			return true;
	return false;
}

/* "incident.confirm", or "incident.confirm.proposed": the move it names, or NULL. */
static const struct move *move_of(const struct making *m, const struct object *o, const char *type,
				  bool *proposed)
{
	const size_t kind = strlen(o->kind->name);
	const char *name, *dot;

	*proposed = false;
	if (strncmp(type, o->kind->name, kind) != 0 || type[kind] != '.')
		return NULL;
	name = type + kind + 1;
	if ((dot = strchr(name, '.'))) {
		*proposed = !strcmp(dot, ".proposed");
		name = arena_copy_bytes(m->deed->mem, name, (size_t)(dot - name));
	}
	return kind_move(o->kind, name);
}

/* A check says by itself whether it was good. */
static const char *check_words(const struct making *m, const char *name, const json_t *change)
{
	const json_t *rows = json_object_get(change, "checks");
	const bool good = json_is_true(json_object_get(json_array_get(rows, 0), "good")) ||
			  json_integer_value(json_object_get(json_array_get(rows, 0), "good"));

	return arena_text(m->deed->mem, m->zh ? "检查 %s：%s" : "Check %s: %s", name,
			  good    ? (m->zh ? "通过" : "passed")
			  : m->zh ? "未通过"
				  : "failed");
}

static const char *other_words(const struct making *m, const char *type, const json_t *change)
{
	if (!strncmp(type, "check.", 6))
		return check_words(m, type + 6, change);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(others[i].type, type))
			return in_tongue(m, &others[i].words);
	return type;
}

/* The reason that was given with the move, where one was. */
static const char *reason_of(const json_t *change)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(change, "moves"), i, row) {
		const char *said =
			json_string_value(json_object_get(json_object_get(row, "input"), "reason"));

		if (said)
			return said;
	}
	return NULL;
}

static const char *what_of(const struct making *m, struct object *o, const struct record_read *entry,
			   const struct move *move, bool proposed)
{
	const char *act = move ? in_tongue(m, &move->label) : other_words(m, entry->type, entry->change),
		   *reason;
	const char *whose = o == m->subject
				    ? ""
				    : arena_text(m->deed->mem, "%s %s%s", in_tongue(m, &o->kind->label),
						 say_name(m, o), m->zh ? "：" : ": ");

	if (proposed)
		act = arena_text(m->deed->mem, m->zh ? "提议“%s”" : "Proposed: %s", act);
	if ((reason = reason_of(entry->change)))
		act = arena_text(m->deed->mem, m->zh ? "%s（理由：%s）" : "%s (reason: %s)", act, reason);
	return arena_text(m->deed->mem, "%s%s", whose, act);
}

static int64_t happened_at(const struct record_read *entry)
{
	const char *text = json_string_value(json_object_get(entry->change, "occurred"));
	int64_t at;

	return text && stamp_parse(text, strlen(text), &at, NULL) == 0 ? at : entry->recorded_at;
}

static void keep_row(const struct making *m, struct course *course, struct object *o,
		     const struct record_read *entry)
{
	bool proposed;
	const struct move *move = move_of(m, o, entry->type, &proposed);

	if (course->decisions && (!move || proposed || !is_decision(move)))
		return;
	if (!strcmp(entry->type,
		    "change")) /* what a rule wrote beside somebody's act, which has its own entry */
		return;
	if (course->count == ACTS_MOST) {
		course->left_out++;
		return;
	}
	if (course->count == course->room) {
		const size_t room = course->room ? 2 * course->room : 64;
		struct act_row *rows = arena_many(m->deed->mem, room, sizeof(*rows));

		if (course->count)
			memcpy(rows, course->rows, course->count * sizeof(*rows));
		course->rows = rows;
		course->room = room;
	}
	course->rows[course->count++] =
		(struct act_row){ entry->seq, happened_at(entry), what_of(m, o, entry, move, proposed),
				  say_person(m, entry->actor) };
}

static int read_entries(const struct making *m, struct course *course, struct object *o, struct fault *why)
{
	const enum record_space space = o->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL;
	struct record_cursor *cursor = NULL;
	struct record_read entry;
	int got = 0, ret;

	if (o->fresh)
		return 0; /* nothing of it is in the record yet */
	if ((ret = record_scan(m->deed->house->record, space, 0, o->id, &cursor, why)) < 0)
		return ret;
	while ((got = record_step(cursor, m->deed->mem, &entry, why)) == 1)
		keep_row(m, course, o, &entry);
	record_cursor_close(cursor);
	return got;
}

static int by_seq(const void *a, const void *b)
{
	const uint64_t x = ((const struct act_row *)a)->seq, y = ((const struct act_row *)b)->seq;

	return (x > y) - (x < y);
}

static void put_course(struct making *m, struct course *course)
{
	static const char *const zh[] = { "时间", "事项", "办理人" }, *const en[] = { "Time", "Act", "By" };
	struct block *table;

	if (!course->count) {
		document_add(m->document, BLOCK_PARAGRAPH, m->zh ? "无。" : "None.");
		return;
	}
	qsort(course->rows, course->count, sizeof(*course->rows), by_seq);
	table = document_table(m->document, BLOCK_TIMELINE, 3, m->zh ? zh : en);
	for (size_t i = 0; i < course->count; i++) {
		document_cell(m->document, table, say_time(m, course->rows[i].at));
		document_cell(m->document, table, course->rows[i].what);
		document_cell(m->document, table, course->rows[i].who);
	}
	if (course->left_out)
		document_add(m->document, BLOCK_NOTE,
			     arena_text(m->deed->mem,
					m->zh ? "另有 %zu 条见记录；文件最多列 %d 条。"
					      : "%zu more stand in the record; a document lists at most %d.",
					course->left_out, ACTS_MOST));
}

int put_timeline(struct making *m, struct object *subject, const struct part *part, struct fault *why)
{
	struct course course = { .decisions = part->decisions };
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < part->of.count; i++) {
		const struct part linked = { .kind = pack_kind(subject->pack, part->of.at[i]) };
		struct objects seen;

		if (linked.kind == subject->kind) {
			ret = read_entries(m, &course, subject, why);
			continue;
		}
		ret = linked_seen(m, subject, &linked, &seen, why);
		for (size_t k = 0; ret == 0 && k < seen.count; k++)
			ret = read_entries(m, &course, seen.at[k], why);
	}
	if (ret == 0)
		put_course(m, &course);
	return ret;
}

/* ---- clocks --------------------------------------------------------------------- */

static const char *clock_moment(const struct making *m, json_t *row, const char *name)
{
	json_t *at = json_object_get(row, name);

	return json_is_integer(at) ? say_time(m, json_integer_value(at)) : "";
}

static const char *clock_state(const struct making *m, const char *state)
{
	static const struct {
		const char *state;
		struct words words;
	} words[] = {
		{ "running", { "计时中", "running" } }, { "paused", { "暂停", "paused" } },
		{ "stopped", { "按时", "kept" } },      { "missed", { "逾期", "missed" } },
		{ "over", { "期满", "over" } },         { "ended", { "结束", "ended" } },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].state, state))
			return in_tongue(m, &words[i].words);
	return state;
}

/* Missed is said with its moment, also where it was stopped after that. */
static const char *clock_result(const struct making *m, json_t *row)
{
	const char *state = json_string_value(json_object_get(row, "state")),
		   *missed = clock_moment(m, row, "missed");

	state = state ? clock_state(m, state) : "";
	return *missed ? arena_text(m->deed->mem, "%s %s", m->zh ? "逾期" : "missed", missed) : state;
}

void put_clocks(struct making *m, struct object *subject)
{
	static const char *const zh[] = { "时限", "开始", "到期", "停止", "结果" };
	static const char *const en[] = { "Clock", "Started", "Due", "Stopped", "Result" };
	json_t *rows = clock_rows(m->deed, subject), *row;
	struct block *table = NULL;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *code = json_string_value(json_object_get(row, "code"));
		const struct clock_def *def = code && *code != '@' ? pack_clock(subject->pack, code) : NULL;

		if (!def)
			continue;
		if (!table)
			table = document_table(m->document, BLOCK_TABLE, 5, m->zh ? zh : en);
		document_cell(m->document, table,
			      arena_text(m->deed->mem, "%s %s", code, in_tongue(m, &def->label)));
		document_cell(m->document, table, clock_moment(m, row, "started"));
		document_cell(m->document, table, clock_moment(m, row, "due"));
		document_cell(m->document, table, clock_moment(m, row, "stopped"));
		document_cell(m->document, table, clock_result(m, row));
	}
	json_decref(rows);
	if (!table)
		document_add(m->document, BLOCK_PARAGRAPH, m->zh ? "无。" : "None.");
}
