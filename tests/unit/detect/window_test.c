#include "detect/correlate.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "detect/window/pool.h"
#include "detect/engine/program.h"

/* What is kept, for how long, who gives way, and what a new set of rules leaves. */

#define NOON (1796000000 * STAMP_SECOND)
#define YEAR (365 * STAMP_DAY)
#define S STAMP_SECOND

#define RULE(name)                                                                                           \
	"title: " name "\nname: " name                                                                       \
	"\ntags: [attack.t1110]\nlogsource: {product: linux}\ndetection: {s: {a: 1}, condition: s}\n---\n"
#define CORR(name, body) "title: " name "\nname: " name "\ncorrelation: {" body "}\n---\n"
#define MANY(name, span, n)                                                                                  \
	CORR(name,                                                                                           \
	     "type: event_count, rules: base, group-by: [key], timespan: " span ", condition: {gte: " n "}")

struct bench {
	struct ruleset *set;
	struct program *program;
	struct correlator *c;
	uint64_t line, reports, hits, since;
	char last[64]; /* the key of the last report */
};

static void rules(struct bench *b, const char *text)
{
	/* Each ends with a line that begins the next; the last one does not. */
	b->set = ruleset_new(NULL, NULL);
	ruleset_add(b->set, "r.yml", text, strlen(text) - strlen("---\n"));
	ruleset_finish(b->set);
	assert_int_equal(ruleset_refusals(b->set), 0);
	b->program = program_new(b->set);
}

static void begin(struct bench *b, const char *text, size_t groups, size_t bytes)
{
	*b = (struct bench){ .line = 0 };
	rules(b, text);
	b->c = correlator_new(b->program, &(struct correlator_limits){ groups, bytes });
}

static void end(struct bench *b)
{
	correlator_free(b->c);
	program_free(b->program);
	ruleset_free(b->set);
}

static void told(void *who, const struct correlate_report *r)
{
	struct bench *b = who;

	b->reports++;
	b->hits = r->hits;
	b->since = r->since;
	if (r->group_count)
		snprintf(b->last, sizeof(b->last), "%.*s", (int)r->group[0].len, r->group[0].text);
}

static void hit_of(struct bench *b, const char *correlation, const char *rule, const char *source,
		   const char *key, int64_t time, int64_t received)
{
	struct alert_field fields[] = { { "key", key, 3, strlen(key) }, { "v", key, 1, strlen(key) } };

	correlator_add(b->c, (uint32_t)ruleset_find(b->set, correlation),
		       &(struct hit){ .rule = (uint32_t)ruleset_find(b->set, rule),
				      .time = time,
				      .received = received,
				      .origin = { source, ++b->line },
				      .group = fields,
				      .group_count = 2 },
		       told, b);
}

static void hit(struct bench *b, const char *source, const char *key, int64_t time)
{
	hit_of(b, "many", "base", source, key, time, 0);
}

struct wanted {
	const char *name;
	struct holding found;
};

static void look_for(void *who, const struct holding *t)
{
	struct wanted *w = who;

	if (!strcmp(t->name, w->name))
		w->found = *t;
}

static struct holding of_source(const struct bench *b, const char *name)
{
	struct wanted w = { .name = name };

	correlator_by_source(b->c, look_for, &w);
	return w.found;
}

static struct holding of_rule(const struct bench *b, const char *name)
{
	struct wanted w = { .name = ruleset_at(b->set, ruleset_find(b->set, name))->id };

	correlator_by_rule(b->c, look_for, &w);
	return w.found;
}

static const char guessing[] = RULE("base") MANY("many", "1h", "10");

/* ---- floods ------------------------------------------------------------------- */

static void flood(struct bench *b, const char *source, unsigned from, unsigned count, int64_t time)
{
	char key[32];

	for (unsigned i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "%s-%u", source, from + i);
		hit(b, source, key, time);
	}
}

/* Ten hits in fifty minutes, between them a flood, by number and by bytes. */
static void a_flood_pushes_nobody_out(void **state)
{
	static const struct {
		size_t groups, bytes;
		bool slow_first;
	} rows[] = {
		{ 1000, 0, true },
		{ 1000, 0, false }, /* it comes when all is full */
		{ 0, 1 << 20, true },
		{ 0, 1 << 20, false },
	};
	struct bench b;

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		begin(&b, guessing, rows[row].groups, rows[row].bytes);
		for (unsigned i = 0; i < 10; i++) {
			int64_t now = NOON + i * 5 * STAMP_MINUTE;

			if (rows[row].slow_first)
				hit(&b, "slow", "admin", now);
			flood(&b, "flood", i * 20000, 20000, now);
			if (!rows[row].slow_first)
				hit(&b, "slow", "admin", now);
			if (rows[row].bytes)
				assert_true(correlator_counts(b.c).bytes <= rows[row].bytes);
		}
		if (b.reports != 1 || strcmp(b.last, "admin"))
			fail_msg("row %zu: %llu reports", row, (unsigned long long)b.reports);
		assert_int_equal(of_source(&b, "slow").refused, 0);
		assert_int_equal(of_source(&b, "slow").given_up, 0);
		assert_true(of_source(&b, "flood").refused > 180000);
		assert_int_equal(of_source(&b, "flood").refused, of_rule(&b, "many").refused);
		assert_int_equal(correlator_counts(b.c).groups_refused, of_source(&b, "flood").refused);
		end(&b);
	}
}

/* Within the source that floods, too, the groups that were there first stay,
 * even when others take of what it holds. */
static void the_newest_groups_give_way(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, guessing, 1000, 0);
	for (unsigned i = 0; i < 9; i++)
		hit(&b, "flood", "admin", NOON + i);
	flood(&b, "flood", 0, 5000, NOON + 10 * STAMP_MINUTE);
	flood(&b, "other", 0, 400, NOON + 10 * STAMP_MINUTE);
	assert_int_equal(of_source(&b, "other").groups, 400);
	assert_int_equal(of_source(&b, "flood").given_up, 400);
	hit(&b, "flood", "admin", NOON + 11 * STAMP_MINUTE);
	assert_int_equal(b.reports, 1);
	/* Equal shares, and no further: then both are refused. */
	flood(&b, "other", 400, 5000, NOON + 11 * STAMP_MINUTE);
	assert_in_range(of_source(&b, "other").groups, 495, 505);
	end(&b);
}

/* One correlation that takes all leaves room for another of the same source. */
static void a_correlation_that_floods_gives_way(void **state)
{
	struct bench b;

	(void)state;
	begin(&b,
	      RULE("base") RULE("rare") MANY("many", "1h", "10") CORR(
		      "slow",
		      "type: event_count, rules: rare, group-by: [key], timespan: 1h, condition: {gte: 2}"),
	      1000, 0);
	flood(&b, "relay", 0, 5000, NOON);
	hit_of(&b, "slow", "rare", "relay", "admin", NOON, 0);
	flood(&b, "relay", 5000, 5000, NOON);
	hit_of(&b, "slow", "rare", "relay", "admin", NOON + S, 0);
	assert_int_equal(b.reports, 1);
	assert_int_equal(of_rule(&b, "slow").refused, 0);
	assert_int_equal(of_rule(&b, "many").given_up, 1);
	end(&b);
}

/* A window that grows without end keeps to the bound, and the others live. */
static void one_group_cannot_take_all(void **state)
{
	struct bench b;
	char value[64];

	(void)state;
	begin(&b,
	      RULE("base") CORR("many", "type: value_count, rules: base, timespan: 1h, condition: "
					"{field: v, gte: 10000}") MANY("few", "1h", "2"),
	      0, 600000);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(value, sizeof(value), "a value that is longer than its place inside %u", i);
		hit(&b, "flood", value, NOON + i);
		assert_true(correlator_counts(b.c).bytes <= 600000);
	}
	assert_true(correlator_counts(b.c).hits_dropped > 10000);
	hit_of(&b, "few", "base", "slow", "admin", NOON, 0);
	hit_of(&b, "few", "base", "slow", "admin", NOON + S, 0);
	assert_int_equal(b.reports, 1);
	end(&b);
}

/* ---- memory ------------------------------------------------------------------- */

static size_t allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* What the account says is what the allocator gave, within a twentieth, and a
 * quiet group costs what the header says. */
static void a_million_keys_fit(void **state)
{
	size_t before = allocated(), taken;
	struct correlator_counts n;
	struct bench b;
	char key[32];

	(void)state;
	begin(&b, guessing, 0, 0);
	for (unsigned i = 0; i < 1000000; i++) {
		snprintf(key, sizeof(key), "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
		hit(&b, "log", key, NOON + i);
	}
	n = correlator_counts(b.c);
	taken = allocated() - before;
	assert_int_equal(n.groups, 1000000);
	assert_int_equal(n.groups_refused + n.groups_given_up, 0);
	assert_true(n.bytes < n.bytes_most && n.bytes < 140 * 1000000);
	if (before) /* a sanitizer's allocator keeps no such account */
		assert_in_range(taken, n.bytes - n.bytes / 20, n.bytes + n.bytes / 20);
	/* Each of them is there. */
	for (unsigned i = 0; i < 1000000; i += 1000)
		for (unsigned k = 0; k < 9; k++) {
			snprintf(key, sizeof(key), "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
			hit(&b, "log", key, NOON + S);
		}
	assert_int_equal(b.reports, 1000);
	end(&b);
}

/* Groups go when their time is over, a few at each hit, and give the memory back. */
static void what_is_over_goes(void **state)
{
	struct correlator_counts n;
	struct bench b;
	char key[32];

	(void)state;
	begin(&b, RULE("base") MANY("many", "1m", "10"), 0, 0);
	for (unsigned i = 0; i < 400000; i++) {
		snprintf(key, sizeof(key), "%u", i);
		hit(&b, "log", key, NOON + i * (S / 100));
	}
	/* 100 a second, kept for two minutes and a fourteenth. */
	n = correlator_counts(b.c);
	assert_in_range(n.groups, 12000, 13200);
	assert_int_equal(n.groups_expired, 400000 - n.groups);
	assert_true(n.bytes < 8 << 20);
	/* And no other went with them: those of the last minute are found. */
	for (unsigned i = 394000; i < 400000; i++) {
		snprintf(key, sizeof(key), "%u", i);
		hit(&b, "log", key, NOON + i * (S / 100));
	}
	assert_int_equal(correlator_counts(b.c).groups, n.groups);
	end(&b);
}

static void when_full_what_is_over_goes_first(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, guessing, 1000, 0);
	flood(&b, "old", 0, 600, NOON);
	flood(&b, "log", 0, 400, NOON);
	hit(&b, "old", "a later one", NOON + 2 * STAMP_HOUR);
	hit(&b, "old", "a later one", NOON + 2 * STAMP_HOUR);
	flood(&b, "log", 400, 500, NOON + S);
	assert_int_equal(of_source(&b, "log").groups, 900);
	assert_int_equal(correlator_counts(b.c).groups_refused, 0);
	assert_int_equal(correlator_counts(b.c).groups_given_up, 0);
	end(&b);
}

/* However many others there are. */
static void what_is_over_goes_first_among_many(void **state)
{
	char name[16];
	struct bench b;

	(void)state;
	begin(&b, guessing, 1000, 0);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "source %u", i);
		flood(&b, name, 0, 20, NOON);
	}
	flood(&b, "source 7", 0, 1, NOON + 2 * STAMP_HOUR);
	flood(&b, "another", 0, 19, NOON);
	assert_int_equal(of_source(&b, "another").groups, 19);
	assert_int_equal(of_source(&b, "source 7").groups, 1);
	assert_int_equal(correlator_counts(b.c).groups_given_up, 0);
	end(&b);
}

/* A window that grows in large steps does so beside a flood, without losing a hit. */
static void what_is_held_back_is_for_windows_that_grow(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, RULE("base") MANY("many", "1h", "10000"), 0, 16 << 20);
	flood(&b, "flood", 0, 200000, NOON);
	for (unsigned i = 0; i < 10000; i++)
		hit(&b, "slow", "admin", NOON + i);
	assert_int_equal(correlator_counts(b.c).hits_dropped, 0);
	assert_int_equal(b.reports, 1);
	assert_true(correlator_counts(b.c).bytes <= 16 << 20);
	end(&b);
}

/* Whatever is taken and given back in any order, the account returns to where it
 * was, nothing overlaps, and the limit holds. */
static void the_pool_keeps_its_account(void **state)
{
	enum { PIECES = 3000 };
	static struct {
		unsigned char *at;
		size_t size;
	} out[PIECES];
	struct pool *p = pool_new(8 << 20);
	size_t empty = pool_bytes(p), refused = 0;
	uint64_t x = 88172645463325252;

	(void)state;
	for (unsigned i = 0; i < 300000; i++) {
		unsigned k;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		k = (unsigned)(x >> 20) % PIECES;
		if (out[k].at) {
			assert_int_equal(out[k].at[0], k & 255);
			assert_int_equal(out[k].at[out[k].size - 1], k & 255);
			pool_give(p, out[k].at, out[k].size);
			out[k].at = NULL;
			continue;
		}
		out[k].size = 1 + (size_t)(x >> 40) % (x & 1 ? 200 : x & 2 ? 3000 : 40000);
		out[k].at = pool_take(p, out[k].size);
		refused += !out[k].at;
		if (out[k].at)
			memset(out[k].at, (int)(k & 255), out[k].size);
		assert_true(pool_bytes(p) <= 8 << 20);
		assert_true(pool_used(p) <= pool_bytes(p));
	}
	assert_true(refused > 0);
	for (unsigned k = 0; k < PIECES; k++)
		if (out[k].at)
			pool_give(p, out[k].at, out[k].size);
	assert_int_equal(pool_used(p), 0);
	assert_true(pool_bytes(p) <= empty + (64 << 10)); /* one slab in reserve */
	pool_free(p);
}

/* ---- time --------------------------------------------------------------------- */

/* One clock that is wrong ends no window: not of its own group, not of others. */
static void a_clock_that_jumps_ends_no_window(void **state)
{
	static const struct {
		int64_t time, received;
		uint64_t ahead, late, reports;
		const char *why;
	} rows[] = {
		{ NOON + 80 * YEAR, NOON, 1, 0, 1, "2106 is ahead and left out" },
		{ 0, NOON, 0, 1, 1, "1970 is late and left out" },
		{ NOON + STAMP_DAY + 1, NOON, 1, 0, 1, "a day and a microsecond" },
		{ INT64_MAX, NOON, 1, 0, 1, "the last moment there is" },
		{ INT64_MIN, NOON, 0, 1, 1, "and the first" },
	};
	struct bench b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(&b, guessing, 0, 0);
		for (unsigned k = 0; k < 9; k++)
			hit_of(&b, "many", "base", "log", "admin", NOON + k * S, NOON + k * S);
		hit_of(&b, "many", "base", "log", "admin", rows[i].time, rows[i].received);
		hit_of(&b, "many", "base", "log", "other", rows[i].time, rows[i].received);
		flood(&b, "log", 0, 2000, NOON + 10 * S);
		assert_int_equal(b.reports, 0);
		hit_of(&b, "many", "base", "log", "admin", NOON + 20 * S, NOON + 20 * S);
		if (b.reports != rows[i].reports || correlator_counts(b.c).late != rows[i].late ||
		    correlator_counts(b.c).ahead != 2 * rows[i].ahead ||
		    of_source(&b, "log").ahead != 2 * rows[i].ahead)
			fail_msg("%s: %llu reports", rows[i].why, (unsigned long long)b.reports);
		end(&b);
	}
}

/* A source whose clock runs a day ahead, or that begins with a wrong one while
 * nobody knows when it was received, moves nobody else's. */
static void no_source_moves_the_clock_of_another(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, guessing, 2000, 0);
	for (unsigned k = 0; k < 9; k++)
		hit(&b, "log", "admin", NOON + k);
	flood(&b, "ahead", 0, 5000, NOON + 80 * YEAR);
	hit(&b, "log", "admin", NOON + S);
	assert_int_equal(b.reports, 1);
	end(&b);
}

/* A host without a clock begins in 1970: its own windows still work. */
static void a_clock_that_stands_in_1970_works_by_itself(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, guessing, 0, 0);
	for (unsigned k = 0; k < 10; k++) {
		hit(&b, "relay", "of another host", NOON + k * 5 * STAMP_MINUTE);
		flood(&b, "relay", k * 100, 100, NOON + k * 5 * STAMP_MINUTE);
		hit_of(&b, "many", "base", "relay", "admin", k * 5 * STAMP_MINUTE,
		       NOON + k * 5 * STAMP_MINUTE);
	}
	assert_int_equal(b.reports, 2);
	assert_string_equal(b.last, "admin");
	end(&b);
}

static void what_is_out_of_order_counts(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, RULE("base") MANY("many", "1m", "3"), 0, 0);
	hit(&b, "log", "admin", NOON);
	/* The source goes on; the group is kept for its timespan and a minute. */
	for (unsigned k = 0; k < 119; k++)
		flood(&b, "log", k * 10, 10, NOON + k * S);
	hit(&b, "log", "admin", NOON + 58 * S);
	hit(&b, "log", "admin", NOON + 59 * S);
	assert_int_equal(b.reports, 1);
	end(&b);
}

/* ---- another set of rules ------------------------------------------------------- */

/* Puts other rules in place; nothing else is fed meanwhile. */
static void reload(struct bench *b, const char *text)
{
	struct bench old = *b;

	rules(b, text);
	b->c = correlator_new(b->program, NULL);
	correlator_adopt(b->c, old.c);
	end(&old);
}

#define ORDER CORR("order", "type: temporal_ordered, rules: [base, rare], group-by: [key], timespan: 1h")
#define VALUES CORR("values", "type: value_count, rules: base, timespan: 1h, condition: {field: v, gte: 3}")

static void windows_outlive_a_reload(void **state)
{
	/* More rules in front, so that all numbers change; two that are gone, and
	 * one that says something else by now. */
	static const char before[] = RULE("base") RULE("rare") MANY("gone", "1h", "3") MANY("many", "1h", "3")
		MANY("other", "1h", "3") ORDER VALUES;
	static const char after[] = RULE("new") RULE("newer") MANY("newest", "1h", "5") RULE("rare")
		RULE("base") VALUES ORDER MANY("other", "1h", "2") MANY("many", "1h", "3");
	struct correlator_counts n, m;
	struct bench b;

	(void)state;
	begin(&b, before, 0, 0);
	hit_of(&b, "gone", "base", "log", "admin", NOON, 0);
	hit_of(&b, "many", "base", "log", "admin", NOON, 0);
	hit_of(&b, "many", "base", "log", "admin", NOON + S, 0);
	hit_of(&b, "other", "base", "log", "admin", NOON, 0);
	hit_of(&b, "order", "base", "log", "admin", NOON, 0);
	hit_of(&b, "values", "base", "log", "a", NOON, 0);
	hit_of(&b, "values", "base", "log", "b", NOON, 0);
	n = correlator_counts(b.c);
	reload(&b, after);
	m = correlator_counts(b.c);
	assert_int_equal(m.groups, n.groups - 2); /* of what is gone, and what is another */
	assert_int_equal(m.groups_given_up, 0);
	assert_int_equal(of_rule(&b, "other").groups, 0);
	hit_of(&b, "other", "base", "log", "admin", NOON + 2 * S, 0);
	assert_int_equal(b.reports, 0);
	hit_of(&b, "many", "base", "log", "admin", NOON + 2 * S, 0);
	assert_int_equal(b.reports, 1);
	assert_int_equal(b.hits, 3);
	hit_of(&b, "order", "rare", "log", "admin", NOON + 2 * S, 0);
	assert_int_equal(b.reports, 2);
	hit_of(&b, "values", "base", "log", "c", NOON + 2 * S, 0);
	assert_int_equal(b.reports, 3);
	/* What was said stays said: not again before a timespan is over. */
	hit_of(&b, "many", "base", "log", "admin", NOON + 3 * S, 0);
	reload(&b, before);
	hit_of(&b, "many", "base", "log", "admin", NOON + 4 * S, 0);
	assert_int_equal(b.reports, 3);
	end(&b);
}

/* A rule that is referred to says something else: so does the correlation. */
static void a_definition_is_all_that_it_refers_to(void **state)
{
	static const char mended[] =
		"title: base\nname: base\ntags: [attack.t1110]\nlogsource: {product: linux}\n"
		"detection: {s: {a: 2}, condition: s}\n---\n" MANY("many", "1h", "3");
	static const char retitled[] = "title: another title\nname: base\nlevel: high\ntags: [attack.t1110]\n"
				       "logsource: {product: linux}\n"
				       "detection: {s: {a: 1}, condition: s}\n---\n" MANY("many", "1h", "3");
	struct bench b;

	(void)state;
	begin(&b, RULE("base") MANY("many", "1h", "3"), 0, 0);
	hit(&b, "log", "admin", NOON);
	reload(&b, retitled);
	assert_int_equal(correlator_counts(b.c).groups, 1);
	reload(&b, mended);
	assert_int_equal(correlator_counts(b.c).groups, 0);
	end(&b);
}

/* With a million windows a reload loses none and takes no second memory. */
static void a_reload_of_many_windows(void **state)
{
	struct bench b;
	uint64_t bytes;

	(void)state;
	begin(&b, RULE("base") MANY("many", "1h", "2"), 0, 0);
	flood(&b, "log", 0, 200000, NOON);
	bytes = correlator_counts(b.c).bytes;
	reload(&b, RULE("new") RULE("base") MANY("more", "1h", "2") MANY("many", "1h", "2"));
	assert_int_equal(correlator_counts(b.c).bytes, bytes);
	flood(&b, "log", 0, 200000, NOON + S);
	assert_int_equal(b.reports, 200000);
	end(&b);
}

/* ---- what is said ---------------------------------------------------------------- */

static void a_flood_of_one_key_is_a_number(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, RULE("base") MANY("many", "1m", "10"), 0, 0);
	for (unsigned i = 0; i < 7000; i++)
		hit(&b, "log", "admin", NOON + i * (S / 100));
	assert_int_equal(b.reports, 2);
	assert_int_equal(b.hits, 10);
	assert_int_equal(b.since, 6001);
	assert_true(correlator_counts(b.c).bytes < 600000);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_pushes_nobody_out),
		cmocka_unit_test(the_newest_groups_give_way),
		cmocka_unit_test(a_correlation_that_floods_gives_way),
		cmocka_unit_test(one_group_cannot_take_all),
		cmocka_unit_test(a_million_keys_fit),
		cmocka_unit_test(what_is_over_goes),
		cmocka_unit_test(when_full_what_is_over_goes_first),
		cmocka_unit_test(what_is_over_goes_first_among_many),
		cmocka_unit_test(what_is_held_back_is_for_windows_that_grow),
		cmocka_unit_test(the_pool_keeps_its_account),
		cmocka_unit_test(a_clock_that_jumps_ends_no_window),
		cmocka_unit_test(no_source_moves_the_clock_of_another),
		cmocka_unit_test(a_clock_that_stands_in_1970_works_by_itself),
		cmocka_unit_test(what_is_out_of_order_counts),
		cmocka_unit_test(windows_outlive_a_reload),
		cmocka_unit_test(a_definition_is_all_that_it_refers_to),
		cmocka_unit_test(a_reload_of_many_windows),
		cmocka_unit_test(a_flood_of_one_key_is_a_number),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
