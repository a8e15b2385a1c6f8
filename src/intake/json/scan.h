#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "intake/event.h"
#include "intake/json/marks.h"

/*
 * scan -- a line of JSON that is being read, and what of it is read byte by byte.
 *
 * Whatever is not as it mostly is ends here, so that what is wrong is named by its
 * byte in one place. read.c has the ordinary course.
 */
struct scan {
	const char *from, *at, *end;
	struct event *e;
	struct fault *why;
	int depth;
	const struct marks *marks; /* NULL: strings are read byte by byte from here */
	const uint32_t *quote;     /* the next of the marks that is not yet passed */
	uint32_t escape; /* the place of the next escape; less than what was passed: not sought yet */
};

struct text {
	const char *at;
	size_t len;
};

/* Both name the byte at s->at, and give the fault. */
int scan_bad(struct scan *s, const char *what);
int scan_full(struct scan *s);

/* The string that begins at s->at, without marks. */
int scan_string(struct scan *s, struct text *out);
/* A string up to the quote at `stop`, whose escapes are read to the scratch. */
int scan_unescape(struct scan *s, const char *from, const char *stop, struct text *out);
/* 1.0 and 1e3 become the integers they are, so that equal numbers are equal text. */
int scan_plain_number(struct scan *s, struct text *number);
/* What a single letter behind a backslash stands for, or 0: it is none, or 'u'. */
extern const char scan_escapes[256];
