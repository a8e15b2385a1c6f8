#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

/* ---- the rule -------------------------------------------------------------- */

/* "CET" or "<+08>": three letters at least. */
static bool name(const char **p)
{
	const char *from = *p;

	if (**p == '<') {
		*p += strcspn(*p, ">");
		return *(*p)++ == '>' && *p - from >= 5;
	}
	while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
		(*p)++;
	return *p - from >= 3;
}

static bool number(const char **p, int least, int most, int *out)
{
	char *rest;
	long n;

	if (**p < '0' || **p > '9')
		return false;
	n = strtol(*p, &rest, 10);
	*p = rest;
	*out = (int)n;
	return n >= least && n <= most;
}

/* "8", "5:30", "-1", "2:30:00"; POSIX lets hours of a change go to 167. */
static bool hours(const char **p, int64_t *out)
{
	int way = 1, h, m = 0, s = 0;

	if (**p == '-' || **p == '+')
		way = *(*p)++ == '-' ? -1 : 1;
	if (!number(p, 0, 167, &h))
		return false;
	if (**p == ':' && (++*p, !number(p, 0, 59, &m)))
		return false;
	if (**p == ':' && (++*p, !number(p, 0, 59, &s)))
		return false;
	*out = way * (h * STAMP_HOUR + m * STAMP_MINUTE + s * STAMP_SECOND);
	return true;
}

/* ",M3.5.0/3" */
static bool change(const char **p, struct zone_change *out)
{
	out->at = 2 * STAMP_HOUR;
	if (strncmp(*p, ",M", 2))
		return false;
	*p += 2;
	if (!number(p, 1, 12, &out->month) || *(*p)++ != '.' || !number(p, 1, 5, &out->week) ||
	    *(*p)++ != '.' || !number(p, 0, 6, &out->weekday))
		return false;
	return **p != '/' || (++*p, hours(p, &out->at));
}

/* POSIX counts offsets to the west; we to the east. */
static bool rule_of(const char *p, struct zone *out)
{
	int64_t west;

	if (!name(&p) || !hours(&p, &west))
		return false;
	out->standard = out->summer = -west;
	if (!*p)
		return true;
	if (!name(&p))
		return false;
	out->changes = true;
	out->summer = out->standard + STAMP_HOUR;
	if (*p != ',') {
		if (!hours(&p, &west))
			return false;
		out->summer = -west;
	}
	return change(&p, &out->begins) && change(&p, &out->ends) && !*p;
}

int zone_read(const char *rule, struct zone *out, struct fault *why)
{
	struct zone zone = { 0 };

	if (!rule_of(rule, &zone))
		return fault_say(why, FAULT_INVALID,
				 "'%.60s' is not a time rule like CST-8 or CET-1CEST,M3.5.0,M10.5.0/3",
				 "“%.60s”不是 CST-8 或 CET-1CEST,M3.5.0,M10.5.0/3 这样的时区规则", rule);
	*out = zone;
	return 0;
}

/* ---- reckoning --------------------------------------------------------------- */

/* The clock's own time of a change in this year. */
static int64_t wall(const struct zone_change *change, int year)
{
	const struct civil first = { .year = year, .month = change->month, .day = 1 };
	const struct civil next = { .year = year + change->month / 12,
				    .month = change->month % 12 + 1,
				    .day = 1 };
	const int ahead = (change->weekday - stamp_civil(stamp_of(first)).weekday + 7) % 7;
	int64_t day = stamp_of(first) + (ahead + 7 * (change->week - 1)) * STAMP_DAY;

	while (day >= stamp_of(next))
		day -= 7 * STAMP_DAY;
	return day + change->at;
}

int64_t zone_offset(const struct zone *zone, int64_t stamp)
{
	int64_t begins, ends;
	int year;
	bool summer;

	if (!zone->changes)
		return zone->standard;
	year = stamp_civil(stamp + zone->standard).year;
	begins = wall(&zone->begins, year) - zone->standard;
	ends = wall(&zone->ends, year) - zone->summer;
	/* In the south summer goes over the turn of the year. */
	summer = begins < ends ? stamp >= begins && stamp < ends : stamp >= begins || stamp < ends;
	return summer ? zone->summer : zone->standard;
}

struct civil zone_civil(const struct zone *zone, int64_t stamp)
{
	return stamp_civil(stamp + zone_offset(zone, stamp));
}

int64_t zone_stamp(const struct zone *zone, struct civil local)
{
	const int64_t shown = stamp_of(local), early = shown - zone->summer, late = shown - zone->standard;

	return zone_offset(zone, early) == zone->summer ? early : late;
}
