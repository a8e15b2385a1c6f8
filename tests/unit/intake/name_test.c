#include "intake/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A name is found by all of its bytes, however many it has and wherever it lies. */

enum { NAMES = 5000, LONGEST = 40 };

/* Name `i`: of every length, many alike in front and behind. */
static size_t write_name(int i, char *out)
{
	const int len = 4 + i % (LONGEST - 4);

	memset(out, 'a' + i % 3, LONGEST);
	out[len / 2] = (char)('0' + i / 36 % 10);
	out[len / 2 + 1] = (char)('0' + i / 360 % 10);
	out[len / 3] = (char)('A' + i / 3600);
	return (size_t)len;
}

/* Where more may be read behind it, and where there is nothing. */
static uint32_t find_both(const char *name, size_t len)
{
	char room[LONGEST + NAME_ROOM], *alone = malloc(len ? len : 1);
	uint32_t number, roomy;

	memset(room, 'x', sizeof(room));
	memcpy(room, name, len);
	memcpy(alone, name, len);
	number = name_find(alone, len);
	roomy = name_find_roomy(room, len);
	assert_int_equal(number, roomy);
	free(alone);
	return number;
}

static void names_keep_their_numbers(void **state)
{
	static uint32_t numbers[NAMES];
	char name[LONGEST];

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		const size_t len = write_name(i, name);
		const uint32_t before = find_both(name, len), count = name_count();

		numbers[i] = name_number(name, len);
		assert_int_equal(numbers[i], before == NAME_NONE ? count : before);
	}
	for (int i = 0; i < NAMES; i++) {
		const size_t len = write_name(i, name);

		assert_int_equal(find_both(name, len), numbers[i]);
		assert_int_equal(strlen(name_text(numbers[i])), len);
		assert_memory_equal(name_text(numbers[i]), name, len);
	}
	assert_true(name_count() > NAMES / 2);
}

static void others_have_none(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} rows[] = {
		{ "", 0 },
		{ "Ima", 3 },
		{ "Images", 6 },
		{ "image", 5 },
		{ "Image\0", 6 },
		{ "Image\0x", 7 },
		{ "\0", 1 },
		{ "Target!ilename", 14 },
		{ "TargetFilenames", 15 },
		{ "a.very.long.name.of.some.nested.Objekt", 38 },
		{ "a.very.long.name.of.some.nested.object.", 39 },
	};

	(void)state;
	name_number("Image", 5);
	name_number("TargetFilename", 14);
	name_number("a.very.long.name.of.some.nested.object", 38);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (find_both(rows[i].name, rows[i].len) != NAME_NONE)
			fail_msg("row %zu, %s", i, rows[i].name);
	assert_int_not_equal(find_both("Image", 5), NAME_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_have_none),
		cmocka_unit_test(names_keep_their_numbers),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
