#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "gate/gate_private.h"

/*
 * asker -- who asks and when, as far as the folder lets them say so.
 *
 * In a real folder the operating system says who it is and the machine's clock
 * says when; in a demonstration folder the request may say both.
 */

/* Whoever owns the folder can read it without us, so nothing is kept from them. */
static bool owns_the_folder(const struct caller *caller)
{
	return !caller->remote && (caller->user.uid == 0 || caller->user.uid == geteuid());
}

static int named(struct gate *gate, const struct job *job, const char *login, struct asker *out,
		 struct fault *why)
{
	if (!gate->demo)
		return fault_say(why, FAULT_REFUSED,
				 "this is a real folder: who asks is the user of this machine (%s), "
				 "'as' %s is for demonstration folders only",
				 "这是正式目录：办理人即本机用户（%s），“as” “%s”只用于演示目录",
				 job->caller->user.name, login);
	return house_person(gate->house, login, &out->person, why);
}

/* The owner may be registered before there is anybody who could give a post. */
static bool still_setting_up(struct gate *gate, const struct job *job)
{
	const char *kind = ask_text(&job->ask, SAYS_KIND), *move = ask_text(&job->ask, SAYS_MOVE);

	return !gate->demo && owns_the_folder(job->caller) && job->writes &&
	       house_sets_up(gate->house, kind ? kind : "", move ? move : "", job->ask.says[SAYS_INPUT]);
}

/* Over the network it is whoever has signed in. */
static int signed_in(const struct caller *caller, struct asker *out, struct fault *why)
{
	out->person = caller->person;
	out->unproven = caller->unproven;
	return out->person ? 0 : fault_say(why, FAULT_REFUSED, "nobody is signed in", "尚未登录");
}

int asker_of(struct gate *gate, const struct job *job, struct asker *out, struct fault *why)
{
	const char *as = ask_text(&job->ask, SAYS_AS);

	*out = (struct asker){ .session = job->caller->session };
	if (job->caller->remote)
		return signed_in(job->caller, out, why);
	if (as)
		return named(gate, job, as, out, why);
	if (house_person(gate->house, job->caller->user.name, &out->person, NULL) == 0 &&
	    !still_setting_up(gate, job))
		return 0;
	out->person = 0;
	/* Who owns the folder may set up the register of people; the runner says how far. */
	if (owns_the_folder(job->caller)) {
		out->machine = job->writes ? "setup" : "system";
		return 0;
	}
	if (gate->demo)
		return fault_say(why, FAULT_REFUSED,
				 "who asks? '%s' is no login of a person here; say --as LOGIN",
				 "由谁办理？这里没有登录名为“%s”的人员；请用 “--as 登录名” 说明",
				 job->caller->user.name);
	return fault_say(why, FAULT_REFUSED,
			 "'%s' is no login of a person in the staff register of this folder",
			 "本目录人员名册中没有登录名“%s”", job->caller->user.name);
}

int asker_operates(struct gate *gate, const struct job *job, struct fault *why)
{
	if (owns_the_folder(job->caller))
		return 0;
	(void)gate;
	return fault_say(why, FAULT_REFUSED, "'%s' is for the user that runs the daemon",
			 "“%s”只能由运行守护进程的用户使用", ask_op_name(job->ask.op));
}

/* "+15 min" counts from the last moment that was given. */
static int read_moment(const struct gate *gate, const char *text, int64_t *out, struct fault *why)
{
	int64_t span;
	int ret;

	if (text[0] != '+')
		return stamp_parse(text, strlen(text), out, why);
	if ((ret = stamp_parse_span(text + 1, &span, why)) < 0)
		return ret;
	*out = gate->now + span;
	return 0;
}

int asker_time(struct gate *gate, const struct job *job, int64_t *out, struct fault *why)
{
	const char *at = ask_text(&job->ask, SAYS_AT);
	char before[STAMP_LEN];
	struct fault mine;
	int64_t moment;

	if (!at) {
		*out = gate->demo ? gate->now : gate->clock();
		return 0;
	}
	if (!gate->demo)
		return fault_say(why, FAULT_REFUSED,
				 "this is a real folder: its time is the machine's, "
				 "'at' %.40s is for demonstration folders only",
				 "这是正式目录：时间以本机为准，“at” “%.40s”只用于演示目录", at);
	if (read_moment(gate, at, &moment, &mine) < 0)
		return fault_say(why, FAULT_INVALID, "at: %s%.0s", "给定时间（at）：%.0s%s", mine.text,
				 mine.zh);
	if (moment < gate->now) {
		stamp_format(gate->now, before);
		return fault_say(why, FAULT_INVALID, "given time does not go back: %.40s is before %s",
				 "给定时间不能倒退：“%.40s”早于 %s", at, before);
	}
	*out = moment;
	return 0;
}

bool asker_sees_sources(const struct gate *gate, int64_t person, int64_t now)
{
	static const char *const roles[] = { "DIR", "DUT", "CL", "AUD", "SYS" };

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (house_holds(gate->house, person, roles[i], now))
			return true;
	return false;
}
