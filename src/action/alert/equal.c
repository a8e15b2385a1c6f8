/* Equal alerts: which record an alert is another one of. */

#include <string.h>

#include "action/alert/alert_private.h"
#include "base/stamp.h"

/* What holds where a plan pack says nothing of it. */
#define WITHIN_USUAL (24 * STAMP_HOUR)
#define AT_MOST_USUAL (7 * STAMP_DAY)

enum { LOOKED_AT = 20 };

static const struct joins *joins_of(const struct house *house)
{
	const struct kind *kind = pack_kind(house->pack, "alert");

	return kind && kind->joins.said ? &kind->joins : NULL;
}

static const struct joining *row_of(const struct joins *joins, const char *rule)
{
	for (size_t i = 0; joins && i < joins->rule_count; i++)
		if (!strcmp(joins->rules[i].rule, rule))
			return &joins->rules[i];
	return NULL;
}

bool house_joins(struct house *house, const char *rule, const char *const **by, size_t *count)
{
	const struct joins *joins = joins_of(house);
	const struct joining *how = rule ? row_of(joins, rule) : joins ? &joins->usual : NULL;

	if (!how || !how->given)
		return false;
	*by = how->by.at;
	*count = how->by.count;
	return true;
}

static int64_t first_of(int64_t a, int64_t b, int64_t c, int64_t d) { return a ? a : b ? b : c ? c : d; }

/* The plan has the last word, the rule's author the second. */
void alert_windows(struct deed *deed, struct heard *heard)
{
	const struct joins *joins = joins_of(deed->house);
	const struct joining *row = row_of(joins, alert_text(heard->alert, "rule"));
	const int64_t within = json_integer_value(json_object_get(heard->alert, "within")),
		      at_most = json_integer_value(json_object_get(heard->alert, "at_most"));

	heard->within =
		first_of(row ? row->within : 0, within, joins ? joins->usual.within : 0, WITHIN_USUAL);
	heard->at_most =
		first_of(row ? row->at_most : 0, at_most, joins ? joins->usual.at_most : 0, AT_MOST_USUAL);
	if (heard->at_most < heard->within)
		heard->at_most = heard->within;
}

/* By the clock of the house: a line that lies about its time must not split an
 * alert into many. */
static bool in_time(const struct deed *deed, const struct heard *heard, const struct object *record)
{
	const char *text = json_string_value(json_object_get(record->body, "received_at"));
	int64_t last = record->updated_at;

	if (text)
		stamp_parse(text, strlen(text), &last, NULL);
	return deed->now - last <= heard->within && deed->now - record->created_at <= heard->at_most;
}

/* As a suppression left it: nobody has looked at it again since. */
static bool is_kept_by(struct deed *deed, struct object *record, const struct object *suppression)
{
	const struct move *move = kind_move(record->kind, "suppress");

	return move && move->region && world_ref(deed, record, "suppression") == suppression->id &&
	       !strcmp(state_of(record, move->region->name), move->to->name);
}

static bool admits(struct deed *deed, const struct heard *heard, struct object *record)
{
	const struct joins *joins = joins_of(deed->house);

	/* What a suppression took has a record of its own for as long as that lasts. */
	if (heard->suppression)
		return is_kept_by(deed, record, heard->suppression);
	if (!joins)
		return !object_ended(record);
	for (size_t i = 0; i < joins->conditions.count; i++)
		if (!guard_holds(deed, record, joins->conditions.at[i]))
			return false;
	return true;
}

int alert_find_equal(struct deed *deed, struct heard *heard, struct fault *why)
{
	const char *key = json_string_value(json_object_get(heard->fields, "key"));
	int64_t ids[LOOKED_AT];
	size_t count;
	int ret;

	if (!key)
		return 0;
	ret = alert_ids(deed,
			"SELECT object FROM facets WHERE kind = 'alert' AND name = 'key' AND value = $1"
			" ORDER BY object DESC LIMIT 20",
			VALUES(value_text(key)), ids, LOOKED_AT, &count, why);
	for (size_t i = 0; ret == 0 && !heard->equal && i < count; i++) {
		struct object *record = world_get(deed, ids[i], why);

		if (!record)
			return -why->code;
		if (!heard->earlier)
			heard->earlier = record;
		if (in_time(deed, heard, record) && admits(deed, heard, record))
			heard->equal = record;
	}
	return ret;
}

bool alert_keeps_more(struct deed *deed, const struct object *record)
{
	const struct joins *joins = joins_of(deed->house);
	const struct field *field = kind_field(record->kind, "events");
	const size_t most = field && field->many ? (size_t)(joins ? joins->samples : 1) : 0;

	return json_array_size(json_object_get(record->body, "events")) < most;
}

int alert_ids(struct deed *deed, const char *sql, const struct value *values, size_t value_count,
	      int64_t *ids, size_t room, size_t *count, struct fault *why)
{
	struct rows *rows;
	int got = 0;

	*count = 0;
	if (store_query(deed->house->store, sql, values, value_count, &rows, why) < 0)
		return -why->code;
	while (*count < room && (got = rows_next(rows, why)) == 1)
		ids[(*count)++] = rows_int(rows, 0);
	rows_close(rows);
	return got < 0 ? got : 0;
}
