#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

/*
 * filter -- what somebody asks a list for, as a tree.
 *
 *     level:>=3 open:yes (unit:"unit:7" OR owner:"person:5") NOT state:closed 勒索
 *
 * `field:value` compares whole values as text; `field:>=3`, `>`, `<=`, `<`
 * compare text too, which is right for single digits, dates and times; `field:*`
 * asks for any value; two bounds of one field that both hold are one range. A word without a field is
 * searched for in the text, a phrase in quotes likewise. AND may be left out; NOT binds tightest, then AND,
 * then OR. In quotes, \ stands before a quote or itself. Full-width colons, brackets, quotes and blanks count
 * as the usual ones.
 */
enum { FILTER_BYTES = 4096, FILTER_TERMS = 64, FILTER_DEPTH = 32 };

enum filter_type { FILTER_AND, FILTER_OR, FILTER_NOT, FILTER_FIELD, FILTER_WORDS };
enum filter_test { TEST_IS, TEST_ANY, TEST_LESS, TEST_UP_TO, TEST_MORE, TEST_FROM };

struct filter {
	enum filter_type type;
	enum filter_test test;       /* FILTER_FIELD */
	const char *name;            /* FILTER_FIELD: one of the allowed names */
	const char *text;            /* the value, or the words */
	size_t len;                  /* of text */
	struct filter *bound;        /* FILTER_FIELD: the other end of a range, or NULL */
	struct filter *first, *next; /* children of AND and OR (two or more) and NOT (one) */
};

/* The filter in `text`; NULL where it asks for nothing. Fails with
 * FAULT_LIMIT beyond the limits above, else FAULT_INVALID naming the place; an
 * unknown field is named with the nearest of `fields`. */
int filter_parse(const char *text, size_t len, const char *const *fields, size_t field_count,
		 struct arena *mem, struct filter **out, struct fault *why);

/* Write it out so that it is read back as the same tree. */
void filter_write(struct buf *out, const struct filter *filter);
