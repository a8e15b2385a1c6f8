#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * quarantine -- the lines of one source that were not what it promised.
 *
 * For a person to read: which line, when, why, and how it began. Bounded in
 * number and bytes; the oldest goes first, and how many went is counted. A
 * source that never errs has none.
 */
struct quarantine;

enum {
	QUARANTINE_ROWS = 64,
	QUARANTINE_BYTES = 16 * 1024, /* of lines and reasons together */
	QUARANTINE_WHY = 512,         /* of one reason, from its beginning */
	QUARANTINE_LINE = 1024        /* of one line, from its beginning */
};

struct quarantine_row {
	uint64_t line;   /* counted from 1 within the source */
	int64_t at;      /* when it came; 0: not known */
	const char *why; /* NUL behind it, and behind `zh` */
	const char *zh;  /* empty: there is only the other */
	const char *text;
	size_t len;       /* of what was kept */
	size_t whole_len; /* of the line */
};

void quarantine_free(struct quarantine *q);

/* Keep a line; *at is made with the first. The reason in English, and in Chinese or "". */
void quarantine_put(struct quarantine **at, uint64_t line, int64_t now, const char *why, const char *zh,
		    const char *text, size_t len);

/* Row `i`, from the oldest; false past the end. Lives until the next put. NULL has none. */
bool quarantine_row(const struct quarantine *q, size_t i, struct quarantine_row *out);
size_t quarantine_count(const struct quarantine *q);
size_t quarantine_bytes(const struct quarantine *q);
uint64_t quarantine_given_up(const struct quarantine *q); /* rows that made room for later ones */

/* {"line","at"?,"en","zh","text","bytes","of"}: what is no UTF-8, and characters that
 * a terminal would act upon, as U+FFFD. Of `of` bytes of the line `bytes` were kept. */
void quarantine_write(const struct quarantine_row *row, struct buf *out);
