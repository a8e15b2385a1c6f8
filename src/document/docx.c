#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "document/docx_part.h"
#include "document/document_private.h"
#include "document/zip.h"

/*
 * docx -- a document as Office Open XML (ISO/IEC 29500), for those who edit it.
 *
 * Text stands in w:t alone, so that nothing in a field is read as a field code,
 * a formula or a link. Its looks are styles (docx_part.c); here is the body.
 */

static void put_run(struct buf *out, const char *text)
{
	buf_text(out, "<w:r><w:t xml:space=\"preserve\">");
	for (size_t n; *text; text += n + (text[n] != '\0')) {
		SCOPED(buf_fini) struct buf piece = { 0 };

		n = strcspn(text, "\n\t");
		buf_put(&piece, text, n);
		buf_markup(out, piece.data ? piece.data : "");
		if (text[n])
			buf_format(out, "</w:t>%s<w:t xml:space=\"preserve\">",
				   text[n] == '\n' ? "<w:br/>" : "<w:tab/>");
	}
	buf_text(out, "</w:t></w:r>");
}

static void put_paragraph(struct buf *out, const char *style, const char *text)
{
	buf_format(out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>", style);
	if (*text)
		put_run(out, text);
	buf_text(out, "</w:p>\n");
}

static void put_lines(struct document *document, struct buf *out, const char *style, const char *text)
{
	const char *rest = text, *line;

	while ((line = next_line(document->mem, &rest)))
		put_paragraph(out, style, line);
}

static void put_cell(struct document *document, struct buf *out, unsigned width, const char *style,
		     const char *text)
{
	buf_format(out, "<w:tc><w:tcPr><w:tcW w:w=\"%u\" w:type=\"dxa\"/></w:tcPr>", width);
	put_lines(document, out, style, text);
	buf_text(out, "</w:tc>");
}

static void put_table(struct document *document, struct buf *out, const struct block *table)
{
	unsigned shares[DOCUMENT_COLUMNS_MOST];

	column_shares(table, shares);
	buf_format(out,
		   "<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/><w:tblW w:w=\"%d\" w:type=\"dxa\"/>"
		   "<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>",
		   docx_width(document));
	for (size_t c = 0; c < table->columns; c++) {
		shares[c] = shares[c] * (unsigned)docx_width(document) / 1000;
		buf_format(out, "<w:gridCol w:w=\"%u\"/>", shares[c]);
	}
	buf_text(out, "</w:tblGrid>\n");
	if (table->header) {
		buf_text(out, "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
		for (size_t c = 0; c < table->columns; c++)
			put_cell(document, out, shares[c], "CellHead", table->header[c]);
		buf_text(out, "</w:tr>\n");
	}
	for (size_t r = 0; r < row_count(table); r++) {
		buf_text(out, "<w:tr>");
		for (size_t c = 0; c < table->columns; c++)
			put_cell(document, out, shares[c],
				 table->form == BLOCK_FACTS && c == 0 ? "CellHead" : "Cell",
				 cell_at(table, r, c));
		buf_text(out, "</w:tr>\n");
	}
	/* Word wants a paragraph between two tables, and one at the end of a page. */
	buf_text(out, "</w:tbl>\n<w:p><w:pPr><w:pStyle w:val=\"Gap\"/></w:pPr></w:p>\n");
}

static void put_list(struct document *document, struct buf *out, const struct block *list)
{
	for (size_t r = 0; r < row_count(list); r++)
		put_paragraph(out, "Item", arena_text(document->mem, "%zu.\t%s", r + 1, cell_at(list, r, 0)));
}

static void put_block(struct document *document, struct buf *out, const struct block *block)
{
	static const char *const headings[] = { "Heading1", "Heading1", "Heading2", "Heading3" };

	switch (block->form) {
	case BLOCK_HEADING:
		put_paragraph(out, headings[block->level], block->text);
		break;
	case BLOCK_LIST:
		put_list(document, out, block);
		break;
	case BLOCK_TABLE:
	case BLOCK_FACTS:
	case BLOCK_TIMELINE:
		put_table(document, out, block);
		break;
	case BLOCK_BREAK:
		buf_text(out, "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>\n");
		break;
	case BLOCK_NOTE:
		put_lines(document, out, "Note", block->text);
		break;
	case BLOCK_CHECKPOINT:
		put_lines(document, out, "Checkpoint", block->text);
		break;
	case BLOCK_SIGNATURE:
		put_paragraph(out, "Seal", "");
		put_lines(document, out, "Signature", block->text);
		if (block->second)
			put_paragraph(out, "Signature", block->second);
		break;
	default:
		put_lines(document, out, "Normal", block->text);
	}
}

/* As large as lets a long name stand on one line, though no smaller than the title. */
static void put_letterhead(struct document *document, struct buf *out)
{
	const int characters = utf8_columns(document->letterhead, strlen(document->letterhead)) / 2;
	int half_points = document->language == DOCUMENT_EN ? 32
			  : characters > 12                 ? 2 * 430 / characters
							    : 72;

	half_points = half_points < 32 ? 32 : half_points;
	buf_format(
		out,
		"<w:p><w:pPr><w:pStyle w:val=\"Letterhead\"/></w:pPr><w:r><w:rPr><w:sz w:val=\"%d\"/></w:rPr>"
		"<w:t xml:space=\"preserve\">",
		half_points);
	buf_markup(out, document->letterhead);
	buf_text(out, "</w:t></w:r></w:p>\n");
}

static void put_body(struct document *document, struct buf *out)
{
	buf_text(out, DOCX_XML "<w:document " DOCX_NAMES "><w:body>\n");
	if (document->letterhead)
		put_letterhead(document, out);
	if (document->number || document->letterhead)
		put_paragraph(out, document->letterhead ? "NumberLine" : "Number",
			      document->number ? document->number : "");
	put_paragraph(out, "Title", document->title);
	for (const struct block *block = document->first; block; block = block->next)
		put_block(document, out, block);
	docx_section(document, out);
	buf_text(out, "</w:body></w:document>\n");
}

static void put_core(struct document *document, struct buf *out)
{
	const struct civil d = stamp_civil(document->at);

	buf_text(out, DOCX_XML
		 "<cp:coreProperties "
		 "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\""
		 " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\""
		 " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
	buf_markup(out, document->title);
	buf_text(out, "</dc:title><dc:creator>");
	buf_markup(out, document->from);
	buf_format(out, "</dc:creator><dc:language>%s</dc:language>", in_language(document, "zh-CN", "en"));
	buf_format(out,
		   "<dcterms:created "
		   "xsi:type=\"dcterms:W3CDTF\">%04d-%02d-%02dT%02d:%02d:%02dZ</dcterms:created>",
		   d.year, d.month, d.day, d.hour, d.minute, d.second);
	buf_text(out, "</cp:coreProperties>\n");
}

enum { PARTS = 11 };

int docx_write(struct document *document, struct buf *out, struct fault *why)
{
	static const struct {
		const char *name;
		void (*put)(struct document *document, struct buf *out);
	} parts[PARTS] = {
		{ "[Content_Types].xml", docx_types },
		{ "_rels/.rels", docx_root },
		{ "docProps/core.xml", put_core },
		{ "word/document.xml", put_body },
		{ "word/_rels/document.xml.rels", docx_links },
		{ "word/styles.xml", docx_styles },
		{ "word/settings.xml", docx_settings },
		{ "word/fontTable.xml", docx_fonts },
		{ "word/header1.xml", docx_header },
		{ "word/footer1.xml", docx_footer_odd },
		{ "word/footer2.xml", docx_footer_even },
	};
	struct buf made[PARTS] = { 0 };
	struct zip_part list[PARTS];
	int ret;

	for (size_t i = 0; i < PARTS; i++) {
		parts[i].put(document, &made[i]);
		list[i] = (struct zip_part){ parts[i].name, made[i].data, made[i].len };
	}
	ret = zip_write(list, PARTS, out, why);
	for (size_t i = 0; i < PARTS; i++)
		buf_fini(&made[i]);
	return ret;
}
