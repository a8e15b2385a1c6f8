#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "warn/rules.h"

/*
 * xml -- an XML file of another centre as elements, texts and the lines they stand in.
 *
 * libxml2 reads it event by event, and what goes beyond a limit ends the
 * reading there: no DTD, no entities but the five, no inclusion, no network,
 * nothing taken for what will be refused.
 */
enum {
	XML_BYTES_MOST = 1024 * 1024,
	XML_DEPTH_MOST = 32,
	XML_ELEMENTS_MOST = 20000,
};

struct attribute {
	const char *name, *space, *value; /* space: "" for none */
	struct attribute *next;
};

struct node {
	const char *name, *space; /* space: the namespace, "" for none */
	const char *text;         /* its own, without that of its children; comments left out */
	unsigned line;
	bool stray; /* text other than blanks, or CDATA, stands in it */
	struct attribute *attributes;
	struct node *parent, *first, *last, *next;
};

/* NULL where it is refused; why stands in `found`. Lives in `mem`. */
struct node *xml_read(const char *bytes, size_t len, struct arena *mem, struct findings *found);

bool node_is(const struct node *node, const char *space, const char *name);
/* The first child of this name in the namespace of the node; NULL. */
const struct node *node_child(const struct node *node, const char *name);
/* The next sibling of the same name. */
const struct node *node_again(const struct node *node);
/* The text of that child; NULL where it is not there. */
const char *node_text(const struct node *node, const char *name);
/* The value of an attribute without a namespace; NULL. */
const char *node_attribute(const struct node *node, const char *name);
/* "alert.info.expires"; in `mem`. */
const char *node_path(const struct node *node, struct arena *mem);
/* Blanks at both ends gone, those within one (xs:whiteSpace collapse); in `mem`. */
const char *text_collapse(const char *text, struct arena *mem);
bool text_blank(const char *text);
