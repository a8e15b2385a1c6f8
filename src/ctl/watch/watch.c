#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/watch/follow.h"
#include "ctl/watch/inputs.h"
#include "ctl/watch/place.h"
#include "ctl/watch/show/report.h"
#include "ctl/watch/rules.h"
#include "ctl/watch/settings.h"
#include "ctl/watch/lane.h"
#include "ctl/watch/merge.h"
#include "detect/detector.h"
#include "host/clock.h"
#include "host/heap.h"

/*
 * watch -- rules over files, folders and pipes, alerts out: no server, nothing kept.
 *
 * Inputs are merged by time (lane.h, merge.h), and one detector sees them all: what
 * happened on two hosts is one story.
 */
struct watch {
	struct settings settings;
	struct inputs inputs;
	struct rules rules;
	struct detector *detector;
	struct lane_owner owner;
	struct lane *lanes[LANES_MOST];
	size_t lane_count;
	unsigned threads;
	struct rejects rejects;
	struct report report;
	struct meter meter;
	struct account account;
	uint64_t bytes_behind; /* of the inputs that were read */
	sigset_t let_in;       /* signals that are heard between reads */
	bool failed;           /* an input could not be read to its end */
	int output;            /* where alerts go */
	json_t *place;         /* where a former follow stood, or NULL */
	struct follow *follow; /* or NULL */
	bool placeless;        /* its place could not be kept, and that was said */
	size_t absent;
};

/* Asked to end: what was read is finished and the numbers are shown. */
static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
	(void)signal;
	asked_to_end = 1;
}

/* The end is asked for between two reads alone: a signal that comes a moment before
 * one would else wait with it. A reader of our output who leaves is seen where it
 * is written: the bar must still be taken off the terminal. */
static void heed_signals(struct watch *w)
{
	struct sigaction end = { .sa_handler = ask_to_end };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigprocmask(SIG_BLOCK, &held, &w->let_in);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* A wait that had something to read at once lets no signal in. */
static bool is_asked_to_end(void)
{
	sigset_t waiting;

	sigpending(&waiting);
	asked_to_end |= sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1;
	return asked_to_end;
}

/* There is no use in going on. */
static bool over(const struct watch *w) { return w->report.closed || w->report.full; }

/* ---- what lanes tell --------------------------------------------------------- */

static void say_input(struct watch *w, const char *name, const struct fault *why)
{
	meter_hide(&w->meter);
	fprintf(stderr, "fengsui watch: %s: %s\n", name,
		w->settings.chinese && *why->zh ? why->zh : why->text);
	meter_show(&w->meter);
}

/* Of a folder that was named, an entry that is no log is no failure. */
static void input_failed(void *who, const struct input *input, int ret, const struct fault *why)
{
	struct watch *w = who;

	say_input(w, input_name(input), why);
	if (ret != -FAULT_REFUSED && ret != -FAULT_ABSENT)
		w->failed = true;
	else if (input->named)
		w->absent++;
}

/* Rubbish is counted with the statistics; without them it is said. */
static void say_malformed(struct watch *w, const struct source *source)
{
	const struct tally *t = &source->tally;

	if (!t->malformed || w->settings.stats || w->report.format != FORMAT_JSON)
		return;
	meter_hide(&w->meter);
	fprintf(stderr,
		"fengsui watch: %s: %llu 行中有 %llu 行不是日志 / %llu of %llu lines are no log "
		"lines\n",
		source->name, (unsigned long long)t->received, (unsigned long long)t->malformed,
		(unsigned long long)t->malformed, (unsigned long long)t->received);
	meter_show(&w->meter);
}

static void input_ended(void *who, const struct input *input, const struct source *source)
{
	struct watch *w = who;

	say_malformed(w, source);
	tally_add(&w->account.tally, &source->tally);
	w->bytes_behind += input->bytes;
	w->account.inputs++;
}

/* ---- lanes beside each other -------------------------------------------------- */

static void draw(struct watch *w)
{
	struct meter_state state = { .bytes = w->bytes_behind,
				     .text = w->account.tally.bytes,
				     .events = w->account.tally.received,
				     .levels = w->report.scores.levels };

	for (size_t i = 0; i < w->lane_count; i++) {
		state.bytes += lane_position(w->lanes[i]);
		state.text += lane_tally(w->lanes[i])->bytes;
		state.events += lane_tally(w->lanes[i])->received;
	}
	meter_draw(&w->meter, &state);
}

/* Before a read, which may take long: what is known is handed on. On a terminal
 * the bar goes on while a pipe is silent. */
static void read_on(struct watch *w, struct lane *lane)
{
	report_flush(&w->report);
	rejects_flush(&w->rejects);
	lane_wait(lane, w->meter.on ? METER_EVERY_MS : -1, &w->let_in);
	if (meter_due(&w->meter))
		draw(w);
	if (is_asked_to_end())
		w->account.unread += lane_finish(lane);
	else
		lane_read(lane);
}

/* To its next event; false when there is none. */
static bool advance(struct watch *w, struct lane *lane)
{
	enum lane_state state;

	while ((state = lane_next(lane)) == LANE_HUNGRY && !over(w))
		read_on(w, lane);
	return state == LANE_EVENT;
}

static void run_lanes(struct watch *w)
{
	struct merge merge = { .count = 0 };
	struct lane *lane;

	for (size_t i = 0; i < w->lane_count; i++)
		if (advance(w, w->lanes[i]))
			merge_add(&merge, w->lanes[i], i);
	while ((lane = merge_first(&merge)) && !over(w)) {
		lane_feed(lane);
		if (report_is_much(&w->report))
			report_flush(&w->report);
		merge_moved(&merge, !advance(w, lane));
	}
}

/* Inputs that continue each other are a lane; a pipe is read by itself, when what
 * stands before it is done. Gives how many inputs the lanes have. */
static size_t make_lanes(struct watch *w, const struct input *first, size_t count)
{
	const struct lane_owner *owner = &w->owner;
	size_t begin = 0, i = 1;

	w->lane_count = 0;
	for (; i <= count; i++) {
		if (i < count && first[i].continues)
			continue;
		w->lanes[w->lane_count++] = lane_new(owner, first + begin, i - begin);
		begin = i;
		if (w->lane_count == LANES_MOST || first[i - 1].piped || (i < count && first[i].piped))
			break;
	}
	return begin;
}

static void drop_lanes(struct watch *w)
{
	for (size_t i = 0; i < w->lane_count; i++) {
		w->account.inputs += lane_is_reading(w->lanes[i]); /* as far as was wanted */
		w->account.unread += lane_finish(w->lanes[i]);
		tally_add(&w->account.tally, lane_tally(w->lanes[i]));
		lane_free(w->lanes[i]);
	}
	w->lane_count = 0;
}

/* A pipe gives lines as they come: there is nothing to do ahead. */
static void hire(struct watch *w, const struct input *first)
{
	w->owner.crew =
		w->threads > 1 && !first->piped ? crew_new(w->threads, w->rules.maps, w->detector) : NULL;
}

static unsigned processors(void)
{
	cpu_set_t ours;
	const int count = sched_getaffinity(0, sizeof(ours), &ours) < 0 ? 1 : CPU_COUNT(&ours);

	return count < 1 ? 1 : count > THREADS_MOST ? THREADS_MOST : (unsigned)count;
}

/* ---- files that go on ----------------------------------------------------------- */

static bool is_wanted(void *who) { return !over(who); }

static void draw_followed(struct watch *w, const struct follow *f)
{
	const struct tally tally = follow_tally(f);

	meter_draw(&w->meter, &(struct meter_state){ .text = tally.bytes,
						     .events = tally.received,
						     .levels = w->report.scores.levels });
}

/* What came of the lines is written first: whoever is ended between the two tells
 * it again, and of a file of ours it is cut off again. */
static void keep_place(struct watch *w)
{
	struct fault why;
	json_t *place;

	report_flush(&w->report);
	rejects_flush(&w->rejects);
	if (!w->settings.state || !follow_moved(w->follow))
		return;
	place = json_pack("{s:i, s:o, s:o, s:o}", "follow", 1, "output",
			  w->settings.output ? place_of_file(w->output) : json_null(), "rejects",
			  w->rejects.file ? place_of_file(fileno(w->rejects.file)) : json_null(), "files",
			  follow_place(w->follow));
	if (place_store(w->settings.state, place, &why) < 0 && !w->placeless) {
		say_input(w, "--state", &why);
		w->failed = w->placeless = true;
	}
	json_decref(place);
}

static void run_followed(struct watch *w)
{
	const struct timespec between = { .tv_nsec = METER_EVERY_MS * 1000000L };
	struct fault why;

	if (follow_new(&w->owner, &w->inputs, w->place, &w->follow, &why) < 0) {
		say_input(w, "--state", &why);
		w->failed = true;
		return;
	}
	while (!over(w) && !is_asked_to_end()) {
		const bool more = follow_poll(w->follow, is_wanted);

		keep_place(w);
		if (meter_due(&w->meter))
			draw_followed(w, w->follow);
		if (!more)
			ppoll(NULL, 0, &between, &w->let_in);
	}
	follow_end(w->follow);
}

static void run_inputs(struct watch *w)
{
	size_t done = 0;

	for (size_t count; done < w->inputs.count && !over(w); done += count) {
		if (is_asked_to_end())
			break;
		hire(w, &w->inputs.list[done]);
		count = make_lanes(w, w->inputs.list + done, w->inputs.count - done);
		w->owner.ahead = 1 + 2 * w->threads / w->lane_count;
		run_lanes(w);
		drop_lanes(w);
		crew_free(w->owner.crew);
	}
	w->account.unread += w->inputs.count - done;
	report_flush(&w->report);
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
		"\"hits_dropped\":%llu,\"regex_limited\":%llu,\"ahead\":%llu,\"unfit\":%llu,"
		"\"groups\":%llu,\"groups_given_up\":%llu,\"correlation_bytes\":%llu}\n",
		(unsigned long long)t->received, (unsigned long long)t->bytes, (double)a->span / 1e6,
		(unsigned long long)c->alerts, (unsigned long long)t->malformed, a->rules, a->refused,
		(unsigned long long)t->odd_pri, (unsigned long long)t->odd_nul,
		(unsigned long long)t->odd_utf8, (unsigned long long)t->odd_data,
		(unsigned long long)c->tried, (unsigned long long)c->late,
		(unsigned long long)c->groups_refused, (unsigned long long)c->hits_dropped,
		(unsigned long long)c->regex_limited, (unsigned long long)c->ahead,
		(unsigned long long)c->unfit, (unsigned long long)c->groups,
		(unsigned long long)c->groups_given_up, (unsigned long long)c->bytes);
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

	w->threads = w->settings.threads ? w->settings.threads : processors();
	w->owner = (struct lane_owner){ .settings = &w->settings,
					.maps = w->rules.maps,
					.rejects = &w->rejects,
					.failed = input_failed,
					.ended = input_ended,
					.who = w };
	report_begin(&w->report, &w->settings, w->rules.set, &w->meter, w->output);
	w->detector = detector_new(w->rules.set, NULL, report_alert, &w->report);
	w->owner.detector = w->detector;
	heed_signals(w);
	meter_begin(&w->meter, !w->settings.no_progress, w->settings.chinese,
		    w->inputs.all_known ? w->inputs.bytes : 0);
	if (w->settings.follow)
		run_followed(w);
	else
		run_inputs(w);
	meter_end(&w->meter);
	if (rejects_close(&w->rejects, &why) < 0) {
		say_input(w, "--rejects", &why);
		w->failed = true;
	}
	account(w, begun);
	detector_free(w->detector);
	follow_free(w->follow);
	report_fini(&w->report);
	return status(w);
}

/* Files of ours go on where the place says that they were. */
static int open_output(struct watch *w, struct fault *why)
{
	const char *path = w->settings.output;

	w->output = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : STDOUT_FILENO;
	if (w->output < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	return path ? place_cut(w->output, json_object_get(w->place, "output"), path, why) : 0;
}

static int open_rejects(struct watch *w, struct fault *why)
{
	const char *path = w->settings.rejects;
	int ret = rejects_open(&w->rejects, path, w->place, why);

	if (ret < 0 || !path)
		return ret;
	return place_cut(fileno(w->rejects.file), json_object_get(w->place, "rejects"), path, why);
}

static int open_all(struct watch *w)
{
	struct fault why;

	if (w->settings.state && place_load(w->settings.state, &w->place, &why) < 0)
		say_input(w, "--state", &why);
	else if (open_output(w, &why) < 0)
		say_input(w, "--output", &why);
	else if (open_rejects(w, &why) < 0)
		say_input(w, "--rejects", &why);
	else
		return -1;
	return EXIT_READ;
}

/* A folder that is followed may be empty as yet. */
static bool is_nothing(const struct watch *w)
{
	return !w->inputs.count && !(w->settings.follow && w->inputs.folders);
}

int ctl_watch(int argc, char **argv)
{
	struct watch w = { .output = STDOUT_FILENO };
	int ret;

	if ((ret = settings_read(&w.settings, argc, argv)) >= 0)
		return ret;
	heap_in_large_pages();
	inputs_find(&w.inputs, &w.settings);
	w.absent = w.inputs.absent;
	if (is_nothing(&w))
		ret = EXIT_NO_FILE;
	else if ((ret = rules_load(&w.rules, &w.settings)) < 0 && (ret = open_all(&w)) < 0)
		ret = run(&w);
	rules_fini(&w.rules);
	inputs_fini(&w.inputs);
	json_decref(w.place);
	if (w.output > STDOUT_FILENO)
		close(w.output);
	return ret;
}
