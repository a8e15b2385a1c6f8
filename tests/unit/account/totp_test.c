#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "account/totp.h"
#include "base/stamp.h"

/* One-time codes, against the vectors of their RFCs. */

static const unsigned char ascii[] = "12345678901234567890";

static void by_counter(void **state)
{
	static const char *const codes[] = { "755224", "287082", "359152", "969429", "338314",
					     "254676", "287922", "162583", "399871", "520489" };
	char code[9];

	(void)state;
	for (uint64_t i = 0; i < 10; i++) { /* RFC 4226, appendix D */
		totp_code(ascii, 20, i, 6, code);
		assert_string_equal(code, codes[i]);
	}
}

static void by_time(void **state)
{
	static const struct {
		int64_t seconds;
		const char *code;
	} cases[] = {
		/* RFC 6238, appendix B, the rows of SHA-1 */
		{ 59, "94287082" },         { 1111111109, "07081804" }, { 1111111111, "14050471" },
		{ 1234567890, "89005924" }, { 2000000000, "69279037" }, { 20000000000, "65353130" },
	};
	char code[9];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		totp_code(ascii, 20, totp_counter(cases[i].seconds * STAMP_SECOND), 8, code);
		assert_string_equal(code, cases[i].code);
	}
}

static void which_steps_are_taken(void **state)
{
	static const struct {
		int64_t step, last;
		bool good;
		const char *reason;
	} cases[] = {
		{ 100, -1, true, "the present one" },
		{ 99, -1, true, "the one before: somebody types slowly" },
		{ 101, -1, true, "the next one: the other clock is ahead" },
		{ 98, -1, false, "two steps ago" },
		{ 102, -1, false, "two steps ahead" },
		{ 100, 100, false, "it was used already" },
		{ 99, 100, false, "a later one was used already" },
		{ 101, 100, true, "after the last one" },
	};
	const int64_t now = 100 * TOTP_STEP_S * STAMP_SECOND + 29 * STAMP_SECOND;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char code[7];
		int64_t step = -7;

		totp_code(ascii, 20, (uint64_t)cases[i].step, 6, code);
		if (totp_check(ascii, code, now, cases[i].last, &step) != cases[i].good)
			fail_msg("%s", cases[i].reason);
		assert_int_equal(step, cases[i].good ? cases[i].step : -7);
	}
}

static void what_is_no_code(void **state)
{
	static const char *const wrong[] = {
		"", "28708", "2870820", "28708x", " 87082", "-87082", "２87082"
	};
	int64_t step = -1;

	(void)state;
	assert_true(totp_check(ascii, "287082", 30 * STAMP_SECOND, -1, &step));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(totp_check(ascii, wrong[i], 30 * STAMP_SECOND, -1, &step));
}

static void base32(void **state)
{
	static const char *const cases[][2] = { /* RFC 4648, section 10, without padding */
						{ "", "" },
						{ "f", "MY" },
						{ "fo", "MZXQ" },
						{ "foo", "MZXW6" },
						{ "foob", "MZXW6YQ" },
						{ "fooba", "MZXW6YTB" },
						{ "foobar", "MZXW6YTBOI" }
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		totp_base32((const unsigned char *)cases[i][0], strlen(cases[i][0]), text);
		assert_string_equal(text, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_counter),
		cmocka_unit_test(by_time),
		cmocka_unit_test(which_steps_are_taken),
		cmocka_unit_test(what_is_no_code),
		cmocka_unit_test(base32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
