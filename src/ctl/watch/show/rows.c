#include <string.h>

#include "base/utf8.h"
#include "ctl/watch/show/report_private.h"
#include "ctl/watch/show/words.h"
#include "host/terminal.h"

/*
 * rows -- a table that grows: one row an alert, as soon as it is known.
 *
 * The widths cannot wait for the last row, so they are those of the terminal
 * shared out. Below a rule's first row stand its author and ATT&CK tags. Where no
 * terminal reads it nothing is cut, so that what is searched for is found.
 */
enum column { TIME, LEVEL, RULE, HOST, WHAT, PLACE, COLUMNS };
enum { GAP = 2, NARROW = 90, TIME_LONG = 19, TIME_SHORT = 14, DATE_YEAR = 5 };

/* clang-format off */
static const struct {
	const char *en, *zh;
	int width, share; /* columns at least, and how many of a hundred of what is left */
	int uncut;        /* columns where nothing is cut and little sticks out */
} columns[COLUMNS] = {
	[TIME] = { "TIME (UTC)", "时间（UTC）", TIME_LONG, 0, 19 },
	[LEVEL] = { "LEVEL", "级别", 8, 0, 8 },
	[RULE] = { "RULE", "规则", 10, 30, 32 },
	[HOST] = { "HOST", "主机", 8, 15, 12 },
	[WHAT] = { "WHAT MATCHED", "命中内容", 10, 30, 40 },
	[PLACE] = { "FILE:LINE", "文件:行", 10, 25, 0 },
};
/* clang-format on */

/* Of a terminal so wide: how wide each column is; 0: left out. */
static void share_out(int all, int widths[static COLUMNS])
{
	const bool narrow = all < NARROW;
	int left = all - 1, shares = narrow ? 100 - columns[HOST].share : 100;

	for (int i = 0; i < COLUMNS; i++)
		left -= (columns[i].share ? 0 : columns[i].width) + (i ? GAP : 0);
	left += narrow ? GAP + TIME_LONG - TIME_SHORT : 0;
	for (int i = 0; i < COLUMNS; i++) {
		const int share = left * columns[i].share / shares;

		widths[i] = share > columns[i].width ? share : columns[i].width;
	}
	if (narrow) {
		widths[TIME] = TIME_SHORT;
		widths[HOST] = 0;
	}
}

/* The end is what matters of a file and its line: the beginning gives way. */
static const char *end_of(const char *text, size_t *len, int width)
{
	while (utf8_columns(text, *len) > width) {
		const char *next = text;

		utf8_next(&next, text + *len);
		*len -= (size_t)(next - text);
		text = next;
	}
	return text;
}

static void put_uncut(struct buf *out, const char *text, size_t len, int width)
{
	const size_t from = out->len;

	words_whole(out, text, len);
	for (int used = utf8_columns(out->data + from, out->len - from); used < width; used++)
		buf_char(out, ' ');
}

static void put_cell(struct report *r, enum column column, int width, const char *text, size_t len)
{
	if (!r->columns) {
		put_uncut(&r->out, text, len, columns[column].uncut);
		return;
	}
	if (column == PLACE && utf8_columns(text, len) > width) {
		text = end_of(text, &len, --width);
		buf_text(&r->out, "…");
	}
	terminal_cell(&r->out, text, len, width);
}

static void put_row(struct report *r, const struct buf cells[static COLUMNS], const char *colour, bool whole)
{
	int widths[COLUMNS];

	share_out(r->columns, widths);
	for (int i = 0; i < COLUMNS; i++) {
		const char *text = cells[i].len ? cells[i].data : "";
		const size_t cut =
			i == TIME && widths[TIME] == TIME_SHORT && r->columns && cells[i].len == TIME_LONG
				? DATE_YEAR
				: 0;
		const bool coloured = r->colour && (whole || i == LEVEL);

		if (r->columns && !widths[i])
			continue;
		if (i)
			buf_text(&r->out, "  ");
		if (coloured)
			buf_text(&r->out, colour);
		put_cell(r, i, widths[i], text + cut, cells[i].len - cut);
		if (coloured)
			buf_text(&r->out, WORDS_PLAIN);
	}
	while (r->out.data[r->out.len - 1] == ' ')
		r->out.len--;
	buf_char(&r->out, '\n');
}

static void put_head(struct report *r)
{
	struct buf cells[COLUMNS] = { { 0 } };

	for (int i = 0; i < COLUMNS; i++)
		buf_text(&cells[i], r->settings->chinese ? columns[i].zh : columns[i].en);
	put_row(r, cells, "\033[1m", true);
	for (int i = 0; i < COLUMNS; i++)
		buf_fini(&cells[i]);
	r->headed = true;
}

static void put_rule(struct report *r, const struct rule *rule)
{
	struct buf about = { 0 }, attack = { 0 };

	words_attack(&attack, rule);
	buf_format(&about, "%s%s%s", in_language(r->settings, "  by ", "  作者 "),
		   rule->author && *rule->author ? rule->author
						 : in_language(r->settings, "(nobody named)", "（未署名）"),
		   attack.len ? "  " : "");
	if (attack.len)
		buf_put(&about, attack.data, attack.len);
	buf_format(&about, "  %s", rule->id);
	if (r->colour)
		buf_text(&r->out, "\033[2m");
	if (r->columns)
		terminal_cell(&r->out, about.data, about.len, r->columns - 1);
	else
		words_whole(&r->out, about.data, about.len);
	buf_text(&r->out, r->colour ? WORDS_PLAIN "\n" : "\n");
	buf_fini(&about);
	buf_fini(&attack);
}

void rows_put(struct report *r, const struct alert *a, const struct score *score)
{
	const struct field *host = score_host_of(a);
	struct buf cells[COLUMNS] = { { 0 } };
	char time[STAMP_LEN];

	if (!r->headed)
		put_head(r);
	words_time(a->time, time);
	buf_text(&cells[TIME], time);
	buf_text(&cells[LEVEL], a->rule->level == LEVEL_INFORMATIONAL && !r->settings->chinese
					? "info"
					: words_level(a->rule->level, r->settings->chinese));
	buf_text(&cells[RULE], a->rule->title);
	if (host)
		buf_put(&cells[HOST], host->text, host->len);
	words_matched(&cells[WHAT], a);
	buf_format(&cells[PLACE], "%s:%llu", a->event->source, (unsigned long long)a->event->line);
	put_row(r, cells, words_colour(a->rule->level), false);
	for (int i = 0; i < COLUMNS; i++)
		buf_fini(&cells[i]);
	if (score->count == 1)
		put_rule(r, a->rule);
}
