#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/stamp.h"
#include "warn/moment.h"

static void a_time_is_read_as_the_schema_takes_it(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t seconds;
	} cases[] = {
		{ "1970-01-01T00:00:00-00:00", true, 0 },
		{ "1970-01-01T08:00:00+08:00", true, 0 },
		{ "1969-12-31T23:59:59+00:00", true, -1 },
		{ "2026-11-23T08:00:00+08:00", true, 1795392000 },
		{ " 2026-11-23T08:00:00+08:00\n", true, 1795392000 },
		{ "2024-02-29T24:00:00-14:00", true, 1709301600 },
		{ "2026-02-29T08:00:00+08:00", false, 0 }, /* no leap year */
		{ "1900-02-29T08:00:00+08:00", false, 0 },
		{ "2026-11-23T24:00:01+08:00", false, 0 },
		{ "2026-11-23T08:00:60+08:00", false, 0 },
		{ "2026-11-23T08:60:00+08:00", false, 0 },
		{ "2026-11-23T25:00:00+08:00", false, 0 },
		{ "2026-11-31T08:00:00+08:00", false, 0 },
		{ "2026-13-01T08:00:00+08:00", false, 0 },
		{ "2026-11-23T08:00:00+08:60", false, 0 },
		{ "2026-11-23T08:00:00+14:01", false, 0 },
		{ "2026-11-23T08:00:00Z", false, 0 },
		{ "2026-11-23T08:00:00.5+08:00", false, 0 },
		{ "2026-11-23T08:00:00,08:00", false, 0 },
		{ "2026-11-23T08:00:00", false, 0 },
		{ "0000-11-23T08:00:00+08:00", false, 0 },
		{ "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t moment = 0;

		print_message("%s\n", cases[i].text);
		assert_int_equal(moment_read(cases[i].text, &moment), cases[i].good);
		if (cases[i].good)
			assert_int_equal(moment, cases[i].seconds * STAMP_SECOND);
	}
}

static void what_is_written_is_read_back(void **state)
{
	static const int offsets[] = { 0, 480, -840, 840, -1, 345 };
	char text[MOMENT_LEN];

	(void)state;
	for (int64_t at = 0; at < INT64_C(250000000000); at += INT64_C(1234567891))
		for (size_t i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
			int64_t again;

			moment_write(at * STAMP_SECOND + STAMP_DAY + 7, offsets[i], text);
			assert_int_equal(strlen(text), MOMENT_LEN - 1);
			assert_true(moment_read(text, &again));
			assert_int_equal(again, at * STAMP_SECOND + STAMP_DAY);
		}
	moment_write(0, 0, text);
	assert_string_equal(text, "1970-01-01T00:00:00-00:00"); /* UTC is -00:00 there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_read_as_the_schema_takes_it),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
