#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "detect/correlate.h"
#include "detect/engine/program.h"

/* How many hits a second does one thread bring into the windows of correlations,
 * and what does a window cost? Times are of the processor.
 *
 *     bench_correlate [HITS]
 *
 * The hits are made beforehand, a million of them, and go round with their times
 * moved on. `random`: a value or key at random; `zipf`: as sources of failed
 * logins are, a few of them most of the time. */

enum { MADE = 1 << 20 };

#define NOON (1796000000 * STAMP_SECOND)

struct made {
	char key[16], value[16];
	uint8_t key_len, value_len;
};

static const struct row {
	const char *name, *rule;
	unsigned keys, values;
	bool zipf;
	int64_t step; /* between two hits */
} rows[] = {
	/* Four parts, so that all values are in the window the whole time. */
	{ "value_count, 1 group, 1,800 values",
	  "type: value_count, rules: base, group-by: [key], timespan: 1h, condition: {field: v, gte: 10000}",
	  1, 1800, false, 1000 },
	{ "value_count, 100 groups, 1,800 values",
	  "type: value_count, rules: base, group-by: [key], timespan: 1h, condition: {field: v, gte: 10000}",
	  100, 1800, false, 1000 },
	{ "value_count, 50,000 groups, 20 values",
	  "type: value_count, rules: base, group-by: [key], timespan: 1h, condition: {field: v, gte: 100}",
	  50000, 20, false, 1000 },
	{ "value_count, 50,000 groups, 20 values that leave again",
	  "type: value_count, rules: base, group-by: [key], timespan: 1m, condition: {field: v, gte: 100}",
	  50000, 20, false, 1000 },
	{ "event_count, 10 in 60 s, 43,000 keys, zipf",
	  "type: event_count, rules: base, group-by: [key], timespan: 1m, condition: {gte: 10}", 43000, 1,
	  true, 250 },
	{ "event_count, 10 in 60 s, 43,000 keys, random",
	  "type: event_count, rules: base, group-by: [key], timespan: 1m, condition: {gte: 10}", 43000, 1,
	  false, 250 },
};

static const char base[] = "title: base\nname: base\ntags: [attack.t1110]\nlogsource: {product: linux}\n"
			   "detection: {s: {a: 1}, condition: s}\n---\ntitle: c\nname: c\ncorrelation: {";

static uint64_t state = 88172645463325252;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * UINT64_C(2685821657736338717);
}

/* 1/rank, by halving the range as often as a coin says. */
static unsigned pick(unsigned n, bool zipf)
{
	unsigned range = n;

	while (zipf && range > 1 && next() >> 63)
		range = range / 2 + 1;
	return (unsigned)((next() >> 32) * range >> 32);
}

static void make(struct made *all, const struct row *r)
{
	for (size_t i = 0; i < MADE; i++) {
		unsigned k = pick(r->keys, r->zipf), v = pick(r->values, false);

		all[i].key_len = (uint8_t)snprintf(all[i].key, 16, "10.%u.%u.%u", k >> 16 & 255, k >> 8 & 255,
						   k & 255);
		all[i].value_len = (uint8_t)snprintf(all[i].value, 16, "user%u", v);
	}
}

struct engine {
	struct ruleset *set;
	struct program *program;
	struct correlator *c;
	uint32_t base, rule;
};

static struct engine start(const char *rule)
{
	struct engine e = { .set = ruleset_new(NULL, NULL) };
	char text[1024];

	snprintf(text, sizeof(text), "%s%s}\n", base, rule);
	ruleset_add(e.set, "bench", text, strlen(text));
	ruleset_finish(e.set);
	if (ruleset_count(e.set) != 2) {
		fprintf(stderr, "bench_correlate: the rule is refused: %s\n", rule);
		exit(1);
	}
	e.base = (uint32_t)ruleset_find(e.set, "base");
	e.rule = (uint32_t)ruleset_find(e.set, "c");
	e.program = program_new(e.set);
	e.c = correlator_new(e.program, NULL);
	return e;
}

static void stop(struct engine *e)
{
	correlator_free(e->c);
	program_free(e->program);
	ruleset_free(e->set);
}

static uint64_t reports;

static void count(void *who, const struct correlate_report *r)
{
	(void)who;
	(void)r;
	reports++;
}

static void add(const struct engine *e, const struct made *m, uint64_t line, int64_t time)
{
	const struct alert_field fields[] = { { "key", m->key, 3, m->key_len },
					      { "v", m->value, 1, m->value_len } };

	correlator_add(e->c, e->rule,
		       &(struct hit){ .rule = e->base,
				      .time = time,
				      .received = time,
				      .origin = { "log", line },
				      .group = fields,
				      .group_count = 2 },
		       count, NULL);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(struct made *all, const struct row *r, uint64_t hits)
{
	struct engine e = start(r->rule);
	struct correlator_counts n;
	double begun;

	make(all, r);
	reports = 0;
	/* Until the windows are full. */
	for (uint64_t i = 0; i < MADE; i++)
		add(&e, &all[i], i, NOON + (int64_t)i * r->step);
	begun = seconds();
	for (uint64_t i = MADE; i < MADE + hits; i++)
		add(&e, &all[i % MADE], i, NOON + (int64_t)i * r->step);
	begun = seconds() - begun;
	n = correlator_counts(e.c);
	printf("| %s | %.0f | %" PRIu64 " | %.1f | %" PRIu64 " |\n", r->name, (double)hits / begun, n.groups,
	       (double)n.bytes / 1e6, reports);
	if (n.groups_refused || n.hits_dropped || n.late || n.ahead || n.unfit) {
		fprintf(stderr, "bench_correlate: hits were left out\n");
		exit(1);
	}
	stop(&e);
}

/* A million keys with one hit each. */
static void weigh(unsigned keys)
{
	struct engine e = start(rows[4].rule);
	struct made m = { .value = "x", .value_len = 1 };
	struct correlator_counts n;

	for (unsigned k = 0; k < keys; k++) {
		m.key_len = (uint8_t)snprintf(m.key, 16, "%u.%u.%u.%u", 10 + (k >> 20), k >> 12 & 255,
					      k >> 4 & 255, k & 15);
		add(&e, &m, k, NOON + k);
	}
	n = correlator_counts(e.c);
	printf("\n%" PRIu64 " keys: %.1f bytes each, %" PRIu64 " refused, of at most %.0f MB\n", n.groups,
	       (double)n.bytes / (double)n.groups, n.groups_refused, (double)n.bytes_most / 1e6);
	stop(&e);
}

int main(int argc, char **argv)
{
	const uint64_t hits = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
	struct made *all = must_alloc(MADE * sizeof(*all));

	printf("| windows | updates/s | groups | MB | reports |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		measure(all, &rows[i], hits);
	weigh(1000000);
	free(all);
	return 0;
}
