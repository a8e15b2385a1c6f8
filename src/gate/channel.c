#include <stdlib.h>
#include <string.h>

#include "gate/gate_private.h"

/*
 * channel -- what people do with the ways out: hold, resume, test them, try a message again.
 */
enum { REASON_MOST = 500 };

static int wanted(struct job *job, enum ask_field field, const char *name, const char **out)
{
	struct fault why;

	if ((*out = ask_text(&job->ask, field)) && strlen(*out) <= REASON_MOST)
		return 0;
	fault_say(&why, FAULT_INVALID, "'%s' is wanted, of at most %d bytes", "须给出“%s”，至多 %d 字节",
		  name, REASON_MOST);
	job->answer = answer_fault(&why);
	return 1;
}

static int hold(struct gate *gate, struct job *job, const struct asker *asker, int64_t now, struct fault *why)
{
	const char *name, *reason;

	if (wanted(job, SAYS_CHANNEL, "channel", &name) || wanted(job, SAYS_REASON, "reason", &reason))
		return 0;
	courier_heed(gate->courier);
	return house_channel_hold(gate->house, asker, name, reason, now, &job->answer, why);
}

static int give_up(struct gate *gate, struct job *job, const struct asker *asker, int64_t now,
		   struct fault *why)
{
	const char *name, *reason;

	if (wanted(job, SAYS_CHANNEL, "channel", &name) || wanted(job, SAYS_REASON, "reason", &reason))
		return 0;
	return house_channel_give_up(gate->house, asker, name, reason, now, &job->answer, why);
}

static int resume(struct gate *gate, struct job *job, const struct asker *asker, int64_t now,
		  struct fault *why)
{
	const char *name;
	int ret;

	if (wanted(job, SAYS_CHANNEL, "channel", &name))
		return 0;
	courier_heed(gate->courier);
	ret = house_channel_resume(gate->house, asker, name, now, &job->answer, why);
	if (ret == 0 && json_is_true(json_object_get(job->answer, "ok")))
		courier_wake_channel(gate->courier, name, NULL);
	return ret;
}

static int test(struct gate *gate, struct job *job, const struct asker *asker, int64_t now, struct fault *why)
{
	(void)job;
	return house_channel_test(gate->house, asker, now, &job->answer, why);
}

static int retry(struct gate *gate, struct job *job, const struct asker *asker, int64_t now,
		 struct fault *why)
{
	return house_message_retry(gate->house, asker, ask_number(&job->ask, SAYS_MESSAGE, 0), now,
				   &job->answer, why);
}

/* clang-format off */
static const struct {
	const char *act;
	int (*run)(struct gate *, struct job *, const struct asker *, int64_t, struct fault *);
} acts[] = {
	{ "hold",    hold },
	{ "resume",  resume },
	{ "give-up", give_up },
	{ "test",    test },
	{ "retry",   retry },
};
/* clang-format on */

int channel_do(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	const char *act = ask_text(&job->ask, SAYS_ACT);
	struct fault mine = { 0 };
	struct asker asker = { 0 };

	if (asker_of(gate, job, &asker, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 0;
	}
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(acts[i].act, act))
			return acts[i].run(gate, job, &asker, now, why);
	fault_say(&mine, FAULT_INVALID, "act: one of hold, resume, give-up, test, retry",
		  "操作（act）：hold、resume、give-up、test、retry 之一");
	job->answer = answer_fault(&mine);
	return 0;
}
