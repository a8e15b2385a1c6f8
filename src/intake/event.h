#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intake/logsource.h"
#include "intake/name.h"

/*
 * event -- one line from a log, as a flat set of named values.
 *
 * Names and values point into the line where that can be, else into the
 * event's own scratch; both live until the event is cleared. A name may stand
 * more than once (a JSON array, a repeated key): every value counts, so that a
 * second one cannot hide the first. A name that somebody asked for (name.h) is
 * found by its number.
 */
enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_TRUTH, FIELD_NULL };

enum { NO_FIELD = UINT16_MAX };

struct field {
	const char *name, *text;
	uint32_t name_len, len;
	uint32_t number; /* of the name, or NAME_NONE */
	uint16_t next;   /* the next value of the same name, or NO_FIELD */
	uint8_t type;    /* enum field_type */
};

enum {
	LINE_LIMIT = 256 * 1024,        /* bytes; a longer line is malformed (EVE has some of 130 KiB) */
	EVENT_FIELDS = 1024,            /* more than this is malformed */
	EVENT_SCRATCH = 2 * LINE_LIMIT, /* for what had to be unescaped or joined */
	EVENT_SLACK = 64 /* behind the scratch: may be read, and written with what does not count */
};

struct event {
	const char *raw; /* the line as it came, without its end */
	size_t raw_len;
	const char *source; /* who sent it: a file, a peer, a unit */
	uint64_t line;      /* counted from 1 within the source */
	int64_t time;       /* when it happened, or else when it was received */
	int64_t received;   /* when it was received; 0: not known */
	bool timed;         /* the line itself said when */
	bool is_json;       /* raw is not what a keyword search should read */
	bool plain;         /* raw is known to be printable ASCII alone */
	/* Some value reads otherwise in the line, and not only for \\ and \" in it. */
	bool rewritten;
	bool spaced; /* there may be a blank in some name */
	struct logsource from;
	size_t count;
	size_t text_bytes; /* of all values together */
	char *scratch;
	size_t used;
	/* By number of a name: where its values begin and end, in the event `epoch`.
	 * Behind the last number one more, of epoch 0, for names that have none. */
	struct event_place {
		uint32_t epoch;
		uint16_t first, last;
	} * places;
	uint32_t place_count, epoch;
	struct marks *marks; /* of a reader of JSON */
	struct field fields[EVENT_FIELDS];
};

struct event *event_new(void);
void event_free(struct event *e);
void event_drop(struct event **e);
void event_clear(struct event *e);

/* False when there is no room; nothing is added then. The bytes are not copied. */
bool event_add(struct event *e, const char *name, size_t name_len, const char *text, size_t len,
	       enum field_type type);
/* The same of a name whose number is known (name_find). */
static inline bool event_put(struct event *e, const char *name, size_t name_len, uint32_t number,
			     const char *text, size_t len, enum field_type type);
/* For names and values that live as long as the program. */
bool event_add_text(struct event *e, const char *name, const char *text, size_t len);

/* Room for `len` bytes in the scratch, or NULL when it is used up; EVENT_SLACK behind it. */
char *event_room(struct event *e, size_t len);

/* Give field `i` another name. After that, and after fields were taken out,
 * event_index(), once for all. */
void event_rename(struct event *e, size_t i, const char *name, size_t name_len);
void event_index(struct event *e);

/* The first value of that name as a number in `fields`, or NO_FIELD. */
static inline uint16_t event_first(const struct event *e, uint32_t number)
{
	return number < e->place_count && e->places[number].epoch == e->epoch ? e->places[number].first
									      : NO_FIELD;
}

/* The same by text, for whoever asks seldom; or NULL. */
const struct field *event_find(const struct event *e, const char *name);
/* Is there such a field, and is this its text? */
bool event_says(const struct event *e, const char *name, const char *text);

/* Names with and without a number follow each other without any order: nothing
 * branches on that. */
static inline void event_set_place(struct event *e, size_t i)
{
	const uint32_t number = e->fields[i].number;
	const bool known = number < e->place_count;
	struct event_place *place = &e->places[known ? number : e->place_count];

	if (place->epoch == e->epoch)
		e->fields[place->last].next = (uint16_t)i;
	else
		place->first = (uint16_t)i;
	place->epoch = known ? e->epoch : 0;
	place->last = (uint16_t)i;
}

static inline bool event_put(struct event *e, const char *name, size_t name_len, uint32_t number,
			     const char *text, size_t len, enum field_type type)
{
	if (e->count == EVENT_FIELDS || name_len > UINT32_MAX || len > UINT32_MAX)
		return false;
	e->fields[e->count] = (struct field){ .name = name,
					      .text = text,
					      .name_len = (uint32_t)name_len,
					      .len = (uint32_t)len,
					      .number = number,
					      .next = NO_FIELD,
					      .type = (uint8_t)type };
	e->text_bytes += len;
	event_set_place(e, e->count++);
	return true;
}
