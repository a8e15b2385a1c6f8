#include "detect/notes.h"

#include <string.h>

/* Each thing begins at a multiple of eight, so that it is read where it lies. */
enum { STEP = 8 };

struct head {
	const char *source;
	uint64_t line;
	int64_t time, received;
	struct logsource from;
	uint32_t raw_len, field_count, match_count;
	bool timed, is_json, rewritten;
};

struct packed {
	uint32_t name_len, len, number;
	uint8_t type;
};

_Static_assert(sizeof(struct match) % STEP == 0, "several of them lie side by side");

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

static void put_matches(struct notes *n, struct view *v, const uint32_t *rules, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct match m = explain_match(v, rules[i]);

		put(n, &m, sizeof(m));
	}
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
				   .match_count = count,
				   .timed = e->timed,
				   .is_json = e->is_json,
				   .rewritten = e->rewritten };

	if (!count)
		return;
	n->events++;
	put(n, &head, sizeof(head));
	put_matches(n, matcher_view(m), rules, count);
	put(n, e->raw, e->raw_len);
	for (size_t i = 0; i < e->count; i++) {
		const struct field *f = &e->fields[i];
		const struct packed packed = { f->name_len, f->len, f->number, f->type };

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

bool notes_next(const struct notes *n, struct notes_cursor *at, struct event *e, const struct match **matches,
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
	*count = head->match_count;
	*matches = take(n, at, *count * sizeof(**matches));
	e->raw_len = head->raw_len;
	e->raw = take(n, at, e->raw_len);
	for (uint32_t i = 0; i < head->field_count; i++) {
		const struct packed *p = take(n, at, sizeof(*p));
		const char *name = take(n, at, p->name_len), *text = take(n, at, p->len);

		event_put(e, name, p->name_len, p->number, text, p->len, p->type);
	}
	return true;
}
