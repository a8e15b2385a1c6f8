#include "detect/correlate.h"

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
#include "detect/engine/program.h"

/* Random hits through the correlator, and through an oracle that keeps all of
 * them and works everything out anew from the definition for each. */

enum { HITS = 3000, RULES = 4, TEXT = 16 };

#define SPAN (60 * STAMP_SECOND)
#define NOON (1796000000 * STAMP_SECOND)

static const char base[] =
#define RULE(name)                                                                                           \
	"title: " name "\nname: " name                                                                       \
	"\ntags: [attack.t1110]\nlogsource: {product: linux}\ndetection: {s: {a: 1}, condition: s}\n---\n"
	RULE("r0") RULE("r1") RULE("r2") RULE("r3");

/* ---- what is asked ------------------------------------------------------------ */

/* A list of rules by number, bounds, a condition over the rules in a notation of
 * our own (see says), the numbers that come, how much is out of order, how many
 * keys. */
struct row {
	enum correlation_kind kind;
	const char *list;
	struct {
		enum compare_op op;
		double number;
	} bounds[2];
	unsigned bound_count, percentile;
	const char *says; /* prefix: &ab |ab !a, digits are rules */
	unsigned fields, keys;
	int64_t gap, disorder;
};

#define GTE(n) { { COMPARE_GTE, n } }, 1
#define S STAMP_SECOND

/* clang-format off */
static const struct row rows[] = {
	{ CORRELATION_EVENTS, "0", GTE(5), 0, NULL, 0, 3, 4 * S, 0 },
	{ CORRELATION_EVENTS, "0", GTE(5), 0, NULL, 0, 3, 4 * S, 50 * S },
	{ CORRELATION_EVENTS, "01", GTE(1), 0, NULL, 0, 40, 4 * S, 50 * S },
	{ CORRELATION_EVENTS, "0", GTE(5), 0, NULL, 0, 2, 2 * S, 200 * S }, /* many are late */
	{ CORRELATION_EVENTS, "0", { { COMPARE_GT, 3 }, { COMPARE_LT, 6 } }, 2, 0, NULL, 0, 3, 4 * S, 30 * S },
	{ CORRELATION_EVENTS, "0", { { COMPARE_EQ, 4 } }, 1, 0, NULL, 0, 3, 4 * S, 30 * S },
	{ CORRELATION_EVENTS, "0", { { COMPARE_NEQ, 4 } }, 1, 0, NULL, 0, 3, 4 * S, 30 * S },
	{ CORRELATION_EVENTS, "0", { { COMPARE_LTE, 2 } }, 1, 0, NULL, 0, 3, 4 * S, 30 * S },
	{ CORRELATION_EVENTS, "0", GTE(150), 0, NULL, 0, 1, S / 5, 20 * S },
	{ CORRELATION_VALUES, "0", GTE(4), 0, NULL, 1, 3, 4 * S, 0 },
	{ CORRELATION_VALUES, "0", GTE(4), 0, NULL, 1, 3, 4 * S, 50 * S },
	{ CORRELATION_VALUES, "01", GTE(6), 0, NULL, 2, 2, 2 * S, 50 * S },
	{ CORRELATION_VALUES, "0", GTE(120), 0, NULL, 2, 1, S / 10, 30 * S },
	{ CORRELATION_VALUES, "0", { { COMPARE_GTE, 85 }, { COMPARE_LTE, 89 } }, 2, 0, NULL, 2, 1, S / 2, 30 * S },
	{ CORRELATION_VALUES, "0", { { COMPARE_LT, 3 } }, 1, 0, NULL, 1, 3, 5 * S, 200 * S },
	{ CORRELATION_TEMPORAL, "012", { { 0 } }, 0, 0, NULL, 0, 3, 8 * S, 0 },
	{ CORRELATION_TEMPORAL, "012", { { 0 } }, 0, 0, NULL, 0, 3, 8 * S, 50 * S },
	{ CORRELATION_TEMPORAL, "0123", GTE(2), 0, NULL, 0, 3, 12 * S, 50 * S },
	{ CORRELATION_TEMPORAL, "012", { { 0 } }, 0, 0, "&0!|12", 0, 3, 12 * S, 50 * S },
	{ CORRELATION_ORDERED, "012", { { 0 } }, 0, 0, NULL, 0, 3, 6 * S, 0 },
	{ CORRELATION_ORDERED, "012", { { 0 } }, 0, 0, NULL, 0, 3, 6 * S, 50 * S },
	{ CORRELATION_ORDERED, "010", { { 0 } }, 0, 0, NULL, 0, 3, 8 * S, 50 * S },
	{ CORRELATION_ORDERED, "0012", { { 0 } }, 0, 0, NULL, 0, 3, 5 * S, 200 * S },
	{ CORRELATION_ORDERED, "0123", GTE(3), 0, NULL, 0, 3, 9 * S, 50 * S },
	{ CORRELATION_ORDERED, "012", { { 0 } }, 0, 0, "&0|12", 0, 3, 9 * S, 50 * S },
	{ CORRELATION_SUM, "0", GTE(100), 0, NULL, 1, 3, 4 * S, 50 * S },
	{ CORRELATION_SUM, "01", { { COMPARE_EQ, 7 } }, 1, 0, NULL, 1, 9, 4 * S, 50 * S },
	{ CORRELATION_SUM, "0", { { COMPARE_LT, -20 } }, 1, 0, NULL, 1, 3, 2 * S, 200 * S },
	{ CORRELATION_AVG, "0", { { COMPARE_GT, 4.5 } }, 1, 0, NULL, 1, 3, 4 * S, 50 * S },
	{ CORRELATION_PERCENTILE, "0", GTE(10), 50, NULL, 1, 3, 4 * S, 50 * S },
	{ CORRELATION_PERCENTILE, "0", GTE(30), 95, NULL, 1, 1, S / 3, 50 * S },
	{ CORRELATION_PERCENTILE, "0", { { COMPARE_LTE, -10 } }, 1, 1, NULL, 1, 1, S, 200 * S },
	{ CORRELATION_PERCENTILE, "0", { { COMPARE_GT, 48 } }, 1, 100, NULL, 1, 2, 6 * S, 50 * S },
};
/* clang-format on */

/* ---- hits ------------------------------------------------------------------------ */

struct one {
	int64_t time;
	unsigned rule;
	char key[TEXT], value[2][TEXT];
	double number;
	bool late;
};

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static unsigned below(unsigned n) { return (unsigned)(next() >> 20) % n; }

static void make(const struct row *r, struct one *hits)
{
	int64_t clock = NOON;

	for (size_t i = 0; i < HITS; i++) {
		struct one *h = &hits[i];

		clock += (int64_t)(next() % (uint64_t)(2 * r->gap));
		if (!below(400) && r->disorder <= 60 * S)
			clock += 2 * SPAN + below(100) * S; /* a night in which nothing comes */
		h->time = clock;
		if (r->disorder && !below(3))
			h->time -= (int64_t)(next() % (uint64_t)r->disorder);
		h->time -= below(2) ? h->time % S : 0; /* equal times too */
		h->rule = (unsigned)(r->list[below((unsigned)strlen(r->list))] - '0');
		h->late = false;
		snprintf(h->key, TEXT, "key%u", below(r->keys));
		h->number = ((double)below(400) - 200) / 4;
		snprintf(h->value[0], TEXT, "%.2f", h->number);
		if (r->kind == CORRELATION_VALUES)
			snprintf(h->value[0], TEXT, "v%u", below(r->gap < S ? 30 : 8));
		snprintf(h->value[1], TEXT, "%u", below(r->gap < S ? 6 : 2));
	}
}

/* ---- the oracle -------------------------------------------------------------------- */

/* The window that ends with the latest hit of the group of hit `n`, as numbers of
 * hits in the order of time, then of coming. */
static size_t window(const struct one *hits, size_t n, size_t *out, int64_t *newest)
{
	size_t count = 0;

	*newest = hits[n].time;
	for (size_t i = 0; i <= n; i++)
		if (!hits[i].late && !strcmp(hits[i].key, hits[n].key) && hits[i].time > *newest)
			*newest = hits[i].time;
	for (size_t i = 0; i <= n; i++) {
		size_t k = count;

		if (hits[i].late || strcmp(hits[i].key, hits[n].key) || hits[i].time < *newest - SPAN)
			continue;
		for (; k > 0 && hits[out[k - 1]].time > hits[i].time; k--)
			out[k] = out[k - 1];
		out[k] = i;
		count++;
	}
	return count;
}

static bool same_value(const struct row *r, const struct one *a, const struct one *b)
{
	return !strcmp(a->value[0], b->value[0]) && (r->fields < 2 || !strcmp(a->value[1], b->value[1]));
}

static bool alike(const struct row *r, const struct one *a, const struct one *b)
{
	return r->kind == CORRELATION_VALUES ? same_value(r, a, b) : a->rule == b->rule;
}

/* Those of the window that are the last of their kind (value, or rule). */
static size_t last_ones(const struct row *r, const struct one *hits, const size_t *w, size_t count,
			size_t *out)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		bool last = true;

		for (size_t k = i + 1; k < count; k++)
			last = last && !alike(r, &hits[w[i]], &hits[w[k]]);
		if (last)
			out[found++] = w[i];
	}
	return found;
}

static bool is_there(const struct one *hits, const size_t *w, size_t count, unsigned rule)
{
	while (count > 0 && hits[w[count - 1]].rule != rule)
		count--;
	return count > 0;
}

/* The most places of the list that some of the hits have in its order. */
static unsigned longest(const struct row *r, const struct one *hits, const size_t *w, size_t count)
{
	static unsigned best[HITS][8];
	unsigned places = (unsigned)strlen(r->list), most = 0;

	for (size_t i = 0; i < count; i++)
		for (unsigned p = 0; p < places; p++) {
			best[i][p] = 0;
			if (hits[w[i]].rule != (unsigned)(r->list[p] - '0'))
				continue;
			best[i][p] = 1;
			for (size_t k = 0; k < i; k++)
				for (unsigned q = 0; q < p; q++)
					if (best[k][q] && best[k][q] + 1 > best[i][p])
						best[i][p] = best[k][q] + 1;
			if (best[i][p] > most)
				most = best[i][p];
		}
	return most;
}

static bool holds_says(const char **at, const struct one *hits, const size_t *w, size_t count)
{
	char c = *(*at)++;
	bool a, b;

	if (c >= '0' && c <= '9')
		return is_there(hits, w, count, (unsigned)(c - '0'));
	a = holds_says(at, hits, w, count);
	if (c == '!')
		return !a;
	b = holds_says(at, hits, w, count);
	return c == '&' ? a && b : a || b;
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double measured(const struct row *r, const struct one *hits, const size_t *w, size_t count)
{
	static double numbers[HITS];
	double sum = 0;
	size_t rank = 1;

	for (size_t i = 0; i < count; i++)
		sum += numbers[i] = hits[w[i]].number;
	if (r->kind == CORRELATION_SUM)
		return sum;
	if (r->kind == CORRELATION_AVG)
		return sum / (double)count;
	qsort(numbers, count, sizeof(*numbers), by_number);
	while ((double)rank / (double)count * 100 < r->percentile - 1e-9)
		rank++;
	return numbers[rank - 1];
}

static bool compares(const struct row *r, double n)
{
	for (unsigned i = 0; i < r->bound_count; i++) {
		double b = r->bounds[i].number;
		bool fits[] = { [COMPARE_LT] = n<b, [COMPARE_LTE] = n <= b, [COMPARE_GT] = n> b,
				[COMPARE_GTE] = n >= b,
				[COMPARE_EQ] = n == b,
				[COMPARE_NEQ] = n != b };

		if (!fits[r->bounds[i].op])
			return false;
	}
	return true;
}

static bool true_now(const struct row *r, const struct one *hits, const size_t *w, size_t count)
{
	static size_t some[HITS];
	const char *says = r->says;
	size_t different = last_ones(r, hits, w, count, some), wanted = 0;

	for (unsigned rule = 0; rule < RULES; rule++)
		wanted += strchr(r->list, (int)('0' + rule)) != NULL;
	switch (r->kind) {
	case CORRELATION_EVENTS:
		return compares(r, (double)count);
	case CORRELATION_VALUES:
		return compares(r, (double)different);
	case CORRELATION_TEMPORAL:
		return says             ? holds_says(&says, hits, w, count)
		       : r->bound_count ? compares(r, (double)different)
					: different == wanted;
	case CORRELATION_ORDERED:
		if (says)
			return holds_says(&says, hits, w, count) && longest(r, hits, w, count) == different;
		return r->bound_count ? compares(r, longest(r, hits, w, count))
				      : longest(r, hits, w, count) == strlen(r->list);
	default:
		return compares(r, measured(r, hits, w, count));
	}
}

/* ---- side by side -------------------------------------------------------------------- */

struct said {
	size_t count; /* reports of this hit */
	uint64_t hits, sum_of_lines;
	int64_t time;
	size_t lines;
	char key[TEXT];
};

static void told(void *who, const struct correlate_report *r)
{
	struct said *s = who;

	s->count++;
	s->hits = r->hits;
	s->time = r->time;
	s->lines = r->origin_count;
	s->sum_of_lines = 0;
	for (size_t i = 0; i < r->origin_count; i++)
		s->sum_of_lines += r->origins[i].line * r->origins[i].line;
	snprintf(s->key, TEXT, "%.*s", (int)r->group[0].len, r->group[0].text);
}

/* The hits that a report names, as the header of correlate says. */
static size_t named(const struct row *r, const struct one *hits, const size_t *w, size_t count, size_t *out)
{
	size_t most = count;
	size_t found = r->kind == CORRELATION_VALUES || r->kind == CORRELATION_TEMPORAL
			       ? last_ones(r, hits, w, count, out)
			       : (memcpy(out, w, count * sizeof(*w)), count);

	for (unsigned i = 0; i < r->bound_count; i++) {
		size_t n = (size_t)r->bounds[i].number;

		if (!i)
			most = 1;
		if (r->bounds[i].op != COMPARE_GTE && r->bounds[i].op != COMPARE_LT)
			n++;
		most = n > most ? n : most;
	}
	if ((r->kind == CORRELATION_EVENTS || r->kind == CORRELATION_VALUES) && found > most) {
		memmove(out, out + found - most, most * sizeof(*out));
		found = most;
	}
	return found;
}

static void check_report(const struct row *r, const struct one *hits, const size_t *w, size_t count,
			 int64_t newest, const char *key, const struct said *s, size_t row)
{
	static size_t which[HITS];
	size_t found = named(r, hits, w, count, which),
	       from = found > ALERT_ORIGINS ? found - ALERT_ORIGINS : 0;
	uint64_t sum = 0;

	if (s->time != newest || strcmp(s->key, key))
		fail_msg("row %zu: a report at another time or of another group", row);
	if (r->kind == CORRELATION_ORDERED)
		return;
	for (size_t i = from; i < found; i++)
		sum += (which[i] + 1) * (which[i] + 1);
	if (s->hits != found || s->lines != found - from || s->sum_of_lines != sum)
		fail_msg("row %zu: %llu hits and %zu lines; %zu and %zu, or others, are right", row,
			 (unsigned long long)s->hits, s->lines, found, found - from);
}

struct memory {
	char key[TEXT];
	int64_t newest, reported;
};

static struct memory *memory_of(struct memory *all, const char *key)
{
	while (all->key[0] && strcmp(all->key, key))
		all++;
	if (!all->key[0]) {
		snprintf(all->key, TEXT, "%s", key);
		all->newest = all->reported = INT64_MIN / 2;
	}
	return all;
}

static struct ruleset *rules_for(const struct row *r)
{
	struct ruleset *set = ruleset_new(NULL, NULL);
	char text[4096], list[64] = "";

	for (const char *at = r->list; *at; at++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%sr%c", *list ? ", " : "", *at);
	snprintf(text, sizeof(text),
		 "%stitle: c\nname: c\ncorrelation: {type: value_count, rules: [%s], group-by: [key], "
		 "timespan: 60s, condition: {field: v, gte: 1}}\n",
		 base, list);
	ruleset_add(set, "r.yml", text, strlen(text));
	ruleset_finish(set);
	assert_int_equal(ruleset_count(set), RULES + 1);
	return set;
}

static struct condition_names *read_says(struct arena *mem, const char **at)
{
	struct condition_names *x = arena_take(mem, sizeof(*x));
	char c = *(*at)++;

	if (c >= '0' && c <= '9') {
		x->kind = CONDITION_SELECTION;
		x->name = arena_text(mem, "r%c", c);
		return x;
	}
	x->kind = c == '&' ? CONDITION_AND : c == '|' ? CONDITION_OR : CONDITION_NOT;
	x->first = read_says(mem, at);
	if (c != '!')
		x->first->next = read_says(mem, at);
	return x;
}

/* The rule as it was read becomes the one that the row asks for. */
static void shape(struct arena *mem, struct correlation *c, const struct row *r)
{
	const char *says = r->says;

	c->kind = r->kind;
	c->percentile = r->percentile;
	c->bounds = NULL;
	for (unsigned i = 0; i < r->bound_count; i++) {
		struct bound *b = arena_take(mem, sizeof(*b));

		*b = (struct bound){ r->bounds[i].op, r->bounds[i].number, c->bounds };
		c->bounds = b;
	}
	if (says)
		c->expression = read_says(mem, &says);
	if (!r->fields)
		c->fields = NULL;
	for (unsigned i = 1; i < r->fields; i++) {
		struct name_list *n = arena_take(mem, sizeof(*n));

		n->name = "w";
		c->fields->next = n;
	}
}

static void run(const struct row *r, size_t row, struct one *hits)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	static size_t w[HITS];
	static struct memory all[64];
	struct ruleset *set = rules_for(r);
	uint32_t number = (uint32_t)ruleset_find(set, "c");
	struct program *p = program_new(set);
	struct correlator *c;
	size_t reports = 0, late = 0;

	shape(mem, (struct correlation *)(uintptr_t)ruleset_at(set, number)->correlation, r);
	c = correlator_new(p, NULL);
	memset(all, 0, sizeof(all));
	make(r, hits);
	for (size_t i = 0; i < HITS; i++) {
		struct one *h = &hits[i];
		struct memory *m = memory_of(all, h->key);
		char name[] = { 'r', (char)('0' + h->rule), '\0' };
		struct alert_field fields[] = { { "key", h->key, 3, strlen(h->key) },
						{ "v", h->value[0], 1, strlen(h->value[0]) },
						{ "w", h->value[1], 1, strlen(h->value[1]) } };
		struct said s = { 0 };
		bool due = false;
		size_t count;

		correlator_add(c, number,
			       &(struct hit){ .rule = (uint32_t)ruleset_find(set, name),
					      .time = h->time,
					      .origin = { "log", i + 1 },
					      .group = fields,
					      .group_count = 3 },
			       told, &s);
		h->late = h->time < m->newest - SPAN;
		late += h->late;
		if (!h->late) {
			count = window(hits, i, w, &m->newest);
			if (!true_now(r, hits, w, count))
				m->reported = INT64_MIN / 2;
			else if (m->newest > m->reported + SPAN) {
				m->reported = m->newest;
				due = true;
			}
		}
		if (s.count != due)
			fail_msg("row %zu, hit %zu at %lld: %zu reports, %d are due", row, i,
				 (long long)(h->time - NOON), s.count, due);
		if (due)
			check_report(r, hits, w, count, m->newest, h->key, &s, row);
		reports += due;
	}
	if (reports < 4)
		fail_msg("row %zu: only %zu reports; it shows nothing", row, reports);
	assert_int_equal(correlator_counts(c).late, late);
	if (r->disorder > 2 * SPAN && late < 50)
		fail_msg("row %zu: only %zu were late", row, late);
	correlator_free(c);
	program_free(p);
	ruleset_free(set);
}

static void it_is_what_the_definition_says(void **unused)
{
	static struct one hits[HITS];

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		state = UINT64_C(88172645463325252) + i;
		run(&rows[i], i, hits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(it_is_what_the_definition_says) };

	return cmocka_run_group_tests_name("window oracle", tests, NULL, NULL);
}
