#include "document/document_private.h"
#include "document/sheet_private.h"

/*
 * sheet_table -- rows of cells: the header again on each page, a row that fits
 * on one page kept together, a longer one going on.
 */
#define PAD 4.0

struct grid {
	const struct block *table;
	size_t columns;
	double x[DOCUMENT_COLUMNS_MOST + 1];
};

/* A row that is being placed: the lines of each cell that are left. */
struct row {
	GSList *left[DOCUMENT_COLUMNS_MOST];
	const struct style *style[DOCUMENT_COLUMNS_MOST];
	double height; /* of what is left */
};

static void measure(const struct grid *grid, struct row *row)
{
	row->height = 0;
	for (size_t c = 0; c < grid->columns; c++) {
		const double height = g_slist_length(row->left[c]) * row->style[c]->pitch + 2 * PAD;

		row->height = height > row->height ? height : row->height;
	}
}

static void lay(struct sheet *sheet, const struct grid *grid, const char *const *texts, bool header,
		struct row *row)
{
	for (size_t c = 0; c < grid->columns; c++) {
		const bool head = header || (grid->table->form == BLOCK_FACTS && c == 0);

		row->style[c] = sheet_style(sheet, head ? STYLE_CELL_HEAD : STYLE_CELL);
		row->left[c] = pango_layout_get_lines(
			sheet_layout(sheet, row->style[c], texts[c], grid->x[c + 1] - grid->x[c] - 2 * PAD));
	}
	measure(grid, row);
}

/* As many lines of each cell as go into `height`; what is over stays in the row. */
static void place(struct sheet *sheet, const struct grid *grid, struct row *row, double height)
{
	for (size_t c = 0; c < grid->columns; c++) {
		double y = sheet->y + PAD;

		for (; row->left[c] && y + row->style[c]->pitch <= sheet->y + height - PAD + 0.5;
		     row->left[c] = row->left[c]->next) {
			sheet_line(sheet, row->style[c], row->left[c]->data, grid->x[c] + PAD, y,
				   grid->x[c + 1] - grid->x[c] - 2 * PAD);
			y += row->style[c]->pitch;
		}
	}
	for (size_t c = 0; c <= grid->columns; c++)
		sheet_rule(sheet, grid->x[c], sheet->y, grid->x[c], sheet->y + height, false, false);
	sheet_rule(sheet, sheet->left, sheet->y, sheet->right, sheet->y, false, false);
	sheet_rule(sheet, sheet->left, sheet->y + height, sheet->right, sheet->y + height, false, false);
	sheet->y += height;
	measure(grid, row);
}

static void put_header(struct sheet *sheet, const struct grid *grid)
{
	struct row row;

	if (!grid->table->header)
		return;
	lay(sheet, grid, grid->table->header, true, &row);
	place(sheet, grid, &row, row.height);
}

static void begin_page(struct sheet *sheet, const struct grid *grid)
{
	sheet_new_page(sheet);
	put_header(sheet, grid);
}

static bool anything_left(const struct grid *grid, const struct row *row)
{
	for (size_t c = 0; c < grid->columns; c++)
		if (row->left[c])
			return true;
	return false;
}

static void put_row(struct sheet *sheet, const struct grid *grid, struct row *row)
{
	const double page = sheet->bottom - sheet->top;

	if (sheet->y + row->height > sheet->bottom && row->height < page / 2)
		begin_page(sheet, grid);
	do {
		double room = sheet->bottom - sheet->y;

		if (room < 2 * PAD + row->style[0]->pitch) {
			begin_page(sheet, grid);
			room = sheet->bottom - sheet->y;
		}
		place(sheet, grid, row, row->height < room ? row->height : room);
	} while (anything_left(grid, row));
}

void sheet_table(struct sheet *sheet, const struct block *table)
{
	struct grid grid = { .table = table, .columns = table->columns };
	unsigned shares[DOCUMENT_COLUMNS_MOST];
	const char *texts[DOCUMENT_COLUMNS_MOST];
	struct row row;

	column_shares(table, shares);
	grid.x[0] = sheet->left;
	for (size_t c = 0; c < grid.columns; c++)
		grid.x[c + 1] = grid.x[c] + (sheet->right - sheet->left) * shares[c] / 1000.0;
	grid.x[grid.columns] = sheet->right;
	sheet->y += PAD;
	sheet_room(sheet, 60);
	put_header(sheet, &grid);
	for (size_t r = 0; r < row_count(table); r++) {
		for (size_t c = 0; c < grid.columns; c++)
			texts[c] = cell_at(table, r, c);
		lay(sheet, &grid, texts, false, &row);
		put_row(sheet, &grid, &row);
	}
	sheet->y += 2 * PAD;
}
