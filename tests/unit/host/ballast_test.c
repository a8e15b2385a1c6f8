#include "host/ballast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/notify.h"

/* Room that is held back, given up and made again; and whose word a supervisor waits for. */

enum { BYTES = 1 << 20 };

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/ballast-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/ballast", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static uint64_t held(void)
{
	struct stat is;

	return stat(path, &is) == 0 ? (uint64_t)is.st_blocks * 512 : 0;
}

static void it_is_given_up_once_and_made_again(void **state)
{
	struct ballast *ballast = ballast_open(folder, BYTES);

	(void)state;
	assert_true(held() >= BYTES);
	assert_false(ballast_full(ballast));
	assert_true(ballast_release(ballast));
	assert_false(ballast_release(ballast));
	assert_true(ballast_full(ballast));
	assert_int_equal(held(), 0);
	assert_true(ballast_refill(ballast));
	assert_false(ballast_full(ballast));
	assert_false(ballast_refill(ballast));
	assert_true(held() >= BYTES);
	ballast_close(ballast);
}

static void none_is_never_full(void **state)
{
	struct ballast *ballast = ballast_open(folder, BYTES);

	(void)state;
	ballast_close(ballast);
	ballast = ballast_open(folder, 0);
	assert_int_equal(held(), 0); /* that of an earlier start is let go */
	assert_false(ballast_release(ballast));
	assert_false(ballast_full(ballast));
	assert_false(ballast_full(NULL));
	ballast_close(ballast);
}

/* More than any disk has: as if thrown overboard, and never made. */
static void no_room_is_full_from_the_start(void **state)
{
	struct ballast *ballast = ballast_open(folder, UINT64_C(1) << 60);

	(void)state;
	assert_true(ballast_full(ballast));
	assert_false(ballast_refill(ballast));
	assert_int_equal(held(), 0);
	ballast_close(ballast);
}

static void a_hollow_file_holds_no_room(void **state)
{
	FILE *file = fopen(path, "w");
	struct ballast *ballast;

	(void)state;
	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), BYTES), 0);
	fclose(file);
	ballast = ballast_open(folder, BYTES);
	assert_true(held() >= BYTES);
	ballast_close(ballast);
}

static void the_watchdog_is_for_this_process(void **state)
{
	char pid[32];

	(void)state;
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog(), 30000000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog(), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog(), 30000000);
	setenv("WATCHDOG_USEC", "-5", 1);
	assert_int_equal(notify_watchdog(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_given_up_once_and_made_again, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(none_is_never_full, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(no_room_is_full_from_the_start, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(a_hollow_file_holds_no_room, make_folder, drop_folder),
		cmocka_unit_test(the_watchdog_is_for_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
