#include "host/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Memory that is asked for lies where the kernel was asked for large pages. */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* What the kernel says of the memory around a place, or "" where it has no large pages at all. */
static void flags_of(const void *place, char out[static 256])
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	unsigned long from, to;
	bool here = false;
	char line[256];

	*out = '\0';
	assert_non_null(maps);
	while (!*out && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = (uintptr_t)place >= from && (uintptr_t)place < to;
		else if (here && !strncmp(line, "VmFlags:", 8))
			strcpy(out, line);
	}
	fclose(maps);
}

static void what_is_allocated_lies_in_large_pages(void **state)
{
	enum { MANY = 16, EACH = 1 << 20 };
	char *all[MANY], flags[256];

	(void)state;
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0)
		skip();
	heap_in_large_pages();
	for (int i = 0; i < MANY; i++) {
		all[i] = malloc(EACH);
		assert_non_null(all[i]);
	}
	for (int i = 4; i < MANY; i++) { /* the first ones may lie before the first large page */
		flags_of(all[i], flags);
		if (!strstr(flags, " hg"))
			fail_msg("block %d: %s", i, flags);
	}
	for (int i = 0; i < MANY; i++)
		free(all[i]);
}

/* In a child, which may have 24 MiB and wants 16. */
static void use_little(void)
{
	const struct rlimit limit = { 24 << 20, 24 << 20 };
	void *volatile much;

	if (setrlimit(RLIMIT_DATA, &limit) < 0)
		_exit(2);
	heap_in_large_pages();
	for (int i = 0; i < 16; i++)
		if (!(much = malloc(1 << 20)))
			_exit(1);
	_exit(0);
}

static void who_may_have_little_has_it(void **state)
{
	pid_t child;
	int status;

	(void)state;
	child = fork();
	if (!child)
		use_little();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#else

static void who_may_have_little_has_it(void **state) { (void)state; }

static void what_is_allocated_lies_in_large_pages(void **state)
{
	(void)state;
	heap_in_large_pages(); /* as it was before */
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_have_little_has_it), /* before this process has its own */
		cmocka_unit_test(what_is_allocated_lies_in_large_pages),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
