#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "intake/stream/records.h"

/* Property: wherever the stream is cut, the same lines come out; no line is longer
 * than the limit, and an object has no line end in it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 100 };

static bool take(void *who, const char *line, size_t len)
{
	if (len > LIMIT || memchr(line, '\n', len))
		abort();
	buf_put(who, line, len);
	buf_char(who, '\n');
	return true;
}

static void lost(void *who) { buf_text(who, "\1LOST\n"); }

/* In pieces of `step` bytes; 0: at once. */
static void run(const uint8_t *data, size_t size, size_t step, struct buf *out)
{
	struct frame frame;
	struct records r;

	frame_init(&frame, FRAME_LINES, LIMIT);
	records_init(&r, &frame, LIMIT);
	for (size_t at = 0, n; at < size; at += n) {
		n = step && step < size - at ? step : size - at;
		records_feed(&r, (const char *)data + at, n, take, lost, out);
	}
	records_end(&r, take, lost, out);
	records_fini(&r);
	frame_fini(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, pieces = { 0 };

	if (!size)
		return 0;
	run(data + 1, size - 1, 0, &whole);
	run(data + 1, size - 1, 1 + data[0] % 16, &pieces);
	if (whole.len != pieces.len || (whole.len && memcmp(whole.data, pieces.data, whole.len) != 0))
		abort();
	buf_fini(&whole);
	buf_fini(&pieces);
	return 0;
}
