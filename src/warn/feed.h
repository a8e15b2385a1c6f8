#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "warn/rules.h"
#include "warn/xml.h"

/*
 * feed -- the Atom feed (RFC 4287) that says which CAP files are in force.
 */
#define ATOM_SPACE "http://www.w3.org/2005/Atom"

/* Times are of RFC 3339, with an offset. Texts are borrowed. */
struct atom_entry {
	const char *id; /* the same for as long as the message is known */
	const char *title, *summary;
	const char *updated, *published;
	const char *href;    /* of the CAP file */
	const char *expires; /* or NULL */
	const char *category, *language;
};

struct atom_feed {
	const char *id, *title, *author, *updated;
	const char *self; /* its own address */
	const struct atom_entry *entries;
	size_t count;
};

void feed_write(const struct atom_feed *feed, struct buf *out);

/* Against RFC 4287, as far as a reader of warnings depends on it. NULL where
 * the bytes are no feed or entry of Atom. */
const struct node *feed_check(const char *bytes, size_t len, struct arena *mem, struct findings *found);
/* The same of a document element that was read already. */
void feed_check_node(const struct node *root, struct arena *mem, struct findings *found);
