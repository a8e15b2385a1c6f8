#include "intake/stream/tail.h"

#include <dirent.h>
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

/* Rotation is many steps, and a reader asks the disk many times: here every step may fall
 * before every question. Which one does is a matter of the seed alone, so that a story that
 * failed can be told again. */

enum { STORIES = 400, LOOKS = 160, TURNS = 14, NAME = 96, TOLD = 4000 };

/* What rotation is in the middle of. */
enum doing { BETWEEN, SHIFTING, RENAMED, COPYING, PACKING };
enum way { BY_RENAME, BY_COPY };

static struct writer {
	uint32_t first_seed, seed;
	enum way way;
	enum doing doing;
	bool alike;     /* its lines begin alike, for longer than a part of one that is written */
	unsigned often; /* of a hundred chances for it so many are a rotation */
	unsigned quiet; /* of a hundred questions so many see nothing happen before them */
	int log, to;    /* the present file, and what it is copied or packed into */
	unsigned number, turns, at;
	size_t copied;
	char packed[8192], part[200];
	size_t packed_len, packed_done, part_len;
	struct buf written, heard;
	bool busy; /* with a step of its own: those are not disturbed */
	bool over;
	char told[TOLD];
	size_t told_len;
} w;

static char folder[64], path[NAME];
static struct tail *tail;
static int64_t now;

static unsigned roll(unsigned of)
{
	w.seed = w.seed * 1664525u + 1013904223u;
	return (w.seed >> 8) % of;
}

static void tell(char what)
{
	if (w.told_len + 1 < TOLD)
		w.told[w.told_len++] = what;
}

/* ---- what a writer and logrotate do, step by step --------------------------------- */

static void name_of(unsigned number, bool packed, char out[static NAME])
{
	snprintf(out, NAME, "%s.%u%s", path, number, packed ? ".gz" : "");
}

static bool is_there(unsigned number, bool packed)
{
	char name[NAME];

	name_of(number, packed, name);
	return access(name, F_OK) == 0;
}

static void put(const char *text, size_t len)
{
	assert_int_equal(write(w.log, text, len), len);
	buf_put(&w.written, text, len);
}

static void new_line(void)
{
	static const char x[] =
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

	w.part_len = (size_t)snprintf(w.part, sizeof(w.part), "%s%u %.*s\n",
				      w.alike ? "<38>Nov 25 22:48:00 app.log-h" : "", w.number++,
				      (int)roll(roll(3) ? 10 : sizeof(x)), x);
}

static void say(void)
{
	const bool torn = roll(5) == 0;
	size_t len;

	if (!w.part_len)
		new_line();
	len = torn ? roll((unsigned)w.part_len) : w.part_len;
	put(w.part, len);
	memmove(w.part, w.part + len, w.part_len - len);
	w.part_len -= len;
	tell(w.part_len ? 'p' : 'w');
}

static void begin_turn(void)
{
	w.doing = SHIFTING;
	w.at = w.turns++;
}

/* One rename of those that make room for the next one. */
static void shift(void)
{
	char from[NAME], to[NAME];

	while (w.at) {
		for (int packed = 0; packed < 2; packed++) {
			if (!is_there(w.at, packed))
				continue;
			name_of(w.at, packed, from);
			name_of(w.at + 1, packed, to);
			assert_int_equal(rename(from, to), 0);
			tell('s');
			w.at--;
			return;
		}
		w.at--;
	}
	name_of(1, false, to);
	if (w.way == BY_RENAME) {
		assert_int_equal(rename(path, to), 0);
		w.doing = RENAMED;
		tell('M');
		return;
	}
	w.to = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(w.to >= 0);
	w.copied = 0;
	w.doing = COPYING;
	tell('C');
}

/* Until it is told to begin a new one, a writer goes on in the old file. */
static void go_on_or_reopen(void)
{
	if (roll(4) == 0) {
		say();
		return;
	}
	if (w.part_len)
		say();
	if (w.part_len)
		return;
	close(w.log);
	w.log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(w.log >= 0);
	w.doing = BETWEEN;
	tell('m');
}

static void copy_some(void)
{
	char text[2000];
	int from = open(path, O_RDONLY | O_CLOEXEC);
	const size_t most = roll(3) ? sizeof(text) : 1 + roll(100);
	const ssize_t n = pread(from, text, most, (off_t)w.copied);

	close(from);
	if (n > 0) {
		assert_int_equal(write(w.to, text, (size_t)n), n);
		w.copied += (size_t)n;
		tell('c');
		return;
	}
	close(w.to);
	assert_int_equal(truncate(path, 0), 0);
	w.doing = BETWEEN;
	tell('T');
}

static void begin_packing(void)
{
	char from[NAME], to[NAME], text[65536];
	z_stream z = { 0 };
	ssize_t n;
	int fd;

	w.at = 1 + roll(3);
	if (!is_there(w.at, false))
		return;
	name_of(w.at, false, from);
	name_of(w.at, true, to);
	fd = open(from, O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text));
	close(fd);
	assert_true(n >= 0 && n < (ssize_t)sizeof(text));
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)text;
	z.avail_in = (unsigned)n;
	z.next_out = (unsigned char *)w.packed;
	z.avail_out = sizeof(w.packed);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	w.packed_len = sizeof(w.packed) - z.avail_out;
	w.packed_done = 0;
	deflateEnd(&z);
	w.to = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(w.to >= 0);
	w.doing = PACKING;
	tell('Z');
}

static void pack_some(void)
{
	const size_t left = w.packed_len - w.packed_done;
	const size_t n = left < 2 || roll(3) == 0 ? left > 0 : 1 + roll((unsigned)left);
	char name[NAME];

	if (left) {
		assert_int_equal(write(w.to, w.packed + w.packed_done, n), n);
		w.packed_done += n;
		tell('g');
		return;
	}
	close(w.to);
	name_of(w.at, false, name);
	assert_int_equal(unlink(name), 0);
	w.doing = BETWEEN;
	tell('z');
}

static void step(void)
{
	w.busy = true;
	switch (w.doing) {
	case BETWEEN:
		if (roll(100) < 80)
			say();
		else if (roll(2))
			begin_packing();
		else if (roll(100) < w.often && w.turns < TURNS && (w.way == BY_COPY || !w.part_len))
			begin_turn();
		break;
	case SHIFTING:
		shift();
		break;
	case RENAMED:
		go_on_or_reopen();
		break;
	case COPYING:
		copy_some();
		break;
	case PACKING:
		pack_some();
		break;
	}
	w.busy = false;
}

/* ---- between two questions ---------------------------------------------------------- */

static void meanwhile(void)
{
	if (!w.busy && !w.over && tail && roll(100) >= w.quiet)
		step();
}

ssize_t __real_pread64(int fd, void *room, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *room, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *room, size_t len, off_t at)
{
	meanwhile();
	return __real_pread64(fd, room, len, at);
}

struct dirent *__real_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir)
{
	meanwhile();
	return __real_readdir64(dir);
}

int __real_openat64(int folder_fd, const char *name, int flags, ...);
int __wrap_openat64(int folder_fd, const char *name, int flags, ...);
int __wrap_openat64(int folder_fd, const char *name, int flags, ...)
{
	meanwhile();
	return __real_openat64(folder_fd, name, flags);
}

int __real_open64(const char *name, int flags, ...);
int __wrap_open64(const char *name, int flags, ...);
int __wrap_open64(const char *name, int flags, ...)
{
	meanwhile();
	return __real_open64(name, flags, 0600);
}

int __real_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out)
{
	meanwhile();
	return __real_fstat64(fd, out);
}

int __real_stat64(const char *name, struct stat *out);
int __wrap_stat64(const char *name, struct stat *out);
int __wrap_stat64(const char *name, struct stat *out)
{
	meanwhile();
	return __real_stat64(name, out);
}

/* ---- the reader ----------------------------------------------------------------------- */

/* What was heard from the first line on that is another one. */
static void fail_story(void)
{
	size_t same = 0;

	while (same < w.heard.len && same < w.written.len && w.heard.data[same] == w.written.data[same])
		same++;
	while (same && w.written.data[same - 1] != '\n')
		same--;
	fprintf(stderr, "story %u: %s\n--- written\n%.*s\n--- heard\n%.*s\n", w.first_seed, w.told,
		(int)(w.written.len - same < 300 ? w.written.len - same : 300), w.written.data + same,
		(int)(w.heard.len - same < 300 ? w.heard.len - same : 300), w.heard.data + same);
	fail_msg("SEED=%u tells it again", w.first_seed);
}

static bool hear(void *who, const char *line, size_t len)
{
	(void)who;
	buf_put(&w.heard, line, len);
	buf_char(&w.heard, '\n');
	if (w.heard.len > w.written.len || memcmp(w.heard.data, w.written.data, w.heard.len) != 0)
		fail_story();
	return roll(8) != 0;
}

/* Whoever moves names is done with it within TAIL_SEEK_S. */
static void look(void)
{
	now += w.doing == BETWEEN ? STAMP_SECOND * roll(3) + STAMP_SECOND / 4 : STAMP_SECOND / 100;
	tell('l');
	for (int i = 0; i < 50 && tail_poll(tail, now, hear, NULL, NULL, NULL) == 1; i++)
		;
}

static void restart(void)
{
	struct buf saved = { 0 };

	tail_save(tail, &saved);
	tail_free(tail);
	tail = tail_new(path, 4096);
	assert_int_equal(tail_resume(tail, saved.data ? saved.data : "", saved.len, NULL), 0);
	buf_fini(&saved);
	tell('R');
}

static void forget_files(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf %s/*", folder);
	assert_int_equal(system(command), 0);
}

static void begin_story(uint32_t seed)
{
	w = (struct writer){
		.first_seed = seed, .seed = seed, .number = 1, .way = seed % 2 ? BY_RENAME : BY_COPY
	};
	w.alike = seed / 2 % 2;
	w.often = seed / 12 % 3 ? 20 : 80;
	w.quiet = 99 - seed / 4 % 3 * (seed / 4 % 3) * 5;
	now = INT64_C(1790000000) * STAMP_SECOND;
	w.busy = true; /* of a file of which nothing was read, nothing is known */
	w.log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(w.log >= 0);
	new_line();
	put(w.part, w.part_len);
	w.part_len = 0;
	tail = tail_new(path, 4096);
	look();
	w.busy = false;
}

static void end_story(void)
{
	while (w.doing != BETWEEN || w.part_len)
		step();
	new_line();
	put(w.part, w.part_len);
	w.over = true;
	for (int i = 0; i < 60; i++)
		look();
	if (w.heard.len != w.written.len)
		fail_story();
	assert_int_equal(tail_missed(tail), 0);
	tail_free(tail);
	tail = NULL;
	close(w.log);
	buf_fini(&w.written);
	buf_fini(&w.heard);
	forget_files();
}

static void each_line_comes_once_whichever_step_falls_where(void **state)
{
	const char *from = getenv("SEED");
	const uint32_t first = from ? (uint32_t)strtoul(from, NULL, 10) : 1;

	(void)state;
	for (uint32_t seed = first; seed < first + STORIES; seed++) {
		begin_story(seed);
		for (int i = 0; i < LOOKS; i++) {
			for (unsigned n = roll(roll(10) ? 4 : 40); n; n--)
				step();
			if (roll(12) == 0)
				restart();
			look();
		}
		end_story();
	}
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tail_moments.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/app.log", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	forget_files();
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_comes_once_whichever_step_falls_where),
	};

	return cmocka_run_group_tests_name("tail moments", tests, make_folder, remove_folder);
}
