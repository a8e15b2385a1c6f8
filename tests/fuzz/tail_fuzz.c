#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "intake/stream/tail.h"

/* Property: whatever a writer, a rotation and restarts of the reader do in whatever
 * order, each whole line that was written comes once, in order; and a text that is
 * no place is refused. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/tail_fuzz.XXXXXX";
static char path[64], former[64];
static bool there;

static bool take(void *who, const char *line, size_t len)
{
	buf_put(who, line, len);
	buf_char(who, '\n');
	return len % 5 != 1; /* sometimes that is enough for now */
}

static int open_log(void) { return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600); }

static void look(struct tail *t, int64_t *now, struct buf *out)
{
	*now += STAMP_SECOND / 10;
	while (tail_poll(t, *now, take, NULL, out, NULL) == 1)
		;
}

/* What a log with few bytes in it is a continuation of can only be told after a while. */
static void look_later(struct tail *t, int64_t *now, struct buf *out)
{
	for (int i = 0; i < 3; i++) {
		*now += 4 * STAMP_SECOND;
		look(t, now, out);
	}
}

static struct tail *anew(struct tail *t)
{
	struct buf saved = { 0 };

	tail_save(t, &saved);
	tail_free(t);
	t = tail_new(path, 4096);
	if (tail_resume(t, saved.data ? saved.data : "", saved.len, NULL) < 0)
		abort();
	buf_fini(&saved);
	return t;
}

static void try_place(const uint8_t *data, size_t size)
{
	struct tail *t = tail_new(path, 100);
	struct fault why = { 0 };

	if (tail_resume(t, (const char *)data, size, &why) < 0 && !why.text[0])
		abort();
	tail_free(t);
}

/* Each byte an act: write so many bytes of a line, end it, rename, look, restart. */
static void act(uint8_t what, int *fd, struct tail **t, int64_t *now, unsigned *number, struct buf *written,
		struct buf *out)
{
	char text[80];
	int len = 0;

	if (what < 128)
		len = snprintf(text, sizeof(text), "%u.%.*s", (*number)++, what % 32,
			       "abcdefghijklmnopqrstuvwxyzABCDEFGH");
	else if (what < 190)
		len = snprintf(text, sizeof(text), "\n");
	if (len) {
		if (write(*fd, text, (size_t)len) != len)
			abort();
		buf_put(written, text, (size_t)len);
	} else if (what < 210 && (!written->len || written->data[written->len - 1] == '\n')) {
		/* A writer opens the new file between two lines. */
		look_later(*t, now, out);
		if (rename(path, former))
			abort();
		close(*fd);
		*fd = open_log();
	} else if (what < 235)
		look(*t, now, out);
	else
		*t = anew(*t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf written = { 0 }, out = { 0 };
	int64_t now = INT64_C(1790000000) * STAMP_SECOND;
	unsigned number = 1;
	struct tail *t;
	int fd;

	if (!there) {
		if (!mkdtemp(folder))
			abort();
		snprintf(path, sizeof(path), "%s/a.log", folder);
		snprintf(former, sizeof(former), "%s/a.log.1", folder);
		there = true;
	}
	try_place(data, size);
	unlink(path);
	unlink(former);
	t = tail_new(path, 4096);
	fd = open_log();
	for (size_t i = 0; i < size && i < 60; i++)
		act(data[i], &fd, &t, &now, &number, &written, &out);
	if (write(fd, "\n", 1) != 1)
		abort();
	buf_char(&written, '\n');
	look_later(t, &now, &out);
	if (out.len != written.len || memcmp(out.data, written.data, out.len) != 0)
		abort();
	buf_fini(&written);
	buf_fini(&out);
	tail_free(t);
	close(fd);
	return 0;
}
