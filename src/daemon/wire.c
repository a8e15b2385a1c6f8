#include "daemon/wire.h"

#include <stdlib.h>
#include <string.h>

#include "action/action.h"
#include "base/stamp.h"
#include "gate/gate.h"
#include "host/clock.h"
#include "store/store.h"

/* This program is from 2026: an earlier clock is wrong, and what is recorded
 * under it could not be put right afterwards. */
enum { FIRST_YEAR = 2026 };

static int sane_clock(int64_t now, struct fault *why)
{
	char text[STAMP_LEN];

	if (stamp_civil(now).year >= FIRST_YEAR)
		return 0;
	stamp_format(now, text);
	return fault_set(
		why, FAULT_INVALID,
		"the clock of this machine says %s, which is before %d; set it first (timedatectl set-time)",
		text, FIRST_YEAR);
}

static int moment_of_opening(const struct settings *settings, int64_t *out, struct fault *why)
{
	int ret;

	if (!settings->at) {
		*out = clock_wall();
		return settings->demo ? 0 : sane_clock(*out, why);
	}
	if (!settings->demo)
		return fault_say(why, FAULT_REFUSED,
				 "--at needs --demo: a real folder takes its time from the machine",
				 "--at 须与 --demo 同用：正式目录的时间以本机为准");
	if ((ret = stamp_parse(settings->at, strlen(settings->at), out, why)) < 0)
		return fault_within(why, "--at");
	return 0;
}

static int open_house(const struct settings *settings, struct house **out, struct fault *why)
{
	struct house_options options = {
		.folder = settings->data,
		.pack = settings->pack,
		.origin = settings->origin,
		.demo = settings->demo,
		.given = settings->at != NULL,
	};
	int ret;

	if ((ret = moment_of_opening(settings, &options.now, why)) < 0)
		return ret;
#ifdef FENGSUI_TEST_HOOKS
	/* The fault that the power-cut campaign must catch. */
	if (getenv("FENGSUI_TEST_SYNC"))
		store_sqlite_sync(getenv("FENGSUI_TEST_SYNC"));
#endif
	return house_open(&options, out, why);
}

static int work(struct house *house, const struct settings *settings,
		void (*ready)(const struct settings *settings, bool demo, int64_t now), struct fault *why)
{
	const struct gate_options options = {
		.house = house,
		.clock = clock_wall,
		.rules = settings->rules,
		.maps = settings->maps,
		.syslog_udp = settings->syslog_udp,
		.syslog_tcp = settings->syslog_tcp,
		.mail = settings->mail,
		.mail_password_file = settings->mail_password_file,
		.mail_ca = settings->mail_ca,
		.mail_every = settings->mail_every,
	};
	struct gate *gate;
	int ret;

	if ((ret = gate_open(&options, &gate, why)) < 0)
		return ret;
	ready(settings, house_demo(house), house_given_now(house));
	ret = gate_run(gate, why);
	gate_close(gate);
	return ret;
}

int wire_run(const struct settings *settings,
	     void (*ready)(const struct settings *settings, bool demo, int64_t now), struct fault *why)
{
	struct house *house;
	int ret;

	if ((ret = open_house(settings, &house, why)) < 0)
		return ret;
	ret = work(house, settings, ready, why);
	house_close(house);
	return ret;
}
