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

#include "pack/keep.h"
#include "packs.h"

#define BASE SOURCE_ROOT "/tests/unit/pack/base"

static struct pack *load(const char *path)
{
	struct pack *pack = NULL;
	struct problems problems;
	struct fault why = { 0 };

	problems_init(&problems);
	if (pack_load(path, &pack, &problems, &why) < 0)
		fail_msg("%s", why.text);
	problems_fini(&problems);
	return pack;
}

/* What is kept loads again under the digest that names its folder. */
static void what_is_kept_is_what_was_checked(void **state)
{
	char data[] = "/tmp/fengsui-data-XXXXXX", kept[256];
	struct pack *pack = load(BASE), *again;
	struct fault why = { 0 };

	(void)state;
	assert_non_null(mkdtemp(data));
	assert_int_equal(pack_store(pack, BASE, data, &why), 0);
	assert_int_equal(pack_store(pack, BASE, data, &why), 0); /* twice is once */
	snprintf(kept, sizeof(kept), "%s/packs/%s", data, pack->digest);
	again = load(kept);
	assert_string_equal(again->digest, pack->digest);
	strcat(kept, ".new");
	assert_int_equal(access(kept, F_OK), -1);
	pack_free(again);
	pack_free(pack);
	packs_remove(data);
}

static void files_that_changed_are_not_kept(void **state)
{
	char data[] = "/tmp/fengsui-data-XXXXXX", path[64], kept[256];
	struct pack *pack;
	struct fault why = { 0 };

	(void)state;
	assert_non_null(mkdtemp(data));
	packs_make(BASE, NULL, path);
	pack = load(path);
	packs_edit(path, "pack.yml", "threshold: 3", "threshold: 1");
	assert_int_equal(pack_store(pack, path, data, &why), -FAULT_CONFLICT);
	snprintf(kept, sizeof(kept), "%s/packs", data);
	assert_int_equal(access(kept, F_OK), -1);
	pack_free(pack);
	packs_remove(path);
	packs_remove(data);
}

/* An attempt that was cut off leaves a folder beside; the next one clears it. */
static void a_broken_attempt_is_cleared(void **state)
{
	char data[] = "/tmp/fengsui-data-XXXXXX", beside[256], kept[256];
	struct pack *pack = load(BASE), *again;
	struct fault why = { 0 };
	char command[1024];

	(void)state;
	assert_non_null(mkdtemp(data));
	snprintf(beside, sizeof(beside), "%s/packs/%s.new", data, pack->digest);
	snprintf(command, sizeof(command), "mkdir -p %s/kinds && echo half > %s/kinds/unit.yml", beside,
		 beside);
	assert_int_equal(system(command), 0);
	assert_int_equal(pack_store(pack, BASE, data, &why), 0);
	assert_int_equal(access(beside, F_OK), -1);
	snprintf(kept, sizeof(kept), "%s/packs/%s", data, pack->digest);
	again = load(kept);
	assert_string_equal(again->digest, pack->digest);
	pack_free(again);
	pack_free(pack);
	packs_remove(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_what_was_checked),
		cmocka_unit_test(files_that_changed_are_not_kept),
		cmocka_unit_test(a_broken_attempt_is_cleared),
	};

	return cmocka_run_group_tests_name("pack keep", tests, NULL, NULL);
}
