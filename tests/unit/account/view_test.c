#include "room.h"

#include "account/view.h"

/* Lists that a person has saved. */

static int put(struct room *room, int64_t person, const char *name, const char *text, bool *made)
{
	int ret;

	room_begin(room);
	ret = view_put(room->accounts, person, name, text, ROOM_NOW, made, &room->why);
	room_commit(room);
	return ret;
}

static void of_one_person(void **state)
{
	struct room *room = *state;
	struct view *list;
	size_t count = 0;
	bool made = false;

	assert_int_equal(put(room, JIA, "open", "{}", &made), 0);
	assert_true(made);
	assert_int_equal(put(room, JIA, "a 待办", "{}", &made), 0);
	assert_int_equal(put(room, YI, "open", "{\"y\":1}", &made), 0);
	assert_int_equal(put(room, JIA, "open", "{\"x\":1}", &made), 0);
	assert_false(made);
	assert_int_equal(view_list(room->accounts, JIA, room->mem, &list, &count, &room->why), 0);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].name, "a 待办");
	assert_string_equal(list[1].text, "{\"x\":1}");
	room_begin(room);
	assert_int_equal(view_remove(room->accounts, JIA, "open", &room->why), 0);
	assert_int_equal(view_remove(room->accounts, JIA, "open", &room->why), -FAULT_ABSENT);
	room_commit(room);
	assert_int_equal(view_list(room->accounts, YI, room->mem, &list, &count, &room->why), 0);
	assert_int_equal(count, 1);
}

static void their_names(void **state)
{
	static const struct {
		const char *name;
		int code;
	} cases[] = {
		{ "", FAULT_INVALID },         { "a\nb", FAULT_INVALID }, { "a\x7f", FAULT_INVALID },
		{ "\xc2\x85", FAULT_INVALID }, { "\xff", FAULT_INVALID }, { "x", 0 },
	};
	struct room *room = *state;
	char name[4 * VIEW_NAME_CHARS + 8] = "";
	bool made;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(put(room, JIA, cases[i].name, "{}", &made), -cases[i].code);
	for (int i = 0; i < VIEW_NAME_CHARS; i++)
		strcat(name, "𠀀"); /* four bytes each */
	assert_int_equal(put(room, JIA, name, "{}", &made), 0);
	strcat(name, "x");
	assert_int_equal(put(room, JIA, name, "{}", &made), -FAULT_LIMIT);
}

static void how_much(void **state)
{
	struct room *room = *state;
	char text[VIEW_BYTES + 2], name[16];
	bool made;

	memset(text, ' ', sizeof(text));
	text[VIEW_BYTES + 1] = '\0';
	assert_int_equal(put(room, JIA, "x", text, &made), -FAULT_LIMIT);
	text[VIEW_BYTES] = '\0';
	for (int i = 0; i < VIEW_MOST; i++) {
		snprintf(name, sizeof(name), "view %d", i);
		assert_int_equal(put(room, JIA, name, text, &made), 0);
	}
	assert_int_equal(put(room, JIA, "one more", "{}", &made), -FAULT_LIMIT);
	assert_int_equal(put(room, JIA, "view 7", "{}", &made), 0); /* in the place of one */
	assert_int_equal(put(room, YI, "one more", "{}", &made), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(of_one_person), CASE(their_names), CASE(how_much) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
