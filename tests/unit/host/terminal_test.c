#include "host/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* A question at a terminal that a signal ends, at the worst moment: after it was asked, before anybody waits
 * for the answer. */

static int ours, theirs; /* the two sides of a pseudo-terminal */
static volatile sig_atomic_t obeyed;

static void obey(int number) { obeyed = number; }

static int open_terminal(void **state)
{
	(void)state;
	ours = posix_openpt(O_RDWR | O_NOCTTY);
	if (ours < 0 || grantpt(ours) < 0 || unlockpt(ours) < 0)
		return -1;
	theirs = open(ptsname(ours), O_RDWR | O_NOCTTY);
	alarm(20); /* whoever waits for ever fails */
	return theirs < 0 ? -1 : 0;
}

static int close_terminal(void **state)
{
	(void)state;
	alarm(0);
	close(theirs);
	return close(ours);
}

/* Standard error of which each write is a Ctrl-C. */
static ssize_t interrupt(void *cookie, const char *text, size_t len)
{
	(void)cookie;
	(void)text;
	raise(SIGINT);
	return (ssize_t)len;
}

static bool echoes(void)
{
	struct termios now;

	assert_int_equal(tcgetattr(theirs, &now), 0);
	return now.c_lflag & ECHO;
}

static void test_a_signal_between_the_question_and_the_wait(void **state)
{
	const cookie_io_functions_t all = { .write = interrupt };
	struct sigaction action = { .sa_handler = obey };
	FILE *usual = stderr;
	char typed[32] = "before";
	bool good;

	(void)state;
	obeyed = 0;
	sigaction(SIGINT, &action, NULL);
	stderr = fopencookie(NULL, "w", all);
	good = terminal_ask(theirs, "Password: ", true, typed, sizeof(typed));
	fclose(stderr);
	stderr = usual;
	assert_false(good);
	assert_int_equal(obeyed, SIGINT);
	assert_true(echoes());
}

static void test_a_line_is_taken_and_what_comes_behind_it_left(void **state)
{
	struct pollfd come = { .fd = theirs, .events = POLLIN };
	char typed[32];
	pid_t child;

	(void)state;
	/* TCSAFLUSH forgets what was typed before the question; the terminal takes a moment to have it. */
	assert_true(write(ours, "early\n", 6) == 6);
	assert_int_equal(poll(&come, 1, 10000), 1);
	child = fork();
	if (child == 0) {
		for (int i = 0; echoes() && i < 10000; i++)
			usleep(1000);
		_exit(write(ours, "first\nsecond\n", 13) == 13 ? 0 : 1);
	}
	assert_true(terminal_ask(theirs, "", true, typed, sizeof(typed)));
	assert_string_equal(typed, "first");
	assert_true(read(theirs, typed, sizeof(typed)) == 7);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(echoes());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_signal_between_the_question_and_the_wait,
						open_terminal, close_terminal),
		cmocka_unit_test_setup_teardown(test_a_line_is_taken_and_what_comes_behind_it_left,
						open_terminal, close_terminal),
	};

	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
