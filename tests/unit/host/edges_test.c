#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "host/clock.h"
#include "host/random.h"
#include "host/terminal.h"
#include "host/user.h"

/* The small edges of the machine: clock, random, user, terminal. */

static void clocks_go_forward(void **state)
{
	int64_t wall = clock_wall(), steady = clock_steady();

	(void)state;
	assert_true(wall > stamp_of((struct civil){ .year = 2024, .month = 1, .day = 1 }));
	usleep(2000);
	assert_true(clock_steady() - steady >= 2000);
	assert_true(clock_steady() - steady < 10 * STAMP_SECOND);
}

static void random_bytes_differ(void **state)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	random_fill(a, sizeof(a));
	random_fill(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

static void the_kernel_names_the_peer(void **state)
{
	struct user user = { 0 }, self;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(user_of_peer(pair[0], &user, NULL), 0);
	user_of_uid(getuid(), &self);
	assert_int_equal(user.uid, getuid());
	assert_int_equal(user.pid, getpid());
	assert_string_equal(user.name, self.name);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(user_of_peer(pair[0], &user, NULL), -FAULT_IO);
	user_of_uid(3999999999u, &user);
	assert_string_equal(user.name, "uid:3999999999");
}

static void a_cell_keeps_its_place(void **state)
{
	static const struct {
		const char *text;
		int columns;
		const char *cell, *reason;
	} cases[] = {
		{ "abc", 5, "abc  ", "filled up" },
		{ "abcdef", 5, "abcd…", "cut" },
		{ "济南市", 8, "济南市  ", "two columns each" },
		{ "济南市", 6, "济南市", "just fits" },
		{ "济南市", 5, "济南…", "cut" },
		{ "济南市", 4, "济… ", "half a character is none" },
		{ "a\tb\nc", 6, "a b c ", "nothing leaves its line" },
		{ "x\033[2Jy", 8, "x [2Jy  ", "nor speaks to the terminal" },
		{ "a\xe2\x80\xae"
		  "b",
		  4, "a b ", "nor turns it round" },
		{ "", 2, "  ", "empty" },
		{ "abc", 1, "…", "one column" },
		{ "abc", 0, "", "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(buf_fini) struct buf out = { 0 };

		buf_text(&out, "");
		terminal_cell(&out, cases[i].text, strlen(cases[i].text), cases[i].columns);
		assert_string_equal(out.data, cases[i].cell);
	}
}

static void width_without_a_terminal(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	unsetenv("COLUMNS");
	assert_int_equal(terminal_width(pair[0]), 80);
	setenv("COLUMNS", "132", 1);
	assert_int_equal(terminal_width(pair[0]), 132);
	setenv("COLUMNS", "-1", 1);
	assert_int_equal(terminal_width(pair[0]), 80);
	assert_false(terminal_is(pair[0]));
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_go_forward),         cmocka_unit_test(random_bytes_differ),
		cmocka_unit_test(the_kernel_names_the_peer), cmocka_unit_test(a_cell_keeps_its_place),
		cmocka_unit_test(width_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
