#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "action/action_private.h"
#include "model/vocabulary.h"

/* What a pack may name and what C does are one list. */
static void every_effect_is_implemented(void **state)
{
	(void)state;
	for (size_t i = 0; i < vocabulary_effect_count; i++)
		if (!effect_named(vocabulary_effects[i].name))
			fail_msg("no file in action/effect/ does '%s'", vocabulary_effects[i].name);
	for (size_t i = 0; effects[i]; i++)
		if (!vocabulary_effect(effects[i]->name))
			fail_msg("no pack can name the effect '%s'", effects[i]->name);
}

static void effects_are_sorted_and_speak(void **state)
{
	(void)state;
	for (size_t i = 0; i < vocabulary_effect_count; i++) {
		assert_true(*vocabulary_effects[i].en && *vocabulary_effects[i].zh);
		if (i)
			assert_true(strcmp(vocabulary_effects[i - 1].name, vocabulary_effects[i].name) < 0);
	}
}

static void lists_are_sorted_and_speak(void **state)
{
	static const struct spoken *const lists[] = { vocabulary_checks,  vocabulary_guards,
						      vocabulary_signals, vocabulary_targets,
						      vocabulary_holds,   vocabulary_values };

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (const struct spoken *at = lists[i]; at->word; at++) {
			assert_true(*at->en && *at->zh);
			assert_ptr_equal(vocabulary_find(lists[i], at->word), at);
			if (at > lists[i])
				assert_true(strcmp(at[-1].word, at->word) < 0);
		}
	assert_null(vocabulary_find(vocabulary_signals, "keyword_found"));
	assert_string_equal(vocabulary_level("confirmed")->field, "confirmed_level");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_effect_is_implemented),
		cmocka_unit_test(effects_are_sorted_and_speak),
		cmocka_unit_test(lists_are_sorted_and_speak),
	};

	return cmocka_run_group_tests_name("vocabulary", tests, NULL, NULL);
}
