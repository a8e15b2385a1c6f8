#include "detect/explain.h"

/* Two names may share one value. */
static void note_value(struct match *m, const struct event *e, uint16_t value)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (e->fields[m->values[i]].text == e->fields[value].text)
			return;
	if (m->count < ALERT_FIELDS)
		m->values[m->count++] = value;
}

/* The fields of the tests that came out true and were asked for. */
static void explain(struct view *v, uint32_t node, struct match *m)
{
	const struct program *p = v->program;
	const struct node *n = &p->nodes[node];
	uint32_t field;

	if (n->kind == NODE_NOT || !match_node(v, node))
		return;
	if (n->kind != NODE_PREDICATE) {
		for (uint32_t i = 0; i < n->count && m->count < ALERT_FIELDS; i++)
			explain(v, p->members[n->first + i], m);
		return;
	}
	field = p->predicates[n->first].field;
	if (field != FIELD_ANYWHERE && event_first(v->event, field) != NO_FIELD)
		note_value(m, v->event, event_first(v->event, field));
}

struct match explain_match(struct view *v, uint32_t rule)
{
	struct match m = { .rule = rule };

	if (!v->program->rules[rule].silent)
		explain(v, v->program->rules[rule].root, &m);
	return m;
}
