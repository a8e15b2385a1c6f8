#include "detect/engine/calendar.h"

#include <string.h>

#include "base/stamp.h"
#include "intake/moment.h"

enum { DATE_LEN = 10, CLOCK_LEN = 19, SHIFTED_MOST = 64 };

static int two(const char *p) { return (p[0] - '0') * 10 + p[1] - '0'; }

/* The digits of a text that moment_iso has read: they stand at fixed places. */
static struct civil as_written(const char *p)
{
	return (struct civil){ .year = two(p) * 100 + two(p + 2),
			       .month = two(p + 5),
			       .day = two(p + 8),
			       .hour = two(p + 11),
			       .minute = two(p + 14) };
}

static bool read_iso(const char *text, size_t len, struct civil *out)
{
	char whole[] = "....-..-..T00:00:00";
	char shifted[SHIFTED_MOST];
	int64_t moment;

	if (len == DATE_LEN) {
		memcpy(whole, text, DATE_LEN);
		text = whole;
		len = strlen(whole);
	}
	if (len < CLOCK_LEN || len > sizeof(shifted) || moment_iso(text, CLOCK_LEN, 0, &moment) != CLOCK_LEN)
		return false;
	/* What follows is read with another year: with its zone the first hours of 1970
	 * lie before all time, and are a time all the same. */
	memcpy(shifted, text, len);
	memcpy(shifted, "2000", strlen("2000"));
	if (moment_iso(shifted, len, 0, &moment) != len)
		return false;
	*out = as_written(text);
	return true;
}

static bool read_epoch(const char *text, size_t len, struct civil *out)
{
	int64_t moment;

	if (!len || !moment_epoch(text, len, &moment))
		return false;
	*out = stamp_civil(moment);
	return true;
}

/* The week is counted in the year in which its Thursday lies. */
static int iso_week(struct civil c)
{
	const struct civil date = { .year = c.year, .month = c.month, .day = c.day };
	const int64_t day = stamp_of(date);
	const int weekday = (stamp_civil(day).weekday + 6) % 7; /* 0 is Monday */
	const int64_t thursday = day + (3 - weekday) * STAMP_DAY;
	const struct civil first = { .year = stamp_civil(thursday).year, .month = 1, .day = 1 };

	return (int)((thursday - stamp_of(first)) / STAMP_DAY / 7) + 1;
}

bool calendar_part(const char *text, size_t len, enum time_part part, int *out)
{
	const bool date_alone = len == DATE_LEN;
	struct civil c;

	if (!read_iso(text, len, &c)) {
		if (!read_epoch(text, len, &c))
			return false;
	} else if (date_alone && (part == TIME_HOUR || part == TIME_MINUTE))
		return false;
	switch (part) {
	case TIME_MINUTE:
		*out = c.minute;
		return true;
	case TIME_HOUR:
		*out = c.hour;
		return true;
	case TIME_DAY:
		*out = c.day;
		return true;
	case TIME_WEEK:
		*out = iso_week(c);
		return true;
	case TIME_MONTH:
		*out = c.month;
		return true;
	case TIME_YEAR:
		*out = c.year;
		return true;
	case TIME_NONE:
		break;
	}
	return false;
}
