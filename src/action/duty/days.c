/* Calendars: what the pack says of a place, and the days that the site has entered since. */

#include "action/duty/duty.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

/* Fifty years of a calendar that names every holiday. */
enum { DAYS_MOST = 2000 };

static bool day_of(const char *text, int32_t *out)
{
	char moment[40];
	int64_t stamp;

	if (!text || strlen(text) != 10)
		return false;
	snprintf(moment, sizeof(moment), "%sT00:00:00Z", text);
	if (stamp_parse(moment, strlen(moment), &stamp, NULL) < 0)
		return false;
	*out = (int32_t)(stamp / STAMP_DAY);
	return true;
}

static int entered(struct deed *deed, const char *calendar, struct calendar_day *days, size_t *count,
		   struct fault *why)
{
	int64_t ids[DAYS_MOST];
	struct rows *rows;
	size_t n = 0;
	int got;

	if (store_query(deed->house->store,
			"SELECT object FROM facets WHERE kind = 'calendar_day' AND name = 'calendar' AND "
			"value = $1"
			" ORDER BY object LIMIT $2",
			VALUES(value_text(calendar), value_int(DAYS_MOST)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		ids[n++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; got >= 0 && i < n; i++) {
		struct object *o = world_get(deed, ids[i], why);
		int32_t day;

		if (!o)
			return -why->code;
		if (day_of(json_string_value(json_object_get(o->body, "day")), &day))
			days[(*count)++] = (struct calendar_day){
				.day = day, .works = json_is_true(json_object_get(o->body, "works"))
			};
	}
	return got < 0 ? got : 0;
}

int days_of(struct deed *deed, const struct calendar_def *def, struct calendar *out, struct fault *why)
{
	struct calendar_day *days = arena_many(deed->mem, DAYS_MOST, sizeof(*days));
	size_t count = 0;
	int ret;

	if (def && (ret = entered(deed, def->id, days, &count, why)) < 0)
		return ret;
	return calendar_open(def, days, count, out, why);
}

bool guard_calendar_known(struct deed *deed, struct object *subject)
{
	const char *calendar = json_string_value(json_object_get(subject->body, "calendar"));
	int32_t day;

	return pack_calendar(deed->house->pack, calendar) &&
	       day_of(json_string_value(json_object_get(subject->body, "day")), &day);
}
