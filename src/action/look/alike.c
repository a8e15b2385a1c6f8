/* What may be the same thing: two reports of one incident, a report and its case. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

enum { LOOKED_AT = 200, SHOWN = 20 };

static bool moment_in(const struct object *o, const char *field, int64_t *out)
{
	const char *text = json_string_value(json_object_get(o->body, field));

	return text && stamp_parse(text, strlen(text), out, NULL) == 0;
}

static bool is_near(const struct object *one, const struct object *other, const struct alike *alike)
{
	int64_t a, b;

	return moment_in(one, alike->near, &a) && moment_in(other, alike->near, &b) &&
	       (a > b ? a - b : b - a) <= alike->within;
}

static int of_kind(struct deed *deed, struct object *object, const char *kind, int64_t shared, json_t *list,
		   struct fault *why)
{
	int64_t ids[LOOKED_AT];
	struct rows *rows;
	size_t count = 0;

	if (store_query(deed->house->store,
			"SELECT child FROM links WHERE parent = $1 AND kind = $2 AND field = $3"
			" ORDER BY child DESC LIMIT 200",
			VALUES(value_int(shared), value_text(kind), value_text(object->kind->alike.same)),
			&rows, why) < 0)
		return -why->code;
	while (count < LOOKED_AT && rows_next(rows, why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count && json_array_size(list) < SHOWN; i++) {
		struct object *o = world_get(deed, ids[i], why);
		json_t *one;

		if (!o)
			return -why->code;
		if (o->id == object->id || o->space != object->space || object_ended(o) ||
		    !is_near(object, o, &object->kind->alike) || !staff_sees(deed, o))
			continue;
		one = handle_of(deed, o->id);
		json_object_set(one, "states", o->states);
		json_array_append_new(list, one);
	}
	return 0;
}

int alike_of(struct deed *deed, struct object *object, json_t *list, struct fault *why)
{
	const struct alike *alike = &object->kind->alike;
	const int64_t shared = alike->of.count ? world_ref(deed, object, alike->same) : 0;
	int ret = 0;

	if (!shared || object_ended(object))
		return 0;
	for (size_t i = 0; ret == 0 && i < alike->of.count; i++)
		ret = of_kind(deed, object, alike->of.at[i], shared, list, why);
	return ret;
}
