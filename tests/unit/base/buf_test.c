#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Text as a part of an address, and as the name of a file in a head. */

static void encoded(const char *text, const char *as_is, const char *wanted)
{
	struct buf b = { 0 };

	buf_percent(&b, text, as_is);
	buf_char(&b, '\0');
	assert_string_equal(b.data, wanted);
	buf_fini(&b);
}

static void test_what_means_something_is_encoded(void **state)
{
	(void)state;
	encoded("", "", "");
	encoded("Az09", "", "Az09");
	encoded("a/b?c=d&e#f%g h", "-._~", "a%2Fb%3Fc%3Dd%26e%23f%25g%20h");
	encoded("x.y-z_~", ".-_", "x.y-z_%7E");
	encoded("报告'.pdf\r\n\"", ".-_", "%E6%8A%A5%E5%91%8A%27.pdf%0D%0A%22");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_means_something_is_encoded),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
