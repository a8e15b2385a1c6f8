#pragma once

#include "document/sheet.h"

/*
 * sheet_private -- what the files that place things share.
 */
enum style_name {
	STYLE_BODY,
	STYLE_TITLE,
	STYLE_LETTERHEAD,
	STYLE_NUMBER,
	STYLE_HEADING1,
	STYLE_HEADING2,
	STYLE_HEADING3,
	STYLE_ITEM,
	STYLE_NOTE,
	STYLE_SIGNATURE,
	STYLE_CELL,
	STYLE_CELL_HEAD,
	STYLE_CHECKPOINT,
	STYLE_HEADER,
	STYLE_PAGE_NUMBER,
	STYLE_FOOT,
	STYLE__COUNT,
};

const struct style *sheet_style(const struct sheet *sheet, enum style_name name);
/* Lay a text out in so much width; kept by the sheet. */
PangoLayout *sheet_layout(struct sheet *sheet, const struct style *style, const char *text, double width);
void sheet_line(struct sheet *sheet, const struct style *style, PangoLayoutLine *line, double x, double top,
		double width);
void sheet_rule(struct sheet *sheet, double x, double y, double x2, double y2, bool red, bool heavy);
void sheet_mark(struct sheet *sheet, struct mark mark);
void sheet_new_page(struct sheet *sheet);
/* Is there room for so much? If not, a new page begins. */
void sheet_room(struct sheet *sheet, double height);
/* A paragraph, over as many pages as it takes. */
void sheet_paragraph(struct sheet *sheet, const struct style *style, const char *text);
void sheet_lines(struct sheet *sheet, const struct style *style, const char *text);
void sheet_table(struct sheet *sheet, const struct block *table); /* sheet_table.c */
