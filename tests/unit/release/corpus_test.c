#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "corpus.h"

static size_t characters(const char *from, const char *to)
{
	size_t n = 0;

	for (; from < to; n++)
		utf8_next(&from, to);
	return n;
}

struct tally {
	const struct release *release;
	size_t texts, missed, alarms, alarmed;
};

/* Is something of the class told where it was planted? */
static void look_for(void *with, const struct planted *one)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct tally *tally = with;
	struct release_findings *found = arena_take(mem, sizeof(*found));
	const char *at = strstr(one->text, one->what);
	size_t from, to;
	bool told = false;

	assert_non_null(at);
	assert_true(one->of < RELEASE__COUNT);
	from = characters(one->text, at);
	to = from + characters(at, at + strlen(one->what));
	release_check(tally->release, one->text, mem, found);
	for (size_t i = 0; i < found->count; i++)
		told |= found->at[i].of == one->of && found->at[i].from < to && found->at[i].to > from;
	tally->texts++;
	if (told)
		return;
	tally->missed++;
	printf("missed %s: %s in: %s\n", release_word(one->of), one->what, one->text);
	for (size_t i = 0; i < found->count; i++)
		printf("    told %s '%s'\n", release_word(found->at[i].of), found->at[i].what);
}

static void everything_planted_is_found(void **state)
{
	struct tally tally = { .release = *state };

	corpus_planted(look_for, &tally);
	printf("%zu planted texts, %zu missed\n", tally.texts, tally.missed);
	assert_true(tally.texts >= 500);
	assert_int_equal(tally.missed, 0);
}

static void count_alarms(void *with, const char *text)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct release_findings *found = arena_take(mem, sizeof(*found));
	struct tally *tally = with;

	release_check(tally->release, text, mem, found);
	tally->texts++;
	tally->alarms += found->count;
	tally->alarmed += found->count > 0;
	for (size_t i = 0; i < found->count; i++)
		printf("false alarm %s '%s' in: %s\n", release_word(found->at[i].of), found->at[i].what,
		       text);
}

/* Written down in docs/warnings.md: who changes it, changes it there. */
enum { FALSE_ALARMS = 2 };

static void false_alarms_are_as_many_as_written_down(void **state)
{
	struct tally tally = { .release = *state };

	corpus_clean(count_alarms, &tally);
	printf("%zu clean texts, %zu with a false alarm, %zu false alarms\n", tally.texts, tally.alarmed,
	       tally.alarms);
	assert_true(tally.texts >= 200);
	assert_int_equal(tally.alarms, FALSE_ALARMS);
}

static int setup(void **state) { return (*state = corpus_release()) ? 0 : -1; }

static int teardown(void **state)
{
	release_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_planted_is_found),
		cmocka_unit_test(false_alarms_are_as_many_as_written_down),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
