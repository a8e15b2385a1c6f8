#include "intake/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/stamp.h"

/* Times in the ways logs write them. */

enum form { ISO, BSD, CLF, CTIME, EPOCH };

static int64_t at(int year, int month, int day, int hour, int minute, int second, int micro)
{
	return stamp_of((struct civil){ year, month, day, hour, minute, second, micro, 0 });
}

static size_t take(enum form form, const char *text, int64_t *out)
{
	struct moment_year year = { .now = at(2026, 6, 1, 0, 0, 0, 0) };
	size_t len = strlen(text);

	switch (form) {
	case ISO:
		return moment_iso(text, len, 0, out);
	case BSD:
		return moment_bsd(text, len, &year, out);
	case CLF:
		return moment_clf(text, len, out);
	case CTIME:
		return moment_ctime(text, len, 0, out);
	default:
		return moment_epoch(text, len, out) ? len : 0;
	}
}

static void each_form_is_read(void **state)
{
	static const struct {
		enum form form;
		const char *text;
		size_t used;
		struct civil is;
		const char *why;
	} rows[] = {
		{ ISO, "2026-01-02T03:04:05Z", 20, { 2026, 1, 2, 3, 4, 5, 0, 0 }, "plain" },
		{ ISO, "2026-01-02T03:04:05.123456789Z", 30, { 2026, 1, 2, 3, 4, 5, 123456, 0 }, "cut" },
		{ ISO, "2026-01-02T03:04:05.5+08:00", 27, { 2026, 1, 1, 19, 4, 5, 500000, 0 }, "offset" },
		{ ISO,
		  "2018-10-10T09:24:31.695734+0000",
		  31,
		  { 2018, 10, 10, 9, 24, 31, 695734, 0 },
		  "Suricata" },
		{ ISO, "2025-12-06 21:11:02.632", 23, { 2025, 12, 6, 21, 11, 2, 632000, 0 }, "Sysmon" },
		{ ISO, "2026-06-30T23:59:60Z", 20, { 2026, 6, 30, 23, 59, 59, 0, 0 }, "a leap second" },
		{ ISO, "2026-02-30T00:00:00Z", 0, { 0 }, "no such day" },
		{ ISO, "2026-01-02", 0, { 0 }, "no time" },
		{ ISO, "2026-01-02T25:00:00Z", 0, { 0 }, "no such hour" },
		{ ISO, "", 0, { 0 }, "nothing" },
		{ BSD, "Jan  2 03:04:05 host", 15, { 2026, 1, 2, 3, 4, 5, 0, 0 }, "RFC 3164" },
		{ BSD, "Jan 2 03:04:05 host", 14, { 2026, 1, 2, 3, 4, 5, 0, 0 }, "one space" },
		{ BSD, "Jan 02 03:04:05.250 host", 19, { 2026, 1, 2, 3, 4, 5, 250000, 0 }, "fraction" },
		{ BSD, "Jan  2 2021 03:04:05 host", 20, { 2021, 1, 2, 3, 4, 5, 0, 0 }, "Cisco ASA" },
		{ BSD, "Feb 29 00:00:00", 15, { 2024, 2, 29, 0, 0, 0, 0, 0 }, "the last leap year" },
		{ BSD, "Dec 31 23:59:59", 15, { 2025, 12, 31, 23, 59, 59, 0, 0 }, "not of the future" },
		{ BSD, "Foo  2 03:04:05", 0, { 0 }, "no such month" },
		{ BSD, "Jan 32 03:04:05", 0, { 0 }, "no such day" },
		{ CLF, "02/Jan/2026:03:04:05 +0800", 26, { 2026, 1, 1, 19, 4, 5, 0, 0 }, "nginx" },
		{ CLF, "02/Jan/2026:03:04 +0800", 0, { 0 }, "no seconds" },
		{ CTIME, "Sun Dec 04 04:47:44 2005", 24, { 2005, 12, 4, 4, 47, 44, 0, 0 }, "Apache 2.2" },
		{ CTIME,
		  "Sun Dec 04 04:47:44.123456 2005",
		  31,
		  { 2005, 12, 4, 4, 47, 44, 123456, 0 },
		  "2.4" },
		{ EPOCH, "1600000000", 10, { 2020, 9, 13, 12, 26, 40, 0, 0 }, "seconds" },
		{ EPOCH, "1600000000.25", 13, { 2020, 9, 13, 12, 26, 40, 250000, 0 }, "Zeek" },
		{ EPOCH, "1600000000250", 13, { 2020, 9, 13, 12, 26, 40, 250000, 0 }, "milliseconds" },
		{ EPOCH, "12345", 0, { 0 }, "a small number is no time" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t got = -1;
		size_t used = take(rows[i].form, rows[i].text, &got);

		if (used != rows[i].used || (used && got != stamp_of(rows[i].is)))
			fail_msg("'%s' (%s): %zu bytes, %lld", rows[i].text, rows[i].why, used,
				 (long long)got);
	}
}

/* Lines have no year; they come around new year, and from old files. */
static void years_are_inferred(void **state)
{
	struct moment_year received = { .now = at(2027, 1, 1, 0, 10, 0, 0) };
	struct moment_year file = { .year = 2015 };
	int64_t got;

	(void)state;
	moment_bsd("Dec 31 23:59:00", 15, &received, &got);
	assert_true(got == at(2026, 12, 31, 23, 59, 0, 0)); /* late, not eleven months early */
	moment_bsd("Jan  1 09:00:00", 15, &received, &got);
	assert_true(got == at(2027, 1, 1, 9, 0, 0, 0)); /* a clock that is ahead */
	moment_bsd("Dec 10 06:55:46", 15, &file, &got);
	assert_true(got == at(2015, 12, 10, 6, 55, 46, 0)); /* what --year says */
	moment_bsd("Jan  3 00:00:00", 15, &file, &got);
	assert_true(got == at(2016, 1, 3, 0, 0, 0, 0)); /* the file went on over new year */
	moment_bsd("Dec 31 23:59:59", 15, &file, &got);
	assert_true(got == at(2015, 12, 31, 23, 59, 59, 0)); /* a late line after it */
	moment_bsd("Jan  3 00:00:01", 15, &file, &got);
	assert_true(got == at(2016, 1, 3, 0, 0, 1, 0));
}

/* What a line says is the same whatever stood in the line before it. */
static void lines_of_one_minute(void **state)
{
	static const struct {
		const char *text;
		int64_t now;
		int zone;
		const char *why;
	} rows[] = {
		{ "Mar  2 03:04:05 h", 0, 0, "the first" },
		{ "Mar  2 03:04:06 h", 0, 0, "the next second" },
		{ "Mar  2 03:04:06.250 h", 0, 0, "with a fraction" },
		{ "Mar  2 03:04:07", 0, 0, "and none" },
		{ "Mar  2 03:04:60 h", 0, 0, "a leap second" },
		{ "Mar  2 03:04:61 h", 0, 0, "no second" },
		{ "Mar  2 03:04:5 h", 0, 0, "one digit" },
		{ "Mar  2 03:04:", 0, 0, "cut off" },
		{ "Mar  2 03:04:08 h", 0, 480, "another zone" },
		{ "Mar  2 03:05:08 h", 0, 480, "another minute" },
		{ "Mar  2 03:05:08 h", 1, 480, "received a year later" },
		{ "Mar 2 03:05:17 h", 1, 480, "one blank" },
		{ "Mar 2 03:05:18 h", 1, 480, "one blank again" },
		{ "Mar 2 2019 03:05:18 h", 1, 480, "with a year" },
		{ "Mar 2 2019 03:05:19 h", 1, 480, "that year again" },
		{ "Mar 12 2019 03:05:19 h", 1, 480, "two digits and a year" },
		{ "Mar 12 2019 03:05:20 h", 1, 480, "two digits and a year again" },
		{ "Mar 12 03:05:19 h", 1, 480, "two digits" },
		{ "Mar 12 03:05:20 h", 1, 480, "two digits again" },
		{ "Mar  2 03:05:08 h", 1, 480, "back again" },
	};
	const int64_t received[] = { at(2027, 1, 1, 8, 0, 0, 0), at(2028, 1, 1, 8, 0, 0, 0) };
	struct moment_year going_on = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct moment_year fresh = { .now = received[rows[i].now], .zone_minutes = rows[i].zone };
		const size_t len = strlen(rows[i].text);
		int64_t want = -1, got = -1;

		going_on.now = fresh.now;
		going_on.zone_minutes = fresh.zone_minutes;
		if (moment_bsd(rows[i].text, len, &fresh, &want) !=
			    moment_bsd(rows[i].text, len, &going_on, &got) ||
		    want != got)
			fail_msg("row %zu (%s): %lld, not %lld", i, rows[i].why, (long long)got,
				 (long long)want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(years_are_inferred),
		cmocka_unit_test(lines_of_one_minute),
	};

	return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
