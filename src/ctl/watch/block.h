#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ctl/watch/inlet.h"
#include "detect/matcher.h"
#include "detect/notes.h"
#include "intake/intake.h"

/*
 * block -- lines of one input that were read together, and what came of them.
 *
 * Whoever reads fills it; any thread may then do the work, with an event and a
 * matcher of its own, from what the lines before it are thought to have left
 * behind (the year, above all). Whoever carries on in order looks whether that was
 * right, and else has the work done again.
 */
struct block_mark {
	size_t end;   /* of the matched event in the notes */
	int64_t time; /* the latest that a line up to it said; INT64_MIN: none of this block did */
};

/* A line in `read`, or behind its INLET_ROOM bytes in `apart`. */
struct block_line {
	size_t at, len; /* PASSED_OVER: one that was too long */
};

struct block {
	char *read;       /* what came, as it came: lines that are whole in it stay where they are */
	struct buf apart; /* those that came in pieces, or packed */
	struct block_line *lines;
	size_t count, room;
	int64_t now;        /* when it was read */
	bool in_order;      /* nobody works on it beforehand: its lines lean on those before */
	bool done;          /* the work; the crew's lock is for this */
	struct block *next; /* of the crew's list */
	struct block *then; /* of its lane's */

	struct source before; /* what is thought to be known before it */
	struct source source; /* and behind it, with the tally of these lines alone */
	struct notes notes;
	struct block_mark *marks;
	size_t mark_count, mark_room;
	int64_t time; /* as of the last mark, behind the last line */
	struct buf rejects;
};

#define PASSED_OVER SIZE_MAX

extern const char block_too_long[]; /* the reason */

struct block *block_new(void);
void block_free(struct block *b);
void block_clear(struct block *b);

/* A line of `read` is not copied. */
void block_put_line(struct block *b, const char *line, size_t len);
void block_put_loss(struct block *b);
/* The text of a line that was not too long. */
const char *block_text(const struct block *b, struct block_line line);

/* Do the work from `before`, or from `source` itself, which then goes on. */
void block_work(struct block *b, const struct maps *maps, struct event *e, struct matcher *m);
void block_work_on(struct block *b, struct source *source, const struct maps *maps, struct event *e,
		   struct matcher *m);
/* May what was worked out stand behind a source that is so far? */
bool block_fits(const struct block *b, const struct source *source);
/* Put it there: its lines, its year, what its lines said for those behind them. */
void block_join(struct block *b, struct source *source);

/* Lines that are none, in order; zero at first. `text` NULL: it was passed over. */
struct block_reject {
	uint64_t line;
	const char *reason, *text;
	size_t len;
};
bool block_next_reject(const struct block *b, size_t *at, struct block_reject *out);
