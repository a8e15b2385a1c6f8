#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "intake/frame.h"

/* Property: however a stream is cut into reads, the same messages come out, none
 * longer than the limit, and never more is held than the limit and a count. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 64 };

struct sum {
	uint64_t hash, count, lost;
};

static bool take(void *who, const char *message, size_t len)
{
	struct sum *s = who;

	if (len > LIMIT)
		abort();
	for (size_t i = 0; i < len; i++)
		s->hash = (s->hash ^ (unsigned char)message[i]) * UINT64_C(1099511628211);
	s->hash = (s->hash ^ 0x100) * UINT64_C(1099511628211);
	s->count++;
	return true;
}

static void lose(void *who) { ((struct sum *)who)->lost++; }

static struct sum run(enum frame_kind kind, const char *bytes, size_t size, size_t step)
{
	struct sum s = { 0 };
	struct frame f;

	frame_init(&f, kind, LIMIT);
	for (size_t at = 0; at < size; at += step) {
		frame_feed(&f, bytes + at, size - at < step ? size - at : step, take, lose, &s);
		if (f.held.len > LIMIT + 16)
			abort();
	}
	frame_end(&f, take, lose, &s);
	frame_fini(&f);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum frame_kind kind;
	struct sum whole, cut;
	size_t step;

	if (size < 2)
		return 0;
	kind = data[0] & 1 ? FRAME_SYSLOG_TCP : FRAME_LINES;
	step = (size_t)data[1] % 80 + 1;
	whole = run(kind, (const char *)data + 2, size - 2, size);
	cut = run(kind, (const char *)data + 2, size - 2, step);
	if (memcmp(&whole, &cut, sizeof(whole)))
		abort();
	return 0;
}
