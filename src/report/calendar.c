#include "report/calendar.h"

#include <stdlib.h>

/* A calendar on which nobody ever works would be counted for ever. */
enum { DAYS_MOST = 366 * 200 };

int calendar_open(const struct calendar_def *def, const struct calendar_day *site, size_t site_count,
		  struct calendar *out, struct fault *why)
{
	struct calendar calendar = { .def = def, .site = site, .site_count = site_count };
	int ret;

	if (def && (ret = zone_read(def->rule, &calendar.zone, why)) < 0)
		return ret;
	*out = calendar;
	return 0;
}

static int by_day(const void *one, const void *other)
{
	const int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;

	return a < b ? -1 : a > b;
}

static bool among(int32_t day, const int32_t *days, size_t count)
{
	return count && bsearch(&day, days, count, sizeof(*days), by_day);
}

bool calendar_works(const struct calendar *calendar, int32_t day)
{
	static const bool weekend[7] = { [0] = true, [6] = true };
	const struct calendar_def *def = calendar->def;
	const int weekday = ((day % 7) + 11) % 7;

	for (size_t i = calendar->site_count; i-- > 0;)
		if (calendar->site[i].day == day)
			return calendar->site[i].works;
	if (!def)
		return !weekend[weekday];
	if (among(day, def->on, def->on_count))
		return true;
	return !def->rests[weekday] && !among(day, def->off, def->off_count);
}

static int32_t day_of(struct civil date)
{
	date.hour = date.minute = date.second = date.micro = 0;
	return (int32_t)(stamp_of(date) / STAMP_DAY);
}

static struct civil with_day(struct civil date, int32_t day)
{
	const struct civil on = stamp_civil(day * STAMP_DAY);

	date.year = on.year, date.month = on.month, date.day = on.day;
	return date;
}

static int32_t working_day(const struct calendar *calendar, int32_t day, int64_t count)
{
	for (int n = 0; count > 0 && n < DAYS_MOST; n++)
		count -= calendar_works(calendar, ++day);
	return day;
}

static int64_t months_on(const struct calendar *calendar, int64_t from, int count)
{
	struct civil date = zone_civil(&calendar->zone, from), first;
	const int month = date.month - 1 + count, day = date.day;

	date.year += month / 12;
	date.month = month % 12 + 1;
	first = date;
	first.day = 1;
	/* The month after it begins on the day behind its last. */
	first.year += first.month / 12;
	first.month = first.month % 12 + 1;
	date.day = stamp_civil((day_of(first) - 1) * STAMP_DAY).day;
	if (day < date.day)
		date.day = day;
	return zone_stamp(&calendar->zone, date);
}

static int64_t days_on(const struct calendar *calendar, int64_t from, int64_t count)
{
	const struct civil date = zone_civil(&calendar->zone, from);

	return zone_stamp(&calendar->zone, with_day(date, day_of(date) + (int32_t)count));
}

static int64_t business_days_on(const struct calendar *calendar, int64_t from, int64_t count)
{
	struct civil date = zone_civil(&calendar->zone, from);

	date = with_day(date, working_day(calendar, day_of(date), count));
	date.hour = 23, date.minute = 59, date.second = 59, date.micro = 0;
	return zone_stamp(&calendar->zone, date);
}

int64_t calendar_after(const struct calendar *calendar, int64_t from, struct term term)
{
	switch (term.unit) {
	case TERM_AT_ONCE:
		break;
	case TERM_MINUTE:
		return from + term.count * STAMP_MINUTE;
	case TERM_DAY:
		return days_on(calendar, from, term.count);
	case TERM_MONTH:
		return months_on(calendar, from, term.count);
	case TERM_BUSINESS_DAY:
		return business_days_on(calendar, from, term.count);
	}
	return from;
}

int64_t calendar_working(const struct calendar *calendar, int64_t from, int64_t days)
{
	const struct civil date = zone_civil(&calendar->zone, from);

	return zone_stamp(&calendar->zone, with_day(date, working_day(calendar, day_of(date), days)));
}
