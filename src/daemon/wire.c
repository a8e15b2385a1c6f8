#include "daemon/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/action.h"
#include "base/stamp.h"
#include "daemon/heartbeat.h"
#include "daemon/life.h"
#include "gate/gate.h"
#include "host/ballast.h"
#include "host/clock.h"
#include "store/store.h"

/* This program is from 2026: an earlier clock is wrong, and what is recorded
 * under it could not be put right afterwards. */
enum { FIRST_YEAR = 2026, BALLAST_MIB = 64, BALLAST_MOST_MIB = 1024 * 1024 };

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
		.cap_sender = settings->cap_sender,
		.public_url = settings->public_url,
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

/* In MiB. A demonstration folder comes and goes, and holds nothing back unasked. */
static int ballast_asked(const struct settings *settings, bool demo, uint64_t *out, struct fault *why)
{
	char *end = NULL;
	const long mib = settings->ballast ? strtol(settings->ballast, &end, 10) : demo ? 0 : BALLAST_MIB;

	if (mib < 0 || mib > BALLAST_MOST_MIB || (settings->ballast && (end == settings->ballast || *end)))
		return fault_say(why, FAULT_INVALID, "--ballast '%.40s': a whole number of 0 to %d (MiB)",
				 "--ballast“%.40s”：应为 0 至 %d 的整数（MiB）", settings->ballast,
				 BALLAST_MOST_MIB);
	*out = (uint64_t)mib << 20;
	return 0;
}

static void say_full(const struct settings *settings, const struct ballast *ballast)
{
	if (ballast_full(ballast))
		fprintf(stderr,
			"fengsui: %s has no room to hold %llu MiB back: work on cases goes on, logs and "
			"files are not "
			"taken until %llu MiB are free (or --ballast MIB less) / "
			"磁盘余量不足以预留空间：案件处理照常，暂不接收日志和文件\n",
			settings->data, (unsigned long long)ballast_bytes(ballast) >> 20,
			(unsigned long long)ballast_bytes(ballast) >> 19);
}

struct living {
	struct life *life;
	struct heartbeat *heartbeat;
};

static void beat(void *who)
{
	struct living *living = who;

	life_beat(living->life, clock_wall());
	heartbeat_turned(living->heartbeat, clock_steady());
}

static json_t *heard(void *who) { return heartbeat_status(((struct living *)who)->heartbeat); }

static void ending(void *who)
{
	(void)who;
	life_stopping();
}

/* The fact that nobody was here matters less than that somebody is here now. */
static int begin_life(struct life *life, struct house *house, struct ballast *ballast, struct fault *why)
{
	int ret = life_begin(life, house, clock_wall(), why);

	if (ret < 0 && why->no_room && ballast_release(ballast))
		ret = life_begin(life, house, clock_wall(), why);
	if (ret < 0 && why->no_room) {
		fprintf(stderr, "fengsui: the record does not say that this start was: %s\n", why->text);
		ret = 0;
	}
	return ret;
}

/* The ways in are open, nothing has come in yet. A start that fails before this,
 * and is tried again and again, leaves no entry each time. */
static int
run(struct gate *gate, struct gate_options *options, const struct settings *settings, struct living *living,
    void (*ready)(const struct settings *settings, const struct gate *gate, bool demo, int64_t now),
    struct fault *why)
{
	struct house *house = options->house;
	int ret;

	if (settings->heartbeat && (ret = heartbeat_open(settings->heartbeat, &living->heartbeat, why)) < 0)
		return ret;
	if ((ret = begin_life(living->life, house, options->ballast, why)) < 0)
		return ret;
	options->past = life_past(living->life);
	ready(settings, gate, house_demo(house), house_given_now(house));
	life_ready(settings->data);
	if ((ret = gate_run(gate, why)) == 0)
		life_end(living->life, clock_wall());
	return ret;
}

static int
serve(struct house *house, const struct settings *settings, struct life *life, struct ballast *ballast,
      void (*ready)(const struct settings *settings, const struct gate *gate, bool demo, int64_t now),
      struct fault *why)
{
	struct living living = { .life = life };
	struct gate_options options = {
		.house = house,
		.clock = clock_wall,
		.rules = settings->rules,
		.lists = settings->lists,
		.maps = settings->maps,
		.syslog_udp = settings->syslog_udp,
		.syslog_tcp = settings->syslog_tcp,
		.https = settings->https,
		.http = settings->http,
		.cert = settings->cert,
		.cert_key = settings->key,
		.web = settings->web,
		.public_folder = settings->public_folder,
		.ballast = ballast,
		.beat_ms = life_beat_ms(),
		.beat = beat,
		.ending = ending,
		.heartbeat = heard,
		.living = &living,
		.syslog_tls = settings->syslog_tls,
		.syslog_cert = settings->syslog_cert,
		.syslog_key = settings->syslog_key,
		.syslog_clients = settings->syslog_clients,
		.sources = settings->sources,
		.mail = settings->mail,
		.mail_password_file = settings->mail_password_file,
		.mail_ca = settings->mail_ca,
		.mail_every = settings->mail_every,
		.channels = settings->channels,
	};
	struct gate *gate;
	int ret;

	if ((ret = gate_open(&options, &gate, why)) < 0)
		return ret;
	ret = run(gate, &options, settings, &living, ready, why);
	gate_close(gate);
	heartbeat_close(living.heartbeat);
	return ret;
}

static int work(struct house *house, const struct settings *settings, struct life *life,
		void (*ready)(const struct settings *settings, const struct gate *gate, bool demo,
			      int64_t now),
		struct fault *why)
{
	struct ballast *ballast;
	uint64_t bytes = 0;
	int ret = ballast_asked(settings, house_demo(house), &bytes, why);

	if (ret < 0)
		return ret;
	ballast = ballast_open(settings->data, bytes);
	say_full(settings, ballast);
	ret = serve(house, settings, life, ballast, ready, why);
	ballast_close(ballast);
	return ret;
}

int wire_run(const struct settings *settings,
	     void (*ready)(const struct settings *settings, const struct gate *gate, bool demo, int64_t now),
	     struct fault *why)
{
	struct life *life = life_open(settings->data);
	struct house *house = NULL;
	int ret = open_house(settings, &house, why);

	/* What was held back for a full disk lets the house open on one. */
	if (ret < 0 && why->no_room && ballast_remove(settings->data))
		ret = open_house(settings, &house, why);
	if (ret == 0)
		ret = work(house, settings, life, ready, why);
	house_close(house);
	life_close(life);
	return ret;
}
