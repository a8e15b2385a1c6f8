#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * columns -- logs whose first lines say what stands in which column.
 *
 * Zeek's tables (#separator, #fields, #types, #path) and the W3C extended log
 * format of IIS and proxies (#Fields). What the header said holds for the lines
 * of that source until the next header, for Zeek at the longest until #close;
 * a line that does not have as many columns is not what its source promised.
 * Nothing of an event points in here: a header may change while it is read.
 */
struct columns;

enum columns_kind { COLUMNS_NONE, COLUMNS_ZEEK, COLUMNS_W3C };

enum {
	COLUMNS_MOST = 256,      /* in one table */
	COLUMNS_BYTES = 8 * 1024 /* of all their names together */
};

void columns_free(struct columns *c);

/* Might columns_read() know the line? Cheap, for every line of a source. */
bool columns_concern(const struct columns *c, const char *line, size_t len);

/* Read a line of a table or of its header; *at is made with the first header.
 * COLUMNS_NONE: it is neither. Fails with FAULT_ABSENT for a header or comment
 * (there is no event in it), FAULT_INVALID where the line has not the columns
 * that its header promised, FAULT_LIMIT where there is no room. */
int columns_read(struct columns **at, const char *line, size_t len, struct event *e, struct fault *why);
