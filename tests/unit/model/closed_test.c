#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/closed.h"

static const struct closed_word *const lists[] = { closed_abouts, closed_incident_roots,
						   closed_consequence_roots, closed_indicators };

/* The lists are the boundary; who lengthens one must change this test, too,
 * and say why in docs/decisions/. */
static void the_lists_are_these(void **state)
{
	static const char *const words[] = {
		"incident system organisation duty resource plan message evidence ",
		"malware net_attack ddos defacement phishing data fault disaster abuse ",
		"interruption sys_damage data_damage theft leak ",
		"ip domain url hash file cert mail ",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		text[0] = '\0';
		for (const struct closed_word *at = lists[i]; at->word; at++)
			strcat(strcat(text, at->word), " ");
		assert_string_equal(text, words[i]);
	}
}

static void nothing_else_is_in_them(void **state)
{
	static const char *const outside[] = { "other",  "person",  "content",  "opinion", "speech",
					       "rumour", "keyword", "nickname", "phone",   "post",
					       "",       "Malware", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (size_t k = 0; k < sizeof(outside) / sizeof(*outside); k++)
			assert_false(closed_has(lists[i], outside[k]));
	assert_true(closed_has(closed_indicators, "hash"));
}

static void every_word_speaks_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (const struct closed_word *at = lists[i]; at->word; at++) {
			assert_true(at->en && *at->en);
			assert_true(at->zh && *at->zh);
		}
	assert_string_equal(closed_staff_kind, "person");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lists_are_these),
		cmocka_unit_test(nothing_else_is_in_them),
		cmocka_unit_test(every_word_speaks_both_languages),
	};

	return cmocka_run_group_tests_name("closed lists", tests, NULL, NULL);
}
