#pragma once

#include "base/buf.h"
#include "document/document.h"

/*
 * docx_part -- the parts of a DOCX file that say how it looks.
 */
#define DOCX_XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define DOCX_NAMES                                                                                           \
	"xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "                          \
	"xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

int docx_width(const struct document *document); /* of the text, in twentieths of a point */
void docx_types(struct document *document, struct buf *out);
void docx_root(struct document *document, struct buf *out);
void docx_links(struct document *document, struct buf *out);
void docx_styles(struct document *document, struct buf *out);
void docx_settings(struct document *document, struct buf *out);
void docx_fonts(struct document *document, struct buf *out);
void docx_header(struct document *document, struct buf *out);
void docx_footer_odd(struct document *document, struct buf *out);
void docx_footer_even(struct document *document, struct buf *out);
void docx_section(struct document *document, struct buf *out); /* paper and margins, at the end of the body */
