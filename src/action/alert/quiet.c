/* Suppressions: what keeps an alert quiet, as the plan says. */

#include "action/alert/alert_private.h"

enum { LOOKED_AT = 200 };

/* Of the first field it says something, of the others the same or nothing. */
static bool covers(const struct object *record, const struct names *same, const json_t *fields)
{
	for (size_t i = 0; i < same->count; i++) {
		const json_t *said = json_object_get(record->body, same->at[i]);

		if (said && !json_is_null(said) && !alert_same(said, json_object_get(fields, same->at[i])))
			return false;
	}
	return true;
}

static bool in_force(struct deed *deed, struct object *record, const struct guards *conditions)
{
	for (size_t i = 0; i < conditions->count; i++)
		if (!guard_holds(deed, record, conditions->at[i]))
			return false;
	return true;
}

/* Of several the newest. More than are looked at for one rule is not quieter. */
int alert_find_suppression(struct deed *deed, struct heard *heard, struct fault *why)
{
	const struct kind *kind = pack_kind(deed->house->pack, "alert");
	const struct suppressed *quiet = &kind->suppressed;
	const char *first =
		quiet->by ? json_string_value(json_object_get(heard->fields, quiet->same.at[0])) : NULL;
	int64_t ids[LOOKED_AT];
	size_t count;
	int ret;

	if (!first)
		return 0;
	ret = alert_ids(
		deed,
		"SELECT a.object FROM facets a JOIN facets o ON o.object = a.object AND o.name = 'open'"
		" AND o.value = 'yes' WHERE a.kind = $1 AND a.name = $2 AND a.value = $3"
		" ORDER BY a.object DESC LIMIT 200",
		VALUES(value_text(quiet->by), value_text(quiet->same.at[0]), value_text(first)), ids,
		LOOKED_AT, &count, why);
	for (size_t i = 0; ret == 0 && !heard->suppression && i < count; i++) {
		struct object *record = world_get(deed, ids[i], why);

		if (!record)
			return -why->code;
		if (covers(record, &quiet->same, heard->fields) && in_force(deed, record, &quiet->conditions))
			heard->suppression = record;
	}
	return ret;
}
