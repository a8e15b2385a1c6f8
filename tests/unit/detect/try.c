#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "detect/detector.h"
#include "intake/frame.h"
#include "intake/intake.h"

struct run {
	struct tried *out;
	struct maps *maps;
	struct source source;
	struct event *event;
	struct detector *detector;
	struct matcher *matcher; /* of the way in two halves; else NULL */
	struct notes notes;
	unsigned noted;
};

enum { LINES_A_BLOCK = 5 };

void try_init(struct tried *t) { *t = (struct tried){ .rules = 0 }; }

void try_fini(struct tried *t)
{
	buf_fini(&t->hits);
	buf_fini(&t->json);
}

static void refused(void *who, const struct fault *why)
{
	struct tried *t = who;

	if (!t->refusals++)
		t->first = *why;
}

static void alerted(void *who, const struct alert *a)
{
	struct tried *t = ((struct run *)who)->out;

	t->alerts++;
	buf_format(&t->hits, "%s@%llu ", a->rule->name ? a->rule->name : a->rule->id,
		   (unsigned long long)a->event->line);
	alert_write(&t->json, a);
	buf_char(&t->json, '\n');
}

static bool line(void *who, const char *text, size_t len)
{
	struct run *r = who;

	if (intake_line(r->maps, &r->source, text, len, r->source.year.now, r->event, NULL) < 0)
		return true;
	if (!r->matcher) {
		detector_feed(r->detector, r->event);
		return true;
	}
	notes_take(&r->notes, r->matcher, r->event);
	if (++r->noted % LINES_A_BLOCK == 0) {
		detector_replay(r->detector, &r->notes);
		notes_clear(&r->notes);
	}
	return true;
}

static void go(struct tried *t, struct ruleset *set, const char *lines, size_t len, size_t groups, bool halves)
{
	struct run r = { .out = t,
			 .source = { .name = "test", .year = { .now = 1796000000 * STAMP_SECOND } } };
	struct frame frame;

	r.maps = maps_new();
	assert_int_equal(maps_add_own(r.maps, NULL), 0);
	r.event = event_new();
	r.detector = detector_new(set, &(struct detector_limits){ .groups = groups }, alerted, &r);
	if (halves)
		r.matcher = matcher_new(detector_program(r.detector));
	frame_init(&frame, FRAME_LINES, LINE_LIMIT);
	frame_feed(&frame, lines, len, line, NULL, &r);
	frame_end(&frame, line, NULL, &r);
	frame_fini(&frame);
	detector_replay(r.detector, &r.notes);
	notes_fini(&r.notes);
	matcher_free(r.matcher);
	detector_free(r.detector);
	event_free(r.event);
	source_fini(&r.source);
	maps_free(r.maps);
	buf_text(&t->hits, "");
	buf_text(&t->json, "");
}

/* Each attempt is made twice: event by event, and matched in one place and carried
 * out in another. Nobody may see a difference. */
static void run(struct tried *t, struct ruleset *set, const char *lines, size_t len, size_t groups)
{
	struct tried again;

	try_init(&again);
	ruleset_finish(set);
	t->rules = ruleset_count(set);
	go(t, set, lines, len, groups, false);
	go(&again, set, lines, len, groups, true);
	assert_string_equal(again.json.data, t->json.data);
	try_fini(&again);
	ruleset_free(set);
}

void try_rules(struct tried *t, const char *rules, const char *lines)
{
	struct ruleset *set = ruleset_new(refused, t);
	struct fault why;

	if (t->lists && ruleset_add_list(set, "lists.yml", t->lists, strlen(t->lists), &why) < 0)
		fail_msg("%s", why.text);
	ruleset_add(set, "rule.yml", rules, strlen(rules));
	run(t, set, lines, strlen(lines), 0);
}

void try_paths(struct tried *t, const char *rules, const char *lines_path, size_t groups)
{
	struct ruleset *set = ruleset_new(refused, t);
	struct buf lines = { 0 };
	struct fault why;

	if (ruleset_add_path(set, rules, &why) < 0)
		fail_msg("%s", why.text);
	if (!try_read(lines_path, &lines))
		fail_msg("%s cannot be read", lines_path);
	run(t, set, lines.data, lines.len, groups);
	buf_fini(&lines);
}

bool try_read(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	char chunk[65536];
	size_t len;

	if (!file)
		return false;
	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_put(out, chunk, len);
	buf_text(out, "");
	fclose(file);
	return true;
}

bool try_shared(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/../shared/data/%s", FENGSUI_ROOT, name);
	if (access(path, R_OK) == 0)
		return true;
	if (getenv("CI"))
		fail_msg("%s is not there, and in CI it must be", path);
	printf("skipped: %s is not there\n", path);
	return false;
}
