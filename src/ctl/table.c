#include <string.h>

#include "base/utf8.h"
#include "ctl/ctl_private.h"
#include "host/terminal.h"

/*
 * table -- rows under headings, as wide as the terminal lets them be.
 *
 * On a terminal the widest columns give way, then the last ones go; the first
 * names the row and stays whole. In a pipe nothing is cut, so that what is
 * searched for is found.
 */
enum { GAP = 2, NARROWEST = 8 };

struct table {
	struct ctl *ctl;
	size_t columns, count, room;
	size_t shown; /* columns, from the first */
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
		if (table->shown < 2)
			return;
		table->shown--;
	}
}

static void print_row(const struct table *table, size_t row, const int *widths)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < table->shown; i++) {
		const char *cell = table->cells[row * table->columns + i];

		if (i + 1 < table->shown || table->ctl->columns)
			terminal_cell(&line, cell, strlen(cell), widths[i]);
		else
			buf_text(&line, cell);
		if (i + 1 < table->shown)
			buf_text(&line, "  ");
	}
	while (line.len && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	printf("%s%s%s\n", row == 0 ? bold(table->ctl) : "", line.data ? line.data : "",
	       row == 0 ? plain(table->ctl) : "");
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
