#include "detect/correlate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "detect/window/definition.h"
#include "detect/window/groups.h"

enum { KEY_MOST = 4096, VALUE_MOST = 32 * 1024, NONE = UINT32_MAX };

#define LATENESS_MOST STAMP_MINUTE
#define AHEAD_MOST STAMP_DAY
/* Far from both ends, so that a span can be added to any time. */
#define TIME_MOST (INT64_MAX / 4)
/* Numbers that are larger than any that is measured, and that sums still hold. */
#define NUMBER_MOST 1e30

/* A field of the hits of one rule, by the name it has there. */
struct wanted {
	const char *name;
	size_t len;
};

/* A correlation with all that is looked up for a hit. */
struct inquiry {
	struct asked asked;
	uint32_t members[MEMBERS_MOST]; /* numbers of the rules in the list */
	uint32_t group_by, fields;
	struct wanted *wanted; /* by place: those of the group, then those of the condition */
	uint32_t entry;        /* its number among the group rules */
};

struct correlator {
	const struct program *program;
	struct inquiry **by_rule; /* by number of the rule; NULL where it is no correlation */
	uint32_t *rule_of;        /* by number among the group rules */
	uint32_t count;
	struct groups *groups;
	struct correlator_limits limits;
	struct correlator_counts counts;
	char tuple[VALUE_MOST];
};

/* ---- making ready ---------------------------------------------------------------- */

/* The field that a name stands for in this rule. */
static const char *field_for(const struct correlation *c, const struct rule *rule, const char *name)
{
	for (const struct alias *a = c->aliases; a; a = a->next)
		if (!strcmp(a->name, name) &&
		    (!strcmp(a->rule, rule->id) || (rule->name && !strcmp(a->rule, rule->name))))
			return a->field;
	return name;
}

static uint32_t count_names(const struct name_list *n)
{
	uint32_t count = 0;

	for (; n; n = n->next)
		count++;
	return count;
}

static void put_wanted(struct wanted *to, const struct correlation *c, const struct rule *rule)
{
	const struct name_list *const lists[] = { c->group_by, c->fields };

	for (size_t i = 0; i < 2; i++)
		for (const struct name_list *n = lists[i]; n; n = n->next, to++) {
			to->name = field_for(c, rule, n->name);
			to->len = strlen(to->name);
		}
}

static void find_members(struct inquiry *q, const struct program *p)
{
	struct asked *a = &q->asked;

	memset(a->again, NOWHERE, sizeof(a->again));
	for (const struct name_list *n = a->rule->rules; n && a->members < MEMBERS_MOST; n = n->next) {
		uint32_t k = a->members++, before = k;

		q->members[k] = (uint32_t)ruleset_find(p->set, n->name);
		while (before > 0 && q->members[before - 1] != q->members[k])
			before--;
		a->first[k] = before ? a->first[before - 1] : (uint8_t)k;
		if (before)
			a->again[before - 1] = (uint8_t)k;
		else
			a->distinct++;
		put_wanted(q->wanted + k * (q->group_by + q->fields), a->rule, p->rules[q->members[k]].rule);
	}
}

static struct inquiry *inquiry_new(const struct program *p, uint32_t rule, uint32_t entry)
{
	const struct correlation *c = p->rules[rule].rule->correlation;
	struct inquiry *q = must_alloc(sizeof(*q));

	q->asked.rule = c;
	q->asked.keeper = keeper_for(c->kind);
	q->asked.span = c->span;
	q->asked.most = bounds_most(c->bounds);
	q->group_by = count_names(c->group_by);
	q->fields = count_names(c->fields);
	q->wanted = must_alloc(count_names(c->rules) * (q->group_by + q->fields) * sizeof(*q->wanted));
	q->entry = entry;
	find_members(q, p);
	return q;
}

static struct group_rule *group_rules(const struct correlator *c)
{
	struct group_rule *rules = must_alloc((c->count + 1) * sizeof(*rules));

	for (uint32_t i = 0; i < c->count; i++) {
		const struct asked *a = &c->by_rule[c->rule_of[i]]->asked;

		rules[i] = (struct group_rule){
			.asked = a,
			.salt = definition_digest(c->program->set, c->program->rules[c->rule_of[i]].rule),
			.lateness = a->span < LATENESS_MOST ? a->span : LATENESS_MOST,
		};
	}
	return rules;
}

struct correlator *correlator_new(const struct program *p, const struct correlator_limits *limits)
{
	struct correlator *c = must_alloc(sizeof(*c));
	struct group_rule *rules;

	c->program = p;
	c->limits.groups = limits && limits->groups ? limits->groups : CORRELATOR_GROUPS;
	c->limits.bytes = limits && limits->bytes ? limits->bytes : CORRELATOR_BYTES;
	c->by_rule = must_alloc((p->rule_count + 1) * sizeof(*c->by_rule));
	c->rule_of = must_alloc((p->rule_count + 1) * sizeof(*c->rule_of));
	for (uint32_t i = 0; i < p->rule_count; i++)
		if (p->rules[i].rule->correlation) {
			c->by_rule[i] = inquiry_new(p, i, c->count);
			c->rule_of[c->count++] = i;
		}
	rules = group_rules(c);
	c->groups = groups_new(c->limits.groups, c->limits.bytes);
	groups_rules(c->groups, rules, c->count, NULL);
	free(rules);
	return c;
}

void correlator_free(struct correlator *c)
{
	if (!c)
		return;
	groups_free(c->groups);
	for (uint32_t i = 0; i < c->count; i++) {
		free(c->by_rule[c->rule_of[i]]->wanted);
		free(c->by_rule[c->rule_of[i]]);
	}
	free(c->by_rule);
	free(c->rule_of);
	free(c);
}

void correlator_adopt(struct correlator *c, struct correlator *old)
{
	struct group_rule *rules = group_rules(c);
	uint32_t *number_of = must_alloc((old->count + 1) * sizeof(*number_of));

	for (uint32_t i = 0; i < old->count; i++) {
		uint64_t salt = groups_rule_at(old->groups, i)->salt;
		uint32_t k = 0;

		while (k < c->count && rules[k].salt != salt)
			k++;
		number_of[i] = k < c->count ? k : NONE;
	}
	groups_free(c->groups);
	c->groups = old->groups;
	old->groups = NULL;
	groups_rules(c->groups, rules, c->count, number_of);
	c->counts = old->counts;
	c->limits = old->limits;
	free(number_of);
	free(rules);
}

/* ---- what a hit says --------------------------------------------------------------- */

/* The first value; one that is null is none. */
static bool field_value(const struct event *e, const struct wanted *w, struct text *out)
{
	const uint16_t i = event_first(e, name_find(w->name, w->len));

	if (i == NO_FIELD || e->fields[i].type == FIELD_NULL)
		return false;
	*out = (struct text){ e->fields[i].text, e->fields[i].len };
	return true;
}

/* The only place that looks into an event. */
static bool hit_value(const struct hit *hit, const struct wanted *w, struct text *out)
{
	if (hit->event)
		return field_value(hit->event, w, out);
	for (size_t i = 0; i < hit->group_count; i++)
		if (hit->group[i].name_len == w->len && !memcmp(hit->group[i].name, w->name, w->len)) {
			*out = (struct text){ hit->group[i].text, hit->group[i].len };
			return true;
		}
	return false;
}

/* Values, each with its length in front, so that "a","bc" is not "ab","c". */
static bool join(const struct hit *hit, const struct wanted *w, uint32_t count, char *to, size_t most,
		 uint32_t *len)
{
	*len = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct text t;
		uint16_t size;

		if (!hit_value(hit, &w[i], &t) || *len + sizeof(size) + t.len > most)
			return false;
		size = (uint16_t)t.len;
		memcpy(to + *len, &size, sizeof(size));
		memcpy(to + *len + sizeof(size), t.at, t.len);
		*len += (uint32_t)(sizeof(size) + t.len);
	}
	return true;
}

/* What the condition looks at, besides that there was a hit. */
static bool read_fields(struct correlator *c, const struct inquiry *q, const struct hit *hit,
			const struct wanted *w, struct incoming *in)
{
	struct text t;

	if (!q->fields)
		return true;
	if (q->asked.rule->kind != CORRELATION_VALUES)
		return hit_value(hit, w, &t) && text_number(t, &in->number) &&
		       fabs(in->number) <= NUMBER_MOST;
	if (q->fields > 1) {
		in->value = c->tuple;
		if (!join(hit, w, q->fields, c->tuple, sizeof(c->tuple), &in->value_len))
			return false;
	} else {
		if (!hit_value(hit, w, &t) || t.len > VALUE_MOST)
			return false;
		in->value = t.at;
		in->value_len = (uint32_t)t.len;
	}
	in->value_hash = (uint32_t)groups_hash(c->groups, in->value, in->value_len);
	return true;
}

static uint32_t place_of(const struct inquiry *q, uint32_t rule)
{
	uint32_t k = 0;

	while (k < q->asked.members && q->members[k] != rule)
		k++;
	return k;
}

/* ---- reports ------------------------------------------------------------------------ */

static size_t group_fields(const struct correlation *x, const char *key, struct alert_field *out)
{
	size_t count = 0;

	for (const struct name_list *n = x->group_by; n && count < ALERT_FIELDS; n = n->next) {
		uint16_t size;

		memcpy(&size, key, sizeof(size));
		out[count++] = (struct alert_field){ n->name, key + sizeof(size), strlen(n->name), size };
		key += sizeof(size) + size;
	}
	return count;
}

/* Whoever is told may give hits to other correlations, and this group may have
 * to give way to theirs: nothing that is handed over is the group's own. */
static void report(const struct correlator *c, const struct inquiry *q, struct group *g, const char *key,
		   correlate_reports *to, void *who)
{
	struct kept kept[ALERT_ORIGINS];
	struct origin origins[ALERT_ORIGINS];
	struct alert_field fields[ALERT_FIELDS];
	struct correlate_report r = { .rule = c->rule_of[q->entry],
				      .time = g->last,
				      .group = fields,
				      .group_count = group_fields(q->asked.rule, key, fields),
				      .origins = origins,
				      .since = g->since };

	r.origin_count = q->asked.keeper->lines(g->state, &q->asked, g->last, kept, ALERT_ORIGINS, &r.hits);
	for (size_t i = 0; i < r.origin_count; i++)
		origins[i] =
			(struct origin){ groups_source_at(c->groups, kept[i].source)->name, kept[i].line };
	g->since = 0;
	g->reported = g->last;
	to(who, &r);
}

static void settle(const struct correlator *c, const struct inquiry *q, struct group *g, const char *key,
		   correlate_reports *to, void *who)
{
	if (!q->asked.keeper->holds(g->state, &q->asked, g->last))
		g->reported = NEVER;
	else if (g->reported == NEVER || g->last > g->reported + q->asked.span)
		report(c, q, g, key, to, who);
}

/* ---- hits ---------------------------------------------------------------------------- */

static bool keep(struct correlator *c, struct group *g, const struct incoming *in, bool fresh)
{
	groups_touch(c->groups, g, in->kept.time);
	g->since += g->since < UINT32_MAX;
	if (groups_keep(c->groups, g, in, &c->counts.hits_dropped)) {
		if (fresh)
			groups_begin(c->groups, g);
		return true;
	}
	if (fresh)
		groups_refuse(c->groups, g);
	else
		c->counts.hits_dropped++;
	return false;
}

/* False where the time of the hit leaves it out. */
static bool take_time(struct correlator *c, const struct hit *hit, uint32_t source, int64_t *time)
{
	struct group_source *s = groups_source_at(c->groups, source);

	*time = hit->time > TIME_MOST ? TIME_MOST : hit->time < -TIME_MOST ? -TIME_MOST : hit->time;
	if (hit->received && *time > hit->received + AHEAD_MOST) {
		s->ahead++;
		c->counts.ahead++;
		return false;
	}
	if (*time > s->clock)
		s->clock = *time;
	return true;
}

void correlator_add(struct correlator *c, uint32_t rule, const struct hit *hit, correlate_reports *to,
		    void *who)
{
	const struct inquiry *q = c->by_rule[rule];
	const uint32_t source = groups_source(c->groups, hit->origin.source);
	const uint32_t place = place_of(q, hit->rule);
	const struct wanted *w = q->wanted + place * (q->group_by + q->fields);
	struct incoming in = { .kept = { .line = hit->origin.line, .source = source, .member = place } };
	char key[KEY_MOST];
	struct group *g;
	uint32_t len;
	bool fresh;

	if (source == NONE || place == q->asked.members || !take_time(c, hit, source, &in.kept.time))
		return;
	if (!join(hit, w, q->group_by, key, sizeof(key), &len) ||
	    !read_fields(c, q, hit, w + q->group_by, &in)) {
		c->counts.unfit++;
		return;
	}
	g = groups_find(c->groups, q->entry, key, len);
	if (g && in.kept.time < g->last - q->asked.span) {
		groups_source_at(c->groups, source)->late++;
		c->counts.late++;
		return;
	}
	fresh = !g;
	if (fresh && !(g = groups_add(c->groups, q->entry, source, key, len)))
		return;
	if (keep(c, g, &in, fresh))
		settle(c, q, g, key, to, who);
}

/* ---- counts --------------------------------------------------------------------------- */

struct correlator_counts correlator_counts(const struct correlator *c)
{
	struct correlator_counts n = c->counts;
	struct groups_counts g = groups_counts(c->groups);

	n.groups_refused = g.refused;
	n.groups_given_up = g.given_up;
	n.groups_expired = g.expired;
	n.groups = g.groups;
	n.bytes = pool_bytes(groups_pool(c->groups));
	n.groups_most = c->limits.groups;
	n.bytes_most = c->limits.bytes;
	return n;
}

void correlator_by_source(const struct correlator *c, holding_told *told, void *who)
{
	for (uint32_t i = 0; i < groups_source_count(c->groups); i++) {
		const struct group_source *s = groups_source_at(c->groups, i);

		if (s->groups || s->refused || s->given_up || s->late || s->ahead)
			told(who, &(struct holding){ s->name, s->groups, s->bytes, s->refused, s->given_up,
						     s->late, s->ahead });
	}
}

void correlator_by_rule(const struct correlator *c, holding_told *told, void *who)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const struct group_rule *r = groups_rule_at(c->groups, i);

		if (r->groups || r->refused || r->given_up)
			told(who, &(struct holding){ .name = c->program->rules[c->rule_of[i]].rule->id,
						     .groups = r->groups,
						     .bytes = r->bytes,
						     .refused = r->refused,
						     .given_up = r->given_up });
	}
}
