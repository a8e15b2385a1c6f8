#include "ctl/plan/play.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/plan/stage.h"
#include "ctl/plan/verdict.h"
#include "pack/scenario.h"

/* What has to be told of one scenario, and to whom. */
struct play {
	struct stage stage;
	const struct scenario *begun; /* the one that is played; its forerunners only lead up to it */
	struct problems *problems;
	bool chinese;
	bool failed;
};

/* ---- telling --------------------------------------------------------------- */

/* A forerunner is a scenario of its own, where its failure is told in full. */
static void fail(struct play *play, const struct scenario *in, struct place at, const char *text)
{
	play->failed = true;
	if (in == play->begun)
		problem_add(play->problems, at, NULL, "%s", text);
	else
		problem_add(play->problems, play->begun->after_at, NULL,
			    play->chinese ? "无法开始：%s:%d 未按预期进行"
					  : "it cannot begin: %s:%d does not come out as written",
			    at.file, at.line);
}

/* "step 3 (duty: incident.fix)" or "given unit". */
static void step_words(const struct scenario *in, const struct scenario_step *step, bool chinese,
		       struct buf *out)
{
	const size_t number =
		step >= in->steps && step < in->steps + in->step_count ? (size_t)(step - in->steps) + 1 : 0;

	if (!number) {
		buf_format(out, chinese ? "前提 %s：" : "given %s ", step->kind->name);
		return;
	}
	buf_format(out, chinese ? "第%zu步" : "step %zu", number);
	if (step->form == STEP_DO)
		buf_format(out, chinese ? "（%s：%s.%s）" : " (%s: %s.%s) ", step->as ? step->as : "-",
			   step->kind->name, step->move);
	else
		buf_text(out, chinese ? "：" : ": ");
}

static void fail_step(struct play *play, const struct scenario *in, const struct scenario_step *step,
		      struct place at, const struct buf *what)
{
	struct buf text = { 0 };

	step_words(in, step, play->chinese, &text);
	buf_text(&text, what->data ? what->data : "");
	fail(play, in, at, text.data);
	buf_fini(&text);
}

/* ---- one step -------------------------------------------------------------- */

/* States and clocks of the record are read as they stand after the step. */
static int look(struct play *play, const struct scenario *in, const struct scenario_step *step, int64_t id,
		struct fault *why)
{
	const struct scenario_check *differs;
	struct buf what = { 0 };
	json_t *shown = NULL;
	int ret = stage_show(&play->stage, id, &shown, why);

	if (ret == 0) {
		if (!(differs = verdict_states(step, shown, play->chinese, &what)))
			differs = verdict_clocks(step, shown, play->chinese, &what);
		if (differs)
			fail_step(play, in, step, differs->at, &what);
	}
	buf_fini(&what);
	json_decref(shown);
	return ret;
}

static int act(struct play *play, const struct scenario *in, const struct scenario_step *step, int64_t *id,
	       struct fault *why)
{
	struct buf what = { 0 };
	json_t *answer = NULL;
	int ret = stage_do(&play->stage, step, &answer, why);

	if (ret == 0 && !verdict_outcome(step, answer, play->chinese, &what))
		fail_step(play, in, step, step->expect_at, &what);
	if (ret == 0 && json_object_get(answer, "id"))
		*id = json_integer_value(json_object_get(answer, "id"));
	buf_fini(&what);
	json_decref(answer);
	return ret;
}

static int play_step(struct play *play, const struct scenario *in, const struct scenario_step *step,
		     struct fault *why)
{
	const bool looks = step->then.count || step->clocks.count || step->form == STEP_SEE;
	struct buf none = { 0 };
	int64_t id = 0;
	int ret = 0;

	if (step->form == STEP_PASS && (ret = stage_pass(&play->stage, step->passes, why)) < 0)
		return ret;
	if (step->kind)
		id = stage_subject(&play->stage, step);
	if (step->form == STEP_DO && ((ret = act(play, in, step, &id, why)) < 0 || play->failed))
		return ret;
	stage_name(&play->stage, step->gives, id);
	if (looks && !id) {
		buf_format(&none, play->chinese ? "没有任何 %s" : "there is no %s", step->kind->name);
		fail_step(play, in, step, step->at, &none);
		buf_fini(&none);
		return 0;
	}
	return looks ? look(play, in, step, id, why) : 0;
}

/* ---- one scenario ---------------------------------------------------------- */

static int enter(struct play *play, const struct scenario *in, const struct scenario_person *person,
		 struct fault *why)
{
	struct buf text = { 0 };
	json_t *answer = NULL;
	int ret = stage_enter(&play->stage, person, &answer, why);

	if (ret == 0 && !json_is_true(json_object_get(answer, "ok"))) {
		buf_format(&text,
			   play->chinese ? "无法登记人员 %s：" : "%s cannot be registered: ", person->login);
		verdict_why(answer, play->chinese, &text);
		fail(play, in, person->at, text.data);
	}
	buf_fini(&text);
	json_decref(answer);
	return ret;
}

/* Given, people, steps; before them those of the scenario it goes on from. */
static int play_parts(struct play *play, const struct scenario *s, struct fault *why)
{
	int ret = s->after ? play_parts(play, s->after, why) : 0;

	for (size_t i = 0; ret == 0 && !play->failed && i < s->given_count; i++)
		ret = play_step(play, s, &s->given[i], why);
	for (size_t i = 0; ret == 0 && !play->failed && i < s->person_count; i++)
		ret = enter(play, s, &s->people[i], why);
	for (size_t i = 0; ret == 0 && !play->failed && i < s->step_count; i++)
		ret = play_step(play, s, &s->steps[i], why);
	return ret;
}

static int play_one(const char *path, const struct pack *pack, const struct scenario *s, bool chinese,
		    struct problems *problems, struct fault *why)
{
	struct play play = { .begun = s, .problems = problems, .chinese = chinese };
	const struct scenario *first = s;
	int ret;

	while (first->after)
		first = first->after;
	ret = stage_open(&play.stage, path, pack, first->begins, why);
	if (ret == 0)
		ret = play_parts(&play, s, why);
	stage_close(&play.stage);
	return ret < 0 ? fault_within(why, "%s", s->file) : 0;
}

int play_scenarios(const char *path, const struct pack *pack, bool chinese, struct problems *problems,
		   size_t *played, struct fault *why)
{
	struct scenarios all;
	int ret = scenarios_read(path, pack, &all, problems, why);

	*played = 0;
	for (size_t i = 0; ret == 0 && i < all.count; i++) {
		ret = play_one(path, pack, &all.at[i], chinese, problems, why);
		*played += ret == 0;
	}
	scenarios_fini(&all);
	if (ret == 0 && problems->errors)
		ret = fault_set(why, FAULT_INVALID, "%zu steps of its scenarios do not come out as written",
				problems->errors);
	return ret;
}
