#include "document/sheet_private.h"

#include <stdlib.h>
#include <string.h>

#include "document/document_private.h"

#define MM(mm) ((mm)*72.0 / 25.4)

enum { PIECE_MOST = 16 * 1024 }; /* bytes that are laid out at once */

/* GB/T 9704-2012: body 3号 (16 pt, here as wide as 28 fit), title 2号, 22 lines on a page. */
#define BODY_ZH 15.79
#define PITCH_ZH 28.99
#define CENTRE PANGO_ALIGN_CENTER
#define RIGHT PANGO_ALIGN_RIGHT

/* clang-format off */
static const struct style styles_zh[] = {
	[STYLE_BODY]       = { FACE_BODY,    BODY_ZH, PITCH_ZH, 0, 0, 2 * BODY_ZH, 0, 0, false, false, false, 0, true },
	[STYLE_TITLE]      = { FACE_TITLE,   22, 34, PITCH_ZH, PITCH_ZH, 0, 0, 0, false, false, true, CENTRE, false },
	[STYLE_LETTERHEAD] = { FACE_TITLE,   34, 50, MM(12), MM(8), 0, 0, 0, false, true, true, CENTRE, false },
	[STYLE_NUMBER]     = { FACE_BODY,    BODY_ZH, PITCH_ZH, 0, 0, 0, 0, 0, false, false, false, CENTRE, false },
	[STYLE_HEADING1]   = { FACE_HEADING, BODY_ZH, PITCH_ZH, 0, 0, 2 * BODY_ZH, 0, 0, false, false, false, 0, false },
	[STYLE_HEADING2]   = { FACE_KAI,     BODY_ZH, PITCH_ZH, 0, 0, 2 * BODY_ZH, 0, 0, false, false, false, 0, false },
	[STYLE_HEADING3]   = { FACE_BODY,    BODY_ZH, PITCH_ZH, 0, 0, 2 * BODY_ZH, 0, 0, false, false, true, 0, false },
	[STYLE_ITEM]       = { FACE_BODY,    BODY_ZH, PITCH_ZH, 0, 0, 2 * BODY_ZH, 0, 0, false, false, false, 0, true },
	[STYLE_NOTE]       = { FACE_KAI,     BODY_ZH, PITCH_ZH, 0, 0, 2 * BODY_ZH, BODY_ZH, BODY_ZH, false, false, false, 0, true },
	[STYLE_SIGNATURE]  = { FACE_BODY,    BODY_ZH, PITCH_ZH, 0, 0, 0, 0, 4 * BODY_ZH, false, false, false, RIGHT, false },
	[STYLE_CELL]       = { FACE_BODY,    10.5, 16, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_CELL_HEAD]  = { FACE_HEADING, 10.5, 16, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_CHECKPOINT] = { FACE_MONO,    8.5, 13, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_HEADER]     = { FACE_HEADING, 16, 20, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_PAGE_NUMBER] = { FACE_BODY,   14, 18, 0, 0, 0, 14, 14, false, false, false, 0, false },
	[STYLE_FOOT]       = { FACE_BODY,    7.5, 10, 0, 0, 0, 0, 0, false, false, false, 0, false },
};

static const struct style styles_en[] = {
	[STYLE_BODY]       = { FACE_SERIF, 11, 15.5, 0, 5, 0, 0, 0, false, false, false, 0, false },
	[STYLE_TITLE]      = { FACE_SANS,  20, 26, 6, 14, 0, 0, 0, true, false, false, 0, false },
	[STYLE_LETTERHEAD] = { FACE_SANS,  16, 22, 0, 6, 0, 0, 0, true, true, false, 0, false },
	[STYLE_NUMBER]     = { FACE_SERIF, 11, 15.5, 0, 4, 0, 0, 0, false, false, false, 0, false },
	[STYLE_HEADING1]   = { FACE_SANS,  14, 19, 14, 5, 0, 0, 0, true, false, false, 0, false },
	[STYLE_HEADING2]   = { FACE_SANS,  12, 16, 10, 4, 0, 0, 0, true, false, false, 0, false },
	[STYLE_HEADING3]   = { FACE_SANS,  11, 15, 8, 3, 0, 0, 0, true, false, false, 0, false },
	[STYLE_ITEM]       = { FACE_SERIF, 11, 15.5, 0, 4, -22, 22, 0, false, false, false, 0, false },
	[STYLE_NOTE]       = { FACE_SERIF, 10.5, 15, 2, 5, 0, 14, 0, false, false, false, 0, false },
	[STYLE_SIGNATURE]  = { FACE_SERIF, 11, 15.5, 0, 2, 0, 0, 0, false, false, false, RIGHT, false },
	[STYLE_CELL]       = { FACE_SERIF, 9.5, 13, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_CELL_HEAD]  = { FACE_SANS,  9, 13, 0, 0, 0, 0, 0, true, false, false, 0, false },
	[STYLE_CHECKPOINT] = { FACE_MONO,  8, 12, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_HEADER]     = { FACE_SANS,  11, 15, 0, 0, 0, 0, 0, true, false, false, 0, false },
	[STYLE_PAGE_NUMBER] = { FACE_SERIF, 10, 13, 0, 0, 0, 0, 0, false, false, false, 0, false },
	[STYLE_FOOT]       = { FACE_SERIF, 7.5, 10, 0, 0, 0, 0, 0, false, false, false, 0, false },
};
/* clang-format on */

static bool chinese(const struct sheet *sheet) { return sheet->document->language == DOCUMENT_ZH; }

const struct style *sheet_style(const struct sheet *sheet, enum style_name name)
{
	return chinese(sheet) ? &styles_zh[name] : &styles_en[name];
}

void sheet_open(struct sheet *sheet, struct document *document, struct fonts *fonts, PangoContext *context)
{
	*sheet = (struct sheet){ .document = document,
				 .mem = document->mem,
				 .fonts = fonts,
				 .context = context,
				 .width = MM(210),
				 .height = MM(297) };
	sheet->left = chinese(sheet) ? MM(28) : MM(25);
	sheet->right = sheet->width - (chinese(sheet) ? MM(26) : MM(25));
	sheet->top = chinese(sheet) ? MM(37) : MM(25);
	sheet->bottom = sheet->height - (chinese(sheet) ? MM(35) : MM(25));
	sheet->y = sheet->top;
}

void sheet_close(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->layout_count; i++)
		g_object_unref(sheet->layouts[i]);
	free(sheet->layouts);
	free(sheet->marks);
	free(sheet->outline);
}

static void *grown(void *old, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return old;
	*room = *room ? 2 * *room : 64;
	return must_grow(old, *room * size);
}

void sheet_mark(struct sheet *sheet, struct mark mark)
{
	sheet->marks = grown(sheet->marks, sheet->mark_count, &sheet->mark_room, sizeof(*sheet->marks));
	sheet->marks[sheet->mark_count++] = mark;
}

void sheet_rule(struct sheet *sheet, double x, double y, double x2, double y2, bool red, bool heavy)
{
	sheet_mark(sheet, (struct mark){ MARK_RULE, sheet->page, x, y, x2, y2, NULL, red, heavy });
}

void sheet_new_page(struct sheet *sheet)
{
	sheet->page++;
	sheet->y = sheet->top;
}

/* A hair of tolerance, so that 22 lines fit into the room for 22 lines. */
void sheet_room(struct sheet *sheet, double height)
{
	if (sheet->y > sheet->top && sheet->y + height > sheet->bottom + 0.5)
		sheet_new_page(sheet);
}

/* ---- text --------------------------------------------------------------------- */

/* Digits and Latin letters stand in a Latin font; the marks between Chinese
 * words are the Chinese font's. */
static void latin_runs(const struct sheet *sheet, PangoAttrList *attributes, const char *text)
{
	for (const char *p = text; *p;) {
		size_t n = 0;
		PangoAttribute *family;

		while ((p[n] > ' ' && p[n] < 0x7f) || (n && p[n] == ' ' && p[n + 1] > ' ' && p[n + 1] < 0x7f))
			n++;
		if (!n) {
			p++;
			continue;
		}
		family = pango_attr_family_new(sheet->fonts->list[FACE_SERIF]);
		family->start_index = (guint)(p - text);
		family->end_index = (guint)(p - text + (ptrdiff_t)n);
		pango_attr_list_insert(attributes, family);
		p += n;
	}
}

static void dress(const struct sheet *sheet, PangoLayout *layout, const struct style *style, const char *text)
{
	PangoFontDescription *font = pango_font_description_new();
	PangoAttrList *attributes = pango_attr_list_new();

	pango_font_description_set_family(font, sheet->fonts->list[style->face]);
	pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
	if (style->bold)
		pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	if (style->face < FACE_SERIF)
		latin_runs(sheet, attributes, text);
	pango_layout_set_attributes(layout, attributes);
	pango_attr_list_unref(attributes);
}

PangoLayout *sheet_layout(struct sheet *sheet, const struct style *style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(sheet->context);

	sheet->layouts =
		grown(sheet->layouts, sheet->layout_count, &sheet->layout_room, sizeof(PangoLayout *));
	sheet->layouts[sheet->layout_count++] = layout;
	text = fonts_text(sheet->fonts, sheet->mem, text);
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_text(layout, text, -1);
	dress(sheet, layout, style, text);
	pango_layout_set_width(layout, (int)((width - style->left - style->right) * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_indent(layout, (int)(style->first * PANGO_SCALE));
	pango_layout_set_alignment(layout, style->align);
	pango_layout_set_justify(layout, style->both);
	return layout;
}

/* One line of a layout, `top` the upper edge of its pitch. */
void sheet_line(struct sheet *sheet, const struct style *style, PangoLayoutLine *line, double x, double top,
		double width)
{
	const double wide = width - style->left - style->right;
	PangoRectangle logical;
	double at = x + style->left;

	pango_layout_line_get_extents(line, NULL, &logical);
	if (style->align == PANGO_ALIGN_CENTER)
		at += (wide - (double)logical.width / PANGO_SCALE) / 2;
	else if (style->align == PANGO_ALIGN_RIGHT)
		at += wide - (double)logical.width / PANGO_SCALE;
	else if (line->is_paragraph_start ? style->first > 0 : style->first < 0)
		at += style->first > 0 ? style->first : -style->first;
	sheet_mark(sheet,
		   (struct mark){ MARK_LINE, sheet->page, at, top + style->pitch / 2 + style->size * 0.36, 0,
				  0, line, style->red, style->heavy });
}

static void place(struct sheet *sheet, const struct style *style, PangoLayout *layout)
{
	for (GSList *at = pango_layout_get_lines(layout); at; at = at->next) {
		sheet_room(sheet, style->pitch);
		sheet_line(sheet, style, at->data, sheet->left, sheet->y, sheet->right - sheet->left);
		sheet->y += style->pitch;
	}
}

/* What is laid out at once has a limit, so that a field of a megabyte costs no more than its length. */
static size_t piece_of(const char *text, size_t len)
{
	size_t n = PIECE_MOST;

	if (len <= PIECE_MOST)
		return len;
	while (n && (text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void sheet_paragraph(struct sheet *sheet, const struct style *style, const char *text)
{
	const double width = sheet->right - sheet->left;
	size_t len = strlen(text), n;

	if (sheet->y > sheet->top)
		sheet->y += style->before;
	do {
		n = piece_of(text, len);
		place(sheet, style, sheet_layout(sheet, style, arena_copy_bytes(sheet->mem, text, n), width));
		text += n;
		len -= n;
	} while (len);
	sheet->y += style->after;
}

void sheet_lines(struct sheet *sheet, const struct style *style, const char *text)
{
	const char *rest = text, *line;

	while ((line = next_line(sheet->mem, &rest)))
		sheet_paragraph(sheet, style, line);
}

/* ---- blocks ---------------------------------------------------------------------- */

/* What of the next block must stand on the page of its heading. */
static double follows(const struct sheet *sheet, const struct block *next)
{
	double lines = 2;

	if (next && (next->form == BLOCK_TABLE || next->form == BLOCK_FACTS || next->form == BLOCK_TIMELINE))
		return 80;
	if (!next || next->form != BLOCK_CHECKPOINT)
		return lines * sheet_style(sheet, STYLE_BODY)->pitch;
	for (const char *p = next->text; *p; p++)
		lines += *p == '\n';
	return lines * sheet_style(sheet, STYLE_CHECKPOINT)->pitch;
}

static void heading(struct sheet *sheet, const struct block *block)
{
	const struct style *style = sheet_style(sheet, STYLE_HEADING1 + (enum style_name)(block->level - 1));

	sheet_room(sheet, style->before + style->pitch + style->after + follows(sheet, block->next));
	sheet->outline =
		grown(sheet->outline, sheet->outline_count, &sheet->outline_room, sizeof(*sheet->outline));
	sheet->outline[sheet->outline_count++] =
		(struct outline_entry){ block->text, block->level, sheet->page, sheet->y };
	sheet_paragraph(sheet, style, block->text);
}

static void list(struct sheet *sheet, const struct block *block)
{
	for (size_t r = 0; r < row_count(block); r++)
		sheet_lines(sheet, sheet_style(sheet, STYLE_ITEM),
			    arena_text(sheet->mem, "%zu. %s", r + 1, cell_at(block, r, 0)));
}

/* The seal goes over name and date; a faint circle says where. */
static void signature(struct sheet *sheet, const struct block *block)
{
	const struct style *style = sheet_style(sheet, STYLE_SIGNATURE);
	const double radius = MM(19), height = 2 * style->pitch;
	double middle;

	sheet->y += sheet->y > sheet->top ? style->pitch : 0;
	sheet_room(sheet, height + radius);
	sheet->y += radius / 2;
	middle = sheet->y + height / 2;
	sheet_mark(sheet, (struct mark){ MARK_SEAL, sheet->page, sheet->right - style->right - MM(24), middle,
					 radius, 0, NULL, false, false });
	sheet_lines(sheet, style, block->text);
	if (block->second)
		sheet_paragraph(sheet, style, block->second);
	sheet->y += radius / 2;
}

static void note(struct sheet *sheet, const struct block *block)
{
	const struct style *style = sheet_style(sheet, STYLE_NOTE);
	const unsigned page = sheet->page;
	const double from = sheet->y;

	sheet_lines(sheet, style, block->text);
	if (!chinese(sheet) && page == sheet->page)
		sheet_rule(sheet, sheet->left + 4, from + 4, sheet->left + 4, sheet->y - style->after, false,
			   true);
}

static void put_block(struct sheet *sheet, const struct block *block)
{
	switch (block->form) {
	case BLOCK_HEADING:
		heading(sheet, block);
		break;
	case BLOCK_LIST:
		list(sheet, block);
		break;
	case BLOCK_TABLE:
	case BLOCK_FACTS:
	case BLOCK_TIMELINE:
		sheet_table(sheet, block);
		break;
	case BLOCK_BREAK:
		sheet_new_page(sheet);
		break;
	case BLOCK_NOTE:
		note(sheet, block);
		break;
	case BLOCK_SIGNATURE:
		signature(sheet, block);
		break;
	case BLOCK_CHECKPOINT:
		sheet_lines(sheet, sheet_style(sheet, STYLE_CHECKPOINT), block->text);
		break;
	default:
		sheet_lines(sheet, sheet_style(sheet, STYLE_BODY), block->text);
	}
}

/* As large as lets a long name stand on one line, though no smaller than the title. */
static void put_authority(struct sheet *sheet, const char *text)
{
	struct style style = *sheet_style(sheet, STYLE_LETTERHEAD);
	const double title = sheet_style(sheet, STYLE_TITLE)->size, width = sheet->right - sheet->left;

	while (style.size > title &&
	       pango_layout_get_line_count(sheet_layout(sheet, &style, text, width)) > 1)
		style.size -= 1;
	sheet_paragraph(sheet, &style, text);
}

static void put_letterhead(struct sheet *sheet)
{
	const struct document *document = sheet->document;

	if (document->letterhead) {
		sheet->y += chinese(sheet) ? MM(12) : 0;
		put_authority(sheet, document->letterhead);
	}
	if (document->number)
		sheet_paragraph(sheet, sheet_style(sheet, STYLE_NUMBER), document->number);
	if (!document->letterhead)
		return;
	sheet->y += MM(4);
	sheet_rule(sheet, sheet->left, sheet->y, sheet->right, sheet->y, true, true);
	sheet->y += MM(2);
}

void sheet_fill(struct sheet *sheet)
{
	put_letterhead(sheet);
	sheet_paragraph(sheet, sheet_style(sheet, STYLE_TITLE), sheet->document->title);
	for (const struct block *block = sheet->document->first; block; block = block->next)
		put_block(sheet, block);
}

/* ---- above and below every page ---------------------------------------------------- */

static void put_page_number(struct sheet *sheet, unsigned pages)
{
	struct style style = *sheet_style(sheet, STYLE_PAGE_NUMBER);
	const char *text = chinese(sheet) ? "— %u / %u —" : "Page %u of %u";
	const bool right = chinese(sheet) && sheet->page % 2 == 0; /* odd pages, counted from 1 */
	char words[64];
	PangoLayout *layout;

	snprintf(words, sizeof(words), text, sheet->page + 1, pages);
	style.align = right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
	layout = sheet_layout(sheet, &style, words, sheet->right - sheet->left);
	sheet_line(sheet, &style, pango_layout_get_line_readonly(layout, 0), sheet->left,
		   sheet->bottom + (chinese(sheet) ? MM(7) : MM(6)), sheet->right - sheet->left);
}

static void put_small(struct sheet *sheet, enum style_name name, const char *text, double top, bool red)
{
	struct style style = *sheet_style(sheet, name);
	PangoLayout *layout;
	int lines = 0;

	style.red = red;
	layout = sheet_layout(sheet, &style, text, sheet->right - sheet->left);
	for (GSList *at = pango_layout_get_lines(layout); at && lines < 3; at = at->next, lines++)
		sheet_line(sheet, &style, at->data, sheet->left, top + lines * style.pitch,
			   sheet->right - sheet->left);
}

void sheet_finish(struct sheet *sheet)
{
	const unsigned pages = sheet->page + 1;
	const char *head = running_head(sheet->document);

	for (sheet->page = 0; sheet->page < pages; sheet->page++) {
		if (*head)
			put_small(sheet, STYLE_HEADER, head, chinese(sheet) ? MM(22) : MM(13),
				  sheet->document->drill);
		put_page_number(sheet, pages);
		if (sheet->document->foot)
			put_small(sheet, STYLE_FOOT, sheet->document->foot,
				  sheet->bottom + (chinese(sheet) ? MM(16) : MM(12)), false);
	}
	sheet->page = pages - 1;
}
