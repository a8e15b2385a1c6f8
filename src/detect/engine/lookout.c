#include "detect/engine/lookout.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/name.h"

enum { NO_RULE = UINT32_MAX };

/* A rule whose witnesses cost more is tried often (measured: less fills the tables
 * with what is seldom asked for, more leaves searches to be made one by one). */
enum { OFTEN = 300 };

/* Once it was counted: what rules want to know of in one of so many events is
 * looked for beforehand, with all else. */
enum { ASKED_OFTEN = 256, GROUP_ASKED = 1, ANCHORS = ANCHOR_INSIDE + 1 };

/* A guess weighs as much as so many events. */
enum { GUESS_WEIGHS = 64 };

/* ---- making one ----------------------------------------------------------- */

/* A rule and the predicate it waits for. */
struct wait {
	uint32_t predicate, rule;
};

struct making {
	const struct program *program;
	const struct experience *seen;
	struct arena *mem; /* for the while */
	struct lookout *lookout;
	struct wait *waits;
	size_t count, room;
};

static void put_wait(struct making *m, uint32_t predicate, uint32_t rule)
{
	if (m->count == m->room) {
		m->room = m->room ? m->room * 2 : 256;
		m->waits = must_grow(m->waits, m->room * sizeof(*m->waits));
	}
	m->waits[m->count++] = (struct wait){ predicate, rule };
}

/* Is it worth looking for beforehand? A letter or two of an expression are nearly everywhere. */
static bool has_text(const struct program *p, uint32_t predicate)
{
	const struct literal *l = &p->literals[predicate];

	return l->text && (l->decides || l->len >= GRAM) && p->predicates[predicate].field != FIELD_ANYWHERE;
}

/* A rule that is tried often asks for nothing that is not known already. */
static void watch_all(struct making *m, uint32_t node)
{
	const struct program *p = m->program;
	const struct node *n = &p->nodes[node];

	if (n->kind != NODE_PREDICATE) {
		for (uint32_t i = 0; i < n->count; i++)
			watch_all(m, p->members[n->first + i]);
		return;
	}
	if (has_text(p, n->first))
		put_wait(m, n->first, NO_RULE);
}

/* Texts of one field that stand at one place in it are found together. */
static size_t together(const struct program *p, uint32_t predicate)
{
	return p->predicates[predicate].field * (size_t)ANCHORS + p->literals[predicate].anchor;
}

static bool asks(const struct making *m, uint32_t predicate)
{
	return m->seen->asked[predicate] && has_text(m->program, predicate);
}

/* In how many events each of those groups was asked for; the ones that rules wait
 * for anyhow count as asked for always. */
static uint64_t *count_asked(const struct making *m)
{
	uint64_t *sums = must_alloc((size_t)name_count() * ANCHORS * sizeof(*sums));
	const struct program *p = m->program;

	for (size_t i = 0; i < m->count; i++)
		if (p->predicates[m->waits[i].predicate].field != FIELD_ANYWHERE)
			sums[together(p, m->waits[i].predicate)] = m->seen->asked_for;
	for (uint32_t i = 0; i < p->predicate_count; i++)
		if (asks(m, i))
			sums[together(p, i)] += m->seen->asked[i];
	return sums;
}

static void watch_asked(struct making *m)
{
	const uint64_t all = m->seen->asked_for;
	uint64_t *sums = count_asked(m);

	for (uint32_t i = 0; i < m->program->predicate_count; i++)
		if (asks(m, i) && sums[together(m->program, i)] * GROUP_ASKED >= all &&
		    m->seen->asked[i] * (uint64_t)ASKED_OFTEN >= all)
			put_wait(m, i, NO_RULE);
	free(sums);
}

static void put_rule(struct making *m, uint32_t rule)
{
	const struct program *p = m->program;
	const struct compiled *c = &p->rules[rule];
	struct witnesses w = c->witnesses;

	if (m->seen)
		w = witness_choose(p, m->seen->costs, c->root, m->mem);
	if (!w.some)
		m->lookout->always[m->lookout->always_count++] = rule;
	if (!m->seen && (!w.some || w.cost > OFTEN))
		watch_all(m, c->root);
	for (uint32_t k = 0; k < w.count; k++)
		put_wait(m, w.list[k], rule);
}

static int by_predicate(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;

	if (x->predicate != y->predicate)
		return x->predicate < y->predicate ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static struct finder *finder_for(struct lookout *to, uint32_t number)
{
	for (uint32_t i = 0; i < to->field_count; i++)
		if (to->fields[i].number == number)
			return to->fields[i].finder;
	to->fields = must_grow(to->fields, (to->field_count + 1) * sizeof(*to->fields));
	to->fields[to->field_count] = (struct lookout_field){ number, finder_new() };
	return to->fields[to->field_count++].finder;
}

/* The longest part of it that JSON does not write otherwise. */
static struct literal plain_part(const struct literal *l)
{
	struct literal best = { .anchor = ANCHOR_INSIDE };
	uint32_t start = 0;

	for (uint32_t i = 0; i <= l->len; i++) {
		if (i < l->len && l->text[i] != '"' && l->text[i] != '\\' &&
		    (unsigned char)l->text[i] >= 0x20)
			continue;
		if (i - start > best.len) {
			best.text = l->text + start;
			best.len = i - start;
		}
		start = i + 1;
	}
	if (l->rare >= (uint32_t)(best.text - l->text) && best.len >= GRAM &&
	    l->rare + GRAM <= (uint32_t)(best.text - l->text) + best.len)
		best.rare = l->rare - (uint32_t)(best.text - l->text);
	return best;
}

static void put_in_line(struct lookout *to, const struct literal *l, uint32_t predicate,
			const uint32_t *rules, uint32_t count)
{
	const struct literal part = plain_part(l);

	if (!to->in_line && !to->scattered)
		to->in_line = finder_new();
	if (part.len >= SHORT && to->in_line) {
		finder_add(to->in_line, &part, predicate, rules, count);
		return;
	}
	/* One that cannot be found there, and the line is no use. */
	to->scattered = true;
	finder_free(to->in_line);
	to->in_line = NULL;
}

/* Those of one predicate, each rule once. */
static size_t put_one(struct making *m, size_t from, uint32_t *rules)
{
	const uint32_t predicate = m->waits[from].predicate;
	const struct literal *l = &m->program->literals[predicate];
	uint32_t count = 0;
	size_t i = from;

	for (; i < m->count && m->waits[i].predicate == predicate; i++)
		if (m->waits[i].rule != NO_RULE && (!count || rules[count - 1] != m->waits[i].rule))
			rules[count++] = m->waits[i].rule;
	finder_add(finder_for(m->lookout, m->program->predicates[predicate].field), l, predicate, rules,
		   count);
	if (m->program->predicates[predicate].field == FIELD_ANYWHERE)
		put_in_line(m->lookout, l, predicate, rules, count);
	else
		m->lookout->looked_for[predicate / 64] |= UINT64_C(1) << predicate % 64;
	return i;
}

/* Many texts want the line in lower case, and then values are shorter. */
static void finish_in_line(struct lookout *l)
{
	if (!l->in_line)
		return;
	finder_finish(l->in_line);
	if (finder_wants(l->in_line) == FINDER_GIVEN)
		return;
	finder_free(l->in_line);
	l->in_line = NULL;
}

static int by_number(const void *a, const void *b)
{
	const struct lookout_field *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static void finish_names(struct lookout *l)
{
	const uint32_t groups = name_count() / 64 + 1;

	if (l->field_count)
		qsort(l->fields, l->field_count, sizeof(*l->fields), by_number);
	l->names = must_alloc(groups * sizeof(*l->names));
	l->name_count = groups * 64;
	for (uint32_t i = l->field_count; i-- > 0;) {
		const uint32_t number = l->fields[i].number;

		if (number == FIELD_ANYWHERE) {
			l->anywhere = l->fields[i].finder;
			continue;
		}
		l->names[number / 64].wanted |= UINT64_C(1) << number % 64;
		l->names[number / 64].before = i;
	}
}

static void finish(struct making *m)
{
	struct lookout *l = m->lookout;
	uint32_t *rules = must_alloc((m->program->rule_count + 1) * sizeof(*rules));

	if (m->count)
		qsort(m->waits, m->count, sizeof(*m->waits), by_predicate);
	for (size_t i = 0; i < m->count;)
		i = put_one(m, i, rules);
	for (uint32_t i = 0; i < l->field_count; i++)
		finder_finish(l->fields[i].finder);
	finish_names(l);
	finish_in_line(l);
	free(rules);
}

struct lookout *lookout_new(const struct program *p, const uint32_t *rules, uint32_t count,
			    const struct experience *seen)
{
	struct lookout *l = must_alloc(sizeof(*l));
	struct making m = { .program = p, .seen = seen, .mem = arena_new(), .lookout = l };

	l->looked_for = must_alloc((p->predicate_count / 64 + 1) * sizeof(*l->looked_for));
	l->always = must_alloc((count + 1) * sizeof(*l->always));
	for (uint32_t i = 0; i < count; i++)
		put_rule(&m, rules[i]);
	if (seen)
		watch_asked(&m);
	finish(&m);
	free(m.waits);
	arena_free(m.mem);
	return l;
}

void lookout_free(struct lookout *l)
{
	if (!l)
		return;
	for (uint32_t i = 0; i < l->field_count; i++)
		finder_free(l->fields[i].finder);
	finder_free(l->in_line);
	free(l->fields);
	free(l->names);
	free(l->always);
	free(l->looked_for);
	free(l);
}

/* ---- what was seen -------------------------------------------------------- */

struct telling {
	uint32_t events;
	float *costs;
};

static void told(void *who, const struct find *find)
{
	const struct telling *t = who;
	float *cost = &t->costs[find->predicate];
	const float found = (float)find->hits * COST_ALWAYS;

	*cost = 1.0F + (found + GUESS_WEIGHS * *cost) / ((float)t->events + GUESS_WEIGHS);
}

/* What was looked for in the line was not looked for in its values, and so says nothing. */
static void told_if_any(void *who, const struct find *find)
{
	if (find->hits)
		told(who, find);
}

void lookout_tell(const struct lookout *l, uint32_t events, float *costs)
{
	struct telling t = { events, costs };

	if (l->in_line)
		finder_each(l->in_line, told, &t);
	for (uint32_t i = 0; i < l->field_count; i++)
		finder_each(l->fields[i].finder,
			    l->in_line && l->fields[i].number == FIELD_ANYWHERE ? told_if_any : told, &t);
}
