#include "small.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "evidence/blob.h"

/* What a start finds after a house that had no time to finish. */

static struct small house;

static int set_up(void **state)
{
	(void)state;
	small_open(&house, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	small_close(&house);
	return 0;
}

static void open_again(void)
{
	struct house_options options = { .folder = house.folder, .demo = true, .now = SMALL_START };
	struct fault why = { 0 };

	house_close(house.house);
	if (house_open(&options, &house.house, &why) < 0)
		fail_msg("%s", why.text);
}

static void seal(const char *text, char digest[static BLOB_NAME])
{
	struct blob_draft *draft;
	struct fault why;
	uint64_t size;

	assert_int_equal(blob_open(house.folder, &draft, &why), 0);
	assert_int_equal(blob_put(draft, text, strlen(text), 1024, &why), 0);
	assert_int_equal(blob_seal(&draft, NULL, digest, &size, &why), 0);
}

static void note(const char *digest)
{
	struct fault why;

	assert_int_equal(house_blob(house.house, digest, 1, SMALL_START, &why), 0);
}

static bool is_there(const char *format, const char *digest)
{
	char path[256];

	snprintf(path, sizeof(path), format, house.folder, digest, digest);
	return access(path, F_OK) == 0;
}

static bool in_doubt(const char *digest) { return is_there("%s/blobs/.doubt-%s", digest); }

static bool kept(const char *digest)
{
	char path[256];

	blob_path(house.folder, digest, path, sizeof(path));
	return access(path, F_OK) == 0;
}

static void a_file_stays_only_with_its_row(void **state)
{
	char noted[BLOB_NAME], late[BLOB_NAME], dropped[BLOB_NAME];
	struct fault why;

	(void)state;
	seal("noted", noted);
	seal("late", late);
	seal("dropped", dropped);
	assert_true(in_doubt(noted) && in_doubt(late) && in_doubt(dropped));
	assert_int_equal(house_begin(house.house, &why), 0);
	note(noted);
	assert_int_equal(house_commit(house.house, &why), 0);
	assert_false(in_doubt(noted));
	assert_int_equal(house_begin(house.house, &why), 0);
	note(dropped);
	house_rollback(house.house);
	assert_true(kept(dropped) && in_doubt(dropped)); /* the batch may come again */
	open_again();
	assert_true(kept(noted));
	assert_false(kept(late) || kept(dropped) || in_doubt(late) || in_doubt(dropped));
}

/* As a deed does that disposes of it, and is then taken back or not. */
static void a_file_goes_only_with_its_row(void **state)
{
	char digest[BLOB_NAME];
	struct fault why;

	(void)state;
	seal("evidence", digest);
	assert_int_equal(house_begin(house.house, &why), 0);
	note(digest);
	assert_int_equal(house_commit(house.house, &why), 0);
	for (int taken_back = 1; taken_back >= 0; taken_back--) {
		assert_int_equal(house_begin(house.house, &why), 0);
		assert_int_equal(doubt_raise(house.folder, digest, &why), 0);
		doubts_add(&house.house->doubts, digest);
		if (!taken_back)
			assert_int_equal(store_run(house.house->store, "DELETE FROM blobs WHERE digest = $1",
						   VALUES(value_text(digest)), NULL, &why),
					 0);
		assert_int_equal(house_commit(house.house, &why), 0);
		assert_int_equal(kept(digest), taken_back);
		assert_false(in_doubt(digest));
	}
}

static void say(int times)
{
	static const struct asker self = { .machine = "system" };
	struct fault why;

	assert_int_equal(house_begin(house.house, &why), 0);
	while (times-- > 0) {
		json_t *change = json_object();

		assert_int_equal(house_note(house.house, "test.said", &self, change, SMALL_START, &why), 0);
		json_decref(change);
	}
	assert_int_equal(house_commit(house.house, &why), 0);
}

/* However long nobody stops it or asks for a checkpoint. */
static void a_start_reckons_through_few_entries(void **state)
{
	const uint64_t before = record_unsigned(house_record(house.house), RECORD_REAL);

	(void)state;
	say(9000);
	assert_int_equal(record_unsigned(house_record(house.house), RECORD_REAL), before + 9000);
	say(2000);
	assert_int_equal(record_unsigned(house_record(house.house), RECORD_REAL), 0);
	say(3);
	open_again();
	assert_int_equal(record_unsigned(house_record(house.house), RECORD_REAL), 3);
	assert_true(small_count(&house, "SELECT count(*) FROM checkpoints WHERE log = 1 AND size > 10000") ==
		    1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(a_file_stays_only_with_its_row),
					    CASE(a_file_goes_only_with_its_row),
					    CASE(a_start_reckons_through_few_entries) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
