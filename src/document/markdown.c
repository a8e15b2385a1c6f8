#include <string.h>

#include "document/document_private.h"

/*
 * markdown -- a document as CommonMark with tables, for mail and for version control.
 *
 * Every character that could mean something is written with a backslash, which
 * CommonMark takes before any ASCII punctuation: what was typed stays text.
 */

static void put_text(struct buf *out, const char *text, bool in_cell)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_text(out, in_cell ? "<br>" : "\\\n");
		else if (strchr("\\`*_{}[]<>()#+-.!|~=&$@^:\"'/", *text))
			buf_char(out, '\\'), buf_char(out, *text);
		else
			buf_char(out, *text == '\t' ? ' ' : *text);
	}
}

static void put_row(struct buf *out, const struct block *table, size_t row)
{
	buf_char(out, '|');
	for (size_t c = 0; c < table->columns; c++) {
		buf_char(out, ' ');
		put_text(out, cell_at(table, row, c), true);
		buf_text(out, " |");
	}
	buf_char(out, '\n');
}

static void put_table(struct buf *out, const struct block *table)
{
	buf_char(out, '|');
	for (size_t c = 0; c < table->columns; c++) {
		buf_char(out, ' ');
		put_text(out, table->header ? table->header[c] : "", true);
		buf_text(out, " |");
	}
	buf_text(out, "\n|");
	for (size_t c = 0; c < table->columns; c++)
		buf_text(out, " --- |");
	buf_char(out, '\n');
	for (size_t r = 0; r < row_count(table); r++)
		put_row(out, table, r);
}

static void put_lines(struct document *document, struct buf *out, const char *before, const char *text)
{
	const char *rest = text, *line;

	while ((line = next_line(document->mem, &rest))) {
		buf_text(out, before);
		put_text(out, line, false);
		buf_text(out, rest ? "\n\n" : "\n");
	}
}

static void put_block(struct document *document, struct buf *out, const struct block *block)
{
	switch (block->form) {
	case BLOCK_HEADING:
		buf_format(out, "%.*s ", block->level + 1, "####");
		put_text(out, block->text, true);
		buf_char(out, '\n');
		break;
	case BLOCK_LIST:
		for (size_t r = 0; r < row_count(block); r++) {
			buf_format(out, "%zu. ", r + 1);
			put_text(out, cell_at(block, r, 0), true);
			buf_char(out, '\n');
		}
		break;
	case BLOCK_TABLE:
	case BLOCK_FACTS:
	case BLOCK_TIMELINE:
		put_table(out, block);
		break;
	case BLOCK_BREAK:
		buf_text(out, "---\n");
		break;
	case BLOCK_NOTE:
	case BLOCK_CHECKPOINT:
		put_lines(document, out, "> ", block->text);
		break;
	case BLOCK_SIGNATURE:
		put_text(out, block->text, false);
		buf_text(out, in_language(document, "　　（签章）", "  (signature, seal)"));
		if (block->second) {
			buf_text(out, "\n\n");
			put_text(out, block->second, false);
		}
		buf_char(out, '\n');
		break;
	default:
		put_lines(document, out, "", block->text);
	}
	buf_char(out, '\n');
}

int markdown_write(struct document *document, struct buf *out, struct fault *why)
{
	const char *head = running_head(document);

	(void)why;
	if (*head) {
		buf_text(out, "**");
		put_text(out, head, true);
		buf_text(out, "**\n\n");
	}
	if (document->letterhead) {
		put_text(out, document->letterhead, true);
		buf_text(out, "\n\n");
	}
	if (document->number) {
		put_text(out, document->number, true);
		buf_text(out, "\n\n");
	}
	buf_text(out, "# ");
	put_text(out, document->title, true);
	buf_text(out, "\n\n");
	for (const struct block *block = document->first; block; block = block->next)
		put_block(document, out, block);
	if (document->foot) {
		buf_text(out, "---\n\n");
		put_text(out, document->foot, true);
		buf_char(out, '\n');
	}
	return 0;
}
