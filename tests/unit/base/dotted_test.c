#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/dotted.h"

static void numbers_are_compared_as_numbers(void **state)
{
	static const struct {
		const char *range, *version;
		enum dotted_answer answer;
		const char *why;
	} cases[] = {
		{ "< 2.4.1", "2.4.0", DOTTED_YES, "one less" },
		{ "< 2.4.1", "2.4.1", DOTTED_NO, "the one that mends it" },
		{ "< 2.4.10", "2.4.9", DOTTED_YES, "nine is less than ten" },
		{ "<2.4.1", "2.10", DOTTED_NO, "ten is more than four" },
		{ "< 2.4.1", "2.4", DOTTED_YES, "what is missing is 0" },
		{ "<= 2.4", "2.4.0.0", DOTTED_YES, "2.4.0.0 is 2.4" },
		{ "<= 2.4", "2.4.0.1", DOTTED_NO, "a place more" },
		{ "= 7", "v7.0", DOTTED_YES, "some write a v" },
		{ "> 9.9", "10.0", DOTTED_YES, "not as words are ordered" },
		{ ">=2.0, <2.4.1", "1.9", DOTTED_NO, "before it began" },
		{ ">=2.0，<2.4.1", "2.3.99", DOTTED_YES, "a comma of Chinese" },
		{ ">=2.0 <2.4.1", "2.4.1", DOTTED_NO, "blanks between" },
		{ "<1.5; >=2.0 <2.4.1", "1.4", DOTTED_YES, "the first way" },
		{ "<1.5; >=2.0 <2.4.1", "2.2", DOTTED_YES, "the second" },
		{ "<1.5 || >=2.0 <2.4.1", "1.7", DOTTED_NO, "neither" },
		{ "≤2.4", "2.4", DOTTED_YES, "as people type it" },
		{ "<2.4.1", "2.4.1-rc1", DOTTED_UNCLEAR, "before or behind?" },
		{ "<2.4.1", "2.4.0-rc1", DOTTED_YES, "the numbers decide" },
		{ "<1.0.2", "1.0.2k", DOTTED_UNCLEAR, "letters are behind, elsewhere before" },
		{ "<2.4.1; <3", "2.4.1-rc1", DOTTED_YES, "one way is clear" },
		{ "<2.4.1", "最新版", DOTTED_UNCLEAR, "no version" },
		{ "<2.4.1", "", DOTTED_UNCLEAR, "none is recorded" },
		{ "<5", "99999999999999999999", DOTTED_UNCLEAR, "beyond what is counted" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dotted_range range;

		if (!dotted_range_read(cases[i].range, &range))
			fail_msg("'%s' is not read", cases[i].range);
		if (dotted_within(&range, cases[i].version) != cases[i].answer)
			fail_msg("%s, %s: %s", cases[i].range, cases[i].version, cases[i].why);
	}
}

static void what_is_no_condition_is_not_guessed(void **state)
{
	static const char *const texts[] = { "",      "2.4.1", "7.0.0 至 7.0.13", "all",
					     "<",     "< x",   "<2.4.1 or so",    "<2.4.1-rc1",
					     "<2.4,", "2.4<",  "<2..4",           "<1.2.3.4.5.6.7.8.9" };
	struct dotted_range range;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (dotted_range_read(texts[i], &range))
			fail_msg("'%s' was read", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(numbers_are_compared_as_numbers),
					    cmocka_unit_test(what_is_no_condition_is_not_guessed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
