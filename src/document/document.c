#include "document/document_private.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static const struct {
	const char *ending, *media;
	int (*write)(struct document *document, struct buf *out, struct fault *why);
} formats[] = {
	[DOCUMENT_DOCX] = { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
			    docx_write },
	[DOCUMENT_PDF] = { "pdf", "application/pdf", pdf_write },
	[DOCUMENT_HTML] = { "html", "text/html; charset=utf-8", html_write },
	[DOCUMENT_MD] = { "md", "text/markdown; charset=utf-8", markdown_write },
};

_Static_assert(sizeof(formats) / sizeof(*formats) == DOCUMENT__COUNT, "every format has its row");

const char *document_ending(enum document_format format) { return formats[format].ending; }
const char *document_media(enum document_format format) { return formats[format].media; }

int document_format_of(const char *ending)
{
	for (int i = 0; i < DOCUMENT__COUNT; i++)
		if (!strcmp(formats[i].ending, ending))
			return i;
	return -1;
}

struct document *document_new(struct arena *mem, enum document_language language)
{
	struct document *document = arena_take(mem, sizeof(*document));

	document->mem = mem;
	document->language = language;
	document->name = "document";
	document->title = document->from = "";
	return document;
}

const char *in_language(const struct document *document, const char *zh, const char *en)
{
	return document->language == DOCUMENT_ZH ? zh : en;
}

static void too_much(struct document *document, const char *en, const char *zh, int most)
{
	if (document->why)
		return;
	document->why = &document->over;
	fault_say(document->why, FAULT_LIMIT, en, zh, most);
}

/* May this many bytes more stand in it? The first that may not is remembered. */
static bool room_for(struct document *document, size_t len)
{
	if (len > DOCUMENT_TEXT_MOST)
		too_much(document, "a text of a document has at most %d bytes", "文件中一段文字最多 %d 字节",
			 DOCUMENT_TEXT_MOST);
	else if (len > DOCUMENT_BYTES_MOST - document->bytes)
		too_much(document, "a document has at most %d bytes of text", "一份文件的文字最多 %d 字节",
			 DOCUMENT_BYTES_MOST);
	else
		document->bytes += len;
	return !document->why;
}

/* ---- texts ------------------------------------------------------------------ */

/* Does it steer what is read instead of being read? Controls, marks that turn
 * the direction of writing, and characters that are none. */
static bool steers(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       c == 0x180e || (c >= 0x200b && c <= 0x200f && c != 0x200d && c != 0x200c) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff0 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

static void put_character(struct buf *out, uint32_t c)
{
	char bytes[4];

	if (c == 0x2028 || c == 0x2029)
		c = '\n';
	if (steers(c))
		buf_format(out, "[U+%04X]", c);
	else
		buf_put(out, bytes, utf8_put(c, bytes));
}

const char *document_text(struct document *document, const char *text)
{
	const size_t len = text ? strlen(text) : 0;
	const char *p = text, *const end = text + len, *made;
	struct buf out = { 0 };

	if (!text || !room_for(document, len))
		return text ? "" : NULL;
	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (c == '\r') /* CR LF is one line's end, as CR alone is */
			c = p < end && *p == '\n' ? (p++, '\n') : '\n';
		put_character(&out, c);
	}
	made = arena_copy_bytes(document->mem, out.data ? out.data : "", out.len);
	buf_fini(&out);
	return made;
}

/* ---- blocks ----------------------------------------------------------------- */

struct block *document_add(struct document *document, enum block_form form, const char *text)
{
	struct block *block = arena_take(document->mem, sizeof(*block));

	block->form = form;
	block->text = document_text(document, text ? text : "");
	if (document->blocks == DOCUMENT_BLOCKS_MOST) {
		too_much(document, "a document has at most %d blocks", "一份文件最多 %d 个段块",
			 DOCUMENT_BLOCKS_MOST);
		return block; /* in no document, so that a caller need not ask */
	}
	document->blocks++;
	if (document->last)
		document->last->next = block;
	else
		document->first = block;
	document->last = block;
	return block;
}

struct block *document_heading(struct document *document, int level, const char *text)
{
	struct block *block = document_add(document, BLOCK_HEADING, text);

	block->level = level < 1 ? 1 : level > 3 ? 3 : level;
	return block;
}

struct block *document_table(struct document *document, enum block_form form, size_t columns,
			     const char *const *header)
{
	struct block *block = document_add(document, form, NULL);

	block->columns = columns < 1 ? 1 : columns > DOCUMENT_COLUMNS_MOST ? DOCUMENT_COLUMNS_MOST : columns;
	if (columns > DOCUMENT_COLUMNS_MOST)
		too_much(document, "a table of a document has at most %d columns", "文件中的表格最多 %d 列",
			 DOCUMENT_COLUMNS_MOST);
	if (!header)
		return block;
	block->header = arena_many(document->mem, block->columns, sizeof(*block->header));
	for (size_t i = 0; i < block->columns; i++)
		block->header[i] = document_text(document, header[i]);
	return block;
}

void document_cell(struct document *document, struct block *table, const char *text)
{
	if (document->cells == DOCUMENT_CELLS_MOST) {
		too_much(document, "a document has at most %d cells of tables",
			 "一份文件的表格最多 %d 个单元格", DOCUMENT_CELLS_MOST);
		return;
	}
	if (table->cell_count == table->cell_room) {
		const size_t room = table->cell_room ? 2 * table->cell_room : 16;
		const char **cells = arena_many(document->mem, room, sizeof(*cells));

		if (table->cell_count)
			memcpy(cells, table->cells, table->cell_count * sizeof(*cells));
		table->cells = cells;
		table->cell_room = room;
	}
	document->cells++;
	table->cells[table->cell_count++] = document_text(document, text ? text : "");
}

int document_fault(const struct document *document, struct fault *why)
{
	if (!document->why)
		return 0;
	if (why)
		*why = *document->why;
	return -document->why->code;
}

int document_write(struct document *document, enum document_format format, struct buf *out, struct fault *why)
{
	const int ret = document_fault(document, why);

	return ret < 0 ? ret : formats[format].write(document, out, why);
}

/* ---- what writers share ------------------------------------------------------- */

const char *running_head(struct document *document)
{
	const char *drill = document->drill ? in_language(document, "【演练】", "EXERCISE") : "";
	const char *marking = document->marking ? document->marking : "";

	return arena_text(document->mem, "%s%s%s", drill, *drill && *marking ? "  " : "", marking);
}

size_t row_count(const struct block *table)
{
	return table->columns ? (table->cell_count + table->columns - 1) / table->columns : 0;
}

const char *cell_at(const struct block *table, size_t row, size_t column)
{
	const size_t at = row * table->columns + column;

	return at < table->cell_count ? table->cells[at] : "";
}

const char *next_line(struct arena *mem, const char **rest)
{
	const char *line = *rest;
	size_t len;

	if (!line)
		return NULL;
	len = strcspn(line, "\n");
	*rest = line[len] ? line + len + 1 : NULL;
	return arena_copy_bytes(mem, line, len);
}

/* As wide as what stands in them wants, the widest not above three times the
 * others' share: a long text wraps, a date does not. */
void column_shares(const struct block *table, unsigned shares[static DOCUMENT_COLUMNS_MOST])
{
	const size_t rows = row_count(table);
	unsigned sum = 0;

	if (table->form == BLOCK_FACTS) {
		shares[0] = 280;
		shares[1] = 720;
		return;
	}
	for (size_t c = 0; c < table->columns; c++) {
		unsigned widest = table->header
					  ? (unsigned)utf8_columns(table->header[c], strlen(table->header[c]))
					  : 4;

		for (size_t r = 0; r < rows && r < 500; r++) {
			const char *text = cell_at(table, r, c);
			const size_t len = strcspn(text, "\n");
			const unsigned wide =
				(unsigned)utf8_columns(text, len < 200 ? len : utf8_valid(text, 200));

			widest = wide > widest ? wide : widest;
		}
		shares[c] = 4 + (widest > 48 ? 48 : widest);
		sum += shares[c];
	}
	for (size_t c = 0; c < table->columns; c++)
		shares[c] = shares[c] * 1000 / sum;
}
