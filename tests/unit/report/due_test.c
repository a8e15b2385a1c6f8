#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/due.h"

static int64_t moment(const char *text)
{
	int64_t stamp = 0;

	assert_int_equal(stamp_parse(text, strlen(text), &stamp, NULL), 0);
	return stamp;
}

static const struct calendar utc; /* the weekend rests */

#define HOURS(n)                                                                                             \
	{                                                                                                    \
		(n) * 60, TERM_MINUTE                                                                        \
	}

static const struct report_stage dora = {
	.id = "in", .legs = { { "classified", NULL, HOURS(4) }, { "aware", NULL, HOURS(24) } }, .leg_count = 2
};
static const struct report_stage after_in = { .id = "fr",
					      .legs = { { "sent", "in", { 1, TERM_MONTH } } },
					      .leg_count = 1 };
static const struct report_stage police = { .id = "police",
					    .legs = { { "aware", NULL, { 0, TERM_AT_ONCE } } },
					    .leg_count = 1 };
static const struct report_stage written = { .id = "critw",
					     .legs = { { "oral_report_given", "crit", HOURS(84) } },
					     .leg_count = 1 };

static int64_t due(const struct report_stage *stage, const char *aware, const char *classified)
{
	const struct known facts[] = { { "classified", NULL, moment(classified) },
				       { "aware", NULL, moment(aware) } };

	return due_of_stage(stage, NULL, &facts[0], facts, 2, &utc);
}

/* The vectors that came with the facts. */
static void the_earlier_of_two_counts_unless_it_was_over_before(void **state)
{
	(void)state;
	assert_int_equal(due(&dora, "2026-11-23T00:00:00Z", "2026-11-23T22:00:00Z"),
			 moment("2026-11-24T00:00:00Z"));
	assert_int_equal(due(&dora, "2026-11-23T00:00:00Z", "2026-11-24T06:00:00Z"),
			 moment("2026-11-24T10:00:00Z"));
	assert_int_equal(due(&dora, "2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z"),
			 moment("2026-11-23T05:00:00Z"));
	/* To the second at which it was over: the first that is left. */
	assert_int_equal(due(&dora, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
			 moment("2026-11-24T00:00:00Z"));
}

static void the_newest_of_a_fact_that_was_noted_twice_counts(void **state)
{
	const struct known facts[] = { { "aware", NULL, moment("2026-11-23T06:00:00Z") },
				       { "aware", NULL, moment("2026-11-23T00:00:00Z") },
				       { "classified", NULL, moment("2026-11-24T03:00:00Z") } };

	(void)state;
	assert_int_equal(due_of_stage(&dora, NULL, &facts[2], facts, 3, &utc),
			 moment("2026-11-24T06:00:00Z"));
}

static void a_fact_opens_what_waits_for_it_and_nothing_else(void **state)
{
	/* clang-format off */
	static const struct {
		const struct report_stage *stage;
		struct known fact;
		bool opens;
		const char *why;
	} cases[] = {
		{ &dora, { "classified", NULL, 1 }, true, "its first leg" },
		{ &dora, { "aware", NULL, 1 }, false, "its second leg opens nothing" },
		{ &after_in, { "sent", "in", 1 }, true, "the stage before it" },
		{ &after_in, { "sent", "ir", 1 }, false, "another stage" },
		{ &after_in, { "sent", NULL, 1 }, false, "no stage" },
		{ &written, { "oral_report_given", "crit", 1 }, true, "the oral report of its stage" },
		{ &written, { "oral_report_given", "oth", 1 }, false, "of another" },
		{ &police, { "aware", "crit", 1 }, false, "a fact of one stage" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (due_opens(cases[i].stage, &cases[i].fact) != cases[i].opens)
			fail_msg("%s: %s", cases[i].stage->id, cases[i].why);
}

static void at_once_has_no_number(void **state)
{
	const struct known aware = { "aware", NULL, moment("2026-11-23T00:00:00Z") };

	(void)state;
	assert_int_equal(due_of_stage(&police, NULL, &aware, &aware, 1, &utc), 0);
}

static void an_exception_counts_instead(void **state)
{
	const struct known aware = { "aware", NULL, moment("2026-11-23T00:00:00Z") };
	const struct term sixty = { 60, TERM_DAY }, now = { 0, TERM_AT_ONCE };

	(void)state;
	assert_int_equal(due_of_stage(&dora, &sixty, &aware, &aware, 1, &utc),
			 moment("2027-01-22T00:00:00Z"));
	assert_int_equal(due_of_stage(&dora, &now, &aware, &aware, 1, &utc), 0);
	assert_int_equal(due_of_stage(&police, &sixty, &aware, &aware, 1, &utc),
			 moment("2027-01-22T00:00:00Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earlier_of_two_counts_unless_it_was_over_before),
		cmocka_unit_test(the_newest_of_a_fact_that_was_noted_twice_counts),
		cmocka_unit_test(a_fact_opens_what_waits_for_it_and_nothing_else),
		cmocka_unit_test(at_once_has_no_number),
		cmocka_unit_test(an_exception_counts_instead),
	};

	return cmocka_run_group_tests_name("due", tests, NULL, NULL);
}
