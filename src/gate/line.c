#include "gate/line.h"

#include <string.h>

void lines_init(struct lines *lines, size_t most) { *lines = (struct lines){ .most = most }; }

void lines_fini(struct lines *lines) { buf_fini(&lines->held); }

/* What was given back is dropped here and not line by line, so that a read
 * with a thousand lines in it is moved once. */
void lines_put(struct lines *lines, const void *bytes, size_t len)
{
	if (lines->start) {
		buf_eat(&lines->held, lines->start);
		lines->scanned -= lines->start;
		lines->start = 0;
	}
	buf_put(&lines->held, bytes, len);
}

int lines_next(struct lines *lines, const char **line, size_t *len, struct fault *why)
{
	const char *from, *end;

	if (lines->held.len == lines->start)
		return 0;
	from = lines->held.data + lines->start;
	end = memchr(lines->held.data + lines->scanned, '\n', lines->held.len - lines->scanned);
	if ((end ? (size_t)(end - from) : lines->held.len - lines->start) > lines->most)
		return fault_set(why, FAULT_LIMIT, "a line is longer than %zu bytes", lines->most);
	if (!end) {
		lines->scanned = lines->held.len;
		return 0;
	}
	lines->start += (size_t)(end - from) + 1;
	lines->scanned = lines->start;
	*line = from;
	*len = (size_t)(end - from);
	if (*len && from[*len - 1] == '\r')
		--*len;
	return 1;
}

size_t lines_rest(const struct lines *lines, const char **rest)
{
	*rest = lines->held.data ? lines->held.data + lines->start : "";
	return lines->held.len - lines->start;
}
