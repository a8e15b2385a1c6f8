#include "tail_log.h"

/* Whole stories of a log: what is done to it, and when it is looked at, by chance. */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_any_story),
	};

	return cmocka_run_group_tests_name("tail story", tests, make_folder, clear_folder);
}
