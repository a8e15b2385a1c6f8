#include "intake/stream/tail.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stamp.h"

/* A log that is looked at while one thing happens to it: between two questions of the reader,
 * and between each two of them in turn. */

enum { QUESTIONS = 80 };

static char folder[64], path[96], second[104], third[104], hidden[104];
static int64_t now = INT64_C(1790000000) * STAMP_SECOND;
static int writer;
static struct tail *tail;
static struct buf heard;

static struct {
	unsigned asked, before; /* it happens before this question; 0: before each of them */
	void (*happens)(void);  /* NULL: nothing does */
} moment;

static void question(void)
{
	void (*const happens)(void) = moment.happens;

	if (!happens || (moment.before && ++moment.asked != moment.before))
		return;
	moment.happens = NULL; /* it asks, too */
	happens();
	moment.happens = moment.before ? NULL : happens;
}

ssize_t __real_pread64(int fd, void *room, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *room, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *room, size_t len, off_t at)
{
	question();
	return __real_pread64(fd, room, len, at);
}

struct dirent *__real_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir)
{
	question();
	return __real_readdir64(dir);
}

int __real_openat64(int folder_fd, const char *name, int flags, ...);
int __wrap_openat64(int folder_fd, const char *name, int flags, ...);
int __wrap_openat64(int folder_fd, const char *name, int flags, ...)
{
	question();
	return __real_openat64(folder_fd, name, flags);
}

int __real_open64(const char *name, int flags, ...);
int __wrap_open64(const char *name, int flags, ...);
int __wrap_open64(const char *name, int flags, ...)
{
	question();
	return __real_open64(name, flags, 0600);
}

int __real_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out)
{
	question();
	return __real_fstat64(fd, out);
}

/* ---- the writer, and what rotates its log ------------------------------------------- */

static void say(const char *text) { assert_int_equal(write(writer, text, strlen(text)), strlen(text)); }

static void open_log(void)
{
	writer = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(writer >= 0);
}

static void copy(void)
{
	FILE *from = fopen(path, "r"), *to = fopen(second, "w");
	char text[256];
	size_t n;

	assert_true(from && to);
	n = fread(text, 1, sizeof(text), from);
	assert_int_equal(fwrite(text, 1, n, to), n);
	fclose(from);
	assert_int_equal(fclose(to), 0);
}

static void empty(void) { assert_int_equal(truncate(path, 0), 0); }

static void put_away(const char *to)
{
	assert_int_equal(rename(path, to), 0);
	close(writer);
	open_log();
}

/* ---- the reader ----------------------------------------------------------------------- */

static bool hear(void *who, const char *line, size_t len)
{
	(void)who;
	buf_put(&heard, line, len);
	buf_char(&heard, ';');
	return true;
}

static void look(void)
{
	now += STAMP_SECOND;
	while (tail_poll(tail, now, hear, NULL, NULL, NULL) == 1)
		;
}

static void look_while(void (*happens)(void), unsigned before)
{
	moment.asked = 0;
	moment.before = before;
	moment.happens = happens;
	look();
	if (before && moment.happens)
		happens(); /* before any further question */
	moment.happens = NULL;
}

static void restart(void)
{
	struct buf saved = { 0 };

	tail_save(tail, &saved);
	tail_free(tail);
	tail = tail_new(path, 64);
	assert_int_equal(tail_resume(tail, saved.data, saved.len, NULL), 0);
	buf_fini(&saved);
}

static void begin(const char *text)
{
	open_log();
	say(text);
	tail = tail_new(path, 64);
	look();
}

static void expect(const char *lines, unsigned before)
{
	for (int i = 0; i < 2 * TAIL_LINGER_S; i++)
		look();
	buf_char(&heard, '\0');
	if (strcmp(heard.data, lines) != 0)
		fail_msg("before question %u: %s", before, heard.data);
	assert_int_equal(tail_missed(tail), 0);
	buf_fini(&heard);
	tail_free(tail);
	close(writer);
	unlink(path);
	unlink(second);
	unlink(third);
}

/* ---- what happens --------------------------------------------------------------------- */

static void it_is_emptied_and_grows_past_the_place(void)
{
	empty();
	say(" end\nb\nc\nd\n");
}

/* Its end had been found to be what was read; the rest of that is read again from other bytes. */
static void what_is_emptied_while_it_is_found_is_found_again(void **state)
{
	(void)state;
	for (unsigned before = 1; before < QUESTIONS; before++) {
		begin("one\ntorn");
		restart();
		copy();
		look_while(it_is_emptied_and_grows_past_the_place, before);
		expect("one;torn end;b;c;d;", before);
	}
}

static void it_is_written_and_copied(void)
{
	say("b\n");
	assert_int_equal(rename(second, third), 0);
	copy();
}

/* It was empty when it was read, and its copy is there before it is emptied. */
static void a_copy_of_what_it_holds_now_came_not_before_it(void **state)
{
	(void)state;
	for (unsigned before = 1; before < QUESTIONS; before++) {
		begin("a\n");
		put_away(second);
		look_while(it_is_written_and_copied, before);
		look();
		empty();
		say("c\n");
		expect("a;b;c;", before);
	}
}

/* Never back to a name that was there. */
static void names_move(void)
{
	static unsigned number = 100;
	char from[104], to[104];

	snprintf(from, sizeof(from), "%s.%u", path, number++);
	snprintf(to, sizeof(to), "%s.%u", path, number);
	assert_int_equal(rename(from, to), 0);
}

/* A look at names that move says nothing, and uses up no time to seek. */
static void what_has_no_name_while_names_move_is_sought_when_they_stand_still(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof(command), "echo other > %s.100", path);
	begin("a\n");
	say("b\n");
	restart();
	put_away(hidden);
	assert_int_equal(system(command), 0);
	look();
	for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
		look_while(names_move, 0);
	look();
	assert_int_equal(rename(hidden, second), 0);
	expect("a;b;", 0);
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tail_between.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/app.log", folder);
	snprintf(second, sizeof(second), "%s.1", path);
	snprintf(third, sizeof(third), "%s.2", path);
	snprintf(hidden, sizeof(hidden), "%s/elsewhere", folder);
	if (mkdir(hidden, 0700) < 0)
		return -1;
	strcat(hidden, "/app.log");
	return 0;
}

static int remove_folder(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_emptied_while_it_is_found_is_found_again),
		cmocka_unit_test(a_copy_of_what_it_holds_now_came_not_before_it),
		cmocka_unit_test(what_has_no_name_while_names_move_is_sought_when_they_stand_still),
	};

	return cmocka_run_group_tests_name("tail between", tests, make_folder, remove_folder);
}
