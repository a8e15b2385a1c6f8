#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

/*
 * document -- a document as blocks, from which every format is written.
 *
 * Whoever makes one says what stands in it; how it looks is a writer's matter:
 * DOCX, PDF, HTML, Markdown, one file each. Nothing here reads a clock, a store
 * or a random number, so that the same blocks give the same bytes on the same
 * machine. Texts are cleaned on the way in (text.c): whatever a field holds, it
 * comes out as text.
 */
enum document_language { DOCUMENT_ZH, DOCUMENT_EN };

enum document_format { DOCUMENT_DOCX, DOCUMENT_PDF, DOCUMENT_HTML, DOCUMENT_MD, DOCUMENT__COUNT };

enum block_form {
	BLOCK_HEADING,    /* text, level 1..3 */
	BLOCK_PARAGRAPH,  /* text; lines are paragraphs */
	BLOCK_LIST,       /* cells: numbered items */
	BLOCK_TABLE,      /* header, then cells row by row */
	BLOCK_FACTS,      /* two columns: what, and its value */
	BLOCK_TIMELINE,   /* three columns: when, what, who; header */
	BLOCK_BREAK,      /* the next block begins a page */
	BLOCK_NOTE,       /* text, set apart */
	BLOCK_SIGNATURE,  /* text: who signs, and a place for the seal; second: the date */
	BLOCK_CHECKPOINT, /* text: the signed note, line by line */
	BLOCK__COUNT,
};

struct block {
	enum block_form form;
	int level;
	size_t columns; /* of TABLE, FACTS 2, TIMELINE 3, LIST 1 */
	const char *text, *second;
	const char **header; /* `columns` texts; NULL: none */
	const char **cells;
	size_t cell_count, cell_room;
	struct block *next;
};

enum {
	DOCUMENT_BLOCKS_MOST = 20000,
	DOCUMENT_CELLS_MOST = 200000,
	DOCUMENT_COLUMNS_MOST = 8,
	DOCUMENT_TEXT_MOST = 4 * 1024 * 1024,   /* bytes of one text */
	DOCUMENT_BYTES_MOST = 32 * 1024 * 1024, /* of all texts */
};

struct document {
	struct arena *mem;
	enum document_language language; /* Chinese: the layout of GB/T 9704; English: a plain one */
	const char *name;                /* of the file, without its ending; ASCII */
	const char *title;
	const char *number;     /* of the document, or NULL */
	const char *letterhead; /* the authority in red above a line; NULL: none */
	const char *marking;    /* how far it may go, on every page; NULL */
	bool drill;             /* every page says so */
	const char *foot;       /* where the record stood, on every page; NULL */
	const char *from;       /* the house, as author */
	int64_t at;             /* its date, in microseconds since 1970 */
	struct block *first, *last;
	size_t blocks, cells, bytes;
	struct fault *why; /* the first limit that was passed; see document_fault */
	struct fault over;
};

/* Everything is taken from `mem` and lives as long. Texts are copied. */
struct document *document_new(struct arena *mem, enum document_language language);
/* A text as it may stand in a document: characters that do something instead of
 * being read stand by their number, "[U+202E]". NULL for NULL. */
const char *document_text(struct document *document, const char *text);

struct block *document_add(struct document *document, enum block_form form, const char *text);
struct block *document_heading(struct document *document, int level, const char *text);
/* A table, list, facts or timeline; `header` has `columns` texts, or is NULL. */
struct block *document_table(struct document *document, enum block_form form, size_t columns,
			     const char *const *header);
/* The next cell, row by row; a last row that is short is filled up. */
void document_cell(struct document *document, struct block *table, const char *text);

/* What was too much while it was put together: FAULT_LIMIT, with the limit. */
int document_fault(const struct document *document, struct fault *why);

/* Write it. FAULT_LIMIT as above; FAULT_ABSENT where a PDF has no font to be
 * drawn with: the package to install is named. Free of the house: any thread. */
int document_write(struct document *document, enum document_format format, struct buf *out,
		   struct fault *why);

/* "docx" and its media type; -1 where there is no such format. */
const char *document_ending(enum document_format format);
const char *document_media(enum document_format format);
int document_format_of(const char *ending);
