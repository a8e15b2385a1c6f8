#include "gate/shown/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "detect/engine/program.h"
#include "detect/matcher.h"
#include "detect/ruleset.h"
#include "intake/intake.h"

enum { FAULTS_MOST = 100 };

#define LINES_NS (UINT64_C(1000) * 1000 * 1000) /* for all lines of a trial */

/* What the faults of the reader begin with: "rule:LINE:COLUMN: ". */
static const char file[] = "rule";

/* ---- faults of the rule ----------------------------------------------------- */

static json_t *in_both(const struct fault *why)
{
	char zh[FAULT_TOLD];

	fault_tell_zh(why, zh, sizeof(zh));
	return json_pack("{s:s, s:s}", "zh", zh, "en", why->text);
}

/* The place that the words begin with; they go on behind it. */
static void take_place(char *words, int *line, int *column)
{
	int len = 0;

	if (strncmp(words, file, strlen(file)) || words[strlen(file)] != ':' ||
	    sscanf(words + strlen(file), ":%d:%d: %n", line, column, &len) != 2 || !len)
		return;
	len += (int)strlen(file);
	memmove(words, words + len, strlen(words + len) + 1);
}

static void on_refused(void *who, const struct fault *found)
{
	struct trial *trial = who;
	struct fault why = *found;
	int line = 1, column = 1;
	json_t *fault;

	if (json_array_size(trial->faults) == FAULTS_MOST)
		return;
	take_place(why.zh, &line, &column);
	take_place(why.text, &line, &column);
	fault = in_both(&why);
	json_object_set_new(fault, "line", json_integer(line < 1 ? 1 : line));
	json_object_set_new(fault, "column", json_integer(column < 1 ? 1 : column));
	json_array_append_new(trial->faults, fault);
}

static void refuse(struct trial *trial, const char *en, const char *zh)
{
	struct fault why;

	fault_say(&why, FAULT_INVALID, "%s%.0s", "%.0s%s", en, zh);
	on_refused(trial, &why);
}

static bool is_one_rule(struct trial *trial, const struct ruleset *set)
{
	if (json_array_size(trial->faults))
		return false;
	if (ruleset_count(set) != 1)
		refuse(trial, "one rule is tried at a time; this is none, or several",
		       "每次试验一条规则；此处没有规则或有多条");
	else if (ruleset_at(set, 0)->correlation)
		refuse(trial, "a correlation speaks of several lines; try each of the rules that it names",
		       "关联规则针对多行日志；请分别试验它所引用的各条规则");
	return !json_array_size(trial->faults);
}

/* ---- lines ------------------------------------------------------------------ */

static void put(struct trial *trial, bool matches, const struct fault *why)
{
	json_t *row = json_pack("{s:b}", "matches", matches);

	if (why && why->text[0])
		json_object_set_new(row, "fault", in_both(why));
	json_array_append_new(trial->tried, row);
}

static void try_line(struct trial *trial, struct matcher *matcher, struct source *source, struct event *event,
		     const json_t *line)
{
	const uint64_t cut = matcher_counts(matcher).cut;
	struct fault why = { 0 };
	const uint32_t *rules;
	bool matches = false;
	int ret = intake_line(trial->maps, source, json_string_value(line), json_string_length(line),
			      trial->now, event, &why);

	if (ret == 0)
		matches = matcher_feed(matcher, event, &rules) > 0;
	if (ret == -FAULT_ABSENT) /* an empty line, the head of a table: good, and no event */
		why = (struct fault){ 0 };
	if (matcher_counts(matcher).cut > cut)
		fault_say(&why, FAULT_LIMIT, "it takes too long to tell of this line",
			  "判断此行所需时间过长");
	put(trial, matches, &why);
}

static void try_lines(struct trial *trial, const struct program *program)
{
	const uint64_t until = uv_hrtime() + LINES_NS;
	struct source source = { .name = trial->source, .year = { .now = trial->now } };
	struct matcher *matcher = matcher_new(program);
	struct event *event = event_new();
	struct fault late;
	json_t *line;
	size_t i;

	fault_say(&late, FAULT_LIMIT, "not tried: the lines before took too long",
		  "未试验：前面各行耗时过长");
	json_array_foreach((json_t *)trial->lines, i, line) {
		if (uv_hrtime() > until)
			put(trial, false, &late);
		else
			try_line(trial, matcher, &source, event, line);
	}
	event_free(event);
	matcher_free(matcher);
	source_fini(&source);
}

void trial_run(struct trial *trial)
{
	struct ruleset *set = ruleset_new(on_refused, trial);
	struct program *program;
	struct fault why;

	if (trial->lists && ruleset_set_lists(set, trial->lists, &why) < 0)
		refuse(trial, "the lists of this daemon cannot be read; ask whoever runs it",
		       "本守护进程的列表无法读取，请询问系统管理员");
	ruleset_add(set, file, trial->rule, strlen(trial->rule));
	if (is_one_rule(trial, set)) {
		ruleset_finish(set);
		program = program_new(set);
		try_lines(trial, program);
		program_free(program);
	}
	ruleset_free(set);
}
