#pragma once

#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "document/document.h"
#include "document/font.h"

/*
 * sheet -- what stands where on the pages of a document, in points from the top left.
 *
 * Everything is placed before anything is drawn, since every page says how many
 * there are. Lines stand at a fixed pitch, as the official layout wants it.
 */
enum mark_form { MARK_LINE, MARK_RULE, MARK_SEAL };

struct mark {
	enum mark_form form;
	unsigned page;
	double x, y, x2, y2; /* a line of text: left end of its base line */
	PangoLayoutLine *line;
	bool red, heavy; /* heavy: outlined, for a title whose font has no bold */
};

/* A place in the document that a reader can go to. */
struct outline_entry {
	const char *text;
	int level;
	unsigned page;
	double y;
};

struct style {
	enum face face;
	double size, pitch, before, after;
	double first, left, right; /* indents */
	bool bold, red, heavy;
	PangoAlignment align;
	bool both; /* justified */
};

struct sheet {
	struct document *document;
	struct arena *mem;
	struct fonts *fonts;
	PangoContext *context;
	double width, height;            /* of the paper */
	double left, right, top, bottom; /* edges of the text */
	double y;                        /* where the next line begins */
	unsigned page;                   /* from 0 */
	struct mark *marks;
	size_t mark_count, mark_room;
	PangoLayout **layouts; /* kept until all is drawn */
	size_t layout_count, layout_room;
	struct outline_entry *outline;
	size_t outline_count, outline_room;
};

void sheet_open(struct sheet *sheet, struct document *document, struct fonts *fonts, PangoContext *context);
void sheet_close(struct sheet *sheet);
/* Place all of the document, from the letterhead to the last block. */
void sheet_fill(struct sheet *sheet);
/* What stands above and below every page, once it is known how many there are. */
void sheet_finish(struct sheet *sheet);
