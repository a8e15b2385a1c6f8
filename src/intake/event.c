#include "intake/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/json/marks.h"

/* New names may have come since; and before epochs come round again all is forgotten. */
static void make_places(struct event *e, uint32_t count)
{
	free(e->places);
	e->place_count = count + count / 4 + 64;
	e->places = must_alloc((e->place_count + 1) * sizeof(*e->places));
	e->epoch = 0;
}

static void next_epoch(struct event *e)
{
	const uint32_t names = name_count();

	if (!e->places || names > e->place_count || e->epoch == UINT32_MAX)
		make_places(e, names);
	e->epoch++;
}

void event_clear(struct event *e)
{
	next_epoch(e);
	e->raw = NULL;
	e->raw_len = 0;
	e->time = e->received = 0;
	e->timed = e->is_json = e->plain = e->rewritten = e->spaced = false;
	e->from = (struct logsource){ 0 };
	e->count = e->used = e->text_bytes = 0;
}

struct event *event_new(void)
{
	struct event *e = must_alloc(sizeof(*e));

	e->scratch = must_alloc(EVENT_SCRATCH + EVENT_SLACK);
	e->marks = marks_new();
	event_clear(e);
	return e;
}

void event_free(struct event *e)
{
	if (!e)
		return;
	free(e->places);
	free(e->scratch);
	marks_free(e->marks);
	free(e);
}

void event_drop(struct event **e)
{
	event_free(*e);
	*e = NULL;
}

bool event_add(struct event *e, const char *name, size_t name_len, const char *text, size_t len,
	       enum field_type type)
{
	return event_put(e, name, name_len, name_find(name, name_len), text, len, type);
}

void event_rename(struct event *e, size_t i, const char *name, size_t name_len)
{
	e->fields[i].name = name;
	e->fields[i].name_len = (uint32_t)name_len;
	e->fields[i].number = name_find(name, name_len);
}

void event_index(struct event *e)
{
	next_epoch(e);
	for (size_t i = 0; i < e->count; i++) {
		e->fields[i].next = NO_FIELD;
		event_set_place(e, i);
	}
}

bool event_add_text(struct event *e, const char *name, const char *text, size_t len)
{
	return event_add(e, name, strlen(name), text, len, FIELD_TEXT);
}

char *event_room(struct event *e, size_t len)
{
	char *at = e->scratch + e->used;

	if (len > EVENT_SCRATCH - e->used)
		return NULL;
	e->used += len;
	return at;
}

const struct field *event_find(const struct event *e, const char *name)
{
	const size_t len = strlen(name);
	const uint32_t number = name_find(name, len);

	if (number < e->place_count) {
		const uint16_t i = event_first(e, number);

		return i == NO_FIELD ? NULL : &e->fields[i];
	}
	/* Nobody has asked for this name's number, so that the event does not carry it. */
	for (size_t i = 0; i < e->count; i++)
		if (e->fields[i].name_len == len && !memcmp(e->fields[i].name, name, len))
			return &e->fields[i];
	return NULL;
}

bool event_says(const struct event *e, const char *name, const char *text)
{
	const struct field *f = event_find(e, name);

	return f && f->len == strlen(text) && !memcmp(f->text, text, f->len);
}
