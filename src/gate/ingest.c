#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "detect/detector.h"
#include "detect/sigma/rule.h"
#include "evidence/blob.h"
#include "gate/gate_private.h"
#include "intake/intake.h"
#include "intake/map.h"

/*
 * ingest -- lines of logs go through detection, and alerts to the house.
 *
 * Equal alerts about one host that come between two batches are one, with the
 * raw lines of all of them kept as one evidence file; a flood of the same thing
 * is a number, not a thousand acts.
 */
enum { WAITING_MOST = 4096, RAW_MOST = 1024 * 1024 };

struct waiting {
	uint64_t fingerprint;
	json_t *alert;
	struct buf raw;
	uint64_t hits;
	char digest[BLOB_NAME]; /* "" until the raw lines are stored */
	uint64_t size;
	struct waiting *next;
};

struct ingest {
	struct maps *maps;
	struct ruleset *rules;
	struct detector *detector;
	struct event *event;
	struct sources *sources;
	struct waiting *first, **last;
	size_t waiting_count, written; /* `written`: in the open batch */
	uint64_t alerts_dropped;
	bool paused;
};

/* ---- what detection reports ------------------------------------------------ */

static uint64_t mix(uint64_t h, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t identity(const struct alert *alert)
{
	const struct field *host = event_find(alert->event, "host");
	uint64_t h = alert_fingerprint(alert);

	h = mix(h, alert->event->source, strlen(alert->event->source));
	return host ? mix(h, host->text, host->len) : h;
}

static struct waiting *wait_for(struct ingest *ingest, uint64_t fingerprint)
{
	for (struct waiting *one = ingest->first; one; one = one->next)
		if (one->fingerprint == fingerprint && !one->digest[0])
			return one;
	return NULL;
}

static struct waiting *add_waiting(struct ingest *ingest, const struct alert *alert, uint64_t fingerprint)
{
	struct buf text = { 0 };
	struct waiting *one;
	json_t *value;

	alert_write(&text, alert);
	value = json_loadb(text.data, text.len, 0, NULL);
	buf_fini(&text);
	if (!value || ingest->waiting_count >= WAITING_MOST) {
		json_decref(value);
		ingest->alerts_dropped++;
		return NULL;
	}
	one = must_alloc(sizeof(*one));
	*one = (struct waiting){ .fingerprint = fingerprint, .alert = value };
	*ingest->last = one;
	ingest->last = &one->next;
	ingest->waiting_count++;
	return one;
}

static void on_alert(void *who, const struct alert *alert)
{
	struct ingest *ingest = who;
	const uint64_t fingerprint = identity(alert);
	struct waiting *one = wait_for(ingest, fingerprint);

	if (!one && !(one = add_waiting(ingest, alert, fingerprint)))
		return;
	one->hits += alert->hits ? alert->hits : 1;
	if (one->raw.len + alert->event->raw_len < RAW_MOST) {
		buf_put(&one->raw, alert->event->raw, alert->event->raw_len);
		buf_char(&one->raw, '\n');
	}
}

/* ---- opening --------------------------------------------------------------- */

static void on_refused(void *who, const struct fault *why)
{
	(void)who;
	fprintf(stderr, "fengsui: rule refused: %s\n", why->text);
}

static int load_rules(struct ingest *ingest, const char *path, struct fault *why)
{
	int ret;

	ingest->rules = ruleset_new(on_refused, NULL);
	if ((ret = ruleset_add_path(ingest->rules, path, why)) < 0)
		return ret;
	ruleset_finish(ingest->rules);
	if (!ruleset_count(ingest->rules))
		return fault_set(why, FAULT_INVALID, "%s: no rule that can be used (%zu refused)", path,
				 ruleset_refusals(ingest->rules));
	ingest->detector = detector_new(ingest->rules, NULL, on_alert, ingest);
	fprintf(stderr, "fengsui: %zu rules from %s, %zu refused\n", ruleset_count(ingest->rules), path,
		ruleset_refusals(ingest->rules));
	return 0;
}

/* In a real folder a rule that is off is loaded and says nothing; whoever starts
 * the daemon should know how many those are. */
static int tell_switched_off(const struct ingest *ingest, struct house *house, struct fault *why)
{
	size_t off = 0;
	int ret = 0;

	for (size_t i = 0; ret == 0 && ingest->rules && i < ruleset_count(ingest->rules); i++) {
		const struct rule *rule = ruleset_at(ingest->rules, i);
		bool on = true;

		ret = house_rule_on(house, rule->id ? rule->id : rule->title, &on, why);
		off += !on;
	}
	if (off)
		fprintf(stderr,
			"fengsui: %zu of these rules are switched off and raise nothing; two people switch a "
			"rule on"
			" (fengsui detection_switch --help)\n",
			off);
	return ret;
}

int ingest_open(const struct gate_options *options, struct ingest **out, struct fault *why)
{
	struct ingest *ingest = must_alloc(sizeof(*ingest));
	int ret;

	*ingest = (struct ingest){ .maps = maps_new(), .event = event_new(), .sources = sources_new() };
	ingest->last = &ingest->first;
	if ((ret = maps_add_own(ingest->maps, why)) < 0 ||
	    (options->maps && (ret = maps_add_folder(ingest->maps, options->maps, why)) < 0) ||
	    (options->rules && (ret = load_rules(ingest, options->rules, why)) < 0) ||
	    (ret = tell_switched_off(ingest, options->house, why)) < 0) {
		ingest_close(ingest);
		return ret;
	}
	*out = ingest;
	return 0;
}

static void drop_first(struct ingest *ingest)
{
	struct waiting *one = ingest->first;

	ingest->first = one->next;
	if (!ingest->first)
		ingest->last = &ingest->first;
	ingest->waiting_count--;
	json_decref(one->alert);
	buf_fini(&one->raw);
	free(one);
}

void ingest_close(struct ingest *ingest)
{
	if (!ingest)
		return;
	while (ingest->first)
		drop_first(ingest);
	detector_free(ingest->detector);
	ruleset_free(ingest->rules);
	event_free(ingest->event);
	maps_free(ingest->maps);
	sources_free(ingest->sources);
	free(ingest);
}

/* ---- lines ----------------------------------------------------------------- */

void ingest_line(struct ingest *ingest, const char *name, const char *line, size_t len, int64_t now,
		 bool limited)
{
	struct source *source = sources_find(ingest->sources, name);

	if (ingest->paused) {
		sources_refuse(ingest->sources, source);
		return;
	}
	if (limited && !sources_admit(ingest->sources, source, now))
		return;
	sources_touch(ingest->sources);
	source->year.now = now;
	if (intake_line(ingest->maps, source, line, len, now, ingest->event, NULL) == 0 && ingest->detector)
		detector_feed(ingest->detector, ingest->event);
}

void ingest_pause(struct ingest *ingest, bool paused)
{
	if (ingest)
		ingest->paused = paused;
}

void ingest_too_long(struct ingest *ingest, const char *name)
{
	intake_lost(sources_find(ingest->sources, name));
	sources_touch(ingest->sources);
}

void ingest_lost(struct ingest *ingest, const char *name, uint64_t lines)
{
	sources_lost(ingest->sources, sources_find(ingest->sources, name), lines);
}

/* ---- to the house ---------------------------------------------------------- */

bool ingest_waiting(const struct ingest *ingest) { return ingest && ingest->first; }

bool ingest_counted(const struct ingest *ingest) { return ingest && sources_changed(ingest->sources); }

static int store_raw(struct gate *gate, struct waiting *one, struct fault *why)
{
	struct blob_draft *draft;
	int ret;

	if (one->digest[0])
		return 0;
	if ((ret = blob_open(house_folder(gate->house), &draft, why)) < 0)
		return ret;
	if ((ret = blob_put(draft, one->raw.data ? one->raw.data : "", one->raw.len, RAW_MOST, why)) < 0) {
		blob_drop(&draft);
		return ret;
	}
	return blob_seal(&draft, NULL, one->digest, &one->size, why);
}

static int deliver(struct gate *gate, struct waiting *one, json_t *answers, struct fault *why)
{
	json_t *answer = NULL;
	int ret;

	if ((ret = store_raw(gate, one, why)) < 0 ||
	    (ret = house_blob(gate->house, one->digest, (int64_t)one->size, gate->now, why)) < 0)
		return ret;
	json_object_set_new(one->alert, "raw", json_string(one->digest));
	json_object_set_new(one->alert, "count", json_integer((json_int_t)one->hits));
	if ((ret = house_alert(gate->house, one->alert, gate->now, &answer, why)) < 0)
		return ret;
	if (answers)
		json_array_append(answers, answer);
	json_decref(answer);
	return 0;
}

int ingest_deliver(struct gate *gate, json_t *answers, struct fault *why)
{
	struct ingest *ingest = gate->ingest;
	struct waiting *one;
	size_t i = 0;
	int ret;

	if (!ingest_waiting(ingest) && !ingest_counted(ingest))
		return 0;
	/* An `ingest` request may have brought the first ones in this batch already. */
	for (one = ingest->first; one && i < ingest->written; i++)
		one = one->next;
	for (; one; one = one->next) {
		if ((ret = deliver(gate, one, answers, why)) < 0)
			return fault_within(why, "an alert");
		ingest->written++;
	}
	return sources_write(ingest->sources, house_store(gate->house), gate->now, why);
}

void ingest_settle(struct ingest *ingest, bool committed)
{
	if (!ingest)
		return;
	while (committed && ingest->written) {
		drop_first(ingest);
		ingest->written--;
	}
	ingest->written = 0;
	sources_settle(ingest->sources, committed);
}

/* ---- the operation --------------------------------------------------------- */

static int bad_lines(json_t *lines, json_t **answer)
{
	struct fault mine;
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		if (json_is_string(line))
			continue;
		fault_say(&mine, FAULT_INVALID, "lines[%zu] is not a text", "“lines”第 %zu 项不是文字", i);
		*answer = answer_fault(&mine);
		return 1;
	}
	return 0;
}

int ingest_lines(struct gate *gate, const char *source, json_t *lines, json_t **answer, struct fault *why)
{
	struct fault mine;
	json_t *line, *alerts;
	size_t i;
	int ret;

	if (!gate->ingest || !gate->ingest->detector) {
		fault_say(&mine, FAULT_ABSENT, "no detection rules are loaded; start with --rules FOLDER",
			  "没有载入检测规则；启动时请用 “--rules 目录”");
		*answer = answer_fault(&mine);
		return 0;
	}
	if (bad_lines(lines, answer))
		return 0;
	json_array_foreach(lines, i, line)
		ingest_line(gate->ingest, source, json_string_value(line), json_string_length(line),
			    gate->now, false);
	alerts = json_array();
	if ((ret = ingest_deliver(gate, alerts, why)) < 0) {
		json_decref(alerts);
		return ret;
	}
	*answer = json_pack("{s:b, s:I, s:o}", "ok", 1, "lines", (json_int_t)json_array_size(lines), "alerts",
			    alerts);
	return 0;
}
