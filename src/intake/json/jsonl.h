#pragma once

#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * jsonl -- a line that is one JSON object, flattened into the event.
 *
 * Nested names are joined with dots; each value of an array is a value of the
 * array's name, so that any of them can match. Numbers keep their text, except
 * that 1.0 and 1e3 become 1 and 1000. Of a repeated key every value counts.
 * Depth, fields and bytes are limited; RFC 8259 otherwise.
 */
enum { JSONL_DEPTH = 32 };

/* Fails with FAULT_INVALID (naming the byte) or FAULT_LIMIT. */
int jsonl_read(const char *line, size_t len, struct event *e, struct fault *why);
