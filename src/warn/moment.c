#include "warn/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

enum { OFFSET_MOST = 14 * 60 };

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool number(const char *text, size_t digits, int *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = *out * 10 + text[i] - '0';
	}
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01, Gregorian; stamp_of() knows no year before 1970. */
static int64_t days_to(int year, int month, int day)
{
	const int y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
	const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct parts {
	int year, month, day, hour, minute, second, offset_hour, offset_minute;
	char sign;
};

static bool parts_of(const char *text, struct parts *p)
{
	static const char form[] = "0000-00-00T00:00:00+00:00";

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] != '0' && form[i] != '+' && text[i] != form[i])
			return false;
	p->sign = text[19];
	return number(text, 4, &p->year) && number(text + 5, 2, &p->month) && number(text + 8, 2, &p->day) &&
	       number(text + 11, 2, &p->hour) && number(text + 14, 2, &p->minute) &&
	       number(text + 17, 2, &p->second) && number(text + 20, 2, &p->offset_hour) &&
	       number(text + 23, 2, &p->offset_minute) && (p->sign == '+' || p->sign == '-');
}

static bool parts_good(const struct parts *p)
{
	return p->year >= 1 && p->month >= 1 && p->month <= 12 && p->day >= 1 &&
	       p->day <= days_in(p->year, p->month) && p->minute <= 59 && p->second <= 59 &&
	       (p->hour <= 23 || (p->hour == 24 && !p->minute && !p->second)) && p->offset_minute <= 59 &&
	       p->offset_hour * 60 + p->offset_minute <= OFFSET_MOST;
}

bool moment_read(const char *text, int64_t *out)
{
	struct parts p;
	int64_t minutes;
	size_t len;

	while (blank(*text))
		text++;
	for (len = strlen(text); len && blank(text[len - 1]);)
		len--;
	if (len != MOMENT_LEN - 1 || !parts_of(text, &p) || !parts_good(&p))
		return false;
	minutes = days_to(p.year, p.month, p.day) * 24 * 60 + p.hour * 60 + p.minute;
	minutes -= (p.sign == '-' ? -1 : 1) * (p.offset_hour * 60 + p.offset_minute);
	*out = (minutes * 60 + p.second) * STAMP_SECOND;
	return true;
}

void moment_write(int64_t stamp, int offset_min, char out[static MOMENT_LEN])
{
	const struct civil at = stamp_civil(stamp + offset_min * STAMP_MINUTE);
	const unsigned off = (unsigned)abs(offset_min) % (OFFSET_MOST + 1);

	snprintf(out, MOMENT_LEN, "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u", (unsigned)at.year % 10000,
		 (unsigned)at.month % 100, (unsigned)at.day % 100, (unsigned)at.hour % 100,
		 (unsigned)at.minute % 100, (unsigned)at.second % 100, offset_min > 0 ? '+' : '-', off / 60,
		 off % 60);
}
