#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intake/logsource.h"

/*
 * event -- one line from a log, as a flat set of named values.
 *
 * Names and values point into the line where that can be, else into the
 * event's own scratch; both live until the event is cleared. A name may stand
 * more than once (a JSON array, a repeated key): every value counts, so that a
 * second one cannot hide the first.
 */
enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_TRUTH, FIELD_NULL };

struct field {
	const char *name, *text;
	uint32_t name_len, len;
	enum field_type type;
};

enum {
	LINE_LIMIT = 64 * 1024,        /* bytes; a longer line is malformed */
	EVENT_FIELDS = 1024,           /* more than this is malformed */
	EVENT_SCRATCH = 4 * LINE_LIMIT /* for what had to be unescaped or joined */
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
	struct logsource from;
	size_t count;
	struct field fields[EVENT_FIELDS];
	char *scratch;
	size_t used;
};

struct event *event_new(void);
void event_free(struct event *e);
void event_drop(struct event **e);
void event_clear(struct event *e);

/* False when there is no room; nothing is added then. The bytes are not copied. */
bool event_add(struct event *e, const char *name, size_t name_len, const char *text, size_t len,
	       enum field_type type);
/* For names and values that live as long as the program. */
bool event_add_text(struct event *e, const char *name, const char *text, size_t len);

/* Room for `len` bytes in the scratch, or NULL when it is used up. */
char *event_room(struct event *e, size_t len);

/* The first value of that name, or NULL. */
const struct field *event_find(const struct event *e, const char *name);
/* Is there such a field, and is this its text? */
bool event_says(const struct event *e, const char *name, const char *text);
