#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"

/*
 * deadlines -- `fengsui deadlines [STATE]`: what must be reported upward, by when, over all regimes.
 */

/* clang-format off */
static const struct {
	const char *state, *en, *zh;
} states[] = {
	{ "running",     "runs",                          "计时中" },
	{ "at_once",     "AT ONCE: not sent",             "立即上报：未报" },
	{ "missed",      "MISSED",                        "已逾期" },
	{ "unconfirmed", "unconfirmed: does not count",   "未确认：不计时" },
	{ "sent",        "sent, no receipt yet",          "已报，待回执" },
};
/* clang-format on */

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* The words of a thing that says them in both languages, or of itself. */
static const char *words_of(struct ctl *ctl, const json_t *row, const char *name, const char *otherwise)
{
	const json_t *words = json_object_get(row, name);

	return words ? text_of(words, ctl->zh ? "zh" : "en") : otherwise;
}

static const char *state_words(struct ctl *ctl, const json_t *row)
{
	const char *state = text_of(row, "state");

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(states[i].state, state)) {
			const char *said = in_words(ctl, states[i].en, states[i].zh);

			return json_object_get(row, "missed") && strcmp(state, "missed")
				       ? arena_text(ctl->mem, "%s (%s)", said,
						    in_words(ctl, "MISSED", "已逾期"))
				       : said;
		}
	return state;
}

static const char *due_words(struct ctl *ctl, const json_t *row)
{
	const char *due = text_of(row, "due");

	return strlen(due) > 19 ? arena_text(ctl->mem, "%.10s %.5sZ", due, due + 11) : "-";
}

/* "3 h 20 min", or behind its time "-1 d 2 h". */
static const char *left_words(struct ctl *ctl, const json_t *row)
{
	const json_t *left = json_object_get(row, "left_s");
	const long long s = (long long)json_integer_value(left), of = s < 0 ? -s : s;
	const char *sign = s < 0 ? "-" : "";

	if (!left)
		return "-";
	if (of >= 86400)
		return arena_text(ctl->mem, in_words(ctl, "%s%lld d %lld h", "%s%lld天%lld小时"), sign,
				  of / 86400, of % 86400 / 3600);
	return arena_text(ctl->mem, in_words(ctl, "%s%lld h %lld min", "%s%lld小时%lld分"), sign, of / 3600,
			  of % 3600 / 60);
}

static void put_row(struct ctl *ctl, struct table *table, const json_t *row)
{
	const json_t *incident = json_object_get(row, "case"), *duty = json_object_get(row, "duty");
	const char *stage = text_of(row, "stage");

	table_put(table, due_words(ctl, row));
	table_put(table, left_words(ctl, row));
	table_put(table, state_words(ctl, row));
	table_put(table, text_of(incident, "number"));
	table_put(table, text_of(duty, "number"));
	table_put(table, arena_text(ctl->mem, "%s%s%s", text_of(row, "regime"), *stage ? "/" : "", stage));
	table_put(table, words_of(ctl, row, "stage_name", words_of(ctl, row, "regime_name", "")));
	table_put(table, text_of(row, "recipient"));
	table_put(table, text_of(row, "certainty"));
}

static void say_all(struct ctl *ctl, const json_t *answer)
{
	static const char *const en[] = { "Due",  "Left", "State", "Case",     "Duty",
					  "Rule", "What", "To",    "Certainty" };
	static const char *const zh[] = { "期限", "剩余", "状态", "案件",    "上报",
					  "规则", "事项", "报送", "可靠程度" };
	const json_t *rows = json_object_get(answer, "deadlines"), *row;
	struct table *table;
	size_t i;

	if (!json_array_size(rows)) {
		puts(in_words(ctl, "Nothing has to be reported upward.", "没有待上报事项。"));
		return;
	}
	table = table_new(ctl, 9);
	for (i = 0; i < 9; i++)
		table_put(table, in_words(ctl, en[i], zh[i]));
	json_array_foreach((json_t *)rows, i, row)
		put_row(ctl, table, row);
	table_print(table);
	if (json_is_true(json_object_get(answer, "more")))
		puts(in_words(ctl, "There are more: --limit N, at most 500.",
			      "还有更多：--limit N，至多 500。"));
}

int deadlines_command(struct ctl *ctl)
{
	json_t *request;
	int ret;

	if (ctl->typed.word_count > 2)
		return say_usage(ctl, "'%s' is one word too many; it is: fengsui deadlines [STATE]",
				 "“%s”是多余的词；用法：fengsui deadlines [STATE]", ctl->typed.words[2]);
	request = talk_request(ctl, "deadlines");
	if (ctl->typed.word_count > 1)
		json_object_set_new(request, "state", json_string(ctl->typed.words[1]));
	ret = talk_limit(ctl, request);
	return ret ? ret : talk_tell(ctl, request, say_all);
}
