#include "intake/format/when.h"

#include <string.h>

#include "base/stamp.h"
#include "intake/moment.h"

static const int64_t end_of_time = INT64_C(253402300800); /* the year 10000, in seconds */

bool when_seconds(const char *text, size_t len, int64_t *out)
{
	int64_t seconds = 0, micro = 0, unit = STAMP_SECOND / 10;
	size_t i = 0;

	for (; i < len && i < 13 && text[i] >= '0' && text[i] <= '9'; i++)
		seconds = seconds * 10 + (text[i] - '0');
	if (!i || seconds >= end_of_time)
		return false;
	if (i < len && text[i] == '.')
		for (i++; i < len && text[i] >= '0' && text[i] <= '9'; i++, unit /= 10)
			micro += (text[i] - '0') * unit;
	if (i != len)
		return false;
	*out = seconds * STAMP_SECOND + micro;
	return true;
}

/* "Nov 26 2026 05:02:28"; a line without a year is not trusted to have one. */
static bool when_words(const char *text, size_t len, int zone_minutes, int64_t *out)
{
	struct moment_year year = { .year = 1970, .zone_minutes = zone_minutes };
	size_t n = moment_bsd(text, len, &year, out);

	if (!n || year.month)
		return false;
	if (n + 4 == len && (!memcmp(text + n, " UTC", 4) || !memcmp(text + n, " GMT", 4)))
		*out += zone_minutes * STAMP_MINUTE;
	return true;
}

bool when_any(const char *text, size_t len, int zone_minutes, int64_t *out)
{
	size_t digits = 0;

	while (digits < len && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (digits == len && len >= 12)
		return moment_epoch(text, len, out);
	if (digits == len || (digits && text[digits] == '.'))
		return when_seconds(text, len, out);
	return moment_iso(text, len, zone_minutes, out) > 0 || when_words(text, len, zone_minutes, out);
}
