#include "intake/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct event *event_new(void)
{
	struct event *e = must_alloc(sizeof(*e));

	e->scratch = must_alloc(EVENT_SCRATCH);
	return e;
}

void event_free(struct event *e)
{
	if (!e)
		return;
	free(e->scratch);
	free(e);
}

void event_drop(struct event **e)
{
	event_free(*e);
	*e = NULL;
}

void event_clear(struct event *e)
{
	e->raw = NULL;
	e->raw_len = 0;
	e->time = e->received = 0;
	e->timed = e->is_json = false;
	e->from = (struct logsource){ 0 };
	e->count = e->used = 0;
}

bool event_add(struct event *e, const char *name, size_t name_len, const char *text, size_t len,
	       enum field_type type)
{
	if (e->count == EVENT_FIELDS || name_len > UINT32_MAX || len > UINT32_MAX)
		return false;
	e->fields[e->count++] = (struct field){
		.name = name, .text = text, .name_len = (uint32_t)name_len, .len = (uint32_t)len, .type = type
	};
	return true;
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
	size_t len = strlen(name);

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
