#include "intake/format/formats.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/format/auditd.h"
#include "intake/format/cef.h"
#include "intake/format/columns.h"
#include "intake/format/eventxml.h"
#include "intake/format/leef.h"
#include "intake/moment.h"
#include "intake/format/pairs.h"

struct formats {
	struct columns *columns;
	struct auditd *auditd;
	unsigned hint;
	struct buf head; /* of the table that is being read */
};

void formats_free(struct formats *f)
{
	if (!f)
		return;
	columns_free(f->columns);
	auditd_free(f->auditd);
	buf_fini(&f->head);
	free(f);
}

void formats_head(const struct formats *f, struct buf *out)
{
	if (f && f->head.len)
		buf_put(out, f->head.data, f->head.len);
}

/* "#Fields:", "#path": what the line is about. */
static size_t key_of(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && !strchr(": \t\n", line[n]))
		n++;
	return n;
}

/* A later line about the same stands for the former one; Zeek's #separator begins anew. */
static void note_head(struct formats *f, const char *line, size_t len)
{
	const size_t key = key_of(line, len);
	size_t at = 0;

	if ((key == 10 && !memcmp(line, "#separator", 10)) || (key == 6 && !memcmp(line, "#close", 6)))
		buf_clear(&f->head);
	if (key == 6 && !memcmp(line, "#close", 6))
		return;
	while (at < f->head.len) {
		char *one = f->head.data + at, *end = memchr(one, '\n', f->head.len - at);
		const size_t whole = (size_t)(end - one) + 1;

		if (key_of(one, whole) == key && !memcmp(one, line, key)) {
			memmove(one, end + 1, f->head.len - at - whole);
			f->head.len -= whole;
		} else {
			at += whole;
		}
	}
	if (f->head.len + len >= FORMATS_HEAD)
		return;
	buf_put(&f->head, line, len);
	buf_char(&f->head, '\n');
}

static struct formats *made(struct formats **at)
{
	if (!*at)
		*at = memset(must_alloc(sizeof(**at)), 0, sizeof(**at));
	return *at;
}

/* A name in the line decides over the envelope; the time of the line as well. */
static int mapped(struct formats *f, const struct maps *maps, enum map_from from, struct event *e)
{
	maps_apply(maps, from, NULL, 0, NULL, 0, &f->hint, e);
	return 1;
}

int formats_table(struct formats **at, const struct maps *maps, struct event *e, struct fault *why)
{
	struct columns *none = NULL;
	int ret;

	if (!columns_concern(*at ? (*at)->columns : none, e->raw, e->raw_len))
		return 0;
	ret = columns_read(&made(at)->columns, e->raw, e->raw_len, e, why);
	if (ret == -FAULT_ABSENT)
		note_head(*at, e->raw, e->raw_len);
	return ret <= 0 ? ret : mapped(*at, maps, ret == COLUMNS_ZEEK ? MAP_ZEEK : MAP_W3C, e);
}

/* "CEF:0|..." is a program and its message to whoever reads syslog. */
static struct span whole(const struct syslog *s)
{
	const struct span *p = &s->program;

	if ((p->len == 3 && !memcmp(p->at, "CEF", 3)) || (p->len == 4 && !memcmp(p->at, "LEEF", 4)))
		return (struct span){ p->at, (size_t)(s->message.at + s->message.len - p->at) };
	return s->message;
}

static bool begins(struct span text, const char *with)
{
	return text.len > strlen(with) && !memcmp(text.at, with, strlen(with));
}

/* What FortiGate and its like send: date=2026-11-26 time=05:02:28 devname="..." */
static bool is_pairs(struct span text)
{
	return begins(text, "date=") && memmem(text.at, text.len < 300 ? text.len : 300, " logid=", 7);
}

/* The head of a syslog line in front of another format: the host is worth keeping. */
static bool add_head(const struct syslog *s, struct event *e)
{
	if (s->timed) {
		e->time = s->time;
		e->timed = true;
	}
	return !s->host.len || event_add_text(e, "host", s->host.at, s->host.len);
}

static bool join_time(struct event *e, int zone_minutes)
{
	const struct field *date = event_find(e, "date"), *time = event_find(e, "time");
	char text[32];

	if (!date || !time || date->len != 10 || time->len != 8)
		return false;
	memcpy(text, date->text, 10);
	text[10] = ' ';
	memcpy(text + 11, time->text, 8);
	return moment_iso(text, 19, zone_minutes, &e->time) == 19;
}

static int read_pairs(struct span text, int zone_minutes, struct event *e, struct fault *why)
{
	int ret = pairs_read(text.at, text.len, e, why);

	if (ret == 0)
		e->timed |= join_time(e, zone_minutes);
	return ret;
}

/* To whoever reads syslog a '<' begins a priority. */
static bool is_bare_xml(const struct event *e) { return eventxml_concerns(e->raw, e->raw_len); }

int formats_message(struct formats **at, const struct maps *maps, const struct syslog *s, int zone_minutes,
		    struct event *e, struct fault *why)
{
	const struct span text = is_bare_xml(e) ? (struct span){ e->raw, e->raw_len } : whole(s);
	enum map_from from;
	int ret;

	if (begins(text, "CEF:"))
		from = MAP_CEF;
	else if (begins(text, "LEEF:"))
		from = MAP_LEEF;
	else if (is_pairs(text))
		from = MAP_PAIRS;
	else if (eventxml_concerns(text.at, text.len))
		from = MAP_XML;
	else if (!auditd_concerns(text.at, text.len))
		return 0;
	else
		from = MAP_AUDIT;
	if (!is_bare_xml(e) && !add_head(s, e))
		return fault_say(why, FAULT_LIMIT, "more than %d fields in one line", "一行超过 %d 个字段",
				 EVENT_FIELDS);
	if (from == MAP_AUDIT)
		ret = auditd_read(&made(at)->auditd, text.at, text.len, e, why);
	else if (from == MAP_XML)
		ret = eventxml_read(text.at, text.len, e, why);
	else if (from == MAP_PAIRS)
		ret = read_pairs(text, zone_minutes, e, why);
	else
		ret = from == MAP_CEF ? cef_read(text.at, text.len, zone_minutes, e, why)
				      : leef_read(text.at, text.len, zone_minutes, e, why);
	if (ret < 0)
		return ret;
	return from >= MAP_AUDIT ? 1 : mapped(made(at), maps, from, e);
}
