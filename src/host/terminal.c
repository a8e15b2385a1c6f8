#include "host/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"

bool terminal_is(int fd) { return isatty(fd) == 1; }

int terminal_width(int fd)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	long columns;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	columns = said ? strtol(said, NULL, 10) : 0;
	return columns >= 20 && columns <= 10000 ? (int)columns : 80;
}

/* The marks that turn the direction of writing count too: a name from outside
 * could use them to make the rest of its line read otherwise. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

/* One character as it may be shown; its columns. */
static int shown(const char **at, const char *end, char bytes[static 4], size_t *len)
{
	uint32_t c = utf8_next(at, end);

	*len = utf8_put(is_control(c) ? ' ' : c, bytes);
	return utf8_columns(bytes, *len);
}

static int columns_of(const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	size_t bytes_len;
	char bytes[4];
	int all = 0;

	while (at < end)
		all += shown(&at, end, bytes, &bytes_len);
	return all;
}

void terminal_cell(struct buf *out, const char *text, size_t len, int columns)
{
	bool cut = columns_of(text, len) > columns;
	int room = cut ? columns - 1 : columns, used = 0;

	for (const char *at = text, *end = text + len; at < end;) {
		char bytes[4];
		size_t bytes_len;
		int wide = shown(&at, end, bytes, &bytes_len);

		if (used + wide > room)
			break;
		buf_put(out, bytes, bytes_len);
		used += wide;
	}
	if (cut && columns > 0) {
		buf_text(out, "…");
		used++;
	}
	for (; used < columns; used++)
		buf_char(out, ' ');
}
