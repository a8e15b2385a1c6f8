#include "intake/moment.h"

#include <string.h>

#include "base/stamp.h"

struct scan {
	const char *at, *end;
	bool bad;
};

static int digits(struct scan *s, int least, int most)
{
	int value = 0, n = 0;

	while (n < most && s->at < s->end && *s->at >= '0' && *s->at <= '9') {
		value = value * 10 + (*s->at++ - '0');
		n++;
	}
	s->bad |= n < least;
	return value;
}

static bool take(struct scan *s, char c)
{
	if (s->at >= s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static void want(struct scan *s, char c) { s->bad |= !take(s, c); }

static int micro(struct scan *s)
{
	int value = 0, n = 0;

	if (s->end - s->at < 2 || (*s->at != '.' && *s->at != ',') || s->at[1] < '0' || s->at[1] > '9')
		return 0;
	for (s->at++; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++)
		if (n < 6) {
			value = value * 10 + (*s->at - '0');
			n++;
		}
	for (; n < 6; n++)
		value *= 10;
	return value;
}

static void seconds(struct scan *s, struct civil *c)
{
	c->second = digits(s, 2, 2);
	c->micro = micro(s);
	if (c->second == 60) /* a leap second is the last moment of its minute */
		c->second = 59;
	s->bad |= c->second > 59;
}

static void clock_time(struct scan *s, struct civil *c)
{
	c->hour = digits(s, 2, 2);
	want(s, ':');
	c->minute = digits(s, 2, 2);
	want(s, ':');
	seconds(s, c);
	s->bad |= c->hour > 23 || c->minute > 59;
}

static int month_word(struct scan *s)
{
	static const char words[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (s->end - s->at >= 3)
		for (int i = 0; i < 12; i++)
			if (!memcmp(s->at, words + 3 * i, 3)) {
				s->at += 3;
				return i + 1;
			}
	s->bad = true;
	return 1;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool whole(const struct civil *c)
{
	return c->year >= 1970 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= month_days(c->year, c->month);
}

static int zone(struct scan *s, int otherwise)
{
	int sign, minutes;

	if (take(s, 'Z') || take(s, 'z'))
		return 0;
	if (s->at >= s->end || (*s->at != '+' && *s->at != '-'))
		return otherwise;
	sign = *s->at++ == '-' ? -1 : 1;
	minutes = digits(s, 2, 2) * 60;
	take(s, ':');
	minutes += digits(s, 2, 2);
	s->bad |= minutes > 24 * 60;
	return sign * minutes;
}

static size_t done(const struct scan *s, const char *from, struct civil c, int zone_minutes, int64_t *out)
{
	int64_t stamp;

	if (s->bad || !whole(&c))
		return 0;
	stamp = stamp_of(c) - zone_minutes * STAMP_MINUTE;
	if (stamp < 0)
		return 0;
	*out = stamp;
	return (size_t)(s->at - from);
}

size_t moment_iso(const char *text, size_t len, int zone_minutes, int64_t *out)
{
	struct scan s = { text, text + len, false };
	struct civil c = { 0 };
	char separator;

	c.year = digits(&s, 4, 4);
	separator = take(&s, '/') ? '/' : '-';
	if (separator == '-')
		want(&s, '-');
	c.month = digits(&s, 2, 2);
	want(&s, separator);
	c.day = digits(&s, 2, 2);
	if (!take(&s, 'T') && !take(&s, 't'))
		want(&s, ' ');
	if (s.bad)
		return 0;
	clock_time(&s, &c);
	return done(&s, text, c, zone(&s, zone_minutes), out);
}

/* The latest year that does not put the line more than a day after it was
 * received: a line of December that comes in January is last year's. */
static int year_by_receipt(struct civil c, const struct moment_year *year)
{
	int y = stamp_civil(year->now).year + 1;

	for (int tries = 0; tries < 9; tries++, y--) {
		c.year = y;
		if (whole(&c) && stamp_of(c) - year->zone_minutes * STAMP_MINUTE <= year->now + STAMP_DAY)
			break;
	}
	return y;
}

/* In a file the year goes on where the month falls back by half a year; a
 * late line of December after it still belongs to the year before. */
static int year_in_file(int month, struct moment_year *year)
{
	if (year->month && month > year->month + 6)
		return year->year - 1;
	if (month < year->month - 6)
		year->year++;
	year->month = month;
	return year->year;
}

enum { MINUTE = sizeof(((struct moment_year *)0)->minute.text) };

/* Once more what the line before said, up to the minute: then it is the same one. */
static size_t same_minute(const char *text, size_t len, const struct moment_year *year, int64_t *out)
{
	struct scan s = { text + MINUTE, text + len, false };
	struct civil c = { 0 };

	if (len < MINUTE || memcmp(text, year->minute.text, MINUTE) || year->minute.now != year->now ||
	    year->minute.zone_minutes != year->zone_minutes)
		return 0;
	seconds(&s, &c);
	if (s.bad)
		return 0;
	*out = year->minute.at + c.second * STAMP_SECOND + c.micro;
	return (size_t)(s.at - text);
}

static void keep_minute(const char *text, size_t used, struct moment_year *year, struct civil c, int64_t at)
{
	if (used < MINUTE + 2 || text[MINUTE - 1] != ':')
		return;
	memcpy(year->minute.text, text, MINUTE);
	year->minute.now = year->now;
	year->minute.zone_minutes = year->zone_minutes;
	year->minute.at = at - c.second * STAMP_SECOND - c.micro;
}

size_t moment_bsd(const char *text, size_t len, struct moment_year *year, int64_t *out)
{
	struct scan s = { text, text + len, false };
	struct civil c = { 0 };
	size_t used = same_minute(text, len, year, out);

	if (used)
		return used;
	c.month = month_word(&s);
	want(&s, ' ');
	take(&s, ' ');
	c.day = digits(&s, 1, 2);
	want(&s, ' ');
	if (!s.bad && s.end - s.at > 5 && s.at[4] == ' ') {
		c.year = digits(&s, 4, 4);
		want(&s, ' ');
	}
	if (s.bad)
		return 0;
	clock_time(&s, &c);
	if (s.bad || c.day < 1 || c.day > 31)
		return 0;
	if (!c.year)
		c.year = year->year ? year_in_file(c.month, year) : year_by_receipt(c, year);
	used = done(&s, text, c, year->zone_minutes, out);
	keep_minute(text, used, year, c, used ? *out : 0);
	return used;
}

size_t moment_clf(const char *text, size_t len, int64_t *out)
{
	struct scan s = { text, text + len, false };
	struct civil c = { 0 };

	c.day = digits(&s, 1, 2);
	want(&s, '/');
	c.month = month_word(&s);
	want(&s, '/');
	c.year = digits(&s, 4, 4);
	want(&s, ':');
	clock_time(&s, &c);
	take(&s, ' ');
	return done(&s, text, c, zone(&s, 0), out);
}

size_t moment_ctime(const char *text, size_t len, int zone_minutes, int64_t *out)
{
	struct scan s = { text, text + len, false };
	struct civil c = { 0 };

	if (len < 4)
		return 0;
	s.at += 3;
	want(&s, ' ');
	c.month = month_word(&s);
	want(&s, ' ');
	take(&s, ' ');
	c.day = digits(&s, 1, 2);
	want(&s, ' ');
	clock_time(&s, &c);
	want(&s, ' ');
	c.year = digits(&s, 4, 4);
	return done(&s, text, c, zone_minutes, out);
}

bool moment_epoch(const char *text, size_t len, int64_t *out)
{
	struct scan s = { text, text + len, false };
	int64_t value = 0;
	int n = 0;

	for (; s.at < s.end && *s.at >= '0' && *s.at <= '9' && n < 17; n++)
		value = value * 10 + (*s.at++ - '0');
	if (n < 9)
		return false;
	if (n >= 16)
		*out = value;
	else if (n >= 12)
		*out = value * 1000;
	else
		*out = value * STAMP_SECOND + micro(&s);
	return s.at == s.end && *out < INT64_C(253402300800) * STAMP_SECOND;
}
