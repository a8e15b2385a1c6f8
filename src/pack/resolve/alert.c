#include <string.h>

#include "pack/pack_private.h"

/*
 * Alerts: what is compared must be there on both sides, be found by an index,
 * and be no text that a person wrote.
 */

static bool has_index(const struct field *field)
{
	return field->type == FIELD_REF || (field->filter && field->type != FIELD_TEXT);
}

static void compared(struct reader *r, struct place at, const struct kind *kind, const char *name)
{
	const struct field *field = kind_field(kind, name);

	if (!field)
		unknown_field(r, at, kind, name);
	else if (field->type == FIELD_TEXT)
		problem_add(r->problems, at, "N33",
			    "%s.%s is free text; alerts are compared by technical keys", kind->name, name);
	else if (!has_index(field))
		problem_add(r->problems, at, NULL, "%s.%s is compared, so it wants filter: yes", kind->name,
			    name);
}

/* What the program itself writes into an alert that may join. */
static void wants_field(struct reader *r, const struct kind *kind, const char *name, enum field_type type)
{
	const struct field *field = kind_field(kind, name);

	if (!field || field->type != type)
		problem_add(r->problems, kind->joins.at, NULL, "joins: %s wants a field %s of its type",
			    kind->name, name);
}

static void resolve_joins(struct reader *r, const struct kind *kind)
{
	const struct scope in = { .kind = kind };

	if (!kind->joins.said)
		return;
	wants_field(r, kind, "key", FIELD_WORD);
	wants_field(r, kind, "count", FIELD_NUMBER);
	wants_field(r, kind, "received_at", FIELD_TIME);
	wants_field(r, kind, "events", FIELD_BLOB);
	if (kind_field(kind, "key"))
		compared(r, kind->joins.at, kind, "key");
	resolve_guards(r, &kind->joins.conditions, &in);
}

static void resolve_belongs(struct reader *r, const struct kind *kind)
{
	const struct belongs *belongs = &kind->belongs;
	const struct kind *incident = pack_kind(r->pack, "incident"), *of;
	const struct scope in = { .kind = incident };
	const struct field *ref;

	if (!belongs->count)
		return;
	if (!incident || !(ref = kind_field(kind, "incident")) || ref->type != FIELD_REF) {
		problem_add(r->problems, belongs->at, NULL, "belongs: %s has no ref incident", kind->name);
		return;
	}
	resolve_guards(r, &belongs->conditions, &in);
	for (size_t i = 0; i < belongs->count; i++) {
		const struct belonging *row = &belongs->rows[i];

		if (!(of = pack_kind(r->pack, row->of))) {
			unknown_kind(r, row->at, row->of);
			continue;
		}
		if (!(ref = kind_field(of, "incident")) || ref->type != FIELD_REF)
			problem_add(r->problems, row->at, NULL,
				    "%s: %s has no ref incident, so it is of no case", row->name, of->name);
		for (size_t k = 0; k < row->same.count; k++) {
			compared(r, row->at, kind, row->same.at[k]);
			if (of != kind)
				compared(r, row->at, of, row->same.at[k]);
		}
	}
}

/* No exception without an end. */
static bool has_an_end(const struct guards *guards)
{
	for (size_t i = 0; i < guards->count; i++)
		if (guards->at[i]->form == GUARD_AHEAD && guards->at[i]->values.count < 2 &&
		    !guards->at[i]->when)
			return true;
	return false;
}

static void resolve_suppressed(struct reader *r, const struct kind *kind)
{
	const struct suppressed *suppressed = &kind->suppressed;
	const struct kind *by = suppressed->by ? pack_kind(r->pack, suppressed->by) : NULL;
	const struct scope in = { .kind = by };
	const struct field *ref;

	if (!suppressed->by)
		return;
	if (!by) {
		unknown_kind(r, suppressed->at, suppressed->by);
		return;
	}
	if (!(ref = kind_field(kind, "suppression")) || ref->type != FIELD_REF || strcmp(ref->of, by->name))
		problem_add(r->problems, suppressed->at, NULL,
			    "suppressed: %s wants a field suppression that refers to %s", kind->name,
			    by->name);
	for (size_t i = 0; i < suppressed->same.count; i++) {
		compared(r, suppressed->at, kind, suppressed->same.at[i]);
		compared(r, suppressed->at, by, suppressed->same.at[i]);
	}
	resolve_guards(r, &suppressed->conditions, &in);
	if (suppressed->same.count && (ref = kind_field(kind, suppressed->same.at[0])) &&
	    ref->type != FIELD_WORD && ref->type != FIELD_TEXT)
		problem_add(r->problems, suppressed->at, NULL,
			    "suppressed: same: begins with a word, by which the suppression is found");
	if (!has_an_end(&suppressed->conditions))
		problem_add(r->problems, suppressed->at, "N42",
			    "suppressed: it has no end; write if: [{ahead: FIELD}] with a time field of %s",
			    by->name);
}

void resolve_alerts(struct reader *r, const struct kind *kind)
{
	if (strcmp(kind->name, "alert")) {
		if (kind->joins.said || kind->belongs.at.file || kind->suppressed.at.file)
			problem_add(r->problems, kind->at, NULL,
				    "%s: joins, belongs and suppressed are of the kind alert", kind->name);
		return;
	}
	resolve_joins(r, kind);
	resolve_belongs(r, kind);
	resolve_suppressed(r, kind);
}
