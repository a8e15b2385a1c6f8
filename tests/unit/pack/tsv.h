#pragma once

#include <stddef.h>

/*
 * tsv -- a table of the requirements, for tests that hold a pack against it.
 */
enum { TSV_CELLS = 24 };

struct tsv_row {
	const char *cell[TSV_CELLS]; /* "" where the row is shorter */
	int line;
};

struct tsv {
	struct tsv_row *rows; /* without the headline */
	size_t count;
	char *text;
};

/* Cells parted by tabs. -1 where the file is not there. */
int tsv_open(struct tsv *table, const char *path);

/* The rows of a Markdown table: from the line that begins with `headline` to
 * the first line that is no row; cells trimmed. */
int tsv_open_markdown(struct tsv *table, const char *path, const char *headline);

void tsv_close(struct tsv *table);
