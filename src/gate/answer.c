#include <stdlib.h>

#include "base/stamp.h"
#include "gate/gate_private.h"

/*
 * answer -- what is said to a request.
 */

json_t *answer_fault(const struct fault *why)
{
	char zh[FAULT_TOLD];

	fault_tell_zh(why, zh, sizeof(zh));
	return json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "fault", fault_name(why->code), "en", why->text,
			 "zh", zh);
}

json_t *answer_ok(void) { return json_pack("{s:b}", "ok", 1); }

void answer_moment(json_t *answer, const char *name, int64_t moment)
{
	char text[STAMP_LEN];

	if (!moment) {
		json_object_set_new(answer, name, json_null());
		return;
	}
	stamp_format(moment, text);
	json_object_set_new(answer, name, json_string(text));
}

int job_settle(struct job *job, int ret, struct fault *why)
{
	static const int theirs[] = { FAULT_INVALID, FAULT_REFUSED, FAULT_ABSENT, FAULT_CONFLICT,
				      FAULT_LIMIT,   FAULT_STEP_UP, FAULT_UNKNOWN };

	for (size_t i = 0; ret < 0 && i < sizeof(theirs) / sizeof(*theirs); i++)
		if (ret == -theirs[i]) {
			json_decref(job->answer);
			job->answer = answer_fault(why);
			return 0;
		}
	return ret;
}

void job_free(struct job *job)
{
	ask_fini(&job->ask);
	json_decref(job->answer);
	if (job->drop)
		job->drop(job->matter);
	free(job);
}

void job_answer(struct gate *gate, struct job *job)
{
	json_t *answer = job->answer;

	/* Whoever reads an answer must see that nothing in it is real. */
	if (gate->demo)
		json_object_set_new(answer, "demo", json_true());
	job->answer = NULL;
	gate->requests++;
	job->caller->way->say(job->caller, job, answer);
	job_free(job);
}
