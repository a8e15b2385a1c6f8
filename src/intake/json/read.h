#pragma once

#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * read -- the ordinary course through a line of JSON, for two kinds of processors.
 *
 * read.c is compiled twice: for any processor, and for those that MARKS_BY_32 is
 * for. Both give the same; jsonl_read() picks.
 */
int read_any(const char *line, size_t len, struct event *e, struct fault *why);
int read_wide(const char *line, size_t len, struct event *e, struct fault *why);

#ifdef __x86_64__
enum { READ_HAS_WIDE = 1 };
#else
enum { READ_HAS_WIDE = 0 };
#endif
