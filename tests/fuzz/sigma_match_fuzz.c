#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "detect/detector.h"
#include "detect/engine/match.h"
#include "intake/intake.h"

/* Property: what is found by way of the witnesses is what is found when every
 * rule is worked out. Rules and lines are parted by a NUL; lines by LF. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	const struct ruleset *set;
	bool seen[256]; /* plain rules that reported for the line at hand */
};

static void alerted(void *who, const struct alert *a)
{
	struct run *r = who;

	for (size_t i = 0; i < ruleset_count(r->set) && i < 256; i++)
		if (ruleset_at(r->set, i) == a->rule)
			r->seen[i] = true;
}

static void compare(const struct run *r, const struct program *p, struct view *v, const struct event *e)
{
	view_take(v, e, NULL);
	for (uint32_t i = 0; i < p->rule_count && i < 256; i++) {
		const struct rule *rule = p->rules[i].rule;

		if (rule->correlation || p->rules[i].silent)
			continue;
		if (r->seen[i] != (logsource_covers(rule->product, rule->category, rule->service, &e->from) &&
				   match_node(v, p->rules[i].root)))
			abort();
	}
}

/* Whatever is looked for after what was seen so far, the same is found. */
static void turn_and_compare(const struct run *r, struct matcher *m, const struct event *e)
{
	const struct program *p = matcher_view(m)->program;
	const uint32_t *rules, count = matcher_feed(m, e, &rules);
	uint32_t k = 0;

	for (uint32_t i = 0; i < p->rule_count && i < 256; i++) {
		const bool found = k < count && rules[k] == i;

		k += found;
		if (!p->rules[i].rule->correlation && !p->rules[i].silent && r->seen[i] != found)
			abort();
	}
	matcher_turn(m);
}

static void lines(struct run *r, const char *at, const char *end)
{
	struct program *p = program_new(r->set);
	struct detector *d = detector_new(r->set, NULL, alerted, r);
	struct source source = { .name = "fuzz", .year = { .now = 1790000000000000 } };
	struct event *e = event_new();
	struct maps *maps = maps_new();
	struct matcher *m = matcher_new(p);
	struct view v;

	view_init(&v, p);
	for (const char *stop; at < end; at = stop + 1) {
		if (!(stop = memchr(at, '\n', (size_t)(end - at))))
			stop = end;
		memset(r->seen, 0, sizeof(r->seen));
		if (intake_line(maps, &source, at, (size_t)(stop - at), 1790000000000000, e, NULL) < 0)
			continue;
		detector_feed(d, e);
		compare(r, p, &v, e);
		turn_and_compare(r, m, e);
	}
	view_fini(&v);
	matcher_free(m);
	source_fini(&source);
	maps_free(maps);
	event_free(e);
	detector_free(d);
	program_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *events = size ? memchr(text, '\0', size) : NULL;
	struct ruleset *set;
	struct run r = { NULL, { false } };

	if (!events || size > 16384)
		return 0;
	set = ruleset_new(NULL, NULL);
	ruleset_add(set, "fuzz.yml", text, (size_t)(events - text));
	ruleset_finish(set);
	r.set = set;
	if (ruleset_count(set))
		lines(&r, events + 1, text + size);
	ruleset_free(set);
	return 0;
}
