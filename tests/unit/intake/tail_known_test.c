#include "tail_log.h"

/* What a file is known by: few bytes fit many files. */

/* As logrotate does, many a time: the copy is number `n` from the first, which is 1 at the end of `of`. */
static void say_and_empty(int log, const char *text, unsigned n, unsigned of, bool packed)
{
	char name[160];

	put_to(log, text, strlen(text));
	copy_and_empty();
	snprintf(name, sizeof(name), "%s.%u", path, of + 1 - n);
	if (of + 1 - n != 1)
		assert_int_equal(rename(second, name), 0);
	if (packed)
		pack(name);
}

static void forget_log(int log)
{
	char command[160];

	close(log);
	snprintf(command, sizeof(command), "rm -f %s %s.*", path, path);
	assert_int_equal(system(command), 0);
}

/* What was put away before holds no more than how the present one begins, too. */
static void a_short_copy_is_a_file_of_its_own(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	const int log = open_log();

	(void)state;
	put_to(log, "line-1\n", 7);
	poll_all(t, &heard);
	say_and_empty(log, "line-2\n", 1, 3, false);
	say_and_empty(log, "li", 2, 3, false);
	say_and_empty(log, "ne-3\n", 3, 3, false);
	put_to(log, "line-4\n", 7);
	for (int i = 0; i < 5; i++)
		poll_all(t, &heard);
	expect(&heard, "line-1;line-2;line-3;line-4;", "a short copy", 0);
	tail_free(t);
	forget_log(log);
}

/* Each file begins with the same line, and the last one holds no more yet when it is looked at. */
static void what_all_files_begin_with_makes_none_a_copy(void **state)
{
	(void)state;
	for (unsigned restarted = 0; restarted < 2; restarted++) {
		struct tail *t = tail_new(path, 64);
		struct heard heard = { 0 };
		int log = open_log();
		char third[160];

		snprintf(third, sizeof(third), "%s.2", path);
		put_to(log, "# log\n1\n", 8);
		poll_all(t, &heard);
		if (restarted)
			begin_anew(&t);
		assert_int_equal(rename(path, third), 0);
		close(log);
		log = open_log();
		put_to(log, "# log\n2\n", 8);
		assert_int_equal(rename(path, second), 0);
		close(log);
		log = open_log();
		put_to(log, "# log\n", 6);
		poll_all(t, &heard);
		put_to(log, "3\n", 2);
		for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
			poll_all(t, &heard);
		expect(&heard, "# log;1;# log;2;# log;3;", "few bytes", restarted);
		assert_int_equal(tail_missed(t), 0);
		tail_free(t);
		forget_log(log);
	}
}

/* A part of its first line was looked at; then it is emptied, and begins so again. */
static void a_part_of_a_first_line_is_not_what_a_file_is_known_by(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	const int log = open_log();

	(void)state;
	put_to(log, "host: 1\n", 8);
	poll_all(t, &heard);
	say_and_empty(log, "host: 2\n", 1, 2, false);
	poll_all(t, &heard);
	put_to(log, "host", 4);
	poll_all(t, &heard);
	say_and_empty(log, ": 3\nhost: 4\n", 2, 2, false);
	put_to(log, "host: 5\nhost: 6\n", 16);
	for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
		poll_all(t, &heard);
	expect(&heard, "host: 1;host: 2;host: 3;host: 4;host: 5;host: 6;", "part of a line", 0);
	assert_int_equal(tail_missed(t), 0);
	tail_free(t);
	forget_log(log);
}

/* Emptied, and as long again or longer before anybody looked: the same inode, other lines. */
static void what_grew_past_the_place_is_read_from_its_beginning(void **state)
{
	(void)state;
	for (unsigned restarted = 0; restarted < 2; restarted++) {
		struct tail *t = tail_new(path, 64);
		struct heard heard = { 0 };
		const int log = open_log();

		put_to(log, "a-1\na-2\n", 8);
		poll_all(t, &heard);
		put_to(log, "a-3\n", 4); /* this is only in the copy */
		copy_and_empty();
		put_to(log, "b-1\nb-2\nb-3\nb-4\nb-5\n", 20);
		if (restarted)
			begin_anew(&t);
		for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
			poll_all(t, &heard);
		expect(&heard, "a-1;a-2;a-3;b-1;b-2;b-3;b-4;b-5;", "grown again", restarted);
		assert_int_equal(tail_missed(t), 0);
		tail_free(t);
		forget_log(log);
	}
}

/* The inode of a file that was read and removed is soon another file's. */
static void an_inode_that_is_used_again_is_another_file(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	struct stat before, after = { 0 };
	int log = open_log();

	(void)state;
	put_to(log, "same\nold\n", 9);
	poll_all(t, &heard);
	assert_int_equal(fstat(log, &before), 0);
	begin_anew(&t);
	assert_int_equal(rename(path, second), 0);
	pack(second); /* frees the inode */
	close(log);
	log = open_log();
	assert_int_equal(fstat(log, &after), 0);
	put_to(log, "same\nold\nnew\n", 13);
	for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
		poll_all(t, &heard);
	if (before.st_ino != after.st_ino)
		print_message("the inode was not used again: proves less\n");
	expect(&heard, "same;old;same;old;new;", "an inode used again", 0);
	tail_free(t);
	forget_log(log);
}

/* The copy of what was emptied is already packed, and an older plain one began alike. */
static void a_plain_copy_is_no_better_than_a_packed_one(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	const int log = open_log();

	(void)state;
	put_to(log, "x\n", 2);
	poll_all(t, &heard);
	say_and_empty(log, "old\n", 1, 2, false);
	for (int i = 0; i < 5; i++)
		poll_all(t, &heard);
	put_to(log, "x\n", 2);
	poll_all(t, &heard);
	say_and_empty(log, "new\n", 2, 2, true);
	for (int i = 0; i < 5; i++)
		poll_all(t, &heard);
	expect(&heard, "x;old;x;new;", "a packed copy", 0);
	tail_free(t);
	forget_log(log);
}

/* What was read and packed began as a later one does, which holds more. */
static void what_holds_more_than_was_read_of_a_copy_is_another_file(void **state)
{
	enum { BEGUN_ANEW = 1, LATER_PACKED = 2, TORN = 4, ALIKE_WAYS = 8 };

	(void)state;
	for (unsigned way = 0; way < ALIKE_WAYS; way++) {
		struct tail *t = tail_new(path, 64);
		struct heard heard = { 0 };
		const int log = open_log();
		char fourth[160];

		snprintf(fourth, sizeof(fourth), "%s.3", path);
		put_to(log, way & TORN ? "x\nto" : "x\n", way & TORN ? 4 : 2);
		poll_all(t, &heard);
		say_and_empty(log, "", 1, 3, false);
		poll_all(t, &heard); /* the copy is done, or waits for the end of its line */
		say_and_empty(log, way & TORN ? "rn\nunseen\n" : "unseen\n", 2, 3, false);
		say_and_empty(log, "x\ntoy\n", 3, 3, way & LATER_PACKED);
		pack(fourth);
		put_to(log, "z\n", 2);
		if (way & BEGUN_ANEW)
			begin_anew(&t);
		for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
			poll_all(t, &heard);
		expect(&heard, way & TORN ? "x;torn;unseen;x;toy;z;" : "x;unseen;x;toy;z;", "begun alike",
		       way);
		assert_int_equal(tail_missed(t), 0);
		tail_free(t);
		forget_log(log);
	}
}

/* The same of a file that was renamed, when it is sought after a restart. */
static void what_holds_more_than_a_file_that_is_over_is_another_one(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	char third[160];
	int log = open_log();

	(void)state;
	snprintf(third, sizeof(third), "%s.2", path);
	put_to(log, "x\n", 2);
	poll_all(t, &heard);
	assert_int_equal(rename(path, third), 0);
	close(log);
	log = open_log();
	for (int i = 0; i < TAIL_LINGER_S + 2; i++)
		poll_all(t, &heard);
	pack(third);
	put_to(log, "x\ntoy\n", 6);
	assert_int_equal(rename(path, second), 0);
	close(log);
	pack(second);
	log = open_log();
	put_to(log, "z\n", 2);
	begin_anew(&t);
	for (int i = 0; i < 2 * TAIL_SEEK_S; i++)
		poll_all(t, &heard);
	expect(&heard, "x;x;toy;z;", "over, and begun alike", 0);
	assert_int_equal(tail_missed(t), 0);
	tail_free(t);
	forget_log(log);
}

/* Of a copy that is longer than what is read at once, some was read; then it is sought again. */
static void a_copy_is_read_to_its_end_after_a_restart(void **state)
{
	enum { LONG = 4000 };
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	struct buf wanted = { 0 };
	const int log = open_log();
	char line[64];

	(void)state;
	for (int i = 0; i < LONG; i++) {
		if (i == 1)
			poll_all(t, &heard);
		put_to(log, line, (size_t)snprintf(line, sizeof(line), "%040d\n", i));
		buf_format(&wanted, "%040d;", i);
	}
	copy_and_empty();
	heard.stop_after = 2;
	assert_int_equal(tail_poll(t, now, take, lost, &heard, NULL), 1);
	begin_anew(&t);
	poll_all(t, &heard);
	buf_char(&wanted, '\0');
	expect(&heard, wanted.data, "a long copy", 0);
	assert_int_equal(tail_missed(t), 0);
	buf_fini(&wanted);
	tail_free(t);
	forget_log(log);
}

/* Packed as it is copied: of gzip no more than its first byte is there when it is looked at. */
static void gzip_that_is_only_begun_is_no_file_yet(void **state)
{
	static const char begun[] = "\x1f";
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	char third[160];
	int log = open_log(), copy;

	(void)state;
	snprintf(third, sizeof(third), "%s.2", path);
	put_to(log, "one\n", 4);
	poll_all(t, &heard);
	assert_int_equal(rename(path, third), 0);
	close(log);
	log = open_log();
	put_to(log, "two\n", 4);
	copy = open(packed_second, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	put_to(copy, begun, 1);
	close(copy);
	poll_all(t, &heard);
	copy_and_empty();
	pack(second);
	put_to(log, "three\n", 6);
	for (int i = 0; i < 2 * TAIL_LINGER_S; i++)
		poll_all(t, &heard);
	expect(&heard, "one;two;three;", "begun gzip", 0);
	assert_int_equal(tail_missed(t), 0);
	tail_free(t);
	forget_log(log);
}

/* More than can be open at once, and then nothing is written for a long time. */
static void all_of_many_copies_are_read_though_nothing_comes(void **state)
{
	enum { MANY = 2 * TAIL_FILES };
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	struct buf wanted = { 0 };
	const int log = open_log();
	char line[32];

	(void)state;
	put_to(log, "begun\n", 6);
	buf_text(&wanted, "begun;");
	poll_all(t, &heard);
	for (unsigned n = 1; n <= MANY; n++) {
		snprintf(line, sizeof(line), "%u-line\n%u", n, n + 1);
		say_and_empty(log, n == 1 ? "1-line\n2" : strchr(line, '-'), n, MANY, false);
		buf_format(&wanted, "%u-line;", n);
	}
	for (int i = 0; i < 10; i++)
		poll_all(t, &heard);
	buf_char(&wanted, '\0');
	expect(&heard, wanted.data, "many copies", 0);
	buf_fini(&wanted);
	tail_free(t);
	forget_log(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_copy_is_a_file_of_its_own),
		cmocka_unit_test(what_all_files_begin_with_makes_none_a_copy),
		cmocka_unit_test(a_part_of_a_first_line_is_not_what_a_file_is_known_by),
		cmocka_unit_test(what_grew_past_the_place_is_read_from_its_beginning),
		cmocka_unit_test(an_inode_that_is_used_again_is_another_file),
		cmocka_unit_test(a_plain_copy_is_no_better_than_a_packed_one),
		cmocka_unit_test(what_holds_more_than_was_read_of_a_copy_is_another_file),
		cmocka_unit_test(what_holds_more_than_a_file_that_is_over_is_another_one),
		cmocka_unit_test(a_copy_is_read_to_its_end_after_a_restart),
		cmocka_unit_test(gzip_that_is_only_begun_is_no_file_yet),
		cmocka_unit_test(all_of_many_copies_are_read_though_nothing_comes),
	};

	return cmocka_run_group_tests_name("tail known", tests, make_folder, clear_folder);
}
