#include <string.h>

#include "ctl/ctl_private.h"

/*
 * history -- what happened to one record, entry by entry, in the words of its plan.
 */
static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static const char *kept(struct ctl *ctl, struct buf *out)
{
	const char *text = arena_copy(ctl->mem, out->data ? out->data : "");

	buf_fini(out);
	return text;
}

/* ---- what happened --------------------------------------------------------- */

/* Entries that no move of the plan makes. */
static const struct {
	const char *type, *en, *zh;
} own_types[] = {
	{ "change", "changed with another record", "随其他记录变更" },
	{ "clock.missed", "time limit missed", "超时" },
	{ "clock.escalated", "missed time limit escalated", "超时升级催办" },
	{ "clock.stopped", "clock ended", "计时终止" },
	{ "clock.put_aside", "what was due was refused", "到期事项被拒" },
	{ "date.reached", "a date was reached", "日期已到" },
	{ "alert.repeat", "heard again", "再次发现" },
};

/* How a move went, as the end of its type says. */
static const struct {
	const char *end, *en, *zh;
} endings[] = {
	{ ".proposed", " (proposed)", "（提议）" },
	{ ".withdraw", "proposal withdrawn", "撤回提议" },
	{ ".merged", "moved with a merged case", "随并案转移" },
};

static const char *move_words(struct ctl *ctl, const char *type)
{
	const char *dot = strchr(type, '.'), *rest = dot ? dot + 1 : "", *more;
	const json_t *kind =
		dot ? catalogue_kind(ctl, arena_copy_bytes(ctl->mem, type, (size_t)(dot - type))) : NULL;
	const json_t *move;

	for (size_t i = 0; kind && i < sizeof(endings) / sizeof(*endings); i++) {
		if (!(more = strstr(dot, endings[i].end)) || more[strlen(endings[i].end)])
			continue;
		move = more > dot ? kind_named(kind, "moves",
					       arena_copy_bytes(ctl->mem, rest, (size_t)(more - rest)))
				  : NULL;
		return arena_text(ctl->mem, "%s%s", move ? label_of(ctl, move) : "",
				  in_words(ctl, endings[i].en, endings[i].zh));
	}
	move = kind ? kind_named(kind, "moves", rest) : NULL;
	return move ? label_of(ctl, move) : type;
}

static const char *what_words(struct ctl *ctl, const char *type)
{
	for (size_t i = 0; i < sizeof(own_types) / sizeof(*own_types); i++)
		if (!strcmp(own_types[i].type, type))
			return in_words(ctl, own_types[i].en, own_types[i].zh);
	if (!strncmp(type, "check.", 6))
		return arena_text(ctl->mem, in_words(ctl, "checked: %s", "核查：%s"), type + 6);
	return move_words(ctl, type);
}

/* ---- who ------------------------------------------------------------------- */

static const char *who_words(struct ctl *ctl, const json_t *entry)
{
	static const struct {
		const char *actor, *en, *zh;
	} machines[] = {
		{ "timer", "the timer", "计时器" },         { "system", "the system", "系统" },
		{ "rule", "a detection rule", "检测规则" }, { "mail", "the mail box", "邮箱" },
		{ "setup", "set-up", "初始登记" },
	};
	const char *actor = text_of(entry, "actor");
	struct buf out = { 0 };

	if (json_object_get(entry, "who")) {
		value_words(ctl, NULL, json_object_get(entry, "who"), &out);
		return kept(ctl, &out);
	}
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strcmp(machines[i].actor, actor))
			return in_words(ctl, machines[i].en, machines[i].zh);
	return actor;
}

/* ---- what changed ---------------------------------------------------------- */

static void apart(const struct ctl *ctl, struct buf *out)
{
	if (out->len)
		buf_text(out, in_words(ctl, "; ", "；"));
}

static void say_states(struct ctl *ctl, const json_t *kind, const json_t *states, struct buf *out)
{
	const char *region;
	const json_t *state;

	json_object_foreach((json_t *)states, region, state) {
		const json_t *known = kind_named(kind, "regions", region);

		apart(ctl, out);
		buf_format(out, "%s → %s", known ? label_of(ctl, known) : region,
			   state_label(ctl, kind, region, json_string_value(state)));
	}
}

static void say_clocks(struct ctl *ctl, const json_t *clocks, struct buf *out)
{
	const json_t *clock;
	size_t i;

	json_array_foreach((json_t *)clocks, i, clock) {
		if (*text_of(clock, "code") == '@')
			continue;
		apart(ctl, out);
		buf_format(out, "%s %s", text_of(clock, "code"), clock_words(ctl, clock));
	}
}

/* A reference stands in the record by its row id; the answer says its name. */
static void say_value(struct ctl *ctl, const json_t *field, const json_t *value, const json_t *names,
		      struct buf *out)
{
	const json_t *list = json_is_array(value) ? value : NULL, *name;
	size_t count = list ? json_array_size(list) : 1;

	for (size_t i = 0; i < count; i++) {
		const json_t *one = list ? json_array_get(list, i) : value;

		name = json_is_integer(one) && !strcmp(text_of(field, "type"), "ref")
			       ? json_object_get(names, arena_text(ctl->mem, "%lld",
								   (long long)json_integer_value(one)))
			       : NULL;
		if (i)
			buf_text(out, in_words(ctl, ", ", "、"));
		value_words(ctl, field, name ? name : one, out);
	}
}

/* What the house notes for itself ("by.confirm") is no field and is left out. */
static void say_fields(struct ctl *ctl, const json_t *kind, const json_t *set, const json_t *names,
		       struct buf *out)
{
	const char *name;
	const json_t *value;

	json_object_foreach((json_t *)set, name, value) {
		const json_t *field = kind_named(kind, "fields", name);

		if (!field)
			continue;
		apart(ctl, out);
		buf_format(out, "%s%s", label_of(ctl, field), in_words(ctl, ": ", "："));
		say_value(ctl, field, value, names, out);
	}
}

static void say_checks(struct ctl *ctl, const json_t *checks, struct buf *out)
{
	const json_t *check;
	size_t i;

	json_array_foreach((json_t *)checks, i, check) {
		const bool good = json_integer_value(json_object_get(check, "good")) == 1;

		apart(ctl, out);
		buf_text(out, good ? in_words(ctl, "good", "通过") : in_words(ctl, "not good", "未通过"));
	}
}

/* When it happened, where that was entered afterwards, and whether that was late. */
static void say_occurred(struct ctl *ctl, const json_t *change, struct buf *out)
{
	const char *at = text_of(change, "occurred");
	const json_t *move;
	bool late = false;
	size_t i;

	if (strlen(at) < 20)
		return;
	json_array_foreach(json_object_get(change, "moves"), i, move)
		late |= json_is_true(json_object_get(move, "late"));
	buf_format(out,
		   late ? in_words(ctl, "entered late: happened %.10s %.5sZ", "补录：发生于 %.10s %.5sZ")
			: in_words(ctl, "happened %.10s %.5sZ", "发生于 %.10s %.5sZ"),
		   at, at + 11);
}

/* Nobody was here when the time ran out: the alarm came with the next start. */
static void say_late_alarm(struct ctl *ctl, const json_t *change, struct buf *out)
{
	const long long late_s = (long long)json_integer_value(json_object_get(change, "late_alarm"));

	if (!late_s)
		return;
	apart(ctl, out);
	buf_format(out,
		   in_words(ctl, "late alarm: %lld min after its time", "迟到告警：超时 %lld 分钟后发出"),
		   late_s / 60);
}

static const char *change_words(struct ctl *ctl, const json_t *kind, const json_t *change,
				const json_t *names)
{
	struct buf out = { 0 };

	say_occurred(ctl, change, &out);
	say_late_alarm(ctl, change, &out);
	say_states(ctl, kind, json_object_get(change, "state"), &out);
	say_clocks(ctl, json_object_get(change, "clocks"), &out);
	say_checks(ctl, json_object_get(change, "checks"), &out);
	say_fields(ctl, kind, json_object_get(change, "set"), names, &out);
	return kept(ctl, &out);
}

/* ---- the page -------------------------------------------------------------- */

/* Too narrow for five columns: what changed stands under who did what. */
enum { ROOM_FOR_ALL = 110 };

static const char *when_words(struct ctl *ctl, const json_t *entry)
{
	const char *at = text_of(entry, "at");

	return strlen(at) > 19 ? arena_text(ctl->mem, "%.10s %.8sZ", at, at + 11) : at;
}

static void say_narrow(struct ctl *ctl, const json_t *kind, const json_t *entry, const json_t *names)
{
	const char *change = change_words(ctl, kind, json_object_get(entry, "change"), names);
	struct table *table = table_new(ctl, 2);

	printf("%s%s  %s%s  %s\n", bold(ctl), when_words(ctl, entry), what_words(ctl, text_of(entry, "type")),
	       plain(ctl), who_words(ctl, entry));
	if (!*change)
		return;
	table_put(table, "  ");
	table_put(table, change);
	table_wrap(table);
	table_plain(table);
	table_print(table);
}

static void put_entry(struct ctl *ctl, struct table *table, const json_t *kind, const json_t *entry,
		      const json_t *names)
{
	table_put(table,
		  arena_text(ctl->mem, "%lld", (long long)json_integer_value(json_object_get(entry, "seq"))));
	table_put(table, when_words(ctl, entry));
	table_put(table, what_words(ctl, text_of(entry, "type")));
	table_put(table, who_words(ctl, entry));
	table_put(table, change_words(ctl, kind, json_object_get(entry, "change"), names));
}

static void say_history(struct ctl *ctl, const json_t *answer)
{
	const json_t *kind = catalogue_kind(ctl, text_of(answer, "kind")), *entry;
	const json_t *names = json_object_get(answer, "names");
	const bool narrow = ctl->columns && ctl->columns < ROOM_FOR_ALL;
	struct table *table = table_new(ctl, 5);
	size_t i;

	table_put(table, in_words(ctl, "Entry", "序号"));
	table_put(table, in_words(ctl, "When", "时间"));
	table_put(table, in_words(ctl, "What", "事项"));
	table_put(table, in_words(ctl, "Who", "经办"));
	table_put(table, in_words(ctl, "Change", "变更"));
	json_array_foreach(json_object_get(answer, "entries"), i, entry)
		if (narrow)
			say_narrow(ctl, kind, entry, names);
		else
			put_entry(ctl, table, kind, entry, names);
	table_wrap(table);
	if (!narrow)
		table_print(table);
}

int show_history(struct ctl *ctl, const char *ref)
{
	json_t *request = talk_request(ctl, "history");

	/* Reading moves no time. */
	json_object_del(request, "at");
	json_object_set_new(request, "ref", json_string(ref));
	return talk_tell(ctl, request, say_history);
}
