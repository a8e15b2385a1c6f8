#include "tsv.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "packs.h"

static struct tsv_row *add_row(struct tsv *table, int line)
{
	struct tsv_row *row;

	table->rows = must_grow(table->rows, (table->count + 1) * sizeof(*table->rows));
	row = &table->rows[table->count++];
	for (size_t i = 0; i < TSV_CELLS; i++)
		row->cell[i] = "";
	row->line = line;
	return row;
}

static void cut(struct tsv_row *row, char *line, char by)
{
	char *next;

	for (size_t i = 0; line && i < TSV_CELLS; i++, line = next) {
		if ((next = strchr(line, by)))
			*next++ = '\0';
		row->cell[i] = line;
	}
}

static char *trimmed(char *text)
{
	size_t len;

	while (*text == ' ')
		text++;
	for (len = strlen(text); len && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
	return text;
}

int tsv_open(struct tsv *table, const char *path)
{
	char *rest, *line;
	int number = 0;

	*table = (struct tsv){ .text = packs_read(path) };
	if (!table->text)
		return -1;
	for (rest = table->text; (line = strsep(&rest, "\n"));)
		if (++number > 1 && *line)
			cut(add_row(table, number), line, '\t');
	return 0;
}

int tsv_open_markdown(struct tsv *table, const char *path, const char *headline)
{
	char *rest, *line;
	int number = 0, in = 0;

	*table = (struct tsv){ .text = packs_read(path) };
	if (!table->text)
		return -1;
	for (rest = table->text; (line = strsep(&rest, "\n"));) {
		number++;
		if (in && line[0] != '|')
			break;
		if (!in && !strncmp(line, headline, strlen(headline)))
			in = 1;
		else if (in && strncmp(line, "|---", 4))
			cut(add_row(table, number), line + 1, '|');
	}
	for (size_t i = 0; i < table->count; i++)
		for (size_t k = 0; k < TSV_CELLS; k++)
			if (*table->rows[i].cell[k])
				table->rows[i].cell[k] = trimmed((char *)table->rows[i].cell[k]);
	return 0;
}

void tsv_close(struct tsv *table)
{
	free(table->rows);
	free(table->text);
	*table = (struct tsv){ 0 };
}
