#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/calendar.h"

static int64_t moment(const char *text)
{
	int64_t stamp = 0;

	assert_int_equal(stamp_parse(text, strlen(text), &stamp, NULL), 0);
	return stamp;
}

static int32_t day(const char *text) { return (int32_t)(moment(text) / STAMP_DAY); }

static struct calendar calendar_of(const struct calendar_def *def, const struct calendar_day *site,
				   size_t count)
{
	struct calendar calendar;
	struct fault why;

	assert_int_equal(calendar_open(def, site, count, &calendar, &why), 0);
	return calendar;
}

static const struct calendar_def china = { .id = "CN", .rule = "CST-8", .rests = { [0] = true, [6] = true } };
static const struct calendar_def europe = { .id = "EU",
					    .rule = "CET-1CEST,M3.5.0,M10.5.0/3",
					    .rests = { [0] = true, [6] = true } };
static int32_t thanksgiving[1];
static struct calendar_def states = { .id = "US",
				      .rule = "EST5EDT,M3.2.0,M11.1.0",
				      .rests = { [0] = true, [6] = true },
				      .off = thanksgiving,
				      .off_count = 1 };

static void a_term_is_over_when_it_should(void **state)
{
	/* clang-format off */
	const struct {
		const struct calendar_def *at;
		const char *from;
		struct term term;
		const char *to, *why;
	} cases[] = {
		{ &china, "2026-11-23T15:30:00Z", { 240, TERM_MINUTE }, "2026-11-23T19:30:00Z", "over midnight there" },
		{ &china, "2026-11-23T15:30:00Z", { 30, TERM_MINUTE }, "2026-11-23T16:00:00Z", "half an hour" },
		{ &europe, "2026-10-24T20:00:00Z", { 1440, TERM_MINUTE }, "2026-10-25T20:00:00Z", "24 hours pass, whatever the clocks show" },
		{ &europe, "2026-10-24T20:00:00Z", { 1, TERM_DAY }, "2026-10-25T21:00:00Z", "a day is until the same hour: 25 of them" },
		{ &europe, "2026-03-28T20:00:00Z", { 1, TERM_DAY }, "2026-03-29T19:00:00Z", "a day of 23 hours" },
		{ &europe, "2027-01-31T10:00:00Z", { 1, TERM_MONTH }, "2027-02-28T10:00:00Z", "28 days have February" },
		{ &europe, "2028-01-31T10:00:00Z", { 1, TERM_MONTH }, "2028-02-29T10:00:00Z", "a leap year" },
		{ &europe, "2027-02-28T10:00:00Z", { 1, TERM_MONTH }, "2027-03-28T09:00:00Z", "on to summer time" },
		{ &europe, "2026-12-31T10:00:00Z", { 2, TERM_MONTH }, "2027-02-28T10:00:00Z", "over the year's end" },
		{ &china, "2027-01-30T18:00:00Z", { 1, TERM_MONTH }, "2027-02-27T18:00:00Z", "the 31st there already" },
		{ &china, "2028-02-28T20:00:00Z", { 1, TERM_DAY }, "2028-02-29T20:00:00Z", "the 29th there, then the 1st" },
		{ &china, "2028-02-01T00:00:00Z", { 30, TERM_DAY }, "2028-03-02T00:00:00Z", "thirty days over a leap day" },
		{ &states, "2026-11-20T20:00:00Z", { 4, TERM_BUSINESS_DAY }, "2026-11-28T04:59:59Z", "Friday, a holiday between" },
		{ &states, "2026-11-22T20:00:00Z", { 1, TERM_BUSINESS_DAY }, "2026-11-24T04:59:59Z", "from a Sunday on" },
		{ &states, "2026-10-30T20:00:00Z", { 1, TERM_BUSINESS_DAY }, "2026-11-03T04:59:59Z", "clocks went back on Sunday" },
		{ &states, "2026-11-21T03:00:00Z", { 1, TERM_BUSINESS_DAY }, "2026-11-24T04:59:59Z", "still Friday there" },
		{ &china, "2026-11-20T20:00:00Z", { 0, TERM_AT_ONCE }, "2026-11-20T20:00:00Z", "at once" },
	};
	/* clang-format on */

	(void)state;
	thanksgiving[0] = day("2026-11-26T00:00:00Z");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct calendar calendar = calendar_of(cases[i].at, NULL, 0);
		char got[STAMP_LEN];

		stamp_format(calendar_after(&calendar, moment(cases[i].from), cases[i].term), got);
		if (strncmp(got, cases[i].to, 19))
			fail_msg("%s: %s from %s is %s, not %s", cases[i].why, cases[i].at->id, cases[i].from,
				 got, cases[i].to);
	}
}

static void the_site_knows_better_than_the_pack(void **state)
{
	const struct calendar_day site[] = {
		{ day("2026-10-01T00:00:00Z"), false }, /* a holiday on a Thursday */
		{ day("2026-10-02T00:00:00Z"), false },
		{ day("2026-10-10T00:00:00Z"), true }, /* a Saturday that is worked */
		{ day("2026-11-26T00:00:00Z"), false },
		{ day("2026-11-26T00:00:00Z"), true }, /* entered anew: the last counts */
	};
	const struct calendar here = calendar_of(&china, site, 5), there = calendar_of(&states, site, 5);

	(void)state;
	thanksgiving[0] = day("2026-11-26T00:00:00Z");
	assert_false(calendar_works(&here, day("2026-10-01T00:00:00Z")));
	assert_true(calendar_works(&here, day("2026-10-10T00:00:00Z")));
	assert_false(calendar_works(&here, day("2026-10-11T00:00:00Z")));
	assert_true(calendar_works(&there, day("2026-11-26T00:00:00Z")));
	/* Wednesday 30 September, three days on: Monday 5, 6, 7 October. */
	assert_int_equal(calendar_working(&here, moment("2026-09-30T02:00:00Z"), 3),
			 moment("2026-10-07T02:00:00Z"));
}

static void days_on_which_nobody_ever_works_are_not_counted_for_ever(void **state)
{
	struct calendar_def never = { .rule = "CST-8",
				      .rests = { true, true, true, true, true, true, true } };
	const struct calendar calendar = calendar_of(&never, NULL, 0);

	(void)state;
	assert_true(calendar_working(&calendar, moment("2026-01-01T00:00:00Z"), 1) >
		    moment("2026-01-01T00:00:00Z"));
}

static void a_place_without_a_rule_is_refused(void **state)
{
	const struct calendar_def wrong = { .rule = "Asia/Shanghai" };
	struct calendar calendar;
	struct fault why;

	(void)state;
	assert_int_equal(calendar_open(&wrong, NULL, 0, &calendar, &why), -FAULT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_term_is_over_when_it_should),
		cmocka_unit_test(the_site_knows_better_than_the_pack),
		cmocka_unit_test(days_on_which_nobody_ever_works_are_not_counted_for_ever),
		cmocka_unit_test(a_place_without_a_rule_is_refused),
	};

	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
