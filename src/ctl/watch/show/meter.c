#include "ctl/watch/show/meter.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/watch/show/words.h"
#include "host/clock.h"
#include "host/terminal.h"

enum { BAR = 24, BAR_FROM = 60 /* columns: where the line is narrower there is no bar */ };

#define CLEAR "\r\033[K"

void meter_begin(struct meter *m, bool wanted, bool chinese, uint64_t bytes_all)
{
	*m = (struct meter){ .on = wanted && terminal_is(STDERR_FILENO),
			     .chinese = chinese,
			     .bytes_all = bytes_all };
	m->began = m->said = clock_steady();
}

bool meter_due(const struct meter *m)
{
	return m->on && clock_steady() - m->said >= METER_EVERY_MS * INT64_C(1000);
}

static void put_bar(struct buf *out, unsigned percent)
{
	const unsigned full = percent * BAR / 100;

	buf_char(out, '[');
	for (unsigned i = 0; i < BAR; i++)
		buf_char(out, i < full ? '#' : '-');
	buf_text(out, "] ");
}

static void put_left(const struct meter *m, struct buf *out, double seconds)
{
	const unsigned long s = seconds < 1e6 ? (unsigned long)(seconds + 0.5) : 999999;

	buf_text(out, m->chinese ? "，剩余 " : ", ");
	if (s >= 3600)
		buf_format(out, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
	else
		buf_format(out, "%lu:%02lu", s / 60, s % 60);
	buf_text(out, m->chinese ? "" : " left");
}

/* A file may have grown since it was looked at. */
static void put_share(const struct meter *m, struct buf *out, uint64_t bytes, int columns)
{
	const unsigned percent =
		bytes < m->bytes_all ? (unsigned)((double)bytes / (double)m->bytes_all * 100) : 100;

	if (!m->bytes_all)
		return;
	if (columns >= BAR_FROM)
		put_bar(out, percent);
	buf_format(out, "%u %%  ", percent);
}

static void put_all(const struct meter *m, const struct meter_state *s, int64_t now, struct buf *out)
{
	const double seconds = (double)(now - m->began) / 1e6 + 1e-9;
	const double rate = (double)s->bytes / seconds;

	put_share(m, out, s->bytes, terminal_width(STDERR_FILENO));
	buf_format(out, m->chinese ? "%.0f 条/秒，%.1f MB/s" : "%.0f events/s, %.1f MB/s",
		   (double)s->events / seconds, (double)s->text / 1e6 / seconds);
	if (s->bytes < m->bytes_all && rate > 0)
		put_left(m, out, (double)(m->bytes_all - s->bytes) / rate);
	words_levels(out, s->levels, m->chinese, "  ");
}

/* One write: no half of it is ever seen. The last column stays empty, as some
 * terminals go on to the next line there. */
void meter_draw(struct meter *m, const struct meter_state *state)
{
	const int64_t now = clock_steady();
	struct buf text = { 0 }, line = { 0 };
	int columns = terminal_width(STDERR_FILENO) - 1;

	if (!m->on)
		return;
	m->said = now;
	put_all(m, state, now, &text);
	buf_text(&line, "\r");
	if (columns > METER_LINE / 4)
		columns = METER_LINE / 4;
	terminal_cell(&line, text.data, text.len, columns);
	while (line.len && line.data[line.len - 1] == ' ')
		line.len--;
	snprintf(m->line, sizeof(m->line), "%.*s\033[K", (int)line.len, line.data);
	meter_show(m);
	buf_fini(&text);
	buf_fini(&line);
}

static void put_out(const char *text)
{
	/* A terminal that went away is noticed where alerts are written. */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

void meter_hide(const struct meter *m)
{
	if (*m->line)
		put_out(CLEAR);
}

void meter_show(const struct meter *m)
{
	if (*m->line)
		put_out(m->line);
}

void meter_end(struct meter *m)
{
	meter_hide(m);
	m->on = false;
	*m->line = '\0';
}
