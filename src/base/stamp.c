#include "base/stamp.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Days since 1970-01-01; the usual era arithmetic with March as first month. */
static int64_t days_from(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil stamp_civil(int64_t stamp)
{
	int64_t days = stamp / STAMP_DAY, rest = stamp % STAMP_DAY;
	struct civil c = { 0 };
	int64_t z, era, doe, yoe, doy, mp;

	if (rest < 0) {
		rest += STAMP_DAY;
		days--;
	}
	z = days + 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	c.hour = (int)(rest / STAMP_HOUR);
	c.minute = (int)(rest / STAMP_MINUTE % 60);
	c.second = (int)(rest / STAMP_SECOND % 60);
	c.micro = (int)(rest % STAMP_SECOND);
	c.weekday = (int)(((days % 7) + 11) % 7);
	return c;
}

int64_t stamp_of(struct civil c)
{
	return days_from(c.year, c.month, c.day) * STAMP_DAY + c.hour * STAMP_HOUR + c.minute * STAMP_MINUTE +
	       c.second * STAMP_SECOND + c.micro;
}

/* The last two digits of a number, and what follows them. */
static char *put_pair(char *to, int value, char behind)
{
	const unsigned v = value > 0 ? (unsigned)value % 100 : 0;

	to[0] = (char)('0' + v / 10);
	to[1] = (char)('0' + v % 10);
	to[2] = behind;
	return to + 2 + (behind != '\0');
}

/* Every alert and every answer has some: no format is read for them. */
void stamp_format(int64_t stamp, char out[static STAMP_LEN])
{
	const struct civil c = stamp_civil(stamp);
	char *to = out;

	to = put_pair(to, c.year / 100, '\0');
	to = put_pair(to, c.year, '-');
	to = put_pair(to, c.month, '-');
	to = put_pair(to, c.day, 'T');
	to = put_pair(to, c.hour, ':');
	to = put_pair(to, c.minute, ':');
	to = put_pair(to, c.second, '.');
	to = put_pair(to, c.micro / 10000, '\0');
	to = put_pair(to, c.micro / 100, '\0');
	to = put_pair(to, c.micro, 'Z');
	*to = '\0';
}

/* Exactly `count` digits at *p, moved past; -1 where there are fewer. */
static int digits(const char **p, const char *end, int count)
{
	int value = 0;

	for (; count; count--, (*p)++) {
		if (*p >= end || **p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool sign(const char **p, const char *end, char c)
{
	if (*p >= end || **p != c)
		return false;
	(*p)++;
	return true;
}

static int fraction(const char **p, const char *end)
{
	int micro = 0, scale = 100000;

	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		micro += (**p - '0') * scale;
	return micro;
}

static bool offset(const char **p, const char *end, int *minutes)
{
	int h, m, way;

	if (sign(p, end, 'Z') || sign(p, end, 'z')) {
		*minutes = 0;
		return true;
	}
	way = sign(p, end, '+') ? 1 : sign(p, end, '-') ? -1 : 0;
	if (!way || (h = digits(p, end, 2)) < 0 || h > 23 || !sign(p, end, ':') ||
	    (m = digits(p, end, 2)) < 0 || m > 59)
		return false;
	*minutes = way * (h * 60 + m);
	return true;
}

static bool in_month(int year, int month, int day)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 && day <= length[month - 1] + (month == 2 && leap);
}

#define LAST INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

int stamp_parse(const char *text, size_t len, int64_t *out, struct fault *why)
{
	const char *p = text, *end = text + len;
	struct civil c = { 0 };
	int64_t stamp;
	int minutes = 0;
	bool ok;

	ok = (c.year = digits(&p, end, 4)) >= 1970 && sign(&p, end, '-') &&
	     (c.month = digits(&p, end, 2)) >= 0 && sign(&p, end, '-') && (c.day = digits(&p, end, 2)) >= 0 &&
	     in_month(c.year, c.month, c.day) &&
	     (sign(&p, end, 'T') || sign(&p, end, 't') || sign(&p, end, ' ')) &&
	     (c.hour = digits(&p, end, 2)) >= 0 && c.hour < 24 && sign(&p, end, ':') &&
	     (c.minute = digits(&p, end, 2)) >= 0 && c.minute < 60 && sign(&p, end, ':') &&
	     (c.second = digits(&p, end, 2)) >= 0 && c.second <= 60;
	if (ok && p < end && *p == '.') {
		p++;
		ok = p < end && *p >= '0' && *p <= '9';
		c.micro = fraction(&p, end);
	}
	if (!ok || !offset(&p, end, &minutes) || p != end)
		return fault_say(why, FAULT_INVALID, "'%.*s' is not a time like 2026-01-02T03:04:05Z",
				 "“%.*s”不是 2026-01-02T03:04:05Z 这样的时间", (int)(len > 64 ? 64 : len),
				 text);
	/* An offset or a leap second can lead out of the years that a stamp has. */
	stamp = stamp_of(c) - minutes * STAMP_MINUTE;
	if (stamp < 0 || stamp > LAST)
		return fault_say(why, FAULT_INVALID, "'%.*s' lies outside the years 1970 to 9999 (UTC)",
				 "“%.*s”不在 1970 年至 9999 年（UTC）之内", (int)(len > 64 ? 64 : len), text);
	*out = stamp;
	return 0;
}

/* clang-format off */
static const struct {
	const char *word;
	int64_t span;
} units[] = {
	{ "d", STAMP_DAY }, { "h", STAMP_HOUR }, { "min", STAMP_MINUTE }, { "s", STAMP_SECOND },
};
/* clang-format on */

int stamp_parse_span(const char *text, int64_t *out, struct fault *why)
{
	char *rest;
	long n = strtol(text, &rest, 10);

	if (rest != text && n >= 0 && n <= 36500) {
		while (*rest == ' ')
			rest++;
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
			if (!strcmp(rest, units[i].word)) {
				*out = n * units[i].span;
				return 0;
			}
	}
	return fault_say(why, FAULT_INVALID, "'%.40s' is not a span like '30 min', '4 h' or '90 d'",
			 "“%.40s”不是时长，写法如“30 min”“4 h”“90 d”", text);
}

void stamp_format_span(int64_t span, char *out, size_t size)
{
	size_t used = 0;
	int parts = 0;

	if (size)
		out[0] = '\0';
	if (span < 0)
		span = -span;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units) && parts < 2; i++) {
		int64_t n = span / units[i].span;

		span %= units[i].span;
		if (!n && !(i == sizeof(units) / sizeof(*units) - 1 && !parts))
			continue;
		if (used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%" PRId64 " %s",
						 parts ? " " : "", n, units[i].word);
		parts++;
	}
}
