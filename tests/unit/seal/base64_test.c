#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seal/base64.h"
#include "seal/hex.h"

static void base64_reads_what_it_writes(void **state)
{
	unsigned char bytes[70], back[70];
	char text[BASE64_LEN(70) + 1];
	size_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		base64_write(bytes, len, text);
		assert_true(base64_read(text, strlen(text), back, sizeof(back), &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, bytes, len);
	}
}

/* Two texts never mean the same bytes. */
static void base64_takes_one_spelling_only(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "Zg==", true },      { "Zh==", false },  /* stray bits below the last byte */
		{ "Zm8=", true },      { "Zm9=", false },  /* likewise */
		{ "Zg", false },       { "Zg=", false },   /* padding is wanted */
		{ "Zm9v\n", false },   { " Zm9v", false }, /* no blanks */
		{ "Zg==Zg==", false },                     /* padding ends it */
		{ "Z===", false },     { "====", false },  /* nothing */
		{ "Zm-_", false },                         /* the other alphabet */
	};
	unsigned char out[16];
	size_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(base64_read(cases[i].text, strlen(cases[i].text), out, sizeof(out), &got),
				 cases[i].good);
}

static void base64_never_writes_past_its_room(void **state)
{
	unsigned char out[4] = { 0, 0, 0, 0xee };
	size_t got;

	(void)state;
	assert_false(base64_read("AAAAAA==", 8, out, 3, &got));
	assert_int_equal(out[3], 0xee);
}

static void hex_is_lowercase_and_nothing_else(void **state)
{
	unsigned char bytes[4];
	char text[9];

	(void)state;
	assert_true(hex_read("00ff7fa0", 4, bytes));
	hex_write(bytes, 4, text);
	assert_string_equal(text, "00ff7fa0");
	assert_false(hex_read("00FF7fa0", 4, bytes));
	assert_false(hex_read("00fg7fa0", 4, bytes));
	assert_false(hex_read("0 ff7fa0", 4, bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_reads_what_it_writes),
		cmocka_unit_test(base64_takes_one_spelling_only),
		cmocka_unit_test(base64_never_writes_past_its_room),
		cmocka_unit_test(hex_is_lowercase_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
