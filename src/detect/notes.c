#include "detect/notes.h"

#include <string.h>

/* Each thing begins at a multiple of eight, so that it is read where it lies. */
enum { STEP = 8 };

struct head {
	const char *source;
	uint64_t line;
	int64_t time, received;
	struct logsource from;
	uint32_t raw_len, field_count, rule_count;
	bool timed, is_json, rewritten;
};

struct packed {
	uint32_t name_len, len;
	uint8_t type;
};

void notes_init(struct notes *n) { *n = (struct notes){ 0 }; }

void notes_fini(struct notes *n) { buf_fini(&n->bytes); }

void notes_clear(struct notes *n)
{
	buf_clear(&n->bytes);
	n->events = 0;
}

static void put(struct notes *n, const void *bytes, size_t len)
{
	static const char none[STEP];

	buf_put(&n->bytes, bytes, len);
	buf_put(&n->bytes, none, (STEP - len % STEP) % STEP);
}

void notes_take(struct notes *n, struct matcher *m, const struct event *e)
{
	const uint32_t *rules, count = matcher_feed(m, e, &rules);
	const struct head head = { .source = e->source,
				   .line = e->line,
				   .time = e->time,
				   .received = e->received,
				   .from = e->from,
				   .raw_len = (uint32_t)e->raw_len,
				   .field_count = (uint32_t)e->count,
				   .rule_count = count,
				   .timed = e->timed,
				   .is_json = e->is_json,
				   .rewritten = e->rewritten };

	if (!count)
		return;
	n->events++;
	put(n, &head, sizeof(head));
	put(n, rules, count * sizeof(*rules));
	put(n, e->raw, e->raw_len);
	for (size_t i = 0; i < e->count; i++) {
		const struct field *f = &e->fields[i];
		const struct packed packed = { f->name_len, f->len, f->type };

		put(n, &packed, sizeof(packed));
		put(n, f->name, f->name_len);
		put(n, f->text, f->len);
	}
}

static const void *take(const struct notes *n, struct notes_cursor *at, size_t len)
{
	const void *here = n->bytes.data + at->at;

	at->at += len + (STEP - len % STEP) % STEP;
	return here;
}

bool notes_next(const struct notes *n, struct notes_cursor *at, struct event *e, const uint32_t **rules,
		uint32_t *count)
{
	const struct head *head;

	if (at->at >= n->bytes.len)
		return false;
	head = take(n, at, sizeof(*head));
	event_clear(e);
	e->source = head->source;
	e->line = head->line;
	e->time = head->time;
	e->received = head->received;
	e->from = head->from;
	e->timed = head->timed;
	e->is_json = head->is_json;
	e->rewritten = head->rewritten;
	*count = head->rule_count;
	*rules = take(n, at, *count * sizeof(**rules));
	e->raw_len = head->raw_len;
	e->raw = take(n, at, e->raw_len);
	for (uint32_t i = 0; i < head->field_count; i++) {
		const struct packed *p = take(n, at, sizeof(*p));
		const char *name = take(n, at, p->name_len), *text = take(n, at, p->len);

		event_add(e, name, p->name_len, text, p->len, p->type);
	}
	return true;
}
