#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/format/columns.h"

/* Property: a line of a table has as many values as columns that are not unset, or
 * is refused with a reason; what was read is read the same by another reader that
 * saw the same header; and an event stays whole when the next header comes. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t sum(const struct event *e)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < e->count; i++) {
		for (size_t k = 0; k < e->fields[i].name_len; k++)
			h = (h ^ (unsigned char)e->fields[i].name[k]) * 1099511628211u;
		for (size_t k = 0; k < e->fields[i].len; k++)
			h = (h ^ (unsigned char)e->fields[i].text[k]) * 1099511628211u;
		h += e->fields[i].len * 31 + e->fields[i].type;
	}
	return h;
}

static int read(struct columns **c, const char *line, size_t len, struct event *e)
{
	struct fault why = { 0 };
	int ret;

	event_clear(e);
	ret = columns_read(c, line, len, e, &why);
	if (ret < 0 && !why.text[0])
		abort();
	if (ret > 0 && (!*c || *line == '#' || e->time < 0))
		abort();
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(event_drop) struct event *one = event_new(), *two = event_new(), *last = event_new();
	struct columns *a = NULL, *b = NULL;
	uint64_t before = 0;

	last->count = 0;
	for (size_t at = 0; at < size;) {
		const uint8_t *lf = memchr(data + at, '\n', size - at);
		const size_t len = lf ? (size_t)(lf - data) - at : size - at;
		char *copy = must_alloc(len + 1);
		int ret;

		memcpy(copy, data + at, len);
		ret = read(&a, copy, len, one);
		if (ret != read(&b, (const char *)data + at, len, two) || (ret > 0 && sum(one) != sum(two)))
			abort();
		if (ret > 0) {
			struct event *swap = last;

			before = sum(two);
			last = two;
			two = swap;
		} else if (last->count && sum(last) != before)
			abort();
		free(copy);
		at += len + 1;
	}
	columns_free(a);
	columns_free(b);
	return 0;
}
