#include "room.h"

#include "account/upload.h"

/* Rows of what is on its way. */

static void of_one_person(void **state)
{
	struct room *room = *state;
	struct upload upload, other, found, *list;
	size_t count = 0;

	room_begin(room);
	assert_int_equal(upload_make(room->accounts, JIA, 1234, ROOM_NOW, &upload, &room->why), 0);
	assert_int_equal(upload_make(room->accounts, JIA, 1, ROOM_NOW, &other, &room->why), 0);
	assert_string_not_equal(upload.id, other.id);
	assert_int_equal(strlen(upload.id), 32);
	assert_int_equal(upload_find(room->accounts, JIA, upload.id, &found, &room->why), 0);
	assert_int_equal(found.size_bytes, 1234);
	assert_int_equal(upload_find(room->accounts, YI, upload.id, &found, &room->why), -FAULT_ABSENT);
	assert_int_equal(upload_touch(room->accounts, upload.id, ROOM_NOW + STAMP_HOUR, &room->why), 0);
	room_commit(room);
	assert_int_equal(upload_stale(room->accounts, ROOM_NOW + 1, room->mem, &list, &count, &room->why), 0);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].id, other.id);
	room_begin(room);
	assert_int_equal(upload_remove(room->accounts, other.id, &room->why), 0);
	assert_int_equal(upload_find(room->accounts, JIA, other.id, &found, &room->why), -FAULT_ABSENT);
	room_commit(room);
}

static void how_many(void **state)
{
	struct room *room = *state;
	struct upload upload;

	room_begin(room);
	for (int i = 0; i < UPLOAD_MOST; i++)
		assert_int_equal(upload_make(room->accounts, JIA, 1, ROOM_NOW, &upload, &room->why), 0);
	assert_int_equal(upload_make(room->accounts, JIA, 1, ROOM_NOW, &upload, &room->why), -FAULT_LIMIT);
	assert_int_equal(upload_make(room->accounts, YI, 1, ROOM_NOW, &upload, &room->why), 0);
	room_commit(room);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(of_one_person), CASE(how_many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
