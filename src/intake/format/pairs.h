#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * pairs -- key=value, key="value" and so on, as audit records and firewalls write.
 */
struct pair_text {
	const char *name, *text;
	size_t name_len, len;
	char quote; /* the value stood in " or ' */
};

/* The next pair; *at goes on behind it. Words without '=' are passed over.
 * False at the end. A backslash keeps the quote behind it inside the value. */
bool pairs_next(const char **at, const char *end, struct pair_text *out);

/* Every pair as a field. Fails with FAULT_LIMIT. */
int pairs_read(const char *text, size_t len, struct event *e, struct fault *why);
