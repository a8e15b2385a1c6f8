#pragma once

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

/* A log in a folder of its own, its writer, and the reader that follows it. Part of one test program each. */

static char folder[64], path[128], second[128], packed_second[136];
static int64_t now = INT64_C(1790000000) * STAMP_SECOND;

static inline int make_folder(void **state)
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

static inline int clear_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* As a daemon that logs writes: at the end of whatever file it has open. */
static inline void put_to(int fd, const char *text, size_t len)
{
	assert_int_equal(write(fd, text, len), len);
}

static inline int open_log(void)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static inline void copy_and_empty(void)
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

static inline bool take(void *who, const char *line, size_t len)
{
	struct heard *heard = who;

	buf_put(&heard->lines, line, len);
	buf_char(&heard->lines, ';');
	return !heard->stop_after || --heard->stop_after;
}

static inline void lost(void *who) { buf_text(&((struct heard *)who)->lines, "LOST;"); }

static inline void poll_all(struct tail *t, struct heard *heard)
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
static inline void begin_anew(struct tail **t)
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

static inline void expect(struct heard *heard, const char *lines, const char *what, size_t at)
{
	buf_char(&heard->lines, '\0');
	if (strcmp(heard->lines.data, lines) != 0)
		fail_msg("%s, at byte %zu: %s", what, at, heard->lines.data);
	buf_fini(&heard->lines);
}

/* As gzip does: the other is removed when this one is whole. */
static inline void pack(const char *name)
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
