#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "base/stamp.h"
#include "detect/detector.h"
#include "detect/gather.h"
#include "detect/sigma/rule.h"
#include "evidence/blob.h"
#include "gate/gate_private.h"
#include "gate/lines/files.h"
#include "gate/lines/roster.h"
#include "gate/lines/sources.h"
#include "intake/intake.h"
#include "intake/map.h"

/*
 * ingest -- lines of logs go through detection, and alerts to the house.
 *
 * Alerts that are alike and come between two batches are one (detect/gather.h),
 * with the raw lines of all of them kept as one evidence file.
 */
enum { WAITING_MOST = 4096, RAW_MOST = 1024 * 1024, ALL_RAW_MOST = 64 * 1024 * 1024 };
enum { BRING_NS = 20 * 1000 * 1000 }; /* of alerts in one batch, so that requests come through */

struct ingest {
	struct house *house; /* borrowed */
	struct maps *maps;
	struct ruleset *rules;
	struct detector *detector;
	struct event *event;
	struct sources *sources;
	struct roster *roster;
	char *roster_path, *rules_path, *lists_path, *maps_path; /* the latter three: or NULL */
	bool roster_named;                                       /* by an option: then it must be there */
	struct gather *waiting;
	struct files *files; /* borrowed; or NULL */
	size_t written;      /* of those that wait: in the open batch */
	uint64_t refused;    /* alerts that the plan has no place for */
	bool paused;
};

/* The plan has the last word of what is equal, the rule's author the second. */
static struct alert_key key_for(const struct ingest *ingest, const struct rule *rule)
{
	struct alert_key key;

	if (house_joins(ingest->house, rule->id, &key.by, &key.count))
		return key;
	if (rule->join.given)
		return (struct alert_key){ rule->join.by, rule->join.count };
	return house_joins(ingest->house, NULL, &key.by, &key.count) ? key : alert_key_usual;
}

static void on_alert(void *who, const struct alert *alert)
{
	const struct ingest *ingest = who;
	const struct alert_key key = key_for(ingest, alert->rule);

	gather_add(ingest->waiting, alert, &key);
}

/* ---- opening --------------------------------------------------------------- */

static void on_refused(void *who, const struct fault *why)
{
	(void)who;
	fprintf(stderr, "fengsui: rule refused: %s\n", why->text);
}

static void on_map_refused(void *who, const struct fault *why)
{
	(void)who;
	fprintf(stderr, "fengsui: map refused: %s%s%s\n", why->text, *why->zh ? " / " : "", why->zh);
}

/* A folder that is not there, or in which nothing can be used, is a slip: those in force stay. */
static int read_maps(struct maps *maps, const char *path, struct fault *why)
{
	size_t used = 0;
	int ret;

	if ((ret = maps_add_own(maps, why)) < 0 ||
	    (ret = maps_add_usable(maps, path, on_map_refused, NULL, &used, why)) < 0)
		return ret;
	if (!used)
		return fault_say(why, FAULT_INVALID, "%s: no map that can be used", "%s：没有可用的映射",
				 path);
	fprintf(stderr, "fengsui: %zu files of maps from %s\n", used, path);
	return 0;
}

/* Events hold nothing of a map once they went through detection. */
int ingest_reload_maps(struct ingest *ingest, struct fault *why)
{
	struct maps *maps;
	int ret;

	if (!ingest->maps_path)
		return 0;
	maps = maps_new();
	if ((ret = read_maps(maps, ingest->maps_path, why)) < 0) {
		maps_free(maps);
		return ret;
	}
	event_clear(ingest->event);
	maps_free(ingest->maps);
	ingest->maps = maps;
	sources_remapped(ingest->sources);
	return 0;
}

static int read_rules(struct ruleset *rules, const char *path, const char *lists, struct fault *why)
{
	int ret;

	if ((lists && (ret = ruleset_set_lists(rules, lists, why)) < 0) ||
	    (ret = ruleset_add_path(rules, path, why)) < 0)
		return ret;
	ruleset_finish(rules);
	if (!ruleset_count(rules))
		return fault_set(why, FAULT_INVALID, "%s: no rule that can be used (%zu refused)", path,
				 ruleset_refusals(rules));
	fprintf(stderr, "fengsui: %zu rules from %s, %zu refused\n", ruleset_count(rules), path,
		ruleset_refusals(rules));
	return 0;
}

/* Rules that cannot be read leave those in force; of correlations that are the
 * same as before the windows go on. */
static int load_rules(struct ingest *ingest, struct fault *why)
{
	struct ruleset *rules;
	struct detector *detector;
	int ret;

	if (!ingest->rules_path)
		return 0;
	rules = ruleset_new(on_refused, NULL);
	if ((ret = read_rules(rules, ingest->rules_path, ingest->lists_path, why)) < 0) {
		ruleset_free(rules);
		return ret;
	}
	detector = detector_new(rules, NULL, on_alert, ingest);
	if (ingest->detector)
		detector_adopt(detector, ingest->detector);
	detector_free(ingest->detector);
	ruleset_free(ingest->rules);
	ingest->rules = rules;
	ingest->detector = detector;
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

/* Without a file nobody is enrolled and everyone has the default; one that was
 * asked for by name must be there. */
static int load_roster(const struct ingest *ingest, struct roster **out, struct fault *why)
{
	const int ret = roster_load(ingest->roster_path, out, why);

	if (ret == -FAULT_ABSENT && !ingest->roster_named) {
		*out = NULL;
		return 0;
	}
	return ret;
}

int ingest_reload_rules(struct ingest *ingest, struct fault *why)
{
	const int ret = load_rules(ingest, why);

	return ret < 0 ? ret : tell_switched_off(ingest, ingest->house, why);
}

int ingest_reload(struct ingest *ingest, int64_t now, struct fault *why)
{
	struct roster *before = ingest->roster, *roster;
	int ret;

	if ((ret = load_roster(ingest, &roster, why)) < 0)
		return ret;
	ingest->roster = roster;
	sources_heed(ingest->sources, roster, now);
	roster_free(before);
	return 0;
}

static int know_sources(struct ingest *ingest, const struct gate_options *options, int64_t now,
			struct fault *why)
{
	char path[4096];
	int ret;

	snprintf(path, sizeof(path), "%s/sources", house_folder(options->house));
	ingest->roster_path = must_copy(options->sources ? options->sources : path);
	ingest->roster_named = options->sources != NULL;
	if ((ret = ingest_reload(ingest, now, why)) < 0)
		return ret;
	if (ingest->roster)
		fprintf(stderr, "fengsui: %zu sources in %s\n", roster_count(ingest->roster),
			ingest->roster_path);
	return sources_recall(ingest->sources, house_store(options->house), why);
}

int ingest_open(const struct gate_options *options, int64_t now, struct ingest **out, struct fault *why)
{
	struct ingest *ingest = must_alloc(sizeof(*ingest));
	int ret;

	*ingest = (struct ingest){
		.house = options->house, .maps = maps_new(), .event = event_new(), .sources = sources_new()
	};
	ingest->rules_path = options->rules ? must_copy(options->rules) : NULL;
	ingest->lists_path = options->lists ? must_copy(options->lists) : NULL;
	ingest->maps_path = options->maps ? must_copy(options->maps) : NULL;
	ingest->waiting = gather_new((struct gather_limits){ WAITING_MOST, RAW_MOST, ALL_RAW_MOST });
	if ((ret = maps_add_own(ingest->maps, why)) < 0 ||
	    (options->maps && (ret = maps_add_folder(ingest->maps, options->maps, why)) < 0) ||
	    (ret = ingest_reload_rules(ingest, why)) < 0 ||
	    (ret = know_sources(ingest, options, now, why)) < 0) {
		ingest_close(ingest);
		return ret;
	}
	*out = ingest;
	return 0;
}

void ingest_close(struct ingest *ingest)
{
	if (!ingest)
		return;
	gather_free(ingest->waiting);
	detector_free(ingest->detector);
	ruleset_free(ingest->rules);
	event_free(ingest->event);
	maps_free(ingest->maps);
	sources_free(ingest->sources);
	roster_free(ingest->roster);
	free(ingest->roster_path);
	free(ingest->rules_path);
	free(ingest->lists_path);
	free(ingest->maps_path);
	free(ingest);
}

const struct roster *ingest_roster(const struct ingest *ingest) { return ingest->roster; }
const struct ruleset *ingest_rules(const struct ingest *ingest) { return ingest ? ingest->rules : NULL; }
const struct maps *ingest_maps(const struct ingest *ingest) { return ingest->maps; }
const char *ingest_rules_path(const struct ingest *ingest) { return ingest ? ingest->rules_path : NULL; }
const char *ingest_lists_path(const struct ingest *ingest) { return ingest->lists_path; }

/* ---- lines ----------------------------------------------------------------- */

struct source *ingest_source(struct ingest *ingest, const char *name)
{
	return sources_find(ingest->sources, name);
}

void ingest_set_files(struct ingest *ingest, struct files *files) { ingest->files = files; }

void ingest_recall(struct ingest *ingest, struct source *source, const char *head, size_t len)
{
	source_recall(source, ingest->maps, head, len);
}

/* A moment that far ahead is no time zone. Correlation goes by the times of the
 * lines: one of the year 2099 would make all honest ones of its group late. */
static void mend_time(struct event *event, int64_t now)
{
	if (event->time > now + STAMP_DAY)
		event->time = now;
}

bool ingest_line(struct ingest *ingest, struct source *source, const char *line, size_t len, int64_t now,
		 bool limited)
{
	if (ingest->paused) {
		sources_limited(ingest->sources, source, 1, now);
		return false;
	}
	if (limited && !sources_admit(ingest->sources, source, now))
		return false;
	sources_heard(ingest->sources, source, now);
	source->year.now = now;
	if (intake_line(ingest->maps, source, line, len, now, ingest->event, NULL) == 0 && ingest->detector) {
		if (limited)
			mend_time(ingest->event, now);
		detector_feed(ingest->detector, ingest->event);
	}
	return true;
}

void ingest_too_long(struct ingest *ingest, const char *name, int64_t now)
{
	struct source *source = sources_find(ingest->sources, name);

	intake_lost(source);
	sources_heard(ingest->sources, source, now);
}

void ingest_limited(struct ingest *ingest, struct source *source, uint64_t lines, int64_t now)
{
	sources_limited(ingest->sources, source, lines, now);
}

void ingest_lost(struct ingest *ingest, struct source *source, uint64_t lines, int64_t now)
{
	sources_lost(ingest->sources, source, lines, now);
}

void ingest_refused(struct ingest *ingest, const char *name, uint64_t lines, int64_t now)
{
	struct source *source = sources_find(ingest->sources, name);

	sources_refused(ingest->sources, source, now);
	sources_limited(ingest->sources, source, lines, now);
}

void ingest_pause(struct ingest *ingest, bool paused)
{
	if (ingest)
		ingest->paused = paused;
}

int64_t ingest_wait(const struct source *source, int64_t now) { return sources_wait(source, now); }

/* ---- to the house ---------------------------------------------------------- */

bool ingest_waiting(const struct ingest *ingest) { return ingest && gather_first(ingest->waiting); }

/* One line may raise an alert of every rule; half is left for those. */
bool ingest_full(const struct ingest *ingest) { return gather_count(ingest->waiting) >= WAITING_MOST / 2; }

bool ingest_counted(const struct ingest *ingest) { return ingest && sources_changed(ingest->sources); }

bool ingest_falls_silent(const struct ingest *ingest, int64_t now)
{
	return ingest && sources_falls_silent(ingest->sources, now);
}

bool ingest_detects(const struct ingest *ingest) { return ingest && ingest->detector; }

uint64_t ingest_alerts(const struct ingest *ingest) { return gather_seen(ingest->waiting); }

size_t ingest_alerts_waiting(const struct ingest *ingest) { return gather_count(ingest->waiting); }

uint64_t ingest_alerts_dropped(const struct ingest *ingest)
{
	return gather_dropped(ingest->waiting) + ingest->refused;
}

json_t *ingest_status(const struct ingest *ingest, struct store *store)
{
	return sources_status(ingest ? ingest->sources : NULL, store);
}

json_t *ingest_quarantine(const struct ingest *ingest, const char *name, size_t limit, bool *more)
{
	*more = false;
	return ingest ? sources_quarantine(ingest->sources, name, limit, more) : name ? NULL : json_array();
}

/* The list is for finding out who floods: those who had to do without come in,
 * and not more of them than somebody reads. */
enum { HOLDINGS_MOST = 50 };

static void put_holding(void *who, const struct holding *h)
{
	json_t *list = who;

	if (!(h->refused || h->given_up || h->late || h->ahead) || json_array_size(list) >= HOLDINGS_MOST)
		return;
	json_array_append_new(list, json_pack("{s:s#, s:I, s:I, s:I, s:I, s:I, s:I}", "name", h->name,
					      utf8_valid(h->name, strlen(h->name)), "groups",
					      (json_int_t)h->groups, "bytes", (json_int_t)h->bytes, "refused",
					      (json_int_t)h->refused, "given_up", (json_int_t)h->given_up,
					      "late", (json_int_t)h->late, "ahead", (json_int_t)h->ahead));
}

json_t *ingest_detection(const struct ingest *ingest)
{
	json_t *by_source, *by_rule;
	struct detector_counts c;

	if (!ingest_detects(ingest))
		return json_null();
	c = detector_counts(ingest->detector);
	by_source = json_array();
	by_rule = json_array();
	detector_by_source(ingest->detector, put_holding, by_source);
	detector_by_rule(ingest->detector, put_holding, by_rule);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "events", (json_int_t)c.events, "alerts", (json_int_t)c.alerts, "groups",
			 (json_int_t)c.groups, "groups_most", (json_int_t)c.groups_most, "bytes",
			 (json_int_t)c.bytes, "bytes_most", (json_int_t)c.bytes_most, "groups_refused",
			 (json_int_t)c.groups_refused, "groups_given_up", (json_int_t)c.groups_given_up,
			 "hits_dropped", (json_int_t)c.hits_dropped, "late", (json_int_t)c.late, "ahead",
			 (json_int_t)c.ahead, "unfit", (json_int_t)c.unfit, "regex_limited",
			 (json_int_t)c.regex_limited, "by_source", by_source, "by_rule", by_rule);
}

static int store_raw(struct gate *gate, struct gathered *one, struct fault *why)
{
	if (one->mark[0])
		return 0;
	return blob_keep(house_folder(gate->house), one->raw.data ? one->raw.data : "", one->raw.len,
			 RAW_MOST, one->mark, &one->size, why);
}

_Static_assert((int)GATHER_MARK >= (int)BLOB_NAME, "a digest is the mark");

/* The line of detection, with what was found out since. */
static json_t *alert_of(const struct gathered *one)
{
	/* A NUL in a line must not be a way around detection. */
	json_t *alert = json_loadb(one->text.data, one->text.len, JSON_ALLOW_NUL, NULL);

	json_object_set_new(alert, "count", json_integer((json_int_t)one->hits));
	json_object_set_new(alert, "key", json_stringn(one->key.data, one->key.len));
	if (one->within)
		json_object_set_new(alert, "within", json_integer(one->within));
	if (one->at_most)
		json_object_set_new(alert, "at_most", json_integer(one->at_most));
	return alert;
}

/* A file that no record would name is not written. */
static int keep_raw(struct gate *gate, struct gathered *one, json_t *alert, struct fault *why)
{
	bool keeps;
	int ret = house_alert_keeps(gate->house, alert, gate->now, &keeps, why);

	if (ret < 0 || !keeps || !one->raw.len)
		return ret;
	if ((ret = store_raw(gate, one, why)) < 0 ||
	    (ret = house_blob(gate->house, one->mark, (int64_t)one->size, gate->now, why)) < 0)
		return ret;
	json_object_set_new(alert, "raw", json_string(one->mark));
	return 0;
}

static int deliver(struct gate *gate, struct gathered *one, json_t *answers, struct fault *why)
{
	json_t *alert, *answer = NULL;
	int ret;

	one->closed = true;
	alert = alert_of(one);
	if ((ret = keep_raw(gate, one, alert, why)) == 0 &&
	    (ret = house_alert(gate->house, alert, gate->now, &answer, why)) == 0) {
		gate->ingest->refused += !json_is_true(json_object_get(answer, "ok"));
		if (answers)
			json_array_append(answers, answer);
	}
	json_decref(answer);
	json_decref(alert);
	return ret;
}

/* Bring alerts until that moment; one at least, so that it goes on. */
static int bring(struct gate *gate, uint64_t until, json_t *answers, struct fault *why)
{
	struct ingest *ingest = gate->ingest;
	struct gathered *one = gather_first(ingest->waiting);
	int ret;

	/* An `ingest` request may have brought the first ones in this batch already. */
	for (size_t i = 0; one && i < ingest->written; i++)
		one = one->next;
	for (; one; one = one->next) {
		if ((ret = deliver(gate, one, answers, why)) < 0)
			return fault_within(why, "an alert");
		ingest->written++;
		if (uv_hrtime() > until)
			break;
	}
	if (one && one->next)
		gate_wake(gate); /* the rest in the next batch */
	else if ((ret = files_write(ingest->files, house_store(gate->house), why)) < 0)
		return ret;
	return sources_write(ingest->sources, gate->house, gate->now, !(one && one->next), why);
}

static bool nothing_to_bring(const struct gate *gate)
{
	return !ingest_waiting(gate->ingest) && !ingest_counted(gate->ingest) &&
	       !ingest_falls_silent(gate->ingest, gate->now);
}

int ingest_deliver(struct gate *gate, struct fault *why)
{
	uint64_t until = uv_hrtime() + BRING_NS;

	if (nothing_to_bring(gate))
		return 0;
	if (files_wait(gate->ingest->files))
		until = UINT64_MAX;
	return bring(gate, until, NULL, why);
}

int ingest_deliver_all(struct gate *gate, json_t *answers, struct fault *why)
{
	return nothing_to_bring(gate) ? 0 : bring(gate, UINT64_MAX, answers, why);
}

void ingest_settle(struct ingest *ingest, bool committed)
{
	if (!ingest)
		return;
	while (committed && ingest->written) {
		gather_drop_first(ingest->waiting);
		ingest->written--;
	}
	ingest->written = 0;
	sources_settle(ingest->sources, committed);
	files_settle(ingest->files, committed);
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
	struct source *from;
	json_t *line, *alerts;
	size_t i;
	int ret;

	if (!ingest_detects(gate->ingest)) {
		fault_say(&mine, FAULT_ABSENT, "no detection rules are loaded; start with --rules FOLDER",
			  "没有载入检测规则；启动时请用 “--rules 目录”");
		*answer = answer_fault(&mine);
		return 0;
	}
	if (bad_lines(lines, answer))
		return 0;
	from = ingest_source(gate->ingest, source);
	json_array_foreach(lines, i, line)
		ingest_line(gate->ingest, from, json_string_value(line), json_string_length(line), gate->now,
			    false);
	alerts = json_array();
	if ((ret = ingest_deliver_all(gate, alerts, why)) < 0) {
		json_decref(alerts);
		return ret;
	}
	*answer = json_pack("{s:b, s:I, s:o}", "ok", 1, "lines", (json_int_t)json_array_size(lines), "alerts",
			    alerts);
	return 0;
}
