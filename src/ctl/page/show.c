#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"

/*
 * show -- one record, or a list of records, as a person reads them.
 */
static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static void heading(const struct ctl *ctl, const char *en, const char *zh)
{
	printf("\n%s%s%s\n", bold(ctl), in_words(ctl, en, zh), plain(ctl));
}

/* Number, or "#17" for a kind without numbers. */
static const char *ref_words(struct ctl *ctl, const json_t *record)
{
	const char *number = text_of(record, "number");

	return *number ? number
		       : arena_text(ctl->mem, "#%lld",
				    (long long)json_integer_value(json_object_get(record, "id")));
}

static const char *state_name(const json_t *state)
{
	return json_is_string(state) ? json_string_value(state) : text_of(state, "state");
}

static const char *states_words(struct ctl *ctl, const json_t *kind, const json_t *states, size_t most)
{
	struct buf out = { 0 };
	const json_t *regions = json_object_get(kind, "regions"), *region;
	const char *kept;
	size_t i;

	json_array_foreach((json_t *)regions, i, region) {
		const json_t *state = json_object_get(states, name_of(region));

		if (!state || i >= most)
			continue;
		buf_format(&out, "%s%s", out.len ? in_words(ctl, ", ", "，") : "",
			   state_label(ctl, kind, name_of(region), state_name(state)));
	}
	kept = arena_copy(ctl->mem, out.data ? out.data : "");
	buf_fini(&out);
	return kept;
}

/* ---- lists ---------------------------------------------------------------- */

static const char *cell_words(struct ctl *ctl, const json_t *record, const json_t *field)
{
	const json_t *value = json_object_get(json_object_get(record, "fields"), name_of(field));
	struct buf out = { 0 };
	const char *kept;

	if (value)
		value_words(ctl, field, value, &out);
	kept = arena_copy(ctl->mem, out.data ? out.data : "");
	buf_fini(&out);
	return kept;
}

static void list_table(struct ctl *ctl, const json_t *kind, const json_t *records)
{
	const json_t *fields = json_object_get(kind, "fields"), *field, *record;
	const bool states = json_array_size(json_object_get(kind, "regions")) > 0;
	struct table *table;
	size_t i, columns = 1 + states, row;

	json_array_foreach((json_t *)fields, i, field)
		columns += json_is_true(json_object_get(field, "column"));
	table = table_new(ctl, columns);
	table_put(table, in_words(ctl, "Number", "编号"));
	if (states)
		table_put(table, in_words(ctl, "State", "状态"));
	json_array_foreach((json_t *)fields, i, field)
		if (json_is_true(json_object_get(field, "column")))
			table_put(table, label_of(ctl, field));
	json_array_foreach((json_t *)records, row, record) {
		table_put(table, ref_words(ctl, record));
		if (states)
			table_put(table, states_words(ctl, kind, json_object_get(record, "states"), 1));
		json_array_foreach((json_t *)fields, i, field)
			if (json_is_true(json_object_get(field, "column")))
				table_put(table, cell_words(ctl, record, field));
	}
	table_print(table);
}

static json_t *list_request(struct ctl *ctl, const json_t *kind, const struct buf *where)
{
	json_t *request = talk_request(ctl, "list");
	char *rest = NULL;
	long long limit = ctl->typed.limit ? strtoll(ctl->typed.limit, &rest, 10) : 0;

	json_object_del(request, "at");
	json_object_set_new(request, "kind", json_string(name_of(kind)));
	if (where->len)
		json_object_set_new(request, "where", json_string(where->data));
	/* What is no number goes as it is: the daemon says what is wanted. */
	if (rest)
		json_object_set_new(request, "limit",
				    *rest || rest == ctl->typed.limit ? json_string(ctl->typed.limit)
								      : json_integer(limit));
	if (ctl->typed.after)
		json_object_set_new(request, "after", json_string(ctl->typed.after));
	if (ctl->typed.drill)
		json_object_set_new(request, "space", json_integer(2));
	return request;
}

static void say_list(struct ctl *ctl, const json_t *kind, const json_t *result)
{
	const json_t *records = json_object_get(result, "rows");
	const char *next = text_of(result, "after");

	if (!json_array_size(records)) {
		puts(in_words(ctl, "None.", "没有。"));
		return;
	}
	list_table(ctl, kind, records);
	if (*next)
		printf(in_words(ctl, "More: --after %s\n", "还有更多：--after %s\n"), next);
}

int show_list(struct ctl *ctl, const json_t *kind, const char *free_text)
{
	struct fault why = { 0 };
	struct buf where = { 0 };
	json_t *answer;
	int ret;

	if (filter_of_flags(ctl, kind, free_text, &where, &why) < 0)
		ret = say_fault(ctl, &why);
	else
		ret = talk_or_say(ctl, list_request(ctl, kind, &where), &answer);
	buf_fini(&where);
	if (ret)
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		say_list(ctl, kind, answer);
	json_decref(answer);
	return 0;
}

/* ---- one record ----------------------------------------------------------- */

static void say_fields(struct ctl *ctl, const json_t *kind, const json_t *record)
{
	const json_t *fields = json_object_get(kind, "fields"), *field;
	struct table *table = table_new(ctl, 2);
	size_t i, count = 0;

	table_put(table, in_words(ctl, "Field", "字段"));
	table_put(table, in_words(ctl, "Value", "内容"));
	json_array_foreach((json_t *)fields, i, field) {
		if (!json_object_get(json_object_get(record, "fields"), name_of(field)))
			continue;
		table_put(table, label_of(ctl, field));
		table_put(table, cell_words(ctl, record, field));
		count++;
	}
	if (count) {
		putchar('\n');
		table_wrap(table);
		table_print(table);
	}
}

/* A date field that is waited for stands among the clocks under its own name. */
static const char *clock_label(struct ctl *ctl, const json_t *kind, const json_t *clock)
{
	const char *code = text_of(clock, "code");
	const json_t *field = *code == '@' ? kind_named(kind, "fields", code + 1) : NULL;

	return field ? label_of(ctl, field) : text_of(clock, ctl->zh ? "zh" : "en");
}

static void say_clocks(struct ctl *ctl, const json_t *kind, const json_t *clocks)
{
	const json_t *clock;
	struct table *table = table_new(ctl, 4);
	size_t i;

	if (!json_array_size(clocks))
		return;
	heading(ctl, "Clocks", "时限");
	table_put(table, in_words(ctl, "Clock", "编号"));
	table_put(table, in_words(ctl, "What for", "事项"));
	table_put(table, in_words(ctl, "State", "状态"));
	table_put(table, in_words(ctl, "Due", "到期"));
	json_array_foreach((json_t *)clocks, i, clock) {
		const char *due = text_of(clock, "due"), *code = text_of(clock, "code");

		table_put(table, *code == '@' ? in_words(ctl, "date", "日期") : code);
		table_put(table, clock_label(ctl, kind, clock));
		table_put(table, clock_words(ctl, clock));
		table_put(table, strlen(due) > 19 ? arena_text(ctl->mem, "%.10s %.5sZ", due, due + 11) : due);
	}
	table_print(table);
}

static void say_links(struct ctl *ctl, const json_t *links, const char *en, const char *zh)
{
	struct table *table = table_new(ctl, 4);
	const json_t *link;
	size_t i;

	if (!json_array_size(links))
		return;
	heading(ctl, en, zh);
	table_put(table, in_words(ctl, "Kind", "类别"));
	table_put(table, in_words(ctl, "Number", "编号"));
	table_put(table, in_words(ctl, "State", "状态"));
	table_put(table, in_words(ctl, "Title", "名称"));
	json_array_foreach((json_t *)links, i, link) {
		const json_t *kind = catalogue_kind(ctl, text_of(link, "kind"));

		table_put(table, kind ? label_of(ctl, kind) : text_of(link, "kind"));
		table_put(table, ref_words(ctl, link));
		table_put(table, kind ? states_words(ctl, kind, json_object_get(link, "states"), 1) : "");
		table_put(table, text_of(link, "title"));
	}
	table_print(table);
}

static void say_refusals(const struct ctl *ctl, const json_t *refusals)
{
	const json_t *refusal;
	size_t i;

	json_array_foreach((json_t *)refusals, i, refusal)
		say_missing(ctl, stdout, json_object_get(refusal, "missing"), "      ");
}

/* With what has to come with it, as it is typed. */
static void say_move(struct ctl *ctl, const json_t *kind, const json_t *move, bool may)
{
	const json_t *known = kind_named(kind, "moves", name_of(move)), *refusal, *one;
	size_t i, k;

	printf("  %s %s (%s)", may ? "+" : "-", label_of(ctl, known ? known : move), name_of(move));
	if (may)
		json_array_foreach(json_object_get(move, "refusals"), i, refusal)
			json_array_foreach(json_object_get(refusal, "missing"), k, one)
				printf(" --%s", text_of(one, "what"));
	putchar('\n');
}

static bool comes_with(const json_t *move, const char *name)
{
	return kind_named(move, "needs", name) || kind_named(move, "asks", name);
}

/* Nothing stands in the way, or only what is typed with the move. */
static bool may_make(const json_t *kind, const json_t *move)
{
	const json_t *known = kind_named(kind, "moves", name_of(move)), *refusal, *one;
	size_t i, k;

	if (json_is_true(json_object_get(move, "may")))
		return true;
	json_array_foreach(json_object_get(move, "refusals"), i, refusal)
		json_array_foreach(json_object_get(refusal, "missing"), k, one)
			if (!comes_with(known, text_of(one, "what")))
				return false;
	return true;
}

/* What stands in the way is said once for moves that it stops together. */
static void say_stopped(struct ctl *ctl, const json_t *kind, const json_t *moves)
{
	const json_t *move;
	size_t i, k;

	json_array_foreach((json_t *)moves, i, move) {
		const json_t *next = NULL;

		if (may_make(kind, move))
			continue;
		for (k = i + 1; k < json_array_size(moves) && !next; k++)
			if (!may_make(kind, json_array_get(moves, k)))
				next = json_array_get(moves, k);
		say_move(ctl, kind, move, false);
		if (!next || !json_equal((json_t *)json_object_get(move, "refusals"),
					 (json_t *)json_object_get(next, "refusals")))
			say_refusals(ctl, json_object_get(move, "refusals"));
	}
}

static void say_moves(struct ctl *ctl, const json_t *kind, const json_t *record)
{
	const json_t *moves = json_object_get(record, "moves"), *move;
	size_t i, can = 0;

	json_array_foreach((json_t *)moves, i, move) {
		if (!may_make(kind, move))
			continue;
		if (!can++)
			heading(ctl, "What can be done now", "当前可办事项");
		say_move(ctl, kind, move, true);
	}
	if (can == json_array_size(moves))
		return;
	heading(ctl, "What cannot be done yet, and why", "尚不能办理的事项及原因");
	say_stopped(ctl, kind, moves);
}

static void say_pendings(struct ctl *ctl, const json_t *kind, const json_t *pending)
{
	const json_t *one, *move;
	size_t i;

	if (!json_array_size(pending))
		return;
	heading(ctl, "Waiting for a second person", "等待另一人确认");
	json_array_foreach((json_t *)pending, i, one) {
		move = kind_named(kind, "moves", text_of(one, "move"));
		printf("  %s (%s %lld)%s", move ? label_of(ctl, move) : text_of(one, "move"),
		       in_words(ctl, "proposal", "提议"),
		       (long long)json_integer_value(json_object_get(one, "proposal")),
		       in_words(ctl, ":", "："));
		say_waits(ctl, json_object_get(one, "waits_for"));
		putchar('\n');
	}
}

static void say_record(struct ctl *ctl, const json_t *record)
{
	const json_t *kind = catalogue_kind(ctl, text_of(record, "kind"));

	const char *title = text_of(json_object_get(record, "fields"), text_of(kind, "title"));

	printf("%s%s %s%s  %s\n", bold(ctl), kind ? label_of(ctl, kind) : text_of(record, "kind"),
	       ref_words(ctl, record), plain(ctl), title);
	if (kind && *states_words(ctl, kind, json_object_get(record, "states"), SIZE_MAX))
		printf("%s%s\n", in_words(ctl, "State: ", "状态："),
		       states_words(ctl, kind, json_object_get(record, "states"), SIZE_MAX));
	if (strcmp(text_of(record, "space"), "drill") == 0)
		puts("演练 / EXERCISE");
	say_fields(ctl, kind, record);
	say_clocks(ctl, kind, json_object_get(record, "clocks"));
	say_links(ctl, json_object_get(record, "linked"), "Linked records", "关联记录");
	say_links(ctl, json_object_get(record, "alike"), "May be the same", "疑似重复");
	say_pendings(ctl, kind, json_object_get(record, "proposals"));
	say_moves(ctl, kind, record);
}

static json_t *about(const struct ctl *ctl, const char *op, const char *ref)
{
	json_t *request = talk_request(ctl, op);

	/* Reading moves no time. */
	json_object_del(request, "at");
	json_object_set_new(request, "ref", json_string(ref));
	return request;
}

int show_record(struct ctl *ctl, const char *ref)
{
	json_t *request = about(ctl, "show", ref);

	json_object_set_new(request, "with", json_string("linked,alike,moves"));
	return talk_tell(ctl, request, say_record);
}
