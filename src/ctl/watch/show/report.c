#include "ctl/watch/show/report_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/terminal.h"

enum { MUCH = 256 * 1024 };

void report_begin(struct report *r, const struct settings *settings, const struct ruleset *set,
		  struct meter *meter, int fd)
{
	const bool terminal = terminal_is(fd);

	*r = (struct report){ .settings = settings, .format = settings->format, .meter = meter, .fd = fd };
	if (r->format == FORMAT_CHOSEN_BY_OUTPUT)
		r->format = terminal ? FORMAT_TABLE : FORMAT_JSON;
	r->columns = terminal ? terminal_width(fd) : 0;
	r->colour = terminal && !getenv("NO_COLOR");
	scores_init(&r->scores, set, r->format == FORMAT_SUMMARY);
}

void report_fini(struct report *r)
{
	scores_fini(&r->scores);
	buf_fini(&r->out);
}

static bool wanted(const struct settings *s, const struct rule *rule)
{
	if (s->asks_level && rule->level < s->level)
		return false;
	for (size_t i = 0; i < s->only.count; i++)
		if (!strcmp(s->only.paths[i], rule->id) ||
		    (rule->name && !strcmp(s->only.paths[i], rule->name)))
			return true;
	return !s->only.count;
}

void report_alert(void *who, const struct alert *alert)
{
	struct report *r = who;
	struct score *score;

	if (r->full || !wanted(r->settings, alert->rule))
		return;
	score = scores_add(&r->scores, alert);
	r->full = r->settings->limit && r->scores.all == r->settings->limit;
	if (r->format == FORMAT_TABLE) {
		rows_put(r, alert, score);
	} else if (r->format == FORMAT_JSON) {
		alert_write_in(&r->out, alert, &score->frame);
		buf_char(&r->out, '\n');
	}
}

bool report_is_much(const struct report *r) { return r->out.len >= MUCH; }

static void write_out(struct report *r)
{
	for (size_t at = 0; at < r->out.len && !r->closed;) {
		const ssize_t n = write(r->fd, r->out.data + at, r->out.len - at);

		if (n < 0 && errno != EINTR) {
			r->closed = true;
			r->lost = errno != EPIPE;
		}
		at += n > 0 ? (size_t)n : 0;
	}
}

bool report_flush(struct report *r)
{
	if (!r->out.len || r->closed)
		return !r->closed;
	meter_hide(r->meter);
	write_out(r);
	if (r->lost)
		fprintf(stderr, "fengsui watch: %s: %s\n",
			r->settings->output ? r->settings->output
					    : in_language(r->settings, "standard output", "标准输出"),
			strerror(errno));
	meter_show(r->meter);
	buf_clear(&r->out);
	return !r->closed;
}

void report_end(struct report *r, const struct account *account)
{
	struct buf about = { 0 };

	if (r->format == FORMAT_SUMMARY) {
		summary_put(r, account);
	} else if (r->format == FORMAT_TABLE) {
		summary_account(r, account, &about);
		report_flush(r);
		fwrite(about.data, 1, about.len, stderr);
	}
	report_flush(r);
	buf_fini(&about);
}
