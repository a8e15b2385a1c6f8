#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packs.h"

#define BASE SOURCE_ROOT "/tests/unit/pack/base"

/* The base itself must be sound: a case shows its own fault and no other. */
static void base_is_sound(void **state)
{
	struct buf said = { 0 };

	(void)state;
	packs_judge(BASE, &said);
	assert_null(said.data);
}

/* Every fault is told with its place and what would be right, and alone. */
static void every_fault_is_told(void **state)
{
	(void)state;
	assert_true(packs_all(BASE, SOURCE_ROOT "/tests/unit/pack/broken") >= 40);
}

/* What a hostile pack tries is refused, wherever it hides it. */
static void every_hostile_pack_is_refused(void **state)
{
	(void)state;
	assert_true(packs_all(BASE, SOURCE_ROOT "/tests/boundary/packs") >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_is_sound),
		cmocka_unit_test(every_fault_is_told),
		cmocka_unit_test(every_hostile_pack_is_refused),
	};

	return cmocka_run_group_tests_name("broken packs", tests, NULL, NULL);
}
