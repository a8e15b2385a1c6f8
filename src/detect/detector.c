#include "detect/detector.h"

#include <stdlib.h>
#include <string.h>

#include "detect/correlate.h"
#include "detect/engine/match.h"
#include "detect/engine/program.h"
#include "detect/engine/route.h"

struct detector {
	struct program *program;
	struct view view;
	struct routes *routes;
	struct correlator *correlator;
	uint64_t event;  /* its number */
	uint64_t *tried; /* by rule: the event in which it was a candidate */
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
	d->routes = routes_new(d->program);
	view_init(&d->view, d->program);
	d->correlator = correlator_new(d->program, &room);
	d->tried = must_alloc((d->program->rule_count + 1) * sizeof(*d->tried));
	d->candidates = must_alloc((d->program->rule_count + 1) * sizeof(*d->candidates));
	d->alert = alert;
	d->who = who;
	return d;
}

void detector_free(struct detector *d)
{
	if (!d)
		return;
	correlator_free(d->correlator);
	routes_free(d->routes);
	view_fini(&d->view);
	program_free(d->program);
	free(d->tried);
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

/* ---- candidates ----------------------------------------------------------- */

static void put_candidate(struct detector *d, uint32_t rule)
{
	if (d->tried[rule] == d->event)
		return;
	d->tried[rule] = d->event;
	d->candidates[d->candidate_count++] = rule;
}

static void found(void *who, const struct find *find)
{
	struct detector *d = who;

	if (find->decides)
		view_holds(&d->view, find->predicate);
	for (uint32_t i = 0; i < find->rule_count; i++)
		put_candidate(d, find->rules[i]);
}

static void look_at(struct detector *d, struct finder *finder, struct finding *to, uint32_t value)
{
	if (value != EVENT_FIELDS && d->view.event->fields[value].type == FIELD_NULL)
		return;
	finder_ends(finder, to, view_given(&d->view, value));
	switch (finder_wants(finder)) {
	case FINDER_GIVEN:
		finder_inside(finder, to, view_given(&d->view, value));
		break;
	case FINDER_LOWER:
		finder_inside(finder, to, view_lower(&d->view, value));
		break;
	case FINDER_NOTHING:
		break;
	}
}

/* Keywords: the line as it came, or of JSON every value. */
static void look_everywhere(struct detector *d, const struct route *route, struct finder *finder,
			    struct finding *to)
{
	const struct event *e = d->view.event;

	if (e->is_json && !e->rewritten && route->in_line) {
		finder_inside(route->in_line, to, view_given(&d->view, EVENT_FIELDS));
		return;
	}
	if (!e->is_json) {
		look_at(d, finder, to, EVENT_FIELDS);
		return;
	}
	for (uint32_t i = 0; i < e->count; i++)
		look_at(d, finder, to, i);
}

static void find_candidates(struct detector *d, const struct route *route)
{
	const struct event *e = d->view.event;
	struct finding to = { .event = d->event, .work = WORK_MOST, .found = found, .who = d };

	d->candidate_count = 0;
	for (uint32_t i = 0; i < route->always_count; i++)
		put_candidate(d, route->always[i]);
	for (uint32_t i = 0; i < route->field_count; i++) {
		const struct route_field *f = &route->fields[i];

		if (f->number == FIELD_ANYWHERE)
			look_everywhere(d, route, f->finder, &to);
		else
			for (uint16_t k = event_first(e, f->number); k != NO_FIELD; k = e->fields[k].next)
				look_at(d, f->finder, &to, k);
	}
	d->view.work = (uint64_t)(WORK_MOST - to.work);
}

/* ---- alerts --------------------------------------------------------------- */

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
	if (x->field != FIELD_ANYWHERE && event_first(d->view.event, x->field) != NO_FIELD)
		note_field(a, d->view.event, event_first(d->view.event, x->field));
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
	const struct route *route = routes_find(d->routes, &e->from);

	d->counts.events++;
	d->event++;
	if (!route->rule_count)
		return;
	view_take(&d->view, e, route->looked_for);
	find_candidates(d, route);
	sort(d->candidates, d->candidate_count);
	for (uint32_t i = 0; i < d->candidate_count && d->view.work < WORK_MOST; i++) {
		d->counts.tried++;
		if (match_rule(&d->view, d->candidates[i]) && d->view.work < WORK_MOST)
			hit(d, d->candidates[i]);
	}
	d->counts.cut += d->view.work >= WORK_MOST;
}
