#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/zone.h"

static int64_t moment(const char *text)
{
	int64_t stamp = 0;

	assert_int_equal(stamp_parse(text, strlen(text), &stamp, NULL), 0);
	return stamp;
}

static struct zone zone_of(const char *rule)
{
	struct zone zone;
	struct fault why;

	assert_int_equal(zone_read(rule, &zone, &why), 0);
	return zone;
}

#define EUROPE "CET-1CEST,M3.5.0,M10.5.0/3"
#define EASTERN "EST5EDT,M3.2.0,M11.1.0"
#define SYDNEY "AEST-10AEDT,M10.1.0,M4.1.0/3"

static void a_place_is_as_far_from_greenwich_as_its_rule_says(void **state)
{
	/* clang-format off */
	static const struct {
		const char *rule, *at;
		int minutes;
		const char *why;
	} cases[] = {
		{ "CST-8", "2026-07-01T00:00:00Z", 480, "nothing changes" },
		{ "<+08>-8", "2026-01-01T00:00:00Z", 480, "a name of digits" },
		{ "IST-5:30", "2026-01-01T00:00:00Z", 330, "half an hour" },
		{ EUROPE, "2026-03-29T00:59:59Z", 60, "the last second of winter" },
		{ EUROPE, "2026-03-29T01:00:00Z", 120, "summer begins" },
		{ EUROPE, "2026-10-25T00:59:59Z", 120, "the last second of summer" },
		{ EUROPE, "2026-10-25T01:00:00Z", 60, "winter begins" },
		{ EUROPE, "2027-10-31T00:59:59Z", 120, "the last Sunday is the 31st" },
		{ EASTERN, "2026-03-08T06:59:59Z", -300, "west of Greenwich" },
		{ EASTERN, "2026-03-08T07:00:00Z", -240, "the second Sunday of March" },
		{ EASTERN, "2026-11-01T05:59:59Z", -240, "the first Sunday of November" },
		{ EASTERN, "2026-11-01T06:00:00Z", -300, "and back" },
		{ SYDNEY, "2026-01-01T00:00:00Z", 660, "summer in the south" },
		{ SYDNEY, "2026-04-04T15:59:59Z", 660, "until the first Sunday of April" },
		{ SYDNEY, "2026-04-04T16:00:00Z", 600, "winter in the south" },
		{ SYDNEY, "2026-10-03T16:00:00Z", 660, "from the first Sunday of October" },
		{ SYDNEY, "2026-12-31T13:30:00Z", 660, "the year has turned there already" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct zone zone = zone_of(cases[i].rule);

		if (zone_offset(&zone, moment(cases[i].at)) != cases[i].minutes * STAMP_MINUTE)
			fail_msg("%s at %s: %s", cases[i].rule, cases[i].at, cases[i].why);
	}
}

static void clock_and_calendar_are_read_back(void **state)
{
	static const char *const rules[] = { "CST-8", EUROPE, EASTERN, SYDNEY };

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const struct zone zone = zone_of(rules[i]);

		for (int64_t at = moment("2026-01-01T00:30:00Z"); at < moment("2029-01-01T00:00:00Z");
		     at += 61 * STAMP_MINUTE) {
			const int64_t back = zone_stamp(&zone, zone_civil(&zone, at));

			/* The hour that comes twice is read as its first. */
			assert_true(back == at || back == at - STAMP_HOUR);
		}
	}
}

static void the_hour_that_is_left_out_and_the_one_that_comes_twice(void **state)
{
	const struct zone zone = zone_of(EUROPE);
	struct civil local = { .year = 2026, .month = 3, .day = 29, .hour = 2, .minute = 30 };

	(void)state;
	assert_int_equal(zone_stamp(&zone, local), moment("2026-03-29T01:30:00Z")); /* shown as 03:30 */
	local = (struct civil){ .year = 2026, .month = 10, .day = 25, .hour = 2, .minute = 30 };
	assert_int_equal(zone_stamp(&zone, local), moment("2026-10-25T00:30:00Z")); /* the first */
}

static void a_rule_that_is_none_is_refused(void **state)
{
	/* clang-format off */
	static const char *const rules[] = {
		"",           "CST",       "C-8",          "CST-8x",        "CST-200",        "CET-1CEST",
		"CET-1CEST,", "<+08-8",    "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J60,J300", "Europe/Brussels", "CET-1CEST,M3.5.0,M10.5.0/3x",
	};
	/* clang-format on */
	struct zone zone = { .standard = 7 };
	struct fault why;

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (zone_read(rules[i], &zone, &why) != -FAULT_INVALID || zone.standard != 7)
			fail_msg("'%s' was taken", rules[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_as_far_from_greenwich_as_its_rule_says),
		cmocka_unit_test(clock_and_calendar_are_read_back),
		cmocka_unit_test(the_hour_that_is_left_out_and_the_one_that_comes_twice),
		cmocka_unit_test(a_rule_that_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
