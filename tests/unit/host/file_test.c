#include "host/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/faultpoint.h"

/* Files are whole or not there, also where the process dies on the way. Built
 * with the fault points of host/file.c switched on. */

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/file-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/paper", folder);
	return 0;
}

static int drop_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void write_text(const char *text)
{
	struct fault why = { 0 };

	if (file_write(path, 0640, text, strlen(text), &why) < 0)
		fail_msg("%s", why.text);
}

static void written_is_read_back(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct stat is;
	char *bytes;
	size_t len;

	(void)state;
	write_text("old");
	write_text("new and longer");
	assert_int_equal(file_read(path, 14, mem, &bytes, &len, NULL), 0);
	assert_int_equal(len, 14);
	assert_string_equal(bytes, "new and longer");
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0640);
}

static void files_of_the_kernel_have_no_size(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *bytes;
	size_t len;

	(void)state;
	assert_int_equal(file_read("/proc/self/status", 1 << 16, mem, &bytes, &len, NULL), 0);
	assert_non_null(strstr(bytes, "VmRSS"));
	assert_int_equal(file_read("/proc/self/status", 10, mem, &bytes, &len, NULL), -FAULT_LIMIT);
}

static void refusals_name_the_file(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	static const struct {
		const char *path;
		size_t limit;
		int code;
		const char *says, *reason;
	} cases[] = {
		{ "/nowhere/at-all", 10, FAULT_ABSENT, "/nowhere/at-all", "absent is no fault of the disk" },
		{ "/tmp", 10, FAULT_INVALID, "folder", "a folder has no bytes" },
		{ "/etc/passwd", 10, FAULT_LIMIT, "10 bytes", "refused before memory is taken" },
		{ "/dev/zero", 1000, FAULT_LIMIT, "1000 bytes", "what never ends, too" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault why = { 0 };
		char *bytes = NULL;
		size_t len;

		assert_int_equal(file_read(cases[i].path, cases[i].limit, mem, &bytes, &len, &why),
				 -cases[i].code);
		assert_non_null(strstr(why.text, cases[i].says));
		assert_null(bytes);
	}
}

static void a_full_disk_is_busy(void **state)
{
	SCOPED(file_draft_drop) struct file_draft *draft = NULL;
	struct fault why = { 0 };
	int full = open("/dev/full", O_WRONLY), found = 0;

	(void)state;
	assert_int_equal(file_draft_open(folder, 0600, &draft, NULL), 0);
	/* The draft's handle is the one that /dev/full can stand in for. */
	for (int fd = 3; fd < 64 && !found; fd++) {
		char link[64], name[256];
		ssize_t len;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, name, sizeof(name) - 1);
		name[len > 0 ? len : 0] = '\0';
		if (strstr(name, ".draft-") && strstr(name, folder))
			found = dup2(full, fd);
	}
	assert_true(found);
	close(full);
	assert_int_equal(file_draft_write(draft, "x", 1, &why), -FAULT_BUSY);
	assert_non_null(strstr(why.text, "disk is full"));
}

static void a_draft_dropped_leaves_nothing(void **state)
{
	struct file_draft *draft = NULL;

	(void)state;
	assert_int_equal(file_draft_open(folder, 0600, &draft, NULL), 0);
	assert_int_equal(file_draft_write(draft, "half", 4, NULL), 0);
	file_draft_drop(&draft);
	assert_null(draft);
	assert_int_equal(rmdir(folder), 0);
}

static void a_folder_made_twice_is_fine(void **state)
{
	(void)state;
	assert_int_equal(file_make_folder(path, 0700, NULL), 0);
	assert_int_equal(file_make_folder(path, 0700, NULL), 0);
	assert_int_equal(file_make_folder("/nowhere/at/all", 0700, NULL), -FAULT_ABSENT);
	assert_int_equal(file_make_folder("/etc/passwd", 0700, NULL), -FAULT_IO);
}

/* The child replaces "old" by "new" and dies at the point; what is there after? */
static void die_at(const char *point)
{
	char wanted[64];
	int status;
	pid_t child = fork();

	if (child == 0) {
		snprintf(wanted, sizeof(wanted), "%s:1", point);
		setenv("FENGSUI_FAULTPOINT", wanted, 1);
		_exit(file_write(path, 0600, "new", 3, NULL) < 0 ? 1 : 0);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void death_leaves_old_or_new(void **state)
{
	static const struct {
		const char *point, *left;
		unsigned drafts;
	} cases[] = {
		{ "file.create", "old", 1 }, { "file.write", "old", 1 },   { "file.written", "old", 1 },
		{ "file.synced", "old", 1 }, { "file.renamed", "new", 0 }, { "file.landed", "new", 0 },
	};
	SCOPED(arena_drop) struct arena *mem = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned drafts = 9;
		char *bytes;
		size_t len;

		write_text("old");
		die_at(cases[i].point);
		assert_int_equal(file_read(path, 10, mem, &bytes, &len, NULL), 0);
		assert_string_equal(bytes, cases[i].left);
		assert_int_equal(file_sweep(folder, &drafts, NULL), 0);
		assert_int_equal(drafts, cases[i].drafts);
	}
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(written_is_read_back),
		cmocka_unit_test(files_of_the_kernel_have_no_size),
		cmocka_unit_test(refusals_name_the_file),
		IN_FOLDER(a_full_disk_is_busy),
		cmocka_unit_test_setup(a_draft_dropped_leaves_nothing, make_folder),
		IN_FOLDER(a_folder_made_twice_is_fine),
		IN_FOLDER(death_leaves_old_or_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
