#include "ctl/rules/report.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/ctl_private.h"
#include "host/terminal.h"

struct row {
	const struct rule *rule;
	struct survey survey;
	struct reached reached;
	bool done; /* a correlation's is worked out from those of its rules */
};

struct report {
	struct arena *mem;
	const struct ruleset *set;
	const struct reach *reach;
	const struct refusal *refusals;
	struct report_choice choice;
	struct row *rows;
	size_t count;
};

/* clang-format off */
/* By enum reached_word. */
static const struct {
	const char *code, *en, *zh;
} fires[] = {
	[REACH_FIRES]     = { "yes",       "yes",            "能" },
	[REACH_NO_SOURCE] = { "no_source", "no: no such log", "否：无此日志" },
	[REACH_NO_FIELD]  = { "no_field",  "no: no such field", "否：无此字段" },
	[REACH_NO_RULE]   = { "no_rule",   "no: its rules cannot", "否：其规则不能命中" },
};

/* By enum rule_cost. */
static const char *const costs_zh[] = { "低", "中", "高" };
/* clang-format on */

/* ---- working out -------------------------------------------------------------- */

static const struct row *done_row(struct report *report, size_t i);

/* Does it want every one of its rules? Else one of them may do. */
static bool wants_all(const struct correlation *c)
{
	return (c->kind == CORRELATION_TEMPORAL || c->kind == CORRELATION_ORDERED) && !c->bounds &&
	       !c->expression;
}

static enum reached_word reach_correlation(struct report *report, const struct correlation *c)
{
	size_t can = 0, count = 0;

	for (const struct name_list *n = c->rules; n; n = n->next, count++)
		can += done_row(report, ruleset_find(report->set, n->name))->reached.word == REACH_FIRES;
	return can >= (wants_all(c) ? count : 1) ? REACH_FIRES : REACH_NO_RULE;
}

static const struct row *done_row(struct report *report, size_t i)
{
	struct row *row = &report->rows[i];

	if (row->done)
		return row;
	row->done = true;
	row->rule = ruleset_at(report->set, i);
	survey_rule(report->mem, row->rule, &row->survey);
	if (row->rule->correlation)
		row->reached.word = reach_correlation(report, row->rule->correlation);
	else
		reach_rule(report->reach, report->mem, row->rule, &row->survey, &row->reached);
	return row;
}

struct report *report_new(struct arena *mem, const struct ruleset *set, const struct reach *reach,
			  const struct refusal *refusals, struct report_choice choice)
{
	struct report *report = arena_take(mem, sizeof(*report));

	*report = (struct report){ mem, set, reach, refusals, choice, NULL, ruleset_count(set) };
	report->rows = arena_many(mem, report->count + 1, sizeof(*report->rows));
	for (size_t i = 0; i < report->count; i++)
		done_row(report, i);
	return report;
}

static bool chosen(const struct report *report, const struct row *row)
{
	const struct report_choice *c = &report->choice;

	return !c->refused && row->rule->level >= c->least && (!c->one_cost || row->survey.cost == c->cost) &&
	       (!c->never || row->reached.word != REACH_FIRES);
}

/* ---- for people --------------------------------------------------------------- */

static bool is_unknown(const struct row *row, const char *field)
{
	for (size_t i = 0; i < row->reached.unknown_count; i++)
		if (row->reached.unknown[i] == field)
			return true;
	return false;
}

static const char *source_words(struct arena *mem, const struct rule *rule, bool chinese)
{
	if (rule->correlation)
		return chinese ? "关联" : "correlation";
	return arena_text(mem, "%s/%s/%s", rule->product ? rule->product : "*",
			  rule->category ? rule->category : "*", rule->service ? rule->service : "*");
}

static void put_fields(struct table *table, struct arena *mem, const struct row *row, bool chinese)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < row->survey.field_count; i++)
		buf_format(&text, "%s%s%s", i ? " " : "", row->survey.fields[i],
			   is_unknown(row, row->survey.fields[i]) ? "(?)" : "");
	if (row->survey.anywhere)
		buf_format(&text, "%s%s", text.len ? " " : "", chinese ? "（整行）" : "(the whole line)");
	for (size_t i = 0; i < row->survey.unused_count; i++)
		buf_format(&text, chinese ? "；条件未用 %s" : "; not in the condition: %s",
			   row->survey.unused[i]);
	table_put(table, arena_copy(mem, text.data ? text.data : ""));
	buf_fini(&text);
}

static void put_row(struct table *table, struct arena *mem, const struct row *row, bool chinese)
{
	table_put(table, row->rule->title);
	table_put(table, rule_level_word(row->rule->level));
	table_put(table, source_words(mem, row->rule, chinese));
	table_put(table, chinese ? costs_zh[row->survey.cost] : survey_cost_word(row->survey.cost));
	table_put(table, chinese ? fires[row->reached.word].zh : fires[row->reached.word].en);
	put_fields(table, mem, row, chinese);
}

static void print_table(const struct report *report, bool chinese)
{
	static const char *const heads[][2] = { { "RULE", "规则" },      { "LEVEL", "级别" },
						{ "LOG", "日志来源" },   { "COST", "开销" },
						{ "FIRES", "能否命中" }, { "READS", "读取的字段" } };
	struct ctl ctl = { .mem = report->mem,
			   .fd = -1,
			   .zh = chinese,
			   .columns = terminal_is(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 0 };
	struct table *table = table_new(&ctl, 6);
	size_t shown = 0;

	table_wrap(table);
	for (size_t i = 0; i < 6; i++)
		table_put(table, heads[i][chinese]);
	for (size_t i = 0; i < report->count; i++)
		if (chosen(report, &report->rows[i])) {
			put_row(table, report->mem, &report->rows[i], chinese);
			shown++;
		}
	if (shown)
		table_print(table);
}

struct sums {
	size_t costs[3], fires, unknown, refused, filtered;
};

static struct sums sum(const struct report *report)
{
	struct sums s = { .refused = ruleset_refusals(report->set) };

	for (size_t i = 0; i < report->count; i++) {
		s.costs[report->rows[i].survey.cost]++;
		s.fires += report->rows[i].reached.word == REACH_FIRES;
		s.unknown += report->rows[i].reached.unknown_count > 0;
		s.filtered += report->rows[i].rule->filters != NULL;
	}
	return s;
}

static void print_sums(const struct report *report, bool chinese)
{
	const struct sums s = sum(report);

	printf(chinese ? "可加载 %zu 条，拒绝 %zu 条；开销低 %zu、中 %zu、高 %zu；能命中 %zu 条，不能 %zu "
			 "条；"
			 "含未知字段 (?) %zu 条；加了筛除的 %zu 条\n"
		       : "%zu rules load, %zu refused; %zu cheap, %zu ordinary, %zu dear; %zu could fire, "
			 "%zu could "
			 "not; %zu name a field (?) that no log of theirs has; %zu with a filter\n",
	       report->count, s.refused, s.costs[COST_CHEAP], s.costs[COST_ORDINARY], s.costs[COST_DEAR],
	       s.fires, report->count - s.fires, s.unknown, s.filtered);
}

void report_print(const struct report *report, bool chinese)
{
	print_table(report, chinese);
	print_sums(report, chinese);
	fflush(stdout);
	for (const struct refusal *r = report->refusals; r; r = r->next)
		fprintf(stderr, "%s\n", chinese && *r->zh ? r->zh : r->text);
}

/* ---- for programs ------------------------------------------------------------- */

static json_t *words(const char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

static json_t *filter_titles(const struct rule *rule)
{
	json_t *array = json_array();

	for (const struct name_list *n = rule->filters; n; n = n->next)
		json_array_append_new(array, json_string(n->name));
	return array;
}

static json_t *row_json(const struct row *row)
{
	const struct rule *rule = row->rule;
	const struct survey *s = &row->survey;

	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s?, s:s?, s:s?, s:b, s:o, s:o, s:o, s:b, s:I, s:I, "
			 "s:b, s:s, s:b, s:s, s:o}",
			 "id", rule->id, "title", rule->title, "file", rule->file, "line", rule->line,
			 "level", rule_level_word(rule->level), "product", rule->product, "category",
			 rule->category, "service", rule->service, "correlation", rule->correlation != NULL,
			 "fields", words(s->fields, s->field_count), "unknown_fields",
			 words(row->reached.unknown, row->reached.unknown_count), "unused_selections",
			 words(s->unused, s->unused_count), "whole_line", s->anywhere, "tests",
			 (json_int_t)s->tests, "regexes", (json_int_t)s->regexes, "witness", s->witness,
			 "cost", survey_cost_word(s->cost), "fires", row->reached.word == REACH_FIRES,
			 "fires_word", fires[row->reached.word].code, "filters", filter_titles(rule));
}

static json_t *refusals_json(const struct report *report)
{
	json_t *array = json_array();

	for (const struct refusal *r = report->refusals; r; r = r->next)
		json_array_append_new(array, json_string(r->text));
	return array;
}

void report_json(const struct report *report)
{
	const struct sums s = sum(report);
	json_t *rows = json_array(), *all;

	for (size_t i = 0; i < report->count; i++)
		if (chosen(report, &report->rows[i]))
			json_array_append_new(rows, row_json(&report->rows[i]));
	all = json_pack("{s:o, s:o, s:I, s:I, s:{s:I, s:I, s:I}, s:I, s:I, s:I}", "rules", rows, "refusals",
			refusals_json(report), "loaded", (json_int_t)report->count, "refused",
			(json_int_t)s.refused, "costs", "cheap", (json_int_t)s.costs[COST_CHEAP], "ordinary",
			(json_int_t)s.costs[COST_ORDINARY], "dear", (json_int_t)s.costs[COST_DEAR], "fire",
			(json_int_t)s.fires, "with_unknown_fields", (json_int_t)s.unknown, "with_filters",
			(json_int_t)s.filtered);
	say_json(all);
	json_decref(all);
}
