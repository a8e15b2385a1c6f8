#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/stamp.h"
#include "deliver/turns.h"

#define T0 (INT64_C(1795000000) * STAMP_SECOND)

static const char url[] = "https://a.example/in";

static void who_comes_too_early_is_told_when_each_another_moment(void **state)
{
	struct turns turns = { 0 };

	(void)state;
	assert_int_equal(turns_ask(&turns, url, 2, T0), 0);
	assert_int_equal(turns_ask(&turns, url, 2, T0), T0 + STAMP_SECOND / 2);
	assert_int_equal(turns_ask(&turns, url, 2, T0), T0 + STAMP_SECOND);
	assert_int_equal(turns_ask(&turns, url, 2, T0), T0 + STAMP_SECOND * 3 / 2);
	/* They come, a little late, and go. */
	assert_int_equal(turns_ask(&turns, url, 2, T0 + STAMP_SECOND / 2 + 900), 0);
	assert_int_equal(turns_ask(&turns, url, 2, T0 + STAMP_SECOND + 100), 0);
	assert_int_equal(turns_ask(&turns, url, 2, T0 + STAMP_SECOND * 3 / 2), 0);
}

static void a_host_is_one_whatever_its_port_and_path_and_another_is_another(void **state)
{
	static const struct {
		const char *url;
		int same;
	} cases[] = {
		{ "https://a.example:8443/other?x", 1 }, { "https://A.EXAMPLE", 1 },
		{ "https://b.example/in", 0 },           { "https://a.example.org/in", 0 },
		{ "https://[2001:db8::1]:8443/in", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct turns turns = { 0 };

		assert_int_equal(turns_ask(&turns, url, 1, T0), 0);
		assert_int_equal(turns_ask(&turns, cases[i].url, 1, T0) != 0, cases[i].same);
	}
}

/* Whoever always comes as soon as possible is let through so often and no more. */
static void no_more_than_so_many_a_second(void **state)
{
	struct turns turns = { 0 };
	int went = 0;

	(void)state;
	for (int64_t now = T0; now < T0 + 10 * STAMP_SECOND; now += STAMP_SECOND / 100)
		went += turns_ask(&turns, url, 5, now) == 0;
	assert_in_range(went, 49, 52);
}

static void a_thousand_hosts_cost_no_more_room(void **state)
{
	struct turns turns = { 0 };
	char name[] = "https://h0000.example/";

	(void)state;
	for (int i = 0; i < 1000; i++) {
		name[9] = (char)('0' + i / 1000), name[10] = (char)('0' + i / 100 % 10);
		name[11] = (char)('0' + i / 10 % 10), name[12] = (char)('0' + i % 10);
		assert_int_equal(turns_ask(&turns, name, 1, T0 + i), 0);
	}
	assert_int_not_equal(turns_ask(&turns, name, 1, T0 + 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_too_early_is_told_when_each_another_moment),
		cmocka_unit_test(a_host_is_one_whatever_its_port_and_path_and_another_is_another),
		cmocka_unit_test(no_more_than_so_many_a_second),
		cmocka_unit_test(a_thousand_hosts_cost_no_more_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
