#include "detect/correlate.h"

#include <stdlib.h>
#include <string.h>

#include "detect/window.h"

enum { KEY_BYTES = 4096, SWEEP_EVERY = 4096 };

/* One correlation and one combination of group-by values. */
struct group {
	uint32_t rule;
	uint64_t hash;
	char *key; /* the values, each with its length in front */
	size_t key_len;
	struct window window;
	bool reporting;
	int64_t reported; /* when it last did */
	struct group *next;
};

struct correlator {
	const struct program *program;
	struct group **buckets;
	size_t bucket_count, most;
	int64_t now; /* the latest time seen */
	uint64_t added;
	struct correlator_counts counts;
};

struct correlator *correlator_new(const struct program *p, size_t groups_most)
{
	struct correlator *c = must_alloc(sizeof(*c));

	c->program = p;
	c->most = groups_most;
	c->bucket_count = 4096;
	c->buckets = must_alloc(c->bucket_count * sizeof(*c->buckets));
	return c;
}

static void group_free(struct group *g)
{
	window_fini(&g->window);
	free(g->key);
	free(g);
}

void correlator_free(struct correlator *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->bucket_count; i++)
		for (struct group *g = c->buckets[i], *next; g; g = next) {
			next = g->next;
			group_free(g);
		}
	free(c->buckets);
	free(c);
}

struct correlator_counts correlator_counts(const struct correlator *c) { return c->counts; }

/* The field that a group-by name stands for in this rule. */
static const char *field_for(const struct correlation *c, const struct rule *rule, const char *name)
{
	for (const struct alias *a = c->aliases; a; a = a->next)
		if (!strcmp(a->name, name) &&
		    (!strcmp(a->rule, rule->id) || (rule->name && !strcmp(a->rule, rule->name))))
			return a->field;
	return name;
}

static bool hit_value(const struct hit *hit, const char *name, struct text *out)
{
	if (hit->view)
		return view_value(hit->view, name, out);
	for (size_t i = 0; i < hit->group_count; i++)
		if (hit->group[i].name_len == strlen(name) &&
		    !memcmp(hit->group[i].name, name, hit->group[i].name_len)) {
			*out = (struct text){ hit->group[i].text, hit->group[i].len };
			return true;
		}
	return false;
}

/* A hit that lacks one of the fields belongs to no group. */
static bool make_key(const struct correlator *c, uint32_t rule, const struct hit *hit, char *key, size_t *len)
{
	const struct correlation *x = c->program->rules[rule].rule->correlation;

	*len = 0;
	for (const struct name_list *n = x->group_by; n; n = n->next) {
		struct text t;
		uint32_t size;

		if (!hit_value(hit, field_for(x, c->program->rules[hit->rule].rule, n->name), &t))
			return false;
		if (*len + sizeof(size) + t.len > KEY_BYTES)
			return false;
		size = (uint32_t)t.len;
		memcpy(key + *len, &size, sizeof(size));
		memcpy(key + *len + sizeof(size), t.at, t.len);
		*len += sizeof(size) + t.len;
	}
	return true;
}

static uint64_t hash_key(uint32_t rule, const char *key, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ rule;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)key[i]) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static bool expired(const struct correlator *c, const struct group *g)
{
	const struct correlation *x = c->program->rules[g->rule].rule->correlation;
	int64_t last = window_last(&g->window);

	return last + x->span < c->now && (!g->reporting || g->reported + x->span < c->now);
}

static void sweep(struct correlator *c)
{
	for (size_t i = 0; i < c->bucket_count; i++)
		for (struct group **g = &c->buckets[i]; *g;) {
			struct group *gone = *g;

			if (!expired(c, gone)) {
				g = &gone->next;
				continue;
			}
			*g = gone->next;
			group_free(gone);
			c->counts.groups--;
		}
}

static void widen(struct correlator *c)
{
	struct group **old = c->buckets;
	size_t count = c->bucket_count;

	c->bucket_count *= 4;
	c->buckets = must_alloc(c->bucket_count * sizeof(*c->buckets));
	for (size_t i = 0; i < count; i++)
		for (struct group *g = old[i], *next; g; g = next) {
			next = g->next;
			g->next = c->buckets[g->hash % c->bucket_count];
			c->buckets[g->hash % c->bucket_count] = g;
		}
	free(old);
}

/* A flood of new groups must not push the slow ones out: when there is no room
 * the new one is refused, and the counter raises the alarm. */
static struct group *group_for(struct correlator *c, uint32_t rule, const char *key, size_t len)
{
	uint64_t hash = hash_key(rule, key, len);
	struct group *g = c->buckets[hash % c->bucket_count];

	for (; g; g = g->next)
		if (g->hash == hash && g->rule == rule && g->key_len == len && !memcmp(g->key, key, len))
			return g;
	if (c->counts.groups >= c->most) {
		/* A full sweep for each refusal would itself be the flood's work. */
		if (c->added % SWEEP_EVERY == 0)
			sweep(c);
		if (c->counts.groups >= c->most) {
			c->counts.groups_refused++;
			return NULL;
		}
	}
	if (c->counts.groups > c->bucket_count)
		widen(c);
	g = must_alloc(sizeof(*g));
	g->rule = rule;
	g->hash = hash;
	g->key = must_alloc(len + 1);
	memcpy(g->key, key, len);
	g->key_len = len;
	window_init(&g->window, c->program->rules[rule].rule->correlation->kind == CORRELATION_VALUES);
	g->next = c->buckets[hash % c->bucket_count];
	c->buckets[hash % c->bucket_count] = g;
	c->counts.groups++;
	return g;
}

static bool within(const struct bound *b, uint64_t n)
{
	for (; b; b = b->next) {
		bool fits = b->op == COMPARE_LT    ? n < b->number
			    : b->op == COMPARE_LTE ? n <= b->number
			    : b->op == COMPARE_GT  ? n > b->number
			    : b->op == COMPARE_GTE ? n >= b->number
			    : b->op == COMPARE_EQ  ? n == b->number
						   : n != b->number;

		if (!fits)
			return false;
	}
	return true;
}

/* In the order of the list, the last one latest: from behind, each time the
 * latest hit that is not after the one that follows it. */
static bool in_order(const struct correlator *c, const struct correlation *x, const struct window *w)
{
	uint32_t wanted[64];
	size_t count = 0, at = window_count(w);

	for (const struct name_list *n = x->rules; n; n = n->next)
		wanted[count++] = (uint32_t)ruleset_find(c->program->set, n->name);
	while (count) {
		while (at > 0 && window_at(w, at - 1)->rule != wanted[count - 1])
			at--;
		if (!at)
			return false;
		at--;
		count--;
	}
	return true;
}

static bool all_there(const struct correlator *c, const struct correlation *x, const struct window *w)
{
	for (const struct name_list *n = x->rules; n; n = n->next) {
		uint32_t wanted = (uint32_t)ruleset_find(c->program->set, n->name);
		size_t i = window_count(w);

		while (i > 0 && window_at(w, i - 1)->rule != wanted)
			i--;
		if (!i)
			return false;
	}
	return true;
}

static bool holds(const struct correlator *c, const struct group *g)
{
	const struct correlation *x = c->program->rules[g->rule].rule->correlation;

	switch (x->kind) {
	case CORRELATION_EVENTS:
		return within(x->bounds, window_count(&g->window));
	case CORRELATION_VALUES:
		return within(x->bounds, window_values(&g->window));
	case CORRELATION_TEMPORAL:
		return all_there(c, x, &g->window);
	case CORRELATION_ORDERED:
		return in_order(c, x, &g->window);
	}
	return false;
}

static size_t group_fields(const struct correlation *x, const struct group *g, struct alert_field *out)
{
	size_t count = 0, at = 0;

	for (const struct name_list *n = x->group_by; n && count < ALERT_FIELDS; n = n->next) {
		uint32_t size;

		memcpy(&size, g->key + at, sizeof(size));
		out[count++] =
			(struct alert_field){ n->name, g->key + at + sizeof(size), strlen(n->name), size };
		at += sizeof(size) + size;
	}
	return count;
}

static void report(const struct correlator *c, const struct group *g, correlate_reports *to, void *who)
{
	const struct correlation *x = c->program->rules[g->rule].rule->correlation;
	struct origin origins[ALERT_ORIGINS];
	struct alert_field fields[ALERT_FIELDS];
	size_t all = window_count(&g->window), count = all < ALERT_ORIGINS ? all : ALERT_ORIGINS;
	struct correlate_report r = { .rule = g->rule,
				      .time = window_last(&g->window),
				      .group = fields,
				      .group_count = group_fields(x, g, fields),
				      .origins = origins,
				      .origin_count = count,
				      .hits = all };

	for (size_t i = 0; i < count; i++)
		origins[i] = window_at(&g->window, all - count + i)->origin;
	to(who, &r);
}

static void settle(struct correlator *c, struct group *g, const struct hit *hit, correlate_reports *to,
		   void *who)
{
	const int64_t span = c->program->rules[g->rule].rule->correlation->span;

	if (!holds(c, g)) {
		g->reporting = false;
		return;
	}
	if (g->reporting && hit->time <= g->reported + span)
		return;
	g->reporting = true;
	g->reported = hit->time;
	report(c, g, to, who);
}

void correlator_add(struct correlator *c, uint32_t rule, const struct hit *hit, correlate_reports *to,
		    void *who)
{
	const struct correlation *x = c->program->rules[rule].rule->correlation;
	struct text value = { "", 0 };
	char key[KEY_BYTES];
	struct group *g;
	size_t len;

	if (hit->time > c->now)
		c->now = hit->time;
	if (++c->added % SWEEP_EVERY == 0)
		sweep(c);
	if (!make_key(c, rule, hit, key, &len) ||
	    (x->fields &&
	     !hit_value(hit, field_for(x, c->program->rules[hit->rule].rule, x->fields->name), &value)) ||
	    !(g = group_for(c, rule, key, len)))
		return;
	if (!window_add(&g->window, x->span, &(struct window_hit){ hit->time, hit->rule, NULL, hit->origin },
			value.at, value.len, CORRELATION_MOST, &c->counts.hits_dropped)) {
		c->counts.late++;
		return;
	}
	settle(c, g, hit, to, who);
}
