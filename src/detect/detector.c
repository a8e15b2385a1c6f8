#include "detect/detector.h"

#include <stdlib.h>
#include <string.h>

#include "detect/correlate.h"
#include "detect/engine/program.h"
#include "detect/explain.h"
#include "detect/matcher.h"

struct detector {
	struct program *program;
	struct matcher *matcher;
	struct correlator *correlator;
	const struct event *event;       /* the one at hand */
	struct event *noted;             /* read back from notes */
	struct matcher_counts elsewhere; /* of other matchers */
	uint64_t alerts;
	detector_alert *alert;
	void *who;
};

struct detector *detector_new(const struct ruleset *set, const struct detector_limits *limits,
			      detector_alert *alert, void *who)
{
	struct detector *d = must_alloc(sizeof(*d));
	const struct correlator_limits room = { limits ? limits->groups : 0, limits ? limits->bytes : 0 };

	d->program = program_new(set);
	d->matcher = matcher_new(d->program);
	d->correlator = correlator_new(d->program, &room);
	d->alert = alert;
	d->who = who;
	return d;
}

void detector_free(struct detector *d)
{
	if (!d)
		return;
	correlator_free(d->correlator);
	matcher_free(d->matcher);
	event_free(d->noted);
	program_free(d->program);
	free(d);
}

void detector_drop(struct detector **d)
{
	detector_free(*d);
	*d = NULL;
}

void detector_count(struct detector *d, struct matcher_counts more)
{
	d->elsewhere.events += more.events;
	d->elsewhere.tried += more.tried;
	d->elsewhere.cut += more.cut;
	d->elsewhere.regex_limited += more.regex_limited;
}

void detector_adopt(struct detector *d, struct detector *old)
{
	correlator_adopt(d->correlator, old->correlator);
	d->alerts = old->alerts;
	d->elsewhere = old->elsewhere;
	detector_count(d, matcher_counts(old->matcher));
}

struct detector_counts detector_counts(const struct detector *d)
{
	const struct matcher_counts here = matcher_counts(d->matcher);
	const struct correlator_counts more = correlator_counts(d->correlator);
	struct detector_counts c = { .alerts = d->alerts };

	c.events = d->elsewhere.events + here.events;
	c.tried = d->elsewhere.tried + here.tried;
	c.cut = d->elsewhere.cut + here.cut;
	c.regex_limited = d->elsewhere.regex_limited + here.regex_limited;
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

/* ---- alerts --------------------------------------------------------------- */

static void send(struct detector *d, const struct alert *a)
{
	d->alerts++;
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
			   .number = r->rule,
			   .event = d->event,
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
				  .received = d->event->received,
				  .origin = { d->event->source, d->event->line },
				  .group = r->group,
				  .group_count = r->group_count });
}

static void hit(struct detector *d, const struct match *m)
{
	const struct event *e = d->event;
	struct alert a = { .rule = d->program->rules[m->rule].rule,
			   .number = m->rule,
			   .event = e,
			   .time = e->time,
			   .hits = 1,
			   .field_count = m->count };

	for (uint32_t i = 0; i < m->count; i++) {
		const struct field *f = &e->fields[m->values[i]];

		a.fields[i] = (struct alert_field){ f->name, f->text, f->name_len, f->len };
	}
	if (!d->program->rules[m->rule].silent)
		send(d, &a);
	pass_on(d, &(struct hit){ .rule = m->rule,
				  .time = e->time,
				  .received = e->received,
				  .origin = { e->source, e->line },
				  .event = e });
}

void detector_feed(struct detector *d, const struct event *e)
{
	const uint32_t *rules, count = matcher_feed(d->matcher, e, &rules);

	d->event = e;
	for (uint32_t i = 0; i < count; i++) {
		const struct match m = explain_match(matcher_view(d->matcher), rules[i]);

		hit(d, &m);
	}
}

const struct program *detector_program(const struct detector *d) { return d->program; }

void detector_replay(struct detector *d, const struct notes *n)
{
	struct notes_cursor at = { 0 };
	const struct match *matches;
	uint32_t count;

	if (!d->noted)
		d->noted = event_new();
	d->event = d->noted;
	while (notes_next(n, &at, d->noted, &matches, &count))
		for (uint32_t i = 0; i < count; i++)
			hit(d, &matches[i]);
}
