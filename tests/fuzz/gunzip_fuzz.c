#include <stdint.h>
#include <stdlib.h>

#include "intake/frame.h"
#include "intake/gunzip.h"

/* Property: what comes out of gzip and is cut into lines is the same however it
 * arrives, no line is longer than the limit, and no more comes out than may. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE_MOST = 100, OUT_MOST = 4 * 1024 * 1024, RATIO = 20 };

struct sum {
	struct frame frame;
	uint64_t hash, lines, lost, out;
	int ret;
};

static bool take_line(void *who, const char *line, size_t len)
{
	struct sum *s = who;

	if (len > LINE_MOST)
		abort();
	for (size_t i = 0; i < len; i++)
		s->hash = (s->hash ^ (unsigned char)line[i]) * UINT64_C(1099511628211);
	s->lines++;
	return true;
}

static void lose_line(void *who) { ((struct sum *)who)->lost++; }

static bool take(void *who, const char *bytes, size_t len)
{
	struct sum *s = who;

	s->out += len;
	if (len > GUNZIP_PIECE || s->out > OUT_MOST + GUNZIP_PIECE)
		abort();
	return frame_feed(&s->frame, bytes, len, take_line, lose_line, s);
}

static void run(const uint8_t *data, size_t size, size_t step, struct sum *s)
{
	struct gunzip *g = gunzip_new((struct gunzip_limits){ OUT_MOST, RATIO });
	struct fault why;

	*s = (struct sum){ .ret = 0 };
	frame_init(&s->frame, FRAME_LINES, LINE_MOST);
	for (size_t at = 0; s->ret == 0 && at < size; at += step)
		s->ret = gunzip_feed(g, data + at, size - at < step ? size - at : step, take, s, &why);
	if (s->ret == 0)
		s->ret = gunzip_end(g, &why);
	frame_end(&s->frame, take_line, lose_line, s);
	frame_fini(&s->frame);
	gunzip_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum whole, cut;

	if (size < 1)
		return 0;
	run(data + 1, size - 1, size, &whole);
	run(data + 1, size - 1, (size_t)data[0] + 1, &cut);
	if ((whole.ret == 0) != (cut.ret == 0) && whole.out < GUNZIP_FREE_BYTES)
		abort();
	if (whole.ret == 0 && cut.ret == 0 &&
	    (whole.hash != cut.hash || whole.lines != cut.lines || whole.lost != cut.lost))
		abort();
	return 0;
}
