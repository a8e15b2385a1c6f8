/* The open case that an alert belongs to, by the rows of the plan and nothing else. */

#include <string.h>

#include "action/alert/alert_private.h"

enum { LOOKED_AT = 50 };

bool alert_same(const json_t *a, const json_t *b)
{
	json_t *one;
	size_t i;

	if (!a || !b)
		return false;
	if (json_is_array(a)) {
		json_array_foreach((json_t *)a, i, one)
			if (alert_same(one, b))
				return true;
		return false;
	}
	return json_is_array(b) ? alert_same(b, a) : json_equal(a, b);
}

static bool all_same(const struct object *made, const struct object *other, const struct names *same)
{
	for (size_t i = 0; i < same->count; i++)
		if (!alert_same(json_object_get(made->body, same->at[i]),
				json_object_get(other->body, same->at[i])))
			return false;
	return true;
}

/* Only those of a case: however many wait beside it, it is found. */
static int with_value(struct deed *deed, const struct belonging *row, const json_t *value, int64_t *ids,
		      size_t *count, struct fault *why)
{
	static const char by_link[] =
		"SELECT a.child FROM links a JOIN links c ON c.child = a.child AND c.field = 'incident'"
		" WHERE a.kind = $1 AND a.field = $2 AND a.parent = $3 ORDER BY a.child DESC LIMIT 50";
	static const char by_word[] =
		"SELECT a.object FROM facets a JOIN links c ON c.child = a.object AND c.field = 'incident'"
		" WHERE a.kind = $1 AND a.name = $2 AND a.value = $3 ORDER BY a.object DESC LIMIT 50";
	const bool ref = json_is_integer(value);

	*count = 0;
	if (!ref && !json_is_string(value))
		return 0;
	return alert_ids(
		deed, ref ? by_link : by_word,
		VALUES(value_text(row->of), value_text(row->same.at[0]),
		       ref ? value_int(json_integer_value(value)) : value_text(json_string_value(value))),
		ids, LOOKED_AT, count, why);
}

static bool open_to_it(struct deed *deed, struct object *incident, const struct belongs *belongs)
{
	for (size_t i = 0; i < belongs->conditions.count; i++)
		if (!guard_holds(deed, incident, belongs->conditions.at[i]))
			return false;
	return true;
}

static int through_value(struct deed *deed, struct object *made, const struct belongs *belongs,
			 const struct belonging *row, const json_t *value, int64_t *out, struct fault *why)
{
	int64_t ids[LOOKED_AT];
	size_t count;
	int ret = with_value(deed, row, value, ids, &count, why);

	for (size_t i = 0; ret == 0 && !*out && i < count; i++) {
		struct object *other = world_get(deed, ids[i], why), *incident;

		if (!other)
			return -why->code;
		if (other == made || other->space != made->space ||
		    deed->now - other->updated_at > row->within || !all_same(made, other, &row->same))
			continue;
		incident = world_case(deed, other);
		if (incident && open_to_it(deed, incident, belongs))
			*out = incident->id;
	}
	return ret;
}

static int through_row(struct deed *deed, struct object *made, const struct belongs *belongs,
		       const struct belonging *row, int64_t *out, struct fault *why)
{
	const json_t *value = json_object_get(made->body, row->same.at[0]);
	json_t *one;
	size_t i;
	int ret = 0;

	if (!json_is_array(value))
		return through_value(deed, made, belongs, row, value, out, why);
	json_array_foreach((json_t *)value, i, one)
		if (ret == 0 && !*out)
			ret = through_value(deed, made, belongs, row, one, out, why);
	return ret;
}

int alert_find_case(struct deed *deed, struct object *made, int64_t *out, const char **name,
		    struct fault *why)
{
	const struct belongs *belongs = &made->kind->belongs;
	int ret = 0;

	*out = 0;
	for (size_t i = 0; ret == 0 && !*out && i < belongs->count; i++) {
		*name = belongs->rows[i].name;
		ret = through_row(deed, made, belongs, &belongs->rows[i], out, why);
	}
	return ret;
}
