#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/stamp.h"
#include "document/document_private.h"
#include "document/font.h"
#include "document/sheet.h"

/*
 * pdf -- the sheets of a document, drawn; its fonts are embedded, each with the
 * characters that are used. Its date is the document's, and no random number is
 * in it, so that the same document gives the same bytes.
 */

static cairo_status_t take(void *out, const unsigned char *bytes, unsigned len)
{
	buf_put(out, bytes, len);
	return CAIRO_STATUS_SUCCESS;
}

static void set_facts(cairo_surface_t *surface, const struct document *document)
{
	const struct civil d = stamp_civil(document->at);
	char when[32];

	snprintf(when, sizeof(when), "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, d.hour,
		 d.minute, d.second);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, document->title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, document->from);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Fengsui");
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, when);
}

static void set_outline(cairo_surface_t *surface, const struct sheet *sheet)
{
	int parents[4] = { CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT,
			   CAIRO_PDF_OUTLINE_ROOT };

	for (size_t i = 0; i < sheet->outline_count; i++) {
		const struct outline_entry *entry = &sheet->outline[i];
		char link[64];
		int id;

		snprintf(link, sizeof(link), "page=%u pos=[%d %d]", entry->page + 1, 0, (int)entry->y);
		id = cairo_pdf_surface_add_outline(surface, parents[entry->level - 1], entry->text, link,
						   CAIRO_PDF_OUTLINE_FLAG_OPEN);
		for (int level = entry->level; level < 4; level++)
			parents[level] = id;
	}
}

static void draw_line(cairo_t *cairo, const struct mark *mark)
{
	cairo_move_to(cairo, mark->x, mark->y);
	pango_cairo_show_layout_line(cairo, mark->line);
	if (!mark->heavy)
		return;
	cairo_move_to(cairo, mark->x, mark->y);
	pango_cairo_layout_line_path(cairo, mark->line);
	cairo_set_line_width(cairo, 0.45);
	cairo_stroke(cairo);
}

static void draw_rule(cairo_t *cairo, const struct mark *mark)
{
	cairo_set_line_width(cairo, mark->heavy ? 1.4 : 0.5);
	cairo_move_to(cairo, mark->x, mark->y);
	cairo_line_to(cairo, mark->x2, mark->y2);
	cairo_stroke(cairo);
}

static void draw_seal(cairo_t *cairo, const struct mark *mark)
{
	static const double dashes[] = { 3, 3 };

	cairo_save(cairo);
	cairo_set_source_rgb(cairo, 0.75, 0.75, 0.75);
	cairo_set_line_width(cairo, 0.5);
	cairo_set_dash(cairo, dashes, 2, 0);
	cairo_new_sub_path(cairo);
	cairo_arc(cairo, mark->x, mark->y, mark->x2, 0, 2 * G_PI);
	cairo_stroke(cairo);
	cairo_restore(cairo);
}

static void draw(cairo_t *cairo, const struct mark *mark)
{
	cairo_set_source_rgb(cairo, mark->red ? 0.9 : 0, 0, 0);
	if (mark->form == MARK_LINE)
		draw_line(cairo, mark);
	else if (mark->form == MARK_RULE)
		draw_rule(cairo, mark);
	else
		draw_seal(cairo, mark);
}

/* Marks stand page by page, but for those of head and foot, which come last. */
static void draw_pages(cairo_t *cairo, const struct sheet *sheet, size_t body)
{
	size_t at = 0, foot = body;

	for (unsigned page = 0; page <= sheet->page; page++) {
		for (; at < body && sheet->marks[at].page == page; at++)
			draw(cairo, &sheet->marks[at]);
		for (; foot < sheet->mark_count && sheet->marks[foot].page == page; foot++)
			draw(cairo, &sheet->marks[foot]);
		cairo_show_page(cairo);
	}
}

static int finish(cairo_t *cairo, cairo_surface_t *surface, struct fault *why)
{
	cairo_status_t status = cairo_status(cairo);

	cairo_destroy(cairo);
	cairo_surface_finish(surface);
	status = status ? status : cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return status ? fault_set(why, FAULT_IO, "the PDF could not be drawn: %s",
				  cairo_status_to_string(status))
		      : 0;
}

static int draw_document(struct document *document, struct fonts *fonts, struct buf *out, struct fault *why)
{
	PangoFontMap *map = pango_cairo_font_map_new();
	PangoContext *context = pango_font_map_create_context(map);
	cairo_surface_t *surface;
	struct sheet sheet;
	cairo_t *cairo;
	size_t body;
	int ret;

	pango_context_set_language(
		context, pango_language_from_string(document->language == DOCUMENT_ZH ? "zh-cn" : "en"));
	pango_context_set_round_glyph_positions(context, FALSE);
	sheet_open(&sheet, document, fonts, context);
	surface = cairo_pdf_surface_create_for_stream(take, out, sheet.width, sheet.height);
	cairo = cairo_create(surface);
	set_facts(surface, document);
	sheet_fill(&sheet);
	body = sheet.mark_count;
	sheet_finish(&sheet);
	set_outline(surface, &sheet);
	draw_pages(cairo, &sheet, body);
	ret = finish(cairo, surface, why);
	sheet_close(&sheet);
	g_object_unref(context);
	g_object_unref(map);
	return ret;
}

int pdf_write(struct document *document, struct buf *out, struct fault *why)
{
	struct fonts fonts;
	int ret = fonts_open(&fonts, document->mem, why);

	if (ret == 0)
		ret = draw_document(document, &fonts, out, why);
	fonts_close(&fonts);
	return ret;
}
