#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "warn/xml.h"

/*
 * message -- a CAP 1.2 message as a plain value, and how it is written.
 *
 * Texts are borrowed, or of the arena it was read into. NULL: the element is
 * not there. Values of enumerations and times stand as the standard writes them.
 */
struct cap_words {
	const char *const *at;
	size_t count;
};

struct cap_pair {
	const char *name, *value;
};

struct cap_pairs {
	const struct cap_pair *at;
	size_t count;
};

struct cap_resource {
	const char *description, *type, *size, *uri, *deref_uri, *digest;
};

struct cap_area {
	const char *description;
	struct cap_words polygons, circles;
	struct cap_pairs geocodes;
	const char *altitude, *ceiling;
};

struct cap_info {
	const char *language;
	struct cap_words categories;
	const char *event;
	struct cap_words responses;
	const char *urgency, *severity, *certainty, *audience;
	struct cap_pairs event_codes;
	const char *effective, *onset, *expires;
	const char *sender_name, *headline, *description, *instruction, *web, *contact;
	struct cap_pairs parameters;
	const struct cap_resource *resources;
	size_t resource_count;
	const struct cap_area *areas;
	size_t area_count;
};

struct cap_message {
	const char *identifier, *sender, *sent, *status, *type, *source, *scope, *restriction, *addresses;
	struct cap_words codes;
	const char *note, *references, *incidents;
	const struct cap_info *infos;
	size_t info_count;
};

/* From an alert that check_message() took. */
const struct cap_message *message_of(const struct node *alert, struct arena *mem);

/* UTF-8 with LF, always the same bytes for the same message. What XML cannot
 * hold (control characters) is left out. */
void message_write(const struct cap_message *message, struct buf *out);

/* The value of the first pair of this name; NULL. */
const char *pairs_value(const struct cap_pairs *pairs, const char *name);
/* Text as it stands in an element, or with `quoted` in an attribute. */
void xml_text(struct buf *out, const char *text, bool quoted);
