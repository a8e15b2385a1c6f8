#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "warn/rules.h"

static void every_rule_has_its_row_and_a_code_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < RULE__COUNT; i++) {
		assert_non_null(rule_code((enum rule)i));
		assert_non_null(rule_en((enum rule)i));
		assert_non_null(rule_zh((enum rule)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(rule_code((enum rule)i), rule_code((enum rule)k));
	}
}

static void more_than_there_is_room_for_is_counted(void **state)
{
	struct findings found = { 0 };

	(void)state;
	finding_add(&found, RULE_ADVICE_NOTE, 1, "a", "");
	assert_null(findings_first(&found));
	for (unsigned i = 0; i < FINDINGS_MOST + 5; i++)
		finding_add(&found, RULE_MISSING, i, "alert", "scope");
	assert_int_equal(found.count, FINDINGS_MOST);
	assert_int_equal(found.beyond, 6);
	assert_int_equal(found.refused, FINDINGS_MOST + 5);
	assert_int_equal(findings_first(&found)->rule, RULE_MISSING);
	assert_true(findings_of(&found, STAGE_SCHEMA));
	assert_false(findings_of(&found, STAGE_READ));
}

static void a_long_value_is_cut_at_the_end_of_a_character(void **state)
{
	struct findings found = { 0 };
	char text[3 * 200 + 1] = "";

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, "预");
	for (int i = 0; i < 3; i++) {
		found.count = 0;
		finding_add(&found, RULE_URI, 1, text + 3 * i, text);
		assert_int_equal(utf8_valid(found.at[0].what, strlen(found.at[0].what)),
				 strlen(found.at[0].what));
		assert_in_range(strlen(found.at[0].what), FINDING_TEXT - 4, FINDING_TEXT - 1);
	}
	found.count = 0;
	finding_add(&found, RULE_URI, 1, "a", "one\ntwo\x01");
	assert_string_equal(found.at[0].what, "one two ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_row_and_a_code_of_its_own),
		cmocka_unit_test(more_than_there_is_room_for_is_counted),
		cmocka_unit_test(a_long_value_is_cut_at_the_end_of_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
