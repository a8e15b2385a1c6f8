#include <string.h>

#include "base/utf8.h"
#include "ctl/ctl_private.h"
#include "host/terminal.h"

/*
 * table -- rows under headings, as wide as the terminal lets them be.
 *
 * On a terminal the widest columns give way, then the last ones go; the first
 * names the row and stays whole. Where the last column is what one came to read,
 * it goes on in the next line instead of being cut. In a pipe nothing is cut, so
 * that what is searched for is found.
 */
enum { GAP = 2, NARROWEST = 12 };

struct table {
	struct ctl *ctl;
	size_t columns, count, room;
	size_t shown;  /* columns, from the first */
	bool unheaded; /* the first row is no heading */
	bool wraps;    /* the last column is never cut nor left out */
	const char **cells;
};

struct table *table_new(struct ctl *ctl, size_t columns)
{
	struct table *table = arena_take(ctl->mem, sizeof(*table));

	*table = (struct table){ .ctl = ctl, .columns = columns };
	return table;
}

void table_put(struct table *table, const char *cell)
{
	if (table->count == table->room) {
		const size_t room = table->room ? table->room * 2 : 64;
		const char **cells = arena_many(table->ctl->mem, room, sizeof(*cells));

		if (table->count)
			memcpy(cells, table->cells, table->count * sizeof(*cells));
		table->cells = cells;
		table->room = room;
	}
	table->cells[table->count++] = arena_copy(table->ctl->mem, cell ? cell : "");
}

void table_wrap(struct table *table) { table->wraps = true; }

void table_plain(struct table *table) { table->unheaded = true; }

static void natural_widths(const struct table *table, int *widths)
{
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = 0;
	for (size_t i = 0; i < table->count; i++) {
		const int width = utf8_columns(table->cells[i], strlen(table->cells[i]));

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
}

static int width_of(const struct table *table, const int *widths)
{
	int sum = -GAP;

	for (size_t i = 0; i < table->shown; i++)
		sum += widths[i] + GAP;
	return sum;
}

/* Take from the widest but the first, a column at a time; false when no more
 * can be taken. */
static bool narrow(const struct table *table, int *widths)
{
	size_t widest = 1;

	for (size_t i = 2; i < table->shown; i++)
		if (widths[i] > widths[widest])
			widest = i;
	if (table->shown < 2 || widths[widest] <= NARROWEST)
		return false;
	widths[widest]--;
	return true;
}

static void fit(struct table *table, int *widths)
{
	while (width_of(table, widths) > table->ctl->columns) {
		if (narrow(table, widths))
			continue;
		if (table->shown < 2 || table->wraps)
			return;
		table->shown--;
	}
}

/* How many bytes of the text stand in one line: up to a blank where there is
 * one, or between two characters of a script that has none. */
static size_t line_of(const char *text, int columns)
{
	const char *at = text, *end = text + strlen(text), *stop = NULL, *before;
	int used = 0, width;

	while (at < end) {
		before = at;
		utf8_next(&at, end);
		width = utf8_columns(before, (size_t)(at - before));
		used += width;
		if (used > columns && before > text)
			return (size_t)((stop ? stop : before) - text);
		if (*before == ' ')
			stop = before;
		else if (width == 2)
			stop = at;
	}
	return (size_t)(end - text);
}

static void put_line(struct table *table, size_t row, struct buf *line)
{
	while (line->len && line->data[line->len - 1] == ' ')
		line->data[--line->len] = '\0';
	printf("%s%s%s\n", row == 0 && !table->unheaded ? bold(table->ctl) : "", line->data ? line->data : "",
	       row == 0 && !table->unheaded ? plain(table->ctl) : "");
	buf_clear(line);
}

/* The last cell in as many lines as it needs, each under the first. */
static void wrap_cell(struct table *table, size_t row, const char *cell, const int *widths, struct buf *line)
{
	const int width = widths[table->shown - 1], margin = width_of(table, widths) - width;
	size_t len = line_of(cell, width);

	for (;;) {
		terminal_cell(line, cell, len, width);
		cell += len;
		cell += strspn(cell, " ");
		if (!*cell)
			return;
		put_line(table, row, line);
		buf_format(line, "%*s", margin, "");
		len = line_of(cell, width);
	}
}

static void print_row(struct table *table, size_t row, const int *widths)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < table->shown; i++) {
		const char *cell = table->cells[row * table->columns + i];
		const bool last = i + 1 == table->shown;

		if (last && table->wraps && table->ctl->columns)
			wrap_cell(table, row, cell, widths, &line);
		else if (!last || table->ctl->columns)
			terminal_cell(&line, cell, strlen(cell), widths[i]);
		else
			buf_text(&line, cell);
		if (!last)
			buf_text(&line, "  ");
	}
	put_line(table, row, &line);
	buf_fini(&line);
}

void table_print(struct table *table)
{
	int *widths = arena_many(table->ctl->mem, table->columns, sizeof(*widths));

	table->shown = table->columns;
	natural_widths(table, widths);
	if (table->ctl->columns)
		fit(table, widths);
	for (size_t row = 0; row < table->count / table->columns; row++)
		print_row(table, row, widths);
}
