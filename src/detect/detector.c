#include "detect/detector.h"

#include <stdlib.h>
#include <string.h>

#include "detect/correlate.h"
#include "detect/match.h"
#include "detect/program.h"

enum { ROUTE_BUCKETS = 256 };

/* The rules for the logs of one place, and what they want scanned. */
struct route {
	struct logsource from;
	uint64_t *rules;  /* a bit for each */
	uint32_t *always; /* those without a witness */
	uint32_t always_count, rule_count;
	uint64_t *scanned; /* a bit for each field that has witnesses */
	struct route *next;
};

struct detector {
	struct program *program;
	struct view view;
	struct correlator *correlator;
	struct route *routes[ROUTE_BUCKETS];
	uint32_t *tried; /* by rule: the epoch in which it was a candidate */
	uint32_t *found; /* by literal */
	uint32_t *candidates;
	uint32_t candidate_count;
	detector_alert *alert;
	void *who;
	struct detector_counts counts;
};

struct detector *detector_new(const struct ruleset *set, const struct detector_limits *limits,
			      detector_alert *alert, void *who)
{
	struct detector *d = must_alloc(sizeof(*d));
	const struct correlator_limits room = { limits ? limits->groups : 0, limits ? limits->bytes : 0 };

	d->program = program_new(set);
	view_init(&d->view, d->program);
	d->correlator = correlator_new(d->program, &room);
	d->tried = must_alloc((d->program->rule_count + 1) * sizeof(*d->tried));
	d->candidates = must_alloc((d->program->rule_count + 1) * sizeof(*d->candidates));
	d->found = must_alloc((d->program->literal_count + 1) * sizeof(*d->found));
	d->alert = alert;
	d->who = who;
	return d;
}

static void route_free(struct route *r)
{
	free(r->rules);
	free(r->always);
	free(r->scanned);
	free(r);
}

void detector_free(struct detector *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < ROUTE_BUCKETS; i++)
		for (struct route *r = d->routes[i], *next; r; r = next) {
			next = r->next;
			route_free(r);
		}
	correlator_free(d->correlator);
	view_fini(&d->view);
	program_free(d->program);
	free(d->tried);
	free(d->found);
	free(d->candidates);
	free(d);
}

void detector_drop(struct detector **d)
{
	detector_free(*d);
	*d = NULL;
}

void detector_adopt(struct detector *d, struct detector *old)
{
	correlator_adopt(d->correlator, old->correlator);
	d->counts = old->counts;
}

struct detector_counts detector_counts(const struct detector *d)
{
	struct detector_counts c = d->counts;
	struct correlator_counts more = correlator_counts(d->correlator);

	c.groups_refused = more.groups_refused;
	c.hits_dropped = more.hits_dropped;
	c.late = more.late;
	c.ahead = more.ahead;
	c.unfit = more.unfit;
	c.groups_given_up = more.groups_given_up;
	c.groups = more.groups;
	c.groups_most = more.groups_most;
	c.bytes = more.bytes;
	c.bytes_most = more.bytes_most;
	c.regex_limited = d->view.limited;
	return c;
}

void detector_by_source(const struct detector *d, holding_told *told, void *who)
{
	correlator_by_source(d->correlator, told, who);
}

void detector_by_rule(const struct detector *d, holding_told *told, void *who)
{
	correlator_by_rule(d->correlator, told, who);
}

static bool bit(const uint64_t *bits, uint32_t i) { return bits[i / 64] >> i % 64 & 1; }
static void set_bit(uint64_t *bits, uint32_t i) { bits[i / 64] |= UINT64_C(1) << i % 64; }

static struct route *route_new(const struct program *p, const struct logsource *from)
{
	struct route *r = must_alloc(sizeof(*r));

	r->from = *from;
	r->rules = must_alloc((p->rule_count / 64 + 1) * sizeof(uint64_t));
	r->scanned = must_alloc((p->field_count / 64 + 1) * sizeof(uint64_t));
	r->always = must_alloc((p->rule_count + 1) * sizeof(*r->always));
	for (uint32_t i = 0; i < p->rule_count; i++) {
		const struct rule *rule = p->rules[i].rule;

		if (rule->correlation ||
		    !logsource_covers(rule->product, rule->category, rule->service, from))
			continue;
		set_bit(r->rules, i);
		r->rule_count++;
		if (p->rules[i].always)
			r->always[r->always_count++] = i;
	}
	for (uint32_t i = 1; i <= p->literal_count; i++)
		for (uint32_t k = 0; k < p->literals[i].rule_count; k++)
			if (bit(r->rules, p->waiting[p->literals[i].first_rule + k]))
				set_bit(r->scanned, p->literals[i].field);
	return r;
}

/* Words of the table compare by address, and there are few combinations. */
static const struct route *route_for(struct detector *d, const struct logsource *from)
{
	uint64_t h = 0;
	struct route **head, *r;
	const char *words[] = { from->product,       from->services[0],   from->services[1],
				from->categories[0], from->categories[1], from->categories[2] };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = (h ^ (uintptr_t)words[i]) * UINT64_C(1099511628211);
	head = &d->routes[(h ^ h >> 29) % ROUTE_BUCKETS];
	for (r = *head; r; r = r->next)
		if (!memcmp(&r->from, from, sizeof(*from)))
			return r;
	r = route_new(d->program, from);
	r->next = *head;
	*head = r;
	return r;
}

static void put_candidate(struct detector *d, uint32_t rule)
{
	if (d->tried[rule] == d->view.epoch)
		return;
	d->tried[rule] = d->view.epoch;
	d->candidates[d->candidate_count++] = rule;
}

static void literal_found(struct detector *d, const struct route *route, uint32_t number)
{
	const struct literal *l = &d->program->literals[number];

	d->found[number] = d->view.epoch;
	for (uint32_t i = 0; i < l->rule_count; i++) {
		uint32_t rule = d->program->waiting[l->first_rule + i];

		if (bit(route->rules, rule))
			put_candidate(d, rule);
	}
}

/* Four bytes of some literal stand at `i`: is the whole of it there? */
static void look_closer(struct detector *d, const struct route *route, struct text t, size_t i, uint32_t gram,
			uint32_t field)
{
	const struct program *p = d->program;
	uint32_t number = p->gram_heads[gram_hash(gram, field) >> (32 - GRAM_BUCKETS)];

	for (; number; number = p->literals[number].next) {
		const struct literal *l = &p->literals[number];

		if (l->gram == gram && l->field == field && d->found[number] != d->view.epoch &&
		    i >= l->offset && t.len - (i - l->offset) >= l->len &&
		    !memcmp(t.at + i - l->offset, l->text, l->len))
			literal_found(d, route, number);
	}
}

static void scan(struct detector *d, const struct route *route, uint32_t value, uint32_t field)
{
	const uint64_t *bits = d->program->gram_bits;
	struct text t = view_framed(&d->view, value);

	for (size_t i = 0; i + GRAM <= t.len; i++) {
		uint32_t gram;

		memcpy(&gram, t.at + i, GRAM);
		if (bit(bits, gram_hash(gram, field) >> (32 - GRAM_BITS)))
			look_closer(d, route, t, i, gram, field);
		if (!((unsigned char)t.at[i] & 0x80))
			continue;
		gram = rare_gram(t.at + i);
		if (bit(bits, gram_hash(gram, field) >> (32 - GRAM_BITS)))
			look_closer(d, route, t, i, gram, field);
	}
}

static void find_candidates(struct detector *d, const struct route *route)
{
	const struct event *e = d->view.event;
	bool anywhere = bit(route->scanned, FIELD_ANYWHERE);

	d->candidate_count = 0;
	for (uint32_t i = 0; i < route->always_count; i++)
		put_candidate(d, route->always[i]);
	for (uint32_t i = 0; i < e->count; i++) {
		uint32_t field = d->view.number[i];

		if (e->fields[i].type == FIELD_NULL)
			continue;
		if (field != UINT32_MAX && bit(route->scanned, field))
			scan(d, route, i, field);
		if (anywhere && e->is_json)
			scan(d, route, i, FIELD_ANYWHERE);
	}
	if (anywhere && !e->is_json)
		scan(d, route, EVENT_FIELDS, FIELD_ANYWHERE);
}

static void note_field(struct alert *a, const struct event *e, uint32_t value)
{
	const struct field *f = &e->fields[value];

	for (size_t i = 0; i < a->field_count; i++)
		if (a->fields[i].text == f->text)
			return;
	if (a->field_count < ALERT_FIELDS)
		a->fields[a->field_count++] = (struct alert_field){ f->name, f->text, f->name_len, f->len };
}

/* What matched: the fields of the tests that came out true and were asked for. */
static void explain(struct detector *d, uint32_t node, struct alert *a)
{
	const struct node *n = &d->program->nodes[node];
	const struct predicate *x;

	if (n->kind == NODE_NOT || !match_node(&d->view, node))
		return;
	if (n->kind != NODE_PREDICATE) {
		for (uint32_t i = 0; i < n->count && a->field_count < ALERT_FIELDS; i++)
			explain(d, d->program->members[n->first + i], a);
		return;
	}
	x = &d->program->predicates[n->first];
	if (x->field != FIELD_ANYWHERE && d->view.seen[x->field] == d->view.epoch)
		note_field(a, d->view.event, d->view.head[x->field]);
}

static void send(struct detector *d, const struct alert *a)
{
	d->counts.alerts++;
	if (d->alert)
		d->alert(d->who, a);
}

static void correlated(void *who, const struct correlate_report *r);

static void pass_on(struct detector *d, const struct hit *hit)
{
	const struct compiled *c = &d->program->rules[hit->rule];

	for (uint32_t i = 0; i < c->correlation_count; i++)
		correlator_add(d->correlator, c->correlations[i], hit, correlated, d);
}

static void correlated(void *who, const struct correlate_report *r)
{
	struct detector *d = who;
	const struct compiled *c = &d->program->rules[r->rule];
	struct alert a = { .rule = c->rule,
			   .event = d->view.event,
			   .time = r->time,
			   .group_count = r->group_count,
			   .origins = r->origins,
			   .origin_count = r->origin_count,
			   .hits = r->hits,
			   .since = r->since };

	memcpy(a.group, r->group, r->group_count * sizeof(*r->group));
	if (!c->silent)
		send(d, &a);
	pass_on(d, &(struct hit){ .rule = r->rule,
				  .time = r->time,
				  .received = d->view.event->received,
				  .origin = { d->view.event->source, d->view.event->line },
				  .group = r->group,
				  .group_count = r->group_count });
}

static void hit(struct detector *d, uint32_t rule)
{
	const struct event *e = d->view.event;
	struct alert a = { .rule = d->program->rules[rule].rule, .event = e, .time = e->time, .hits = 1 };

	if (!d->program->rules[rule].silent) {
		explain(d, d->program->rules[rule].root, &a);
		send(d, &a);
	}
	pass_on(d, &(struct hit){ .rule = rule,
				  .time = e->time,
				  .received = e->received,
				  .origin = { e->source, e->line },
				  .view = &d->view });
}

/* Epochs begin again: what is marked with an old one must not look new. */
static void forget(struct detector *d)
{
	memset(d->tried, 0, d->program->rule_count * sizeof(*d->tried));
	memset(d->found, 0, (d->program->literal_count + 1) * sizeof(*d->found));
}

/* Alerts of one line come in the order of the rules. There are few. */
static void sort(uint32_t *list, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		uint32_t x = list[i], k = i;

		for (; k > 0 && list[k - 1] > x; k--)
			list[k] = list[k - 1];
		list[k] = x;
	}
}

void detector_feed(struct detector *d, const struct event *e)
{
	const struct route *route = route_for(d, &e->from);

	d->counts.events++;
	if (!route->rule_count)
		return;
	view_take(&d->view, e);
	if (d->view.epoch == 1)
		forget(d);
	find_candidates(d, route);
	sort(d->candidates, d->candidate_count);
	for (uint32_t i = 0; i < d->candidate_count; i++) {
		d->counts.tried++;
		if (match_node(&d->view, d->program->rules[d->candidates[i]].root))
			hit(d, d->candidates[i]);
	}
}
