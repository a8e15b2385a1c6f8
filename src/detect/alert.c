#include "detect/alert.h"

#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "detect/peer.h"

enum { TEXT_MOST = 2048 };

static void put_string(struct buf *out, const char *text, size_t len)
{
	size_t good, cut = len > TEXT_MOST ? TEXT_MOST : len;
	struct buf clean = { 0 };

	while (cut < len && cut && ((unsigned char)text[cut] & 0xC0) == 0x80)
		cut--;
	good = utf8_valid(text, cut);
	if (good == cut) {
		buf_json_string(out, text, cut);
		return;
	}
	for (size_t at = 0; at < cut;) {
		good = utf8_valid(text + at, cut - at);
		buf_put(&clean, text + at, good);
		at += good;
		if (at++ < cut)
			buf_text(&clean, "\xEF\xBF\xBD");
	}
	buf_json_string(out, clean.data ? clean.data : "", clean.len);
	buf_fini(&clean);
}

/* Text that stands in the program. */
#define PUT(out, text) buf_put(out, text, sizeof(text) - 1)

static void put_named(struct buf *out, const char *name, const char *text, size_t len)
{
	PUT(out, ",\"");
	buf_text(out, name);
	PUT(out, "\":");
	put_string(out, text, len);
}

static void put_number(struct buf *out, uint64_t n)
{
	char digits[20], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	buf_put(out, at, (size_t)(digits + sizeof(digits) - at));
}

static void put_pair(struct buf *out, const char *name, const char *text)
{
	put_named(out, name, text, strlen(text));
}

static void put_fields(struct buf *out, const char *name, const struct alert_field *fields, size_t count)
{
	if (!count)
		return;
	PUT(out, ",\"");
	buf_text(out, name);
	PUT(out, "\":{");
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(out, ',');
		put_string(out, fields[i].name, fields[i].name_len);
		buf_char(out, ':');
		put_string(out, fields[i].text, fields[i].len);
	}
	buf_char(out, '}');
}

static void put_origins(struct buf *out, const struct alert *a)
{
	buf_format(out, ",\"hits\":%llu,\"lines\":[", (unsigned long long)a->hits);
	for (size_t i = 0; i < a->origin_count; i++)
		buf_format(out, "%s%llu", i ? "," : "", (unsigned long long)a->origins[i].line);
	buf_format(out, "],\"since\":%llu", (unsigned long long)a->since);
}

static void put_tags(struct buf *out, const struct rule *rule)
{
	buf_text(out, ",\"tags\":[");
	for (const struct name_list *t = rule->tags; t; t = t->next) {
		if (t != rule->tags)
			buf_char(out, ',');
		put_string(out, t->name, strlen(t->name));
	}
	buf_char(out, ']');
}

static const struct field *host_of(const struct event *event)
{
	const struct field *host = event_find(event, "host");

	return host ? host : event_find(event, "Computer");
}

static void make_frame(struct alert_frame *f, const struct rule *rule)
{
	PUT(&f->head, "{\"rule\":");
	put_string(&f->head, rule->id, strlen(rule->id));
	put_pair(&f->head, "title", rule->title);
	put_pair(&f->head, "level", rule_level_word(rule->level));
	put_pair(&f->head, "author", rule->author ? rule->author : "");
	if (rule->license)
		put_pair(&f->head, "license", rule->license);
	PUT(&f->head, ",\"line\":");
	put_tags(&f->tail, rule);
	PUT(&f->tail, "}");
}

void alert_frame_fini(struct alert_frame *f)
{
	buf_fini(&f->head);
	buf_fini(&f->tail);
}

static void put_time(struct buf *out, int64_t time)
{
	char text[STAMP_LEN];

	stamp_format(time, text);
	PUT(out, ",\"time\":\"");
	buf_text(out, text);
	PUT(out, "\"");
}

void alert_write_in(struct buf *out, const struct alert *a, struct alert_frame *f)
{
	const struct field *host = host_of(a->event);

	if (!f->head.len)
		make_frame(f, a->rule);
	buf_put(out, f->head.data, f->head.len);
	put_number(out, a->event->line);
	put_pair(out, "source", a->event->source);
	put_time(out, a->time);
	if (host)
		put_named(out, "host", host->text, host->len);
	put_fields(out, "fields", a->fields, a->field_count);
	put_fields(out, "group", a->group, a->group_count);
	if (a->rule->correlation)
		put_origins(out, a);
	buf_put(out, f->tail.data, f->tail.len);
}

void alert_write(struct buf *out, const struct alert *a)
{
	struct alert_frame frame = { .head = { 0 } };

	alert_write_in(out, a, &frame);
	alert_frame_fini(&frame);
}

/* ---- what makes them equal -------------------------------------------------- */

static const char *const usual[] = { "group", "host", "source" };
const struct alert_key alert_key_usual = { usual, sizeof(usual) / sizeof(*usual) };

static void put_peer(struct buf *out, const struct alert *a)
{
	const char *peer = NULL;
	size_t len = 0;

	for (size_t i = 0; !peer && i < a->field_count; i++)
		peer = peer_in(a->fields[i].text, a->fields[i].len, &len);
	if (peer)
		put_named(out, "group", peer, len);
}

static void put_key(struct buf *out, const struct alert *a, const char *name)
{
	const struct field *field;

	if (!strcmp(name, "source")) {
		put_pair(out, name, a->event->source);
	} else if (!strcmp(name, "group")) {
		put_fields(out, name, a->group, a->group_count);
		if (!a->group_count)
			put_peer(out, a);
	} else if ((field = strcmp(name, "host") ? event_find(a->event, name) : host_of(a->event))) {
		buf_char(out, ',');
		put_string(out, name, strlen(name));
		buf_char(out, ':');
		put_string(out, field->text, field->len);
	}
}

void alert_key_write(struct buf *out, const struct alert *a, const struct alert_key *key)
{
	buf_text(out, "{\"rule\":");
	put_string(out, a->rule->id, strlen(a->rule->id));
	for (size_t i = 0; i < key->count; i++)
		put_key(out, a, key->by[i]);
	buf_char(out, '}');
}
