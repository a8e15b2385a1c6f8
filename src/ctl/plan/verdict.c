#include "ctl/plan/verdict.h"

#include <string.h>

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* ---- what came ------------------------------------------------------------- */

static void missing_words(const json_t *refusal, bool chinese, struct buf *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(refusal, "missing"), i, one) {
		buf_format(out, "%s%s",
			   i         ? chinese ? "，" : ", "
			   : chinese ? "："
				     : ": ",
			   text_of(one, chinese ? "zh" : "en"));
		if (*text_of(one, "what"))
			buf_format(out, chinese ? "（%s）" : " (%s)", text_of(one, "what"));
	}
}

void verdict_why(const json_t *answer, bool chinese, struct buf *out)
{
	const json_t *refusals = json_object_get(answer, "refusals"), *refusal;
	size_t i;

	if (!json_array_size(refusals)) {
		buf_text(out, text_of(answer, chinese ? "zh" : "en"));
		return;
	}
	json_array_foreach((json_t *)refusals, i, refusal) {
		buf_format(out, "%s%s %s", i ? chinese ? "；" : "; " : "", text_of(refusal, "code"),
			   text_of(refusal, chinese ? "zh" : "en"));
		missing_words(refusal, chinese, out);
	}
}

static void came(const json_t *answer, bool chinese, struct buf *out)
{
	const bool done = json_is_true(json_object_get(answer, "ok"));

	if (done && json_object_get(answer, "pending"))
		buf_text(out, chinese ? "正等待另一人确认" : "it waits for another person");
	else if (done)
		buf_text(out, chinese ? "已办理" : "it was done");
	else {
		buf_text(out, json_object_get(answer, "refusals") ? chinese ? "被拒绝：" : "it was refused: "
			      : chinese                           ? "未受理："
								  : "it was not understood: ");
		verdict_why(answer, chinese, out);
	}
}

/* ---- what was expected ------------------------------------------------------ */

static void names_words(const struct names *names, bool chinese, struct buf *out)
{
	for (size_t i = 0; i < names->count; i++)
		buf_format(out, "%s%s", i ? chinese ? "、" : ", " : "", names->at[i]);
}

static void wanted(const struct scenario_step *step, bool chinese, struct buf *out)
{
	static const struct {
		const char *en, *zh;
	} words[] = {
		[OUTCOME_OK] = { "should be done", "应予办理" },
		[OUTCOME_PENDING] = { "should wait for another person", "应等待另一人确认" },
		[OUTCOME_REFUSED] = { "should be refused", "应被拒绝" },
		[OUTCOME_FAULT] = { "should not be understood", "应不予受理" },
	};

	buf_text(out, chinese ? words[step->outcome].zh : words[step->outcome].en);
	if (step->codes.count) {
		buf_text(out, chinese ? "（" : " (");
		names_words(&step->codes, chinese, out);
		buf_text(out, chinese ? "）" : ")");
	}
	buf_text(out, chinese ? "，但" : ", but ");
}

static bool has_code(const json_t *list, const char *code)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		if (!strcmp(text_of(one, "code"), code) || has_code(json_object_get(one, "missing"), code))
			return true;
	return false;
}

static bool as_expected(const struct scenario_step *step, const json_t *answer)
{
	const json_t *refusals = json_object_get(answer, "refusals");
	const bool done = json_is_true(json_object_get(answer, "ok")),
		   pending = json_object_get(answer, "pending");

	switch (step->outcome) {
	case OUTCOME_OK:
		return done && !pending;
	case OUTCOME_PENDING:
		return done && pending;
	case OUTCOME_FAULT:
		return !done && !strcmp(text_of(answer, "fault"), step->codes.at[0]);
	case OUTCOME_REFUSED:
		break;
	}
	for (size_t i = 0; i < step->codes.count; i++)
		if (!has_code(refusals, step->codes.at[i]))
			return false;
	return !done && !strcmp(text_of(answer, "fault"), "refused");
}

bool verdict_outcome(const struct scenario_step *step, const json_t *answer, bool chinese, struct buf *out)
{
	if (as_expected(step, answer))
		return true;
	wanted(step, chinese, out);
	came(answer, chinese, out);
	return false;
}

/* ---- states and clocks ------------------------------------------------------ */

static bool alike(const struct scenario_check *check, const char *is, bool chinese, struct buf *out)
{
	if (!strcmp(check->value, is))
		return true;
	buf_format(out, chinese ? "%s应为 %s，实为 %s" : "%s should be '%s', it is '%s'", check->name,
		   check->value, is);
	return false;
}

static const char *state_in(const json_t *shown, const char *region)
{
	const json_t *state = json_object_get(json_object_get(shown, "states"), region);

	return json_is_string(state) ? json_string_value(state) : text_of(state, "state");
}

const struct scenario_check *verdict_states(const struct scenario_step *step, const json_t *shown,
					    bool chinese, struct buf *out)
{
	for (size_t i = 0; i < step->then.count; i++)
		if (!alike(&step->then.at[i], state_in(shown, step->then.at[i].name), chinese, out))
			return &step->then.at[i];
	return NULL;
}

/* Of several lives of a clock the newest counts. */
static const json_t *clock_in(const json_t *shown, const char *code)
{
	const json_t *newest = NULL, *clock;
	size_t i;

	json_array_foreach(json_object_get(shown, "clocks"), i, clock)
		if (!strcmp(text_of(clock, "code"), code))
			newest = clock;
	return newest;
}

/* Missed stays missed, whether it still runs or was stopped too late. */
static const char *clock_word(const json_t *clock, const char *wanted)
{
	if (!clock)
		return "none";
	return json_object_get(clock, "missed") && !strcmp(wanted, "missed") ? "missed"
									     : text_of(clock, "state");
}

const struct scenario_check *verdict_clocks(const struct scenario_step *step, const json_t *shown,
					    bool chinese, struct buf *out)
{
	for (size_t i = 0; i < step->clocks.count; i++) {
		const struct scenario_check *check = &step->clocks.at[i];

		if (!alike(check, clock_word(clock_in(shown, check->name), check->value), chinese, out))
			return check;
	}
	return NULL;
}
