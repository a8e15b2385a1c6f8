#include <stdlib.h>

#include "ctl/ctl_private.h"

/*
 * quarantine -- `fengsui quarantine [SOURCE]`: lines that were not what their source promised.
 */
static long long number_of(const json_t *thing, const char *name)
{
	return (long long)json_integer_value(json_object_get(thing, name));
}

/* As it is, for the daemon has made it safe to read; how much of it there is where it was cut. */
static const char *text_of_line(struct ctl *ctl, const json_t *line)
{
	const char *text = json_string_value(json_object_get(line, "text"));
	const long long kept = number_of(line, "bytes"), of = number_of(line, "of");

	return kept == of ? text
			  : arena_text(ctl->mem,
				       in_words(ctl, "%s … (%lld of %lld bytes)", "%s …（%lld / %lld 字节）"),
				       text, kept, of);
}

static void say_source(struct ctl *ctl, const json_t *source)
{
	const json_t *lines = json_object_get(source, "lines"), *line;
	struct table *table = table_new(ctl, 4);
	size_t i;

	printf(in_words(ctl, "%s: %lld kept, %lld before them given up\n",
			"%s：保留 %lld 行，更早的 %lld 行已舍弃\n"),
	       json_string_value(json_object_get(source, "name")), number_of(source, "kept"),
	       number_of(source, "given_up"));
	table_put(table, in_words(ctl, "Line", "行"));
	table_put(table, in_words(ctl, "Time", "时间"));
	table_put(table, in_words(ctl, "Reason", "原因"));
	table_put(table, in_words(ctl, "Text", "内容"));
	table_wrap(table);
	json_array_foreach(lines, i, line) {
		table_put(table, arena_text(ctl->mem, "%lld", number_of(line, "line")));
		table_put(table, json_string_value(json_object_get(line, "at")));
		table_put(table, json_string_value(json_object_get(line, ctl->zh ? "zh" : "en")));
		table_put(table, text_of_line(ctl, line));
	}
	if (i)
		table_print(table);
}

static void say_all(struct ctl *ctl, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "rows"), *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		say_source(ctl, row);
	if (!json_array_size(rows))
		puts(in_words(ctl, "None since the start.", "启动以来没有。"));
	if (json_is_true(json_object_get(answer, "more")))
		puts(in_words(ctl, "Other sources have some, too: name one.", "还有其他来源；请指明来源。"));
}

int quarantine_command(struct ctl *ctl)
{
	json_t *request;
	int ret;

	if (ctl->typed.word_count > 2)
		return say_usage(ctl, "'%s' is one word too many; it is: fengsui quarantine [SOURCE]",
				 "“%s”是多余的词；用法：fengsui quarantine [SOURCE]", ctl->typed.words[2]);
	request = talk_request(ctl, "quarantine");
	if (ctl->typed.word_count > 1)
		json_object_set_new(request, "source", json_string(ctl->typed.words[1]));
	ret = talk_limit(ctl, request);
	return ret ? ret : talk_tell(ctl, request, say_all);
}
