#pragma once

#include "document/document.h"

/*
 * document_private -- what the writers share.
 */
int docx_write(struct document *document, struct buf *out, struct fault *why);
int pdf_write(struct document *document, struct buf *out, struct fault *why);
int html_write(struct document *document, struct buf *out, struct fault *why);
int markdown_write(struct document *document, struct buf *out, struct fault *why);

/* One of two texts, in the language of the document. */
const char *in_language(const struct document *document, const char *zh, const char *en);
/* 【演练】, the marking, both or "": what stands above every page. */
const char *running_head(struct document *document);
/* The cell, "" beyond the end. */
const char *cell_at(const struct block *table, size_t row, size_t column);
size_t row_count(const struct block *table);
/* The next line of a text, taken from `mem`; NULL at the end. */
const char *next_line(struct arena *mem, const char **rest);
/* What share of the width a column takes, in thousandths, from what stands in it. */
void column_shares(const struct block *table, unsigned shares[static DOCUMENT_COLUMNS_MOST]);
