#include "detect/matcher.h"

#include <stdlib.h>

#include "base/arena.h"
#include "detect/engine/route.h"

struct matcher {
	const struct program *program;
	struct view view;
	struct routes *routes;
	uint64_t event;  /* its number */
	uint64_t *tried; /* by rule: the event in which it was a candidate */
	uint32_t *candidates;
	uint32_t candidate_count;
	struct matcher_counts counts;
};

struct matcher *matcher_new(const struct program *p)
{
	struct matcher *m = must_alloc(sizeof(*m));

	m->program = p;
	m->routes = routes_new(p);
	view_init(&m->view, p);
	m->tried = must_alloc((p->rule_count + 1) * sizeof(*m->tried));
	m->candidates = must_alloc((p->rule_count + 1) * sizeof(*m->candidates));
	return m;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	routes_free(m->routes);
	view_fini(&m->view);
	free(m->tried);
	free(m->candidates);
	free(m);
}

void matcher_turn(struct matcher *m) { routes_turn(m->routes); }

struct view *matcher_view(struct matcher *m) { return &m->view; }

struct matcher_counts matcher_counts(const struct matcher *m)
{
	struct matcher_counts c = m->counts;

	c.regex_limited = m->view.limited;
	return c;
}

/* ---- candidates ----------------------------------------------------------- */

static void put_candidate(struct matcher *m, uint32_t rule)
{
	if (m->tried[rule] == m->event)
		return;
	m->tried[rule] = m->event;
	m->candidates[m->candidate_count++] = rule;
}

static void found(void *who, const struct find *find)
{
	struct matcher *m = who;

	view_found(&m->view, find->predicate, find->decides ? VERDICT_YES : VERDICT_MAYBE);
	for (uint32_t i = 0; i < find->rule_count; i++)
		put_candidate(m, find->rules[i]);
}

static void look_at(struct matcher *m, struct finder *finder, struct finding *to, uint32_t value)
{
	if (value != EVENT_FIELDS && m->view.event->fields[value].type == FIELD_NULL)
		return;
	finder_ends(finder, to, view_given(&m->view, value));
	switch (finder_wants(finder)) {
	case FINDER_GIVEN:
		finder_inside(finder, to, view_given(&m->view, value));
		break;
	case FINDER_LOWER:
		finder_inside(finder, to, view_lower(&m->view, value));
		break;
	case FINDER_NOTHING:
		break;
	}
}

/* Keywords: the line as it came, or of JSON every value. */
static void look_everywhere(struct matcher *m, const struct lookout *lookout, struct finding *to)
{
	const struct event *e = m->view.event;

	if (e->is_json && !e->rewritten && lookout->in_line) {
		finder_inside(lookout->in_line, to, view_given(&m->view, EVENT_FIELDS));
		return;
	}
	if (!e->is_json) {
		look_at(m, lookout->anywhere, to, EVENT_FIELDS);
		return;
	}
	for (uint32_t i = 0; i < e->count; i++)
		look_at(m, lookout->anywhere, to, i);
}

/* Two ways to the same, for whichever are fewer. */
static void look_by_names(struct matcher *m, const struct lookout *lookout, struct finding *to)
{
	const struct event *e = m->view.event;

	for (uint32_t i = 0; i < lookout->field_count; i++) {
		const struct lookout_field *f = &lookout->fields[i];

		for (uint16_t k = event_first(e, f->number); k != NO_FIELD; k = e->fields[k].next)
			look_at(m, f->finder, to, k);
	}
}

static void look_by_values(struct matcher *m, const struct lookout *lookout, struct finding *to)
{
	const struct event *e = m->view.event;

	for (uint32_t i = 0; i < e->count; i++) {
		struct finder *finder = lookout_finder(lookout, e->fields[i].number);

		if (finder)
			look_at(m, finder, to, i);
	}
}

static void find_candidates(struct matcher *m, const struct lookout *lookout)
{
	const struct event *e = m->view.event;
	struct finding to = { .event = m->event, .work = WORK_MOST, .found = found, .who = m };

	m->candidate_count = 0;
	for (uint32_t i = 0; i < lookout->always_count; i++)
		put_candidate(m, lookout->always[i]);
	if (lookout->field_count <= e->count)
		look_by_names(m, lookout, &to);
	else
		look_by_values(m, lookout, &to);
	if (lookout->anywhere)
		look_everywhere(m, lookout, &to);
	m->view.work = (uint64_t)(WORK_MOST - to.work);
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

uint32_t matcher_feed(struct matcher *m, const struct event *e, const uint32_t **rules)
{
	struct route *route = routes_find(m->routes, &e->from);
	const struct lookout *lookout;
	uint32_t count = 0;

	m->counts.events++;
	m->event++;
	*rules = m->candidates;
	if (!route->rule_count)
		return 0;
	lookout = route_lookout(route, e);
	view_take(&m->view, e, lookout->looked_for);
	m->view.asked = route->seen.asked;
	find_candidates(m, lookout);
	sort(m->candidates, m->candidate_count);
	for (uint32_t i = 0; i < m->candidate_count && m->view.work < WORK_MOST; i++) {
		m->counts.tried++;
		if (match_rule(&m->view, m->candidates[i]) && m->view.work < WORK_MOST)
			m->candidates[count++] = m->candidates[i];
	}
	m->counts.cut += m->view.work >= WORK_MOST;
	return count;
}
