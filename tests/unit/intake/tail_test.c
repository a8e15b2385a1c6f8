#include "tail_log.h"

/* Every line once, whatever is done to the file meanwhile, and wherever the reader
 * is stopped and begun anew. */

static const char first[] = "one\ntwo is longer\n", rest[] = "three\nfour\n";
static const char all[] = "one;two is longer;three;four;";

enum turn { RENAMED, EMPTIED, RENAMED_AND_PACKED, EMPTIED_AND_PACKED, TURNS };
enum { LOOKED_BEFORE = 1, RESTARTED_BEFORE = 2, RESTARTED_AFTER = 4, WAYS = 8 };

static const char *const turn_words[] = { "renamed", "copied and emptied", "renamed and packed",
					  "copied, emptied and packed" };

/* The writer has written `at` bytes of both texts when the file is turned; after a
 * rename the rest of a line still goes to the old one. */
static void turn_at(enum turn turn, unsigned way, size_t at)
{
	char text[sizeof(first) + sizeof(rest)], what[100];
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	int fd = open_log(), next;
	size_t len, end;

	snprintf(text, sizeof(text), "%s%s", first, rest);
	len = strlen(text);
	snprintf(what, sizeof(what), "%s, way %u", turn_words[turn], way);
	put_to(fd, text, at / 2); /* the reader has been here */
	poll_all(t, &heard);
	put_to(fd, text + at / 2, at - at / 2);
	if (way & LOOKED_BEFORE)
		poll_all(t, &heard);
	if (way & RESTARTED_BEFORE)
		begin_anew(&t);
	if (turn == RENAMED || turn == RENAMED_AND_PACKED) {
		assert_int_equal(rename(path, second), 0);
		next = open_log();
		if (way & LOOKED_BEFORE)
			poll_all(t, &heard); /* sees the new one before the old one is done */
		end = (size_t)(strchr(text + at, '\n') + 1 - text);
		put_to(fd, text + at, at == len ? 0 : end - at);
		at = at == len ? len : end;
		close(fd);
		fd = next;
	} else
		copy_and_empty();
	if (turn >= RENAMED_AND_PACKED)
		pack(second);
	if (way & RESTARTED_AFTER)
		begin_anew(&t);
	poll_all(t, &heard);
	put_to(fd, text + at, len - at);
	poll_all(t, &heard);
	poll_all(t, &heard);
	assert_int_equal(tail_missed(t), 0);
	expect(&heard, all, what, at);
	tail_free(t);
	close(fd);
	unlink(path);
	unlink(second);
	unlink(packed_second);
}

static void no_line_is_lost_or_doubled(void **state)
{
	(void)state;
	for (int turn = 0; turn < TURNS; turn++)
		for (unsigned way = 0; way < WAYS; way++)
			/* A file of which nothing was read yet is not known by its copy. */
			for (size_t at = 2; at + 2 <= sizeof(first) + sizeof(rest) - 1; at++)
				turn_at(turn, way, at);
}

/* Stopped after each line by whoever takes it; it goes on there, as it is or begun anew. */
static void it_goes_on_exactly_where_it_was(void **state)
{
	(void)state;
	for (size_t way = 2; way < 10; way++) {
		const size_t stop = way / 2;
		struct tail *t = tail_new(path, 64);
		struct heard heard = { .stop_after = stop };
		int fd = open_log();

		put_to(fd, first, strlen(first));
		put_to(fd, rest, strlen(rest));
		put_to(fd, "fi", 2);
		assert_int_equal(tail_poll(t, now, take, lost, &heard, NULL), 1);
		heard.stop_after = 0;
		if (way % 2)
			begin_anew(&t);
		poll_all(t, &heard);
		if (heard.lines.len != strlen(all))
			fail_msg("stopped after %zu: %.*s", stop, (int)heard.lines.len, heard.lines.data);
		put_to(fd, "ve\n", 3);
		poll_all(t, &heard);
		expect(&heard, "one;two is longer;three;four;five;", "stopped", stop);
		tail_free(t);
		close(fd);
		unlink(path);
	}
}

/* A name that is used anew is another file, though it be as long and have the same inode. */
static void another_file_is_read_from_its_beginning(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	int fd = open_log();

	(void)state;
	put_to(fd, first, strlen(first));
	poll_all(t, &heard);
	begin_anew(&t);
	assert_int_equal(ftruncate(fd, 0), 0);
	put_to(fd, "ONE\nTWO IS LONGER\nAND MORE\n", 27);
	for (int i = 0; i <= TAIL_SEEK_S; i++) /* its copy may have no name at the moment */
		poll_all(t, &heard);
	expect(&heard, "one;two is longer;ONE;TWO IS LONGER;AND MORE;", "written over", 0);
	assert_int_equal(tail_missed(t), 1); /* what may have been written before that, nobody knows */
	tail_free(t);
	close(fd);
	unlink(path);
}

static void a_file_may_come_later(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	struct buf saved = { 0 };
	int fd;

	(void)state;
	poll_all(t, &heard);
	tail_save(t, &saved);
	assert_int_equal(saved.len, 0);
	fd = open_log();
	poll_all(t, &heard);
	put_to(fd, "a\r\nb", 4);
	poll_all(t, &heard);
	put_to(fd, "\n\n", 2);
	poll_all(t, &heard);
	expect(&heard, "a;b;;", "later", 0);
	buf_fini(&saved);
	tail_free(t);
	close(fd);
	unlink(path);
}

/* The last words of a file that nobody writes to any more, without an end. */
static void an_old_file_ends(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	int fd = open_log();

	(void)state;
	put_to(fd, "a\nb", 3);
	for (int i = 0; i < 2 * TAIL_LINGER_S; i++) /* it had been still for long: that says nothing */
		poll_all(t, &heard);
	assert_int_equal(rename(path, second), 0);
	close(open_log());
	poll_all(t, &heard);
	put_to(fd, "!", 1);
	for (int i = 0; i < TAIL_LINGER_S; i++)
		poll_all(t, &heard);
	buf_char(&heard.lines, '\0');
	assert_string_equal(heard.lines.data, "a;"); /* somebody may still write */
	heard.lines.len--;
	for (int i = 0; i < 3; i++)
		poll_all(t, &heard);
	expect(&heard, "a;b!;", "the end", 0);
	tail_free(t);
	close(fd);
	unlink(path);
	unlink(second);
}

static void long_lines_are_passed_over(void **state)
{
	struct tail *t = tail_new(path, 64);
	struct heard heard = { 0 };
	int fd = open_log();

	(void)state;
	for (int i = 0; i < 3000; i++)
		put_to(fd, "0123456789012345678901234567890123456789012345678901234567890123456789", 70);
	poll_all(t, &heard);
	begin_anew(&t); /* in the middle of it */
	put_to(fd, "end\nb\n", 6);
	poll_all(t, &heard);
	expect(&heard, "LOST;LOST;b;", "too long, and counted again after the restart", 0);
	tail_free(t);
	close(fd);
	unlink(path);
}

static void two_files_are_two_tails(void **state)
{
	struct tail *one = tail_new(path, 64), *two = tail_new(second, 64);
	struct heard heard = { 0 };
	int fd = open_log(), other = open(second, O_WRONLY | O_CREAT | O_APPEND, 0600);

	(void)state;
	put_to(fd, "a\n", 2);
	put_to(other, "b\n", 2);
	poll_all(one, &heard);
	poll_all(two, &heard);
	put_to(fd, "c\n", 2);
	poll_all(one, &heard);
	poll_all(two, &heard);
	expect(&heard, "a;b;c;", "two", 0);
	tail_free(one);
	tail_free(two);
	close(fd);
	close(other);
	unlink(path);
	unlink(second);
}

static void a_broken_place_is_refused(void **state)
{
#define HEAD "e3b0c44298fc1c14 "
#define DIGEST HEAD "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	static const struct {
		const char *text;
		bool good;
	} places[] = {
		{ "", true },
		{ "tail1 0 1 2 7 3 4 " DIGEST "\n", true },
		{ "tail1 3 1 2 7 3 4 " DIGEST "\ntail1 0 1 2 7 0 0 " DIGEST "\n", true },
		{ "tail1 0 1 2 7 3 4 " DIGEST, false },
		{ "tail1 0 1 2 7 5 4 " DIGEST "\n", false },
		{ "tail2 0 1 2 7 3 4 " DIGEST "\n", false },
		{ "tail1 0 1 2 7 3 4 abcd\n", false },
		{ "tail1 4 1 2 7 3 4 " DIGEST "\n", false },
		{ "tail1 0 1 2 7 3 4 " DIGEST " x\n", false },
		{ "tail1 0 1 2 7 3 99999999999999999999 " DIGEST "\n", false },
		{ "x\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct tail *t = tail_new(path, 64);
		struct fault why = { 0 };

		if ((tail_resume(t, places[i].text, strlen(places[i].text), &why) == 0) != places[i].good ||
		    (!places[i].good && !strstr(why.text, "app.log: place")))
			fail_msg("%s: %s", places[i].text, why.text);
		tail_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_lost_or_doubled),
		cmocka_unit_test(it_goes_on_exactly_where_it_was),
		cmocka_unit_test(another_file_is_read_from_its_beginning),
		cmocka_unit_test(a_file_may_come_later),
		cmocka_unit_test(an_old_file_ends),
		cmocka_unit_test(long_lines_are_passed_over),
		cmocka_unit_test(two_files_are_two_tails),
		cmocka_unit_test(a_broken_place_is_refused),
	};

	return cmocka_run_group_tests_name("tail", tests, make_folder, clear_folder);
}
