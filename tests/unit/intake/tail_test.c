#include "intake/stream/tail.h"

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
#include <zlib.h>

#include "base/stamp.h"

/* Every line once, whatever is done to the file meanwhile, and wherever the reader
 * is stopped and begun anew. */

static char folder[64], path[128], second[128], packed_second[136];
static int64_t now = INT64_C(1790000000) * STAMP_SECOND;

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tail_test.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/app.log", folder);
	snprintf(second, sizeof(second), "%s/app.log.1", folder);
	snprintf(packed_second, sizeof(packed_second), "%s.gz", second);
	return 0;
}

static int clear_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* As a daemon that logs writes: at the end of whatever file it has open. */
static void put_to(int fd, const char *text, size_t len) { assert_int_equal(write(fd, text, len), len); }

static int open_log(void)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void copy_and_empty(void)
{
	FILE *from = fopen(path, "r"), *to = fopen(second, "w");
	char text[4096];
	size_t n;

	assert_true(from && to);
	while ((n = fread(text, 1, sizeof(text), from)))
		assert_int_equal(fwrite(text, 1, n, to), n);
	fclose(from);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(truncate(path, 0), 0);
}

struct heard {
	struct buf lines;
	size_t stop_after; /* lines; 0: never */
};

static bool take(void *who, const char *line, size_t len)
{
	struct heard *heard = who;

	buf_put(&heard->lines, line, len);
	buf_char(&heard->lines, ';');
	return !heard->stop_after || --heard->stop_after;
}

static void lost(void *who) { buf_text(&((struct heard *)who)->lines, "LOST;"); }

static void poll_all(struct tail *t, struct heard *heard)
{
	struct fault why = { 0 };
	int ret;

	now += STAMP_SECOND;
	while ((ret = tail_poll(t, now, take, lost, heard, &why)) == 1)
		;
	if (ret < 0)
		fail_msg("%s", why.text);
}

/* Another process that knows only what was saved. */
static void begin_anew(struct tail **t)
{
	struct fault why = { 0 };
	struct buf saved = { 0 };

	tail_save(*t, &saved);
	tail_free(*t);
	*t = tail_new(path, 64);
	if (tail_resume(*t, saved.data ? saved.data : "", saved.len, &why) < 0)
		fail_msg("%s", why.text);
	buf_fini(&saved);
}

static void expect(struct heard *heard, const char *lines, const char *what, size_t at)
{
	buf_char(&heard->lines, '\0');
	if (strcmp(heard->lines.data, lines) != 0)
		fail_msg("%s, at byte %zu: %s", what, at, heard->lines.data);
	buf_fini(&heard->lines);
}

static const char first[] = "one\ntwo is longer\n", rest[] = "three\nfour\n";
static const char all[] = "one;two is longer;three;four;";

enum turn { RENAMED, EMPTIED, RENAMED_AND_PACKED, EMPTIED_AND_PACKED, TURNS };
enum { LOOKED_BEFORE = 1, RESTARTED_BEFORE = 2, RESTARTED_AFTER = 4, WAYS = 8 };

static const char *const turn_words[] = { "renamed", "copied and emptied", "renamed and packed",
					  "copied, emptied and packed" };

/* As gzip does: the other is removed when this one is whole. */
static void pack(const char *name)
{
	char packed[160], text[4096];
	gzFile to;
	FILE *from;
	size_t n;

	snprintf(packed, sizeof(packed), "%s.gz", name);
	from = fopen(name, "r");
	to = gzopen(packed, "w1");
	assert_true(from && to);
	while ((n = fread(text, 1, sizeof(text), from)))
		assert_int_equal(gzwrite(to, text, (unsigned)n), n);
	fclose(from);
	assert_int_equal(gzclose(to), Z_OK);
	assert_int_equal(unlink(name), 0);
}

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

/* ---- whole stories ------------------------------------------------------------- */

enum { STORIES = 600, ACTS = 120, KEPT = 40 };

struct story {
	uint32_t seed, seed_of_story;
	struct tail *tail;
	int fd;
	unsigned number;
	struct buf written, heard;
	char told[ACTS * 8]; /* what happened, for whoever reads a failure */
};

static unsigned roll(struct story *s, unsigned of)
{
	s->seed = s->seed * 1664525u + 1013904223u;
	return (s->seed >> 8) % of;
}

static bool hear(void *who, const char *line, size_t len)
{
	struct story *s = who;

	buf_put(&s->heard, line, len);
	buf_char(&s->heard, '\n');
	return roll(s, 5) != 0; /* sometimes that is enough for now */
}

static void look(struct story *s)
{
	now += STAMP_SECOND * (1 + roll(s, 8));
	while (tail_poll(s->tail, now, hear, NULL, s, NULL) == 1)
		;
}

static void name_of(unsigned number, bool packed, char out[static 160])
{
	snprintf(out, 160, "%s.%u%s", path, number, packed ? ".gz" : "");
}

/* What was put away before makes room for the next one. */
static void shift(void)
{
	char from[160], to[160];

	for (unsigned i = KEPT; i-- > 1;)
		for (int packed = 0; packed < 2; packed++) {
			name_of(i, packed, from);
			name_of(i + 1, packed, to);
			if (access(from, F_OK) == 0)
				assert_int_equal(rename(from, to), 0);
		}
}

static void forget_files(void)
{
	char name[160];

	unlink(path);
	for (unsigned i = 1; i <= KEPT; i++)
		for (int packed = 0; packed < 2; packed++) {
			name_of(i, packed, name);
			unlink(name);
		}
}

static void write_some(struct story *s, bool end)
{
	char text[80];
	const int len = snprintf(text, sizeof(text), "%u.%.*s%s", s->number++, (int)roll(s, 30),
				 "abcdefghijklmnopqrstuvwxyzABCDEFGH", end ? "\n" : "");

	put_to(s->fd, text, (size_t)len);
	buf_put(&s->written, text, (size_t)len);
}

static bool is_between_lines(const struct story *s)
{
	return s->written.len && s->written.data[s->written.len - 1] == '\n';
}

static void restart(struct story *s)
{
	struct buf saved = { 0 };

	tail_save(s->tail, &saved);
	tail_free(s->tail);
	s->tail = tail_new(path, 4096);
	assert_int_equal(tail_resume(s->tail, saved.data ? saved.data : "", saved.len, NULL), 0);
	buf_fini(&saved);
}

static char act(struct story *s)
{
	const unsigned what = roll(s, 100);
	char name[160];

	if (what < 45) {
		write_some(s, what < 38);
		return what < 38 ? 'w' : 'p';
	}
	if (what < 60) { /* some are looked at so seldom that they are rotated often meanwhile */
		if (s->seed_of_story % 6 < 2 && roll(s, 12))
			return '-';
		look(s);
		return 'l';
	}
	if (what < 70) {
		restart(s);
		return 'R';
	}
	if (what < 85) { /* one of those put away is packed */
		name_of(1 + roll(s, 3), false, name);
		if (access(name, F_OK) == 0)
			pack(name);
		return 'z';
	}
	if (s->seed_of_story % 2) {       /* a log is rotated in one way, whichever */
		if (!is_between_lines(s)) /* a writer opens the new file between two lines */
			return '-';
		shift();
		assert_int_equal(rename(path, second), 0);
		close(s->fd);
		s->fd = open_log();
		return 'm';
	}
	shift();
	copy_and_empty();
	return 'c';
}

static void tell(uint32_t seed)
{
	struct story s = { .seed = seed,
			   .seed_of_story = seed,
			   .tail = tail_new(path, 4096),
			   .fd = open_log(),
			   .number = 1 };

	write_some(&s, true);
	look(&s); /* of a file of which nothing was read, nothing is known */
	for (size_t i = 0, cuts = 0; i < ACTS && cuts < KEPT - 1; i++) {
		s.told[i] = act(&s);
		cuts += s.told[i] == 'm' || s.told[i] == 'c';
	}
	write_some(&s, true);
	for (int i = 0; i < 60; i++)
		look(&s);
	if (s.heard.len != s.written.len || memcmp(s.heard.data, s.written.data, s.heard.len) != 0)
		fail_msg("story %u: %s\n--- written\n%s--- heard\n%s", seed, s.told, s.written.data,
			 s.heard.len ? s.heard.data : "");
	assert_int_equal(tail_missed(s.tail), 0);
	tail_free(s.tail);
	close(s.fd);
	buf_fini(&s.written);
	buf_fini(&s.heard);
	forget_files();
}

/* Written, renamed, copied and emptied, packed, looked at and begun anew, in whatever order. */
static void through_any_story(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= STORIES; seed++)
		tell(seed);
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

/* ---- few bytes fit many files ---------------------------------------------------- */

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
		cmocka_unit_test(through_any_story),
		cmocka_unit_test(it_goes_on_exactly_where_it_was),
		cmocka_unit_test(another_file_is_read_from_its_beginning),
		cmocka_unit_test(a_file_may_come_later),
		cmocka_unit_test(an_old_file_ends),
		cmocka_unit_test(long_lines_are_passed_over),
		cmocka_unit_test(two_files_are_two_tails),
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
		cmocka_unit_test(a_broken_place_is_refused),
	};

	return cmocka_run_group_tests_name("tail", tests, make_folder, clear_folder);
}
