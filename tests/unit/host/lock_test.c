#include "host/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

/* One process holds a data folder; the next is told which one. */

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/lock-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* 0 where another process gets the lock, 1 where it is refused with this pid. */
static int asked_by_another(pid_t holder)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct lock *lock = NULL;
		struct fault why = { 0 };
		char pid[32];

		snprintf(pid, sizeof(pid), "process %d", (int)holder);
		if (lock_folder(folder, &lock, &why) == 0)
			_exit(0);
		_exit(why.code == FAULT_BUSY && strstr(why.text, pid) && strstr(why.text, folder) ? 1 : 2);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void the_second_is_refused(void **state)
{
	SCOPED(lock_drop) struct lock *lock = NULL;

	(void)state;
	assert_int_equal(lock_folder(folder, &lock, NULL), 0);
	assert_int_equal(asked_by_another(getpid()), 1);
	lock_drop(&lock);
	assert_int_equal(asked_by_another(getpid()), 0);
}

/* The file of a process that died is no lock, whoever's pid it holds. */
static void the_dead_hold_nothing(void **state)
{
	SCOPED(lock_drop) struct lock *lock = NULL;
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "echo 1 > %s/lock", folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(lock_folder(folder, &lock, NULL), 0);
}

static void a_folder_that_is_not_there(void **state)
{
	struct lock *lock = NULL;
	struct fault why = { 0 };

	(void)state;
	assert_int_equal(lock_folder("/nowhere", &lock, &why), -FAULT_IO);
	assert_non_null(strstr(why.text, "/nowhere/lock"));
	assert_null(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_second_is_refused, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(the_dead_hold_nothing, make_folder, drop_folder),
		cmocka_unit_test(a_folder_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
