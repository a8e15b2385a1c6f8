#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/watch/inputs.h"
#include "ctl/watch/report.h"
#include "ctl/watch/rules.h"
#include "ctl/watch/settings.h"
#include "ctl/watch/inlet.h"
#include "detect/detector.h"
#include "host/clock.h"
#include "intake/frame.h"
#include "intake/intake.h"

/*
 * watch -- rules over files, folders and pipes, alerts out: no server, nothing kept.
 *
 * Inputs are read one behind the other, each a source with its own lines, numbers
 * and year; one detector sees them all, so that what happened on two hosts is
 * one story.
 */
struct watch {
	struct settings settings;
	struct inputs inputs;
	struct rules rules;
	struct detector *detector;
	struct event *event;
	struct source source; /* of the input that is being read */
	struct frame frame;
	struct inlet *inlet;
	struct rejects rejects;
	struct report report;
	struct meter meter;
	struct account account;
	uint64_t bytes_behind; /* of the inputs that were read */
	int64_t now;
	bool failed; /* an input could not be read to its end */
	size_t absent;
};

/* Asked to end: what was read is finished and the numbers are shown. */
static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
	(void)signal;
	asked_to_end = 1;
}

/* A reader of our output who leaves is seen where it is written: the bar must
 * still be taken off the terminal. */
static void heed_signals(void)
{
	struct sigaction end = { .sa_handler = ask_to_end }; /* no restart: a read must return */
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static bool over(const struct watch *w) { return w->report.closed || w->report.full || asked_to_end; }

/* ---- lines ------------------------------------------------------------------ */

static bool take_line(void *who, const char *line, size_t len)
{
	struct watch *w = who;
	struct fault why;
	const int ret = intake_line(w->rules.maps, &w->source, line, len, w->now, w->event, &why);

	if (ret == 0)
		detector_feed(w->detector, w->event);
	else if (ret != -FAULT_ABSENT)
		rejects_add(&w->rejects, &w->source, line, len, &why);
	/* Much output at once is handed on in pieces. */
	return !w->report.full && (!report_is_much(&w->report) || report_flush(&w->report));
}

static void take_loss(void *who)
{
	struct watch *w = who;
	struct fault why;

	intake_lost(&w->source);
	fault_set(&why, FAULT_LIMIT, "longer than %d bytes", LINE_LIMIT);
	rejects_add(&w->rejects, &w->source, NULL, 0, &why);
}

static bool take_bytes(void *who, const char *bytes, size_t len)
{
	struct watch *w = who;

	return frame_feed(&w->frame, bytes, len, take_line, take_loss, w) && !w->report.closed;
}

/* ---- one input -------------------------------------------------------------- */

static void draw(struct watch *w)
{
	meter_draw(&w->meter, &(struct meter_state){
				      .bytes = w->bytes_behind + inlet_position(w->inlet),
				      .text = w->account.tally.bytes + w->source.tally.bytes,
				      .events = w->account.tally.received + w->source.tally.received,
				      .levels = w->report.scores.levels,
			      });
}

/* Read on. On a terminal the bar goes on while a pipe is silent. */
static int read_more(struct watch *w, bool pipe, struct fault *why)
{
	int ret;

	if (w->meter.on && pipe)
		inlet_wait(w->inlet, METER_EVERY_MS);
	if (meter_due(&w->meter))
		draw(w);
	w->now = clock_wall();
	if (!w->settings.year.year)
		w->source.year.now = w->now;
	ret = inlet_read(w->inlet, take_bytes, w, why);
	report_flush(&w->report);
	return ret;
}

static void say_input(struct watch *w, const char *name, const struct fault *why)
{
	meter_hide(&w->meter);
	fprintf(stderr, "fengsui watch: %s: %s\n", name,
		w->settings.chinese && *why->zh ? why->zh : why->text);
	meter_show(&w->meter);
}

/* Of a folder that was named, an entry that is no log is no failure. */
static void say_failed(struct watch *w, const struct input *input, int ret, const struct fault *why)
{
	say_input(w, w->source.name, why);
	if (ret != -FAULT_REFUSED)
		w->failed = true;
	else if (input->named)
		w->absent++;
}

static void read_input(struct watch *w, const struct input *input)
{
	struct fault why;
	int ret = 1;

	while (!over(w) && (ret = read_more(w, !input->bytes, &why)) > 0)
		;
	if (ret < 0 && !asked_to_end)
		say_failed(w, input, ret, &why);
	if (!w->report.closed && !w->report.full)
		frame_end(&w->frame, take_line, take_loss, w);
	report_flush(&w->report);
}

/* Rubbish is counted with the statistics; without them it is said. */
static void say_malformed(struct watch *w)
{
	const struct tally *t = &w->source.tally;

	if (!t->malformed || w->settings.stats || w->report.format != FORMAT_JSON)
		return;
	meter_hide(&w->meter);
	fprintf(stderr,
		"fengsui watch: %s: %llu 行中有 %llu 行不是日志 / %llu of %llu lines are no log "
		"lines\n",
		w->source.name, (unsigned long long)t->received, (unsigned long long)t->malformed,
		(unsigned long long)t->malformed, (unsigned long long)t->received);
	meter_show(&w->meter);
}

static void take_input(struct watch *w, const struct input *input)
{
	const bool standard = !strcmp(input->path, "-");
	struct fault why;

	w->source = (struct source){ .name = standard ? "stdin" : input->path,
				     .product = w->settings.product,
				     .year = w->settings.year };
	if (inlet_open(input->path, &w->inlet, &why) < 0) {
		say_input(w, input->path, &why);
		w->absent++;
		return;
	}
	rejects_next_input(&w->rejects);
	frame_init(&w->frame, FRAME_LINES, LINE_LIMIT);
	read_input(w, input);
	frame_fini(&w->frame);
	say_malformed(w);
	tally_add(&w->account.tally, &w->source.tally);
	w->bytes_behind += input->bytes;
	w->account.inputs++;
	inlet_close(w->inlet);
}

/* ---- all of it -------------------------------------------------------------- */

static void print_stats(const struct account *a)
{
	const struct tally *t = &a->tally;
	const struct detector_counts *c = &a->counts;

	fprintf(stderr,
		"{\"events\":%llu,\"bytes\":%llu,\"seconds\":%.6f,\"alerts\":%llu,\"malformed\":%llu,"
		"\"rules\":%zu,\"refused\":%zu,\"odd_pri\":%llu,\"odd_nul\":%llu,\"odd_utf8\":%llu,"
		"\"odd_data\":%llu,\"tried\":%llu,\"late\":%llu,\"groups_refused\":%llu,"
		"\"hits_dropped\":%llu,\"regex_limited\":%llu}\n",
		(unsigned long long)t->received, (unsigned long long)t->bytes, (double)a->span / 1e6,
		(unsigned long long)c->alerts, (unsigned long long)t->malformed, a->rules, a->refused,
		(unsigned long long)t->odd_pri, (unsigned long long)t->odd_nul,
		(unsigned long long)t->odd_utf8, (unsigned long long)t->odd_data,
		(unsigned long long)c->tried, (unsigned long long)c->late,
		(unsigned long long)c->groups_refused, (unsigned long long)c->hits_dropped,
		(unsigned long long)c->regex_limited);
}

static void account(struct watch *w, int64_t begun)
{
	struct account *a = &w->account;

	a->span = clock_steady() - begun;
	a->counts = detector_counts(w->detector);
	a->rules = ruleset_count(w->rules.set);
	a->refused = ruleset_refusals(w->rules.set);
	a->rejects = &w->rejects;
	report_end(&w->report, a);
	if (w->settings.stats)
		print_stats(a);
}

static int status(const struct watch *w)
{
	if (w->failed || w->report.lost)
		return EXIT_READ;
	if (w->absent)
		return EXIT_NO_FILE;
	return w->settings.asks_level && w->report.scores.all ? EXIT_MATCHED : EXIT_FINE;
}

static int run(struct watch *w)
{
	const int64_t begun = clock_steady();
	struct fault why;

	w->event = event_new();
	report_begin(&w->report, &w->settings, w->rules.set, &w->meter);
	w->detector = detector_new(w->rules.set, NULL, report_alert, &w->report);
	heed_signals();
	meter_begin(&w->meter, !w->settings.no_progress, w->settings.chinese,
		    w->inputs.all_known ? w->inputs.bytes : 0);
	for (size_t i = 0; i < w->inputs.count; i++) {
		if (over(w))
			w->account.unread++;
		else
			take_input(w, &w->inputs.list[i]);
	}
	meter_end(&w->meter);
	if (rejects_close(&w->rejects, &why) < 0) {
		say_input(w, "--rejects", &why);
		w->failed = true;
	}
	account(w, begun);
	detector_free(w->detector);
	report_fini(&w->report);
	event_free(w->event);
	return status(w);
}

int ctl_watch(int argc, char **argv)
{
	struct watch w = { 0 };
	struct fault why;
	int ret;

	if ((ret = settings_read(&w.settings, argc, argv)) >= 0)
		return ret;
	inputs_find(&w.inputs, &w.settings);
	w.absent = w.inputs.absent;
	if (!w.inputs.count) {
		ret = EXIT_NO_FILE;
	} else if ((ret = rules_load(&w.rules, &w.settings)) >= 0) {
		/* said */
	} else if (rejects_open(&w.rejects, w.settings.rejects, &why) < 0) {
		say_input(&w, "--rejects", &why);
		ret = EXIT_READ;
	} else {
		ret = run(&w);
	}
	rules_fini(&w.rules);
	inputs_fini(&w.inputs);
	return ret;
}
