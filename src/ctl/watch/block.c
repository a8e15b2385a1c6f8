#include "ctl/watch/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

const char block_too_long[] = "longer than 262144 bytes";

_Static_assert(LINE_LIMIT == 262144, "the reason says the limit");

/* As it lies in `rejects`, the reason and its NUL behind it. */
struct packed {
	uint64_t line;
	size_t offset, len; /* of the text in `bytes`, or PASSED_OVER */
	size_t reason_len;
};

struct block *block_new(void)
{
	struct block *b = must_alloc(sizeof(*b));

	*b = (struct block){ .time = INT64_MIN };
	return b;
}

void block_free(struct block *b)
{
	if (!b)
		return;
	source_fini(&b->source);
	notes_fini(&b->notes);
	buf_fini(&b->bytes);
	buf_fini(&b->rejects);
	free(b->lens);
	free(b->marks);
	free(b);
}

static void forget_work(struct block *b)
{
	source_fini(&b->source);
	b->source = (struct source){ 0 };
	notes_clear(&b->notes);
	buf_clear(&b->rejects);
	b->mark_count = 0;
	b->time = INT64_MIN;
}

void block_clear(struct block *b)
{
	forget_work(b);
	buf_clear(&b->bytes);
	b->count = 0;
	b->done = b->in_order = false;
}

static void put_len(struct block *b, size_t len)
{
	if (b->count == b->room) {
		b->room = b->room ? 2 * b->room : 4096;
		b->lens = must_grow(b->lens, b->room * sizeof(*b->lens));
	}
	b->lens[b->count++] = len;
}

void block_put_line(struct block *b, const char *line, size_t len)
{
	buf_put(&b->bytes, line, len);
	put_len(b, len);
}

void block_put_loss(struct block *b) { put_len(b, PASSED_OVER); }

/* ---- the work ----------------------------------------------------------------- */

static void reject(struct block *b, const struct source *source, size_t offset, size_t len,
		   const char *reason)
{
	struct packed p = { source->lines, offset, len, strlen(reason) };

	buf_put(&b->rejects, &p, sizeof(p));
	buf_put(&b->rejects, reason, p.reason_len + 1);
}

static void mark(struct block *b)
{
	if (b->mark_count == b->mark_room) {
		b->mark_room = b->mark_room ? 2 * b->mark_room : 256;
		b->marks = must_grow(b->marks, b->mark_room * sizeof(*b->marks));
	}
	b->marks[b->mark_count++] = (struct block_mark){ b->notes.bytes.len, b->time };
}

static void take_line(struct block *b, struct source *source, const struct maps *maps, size_t offset,
		      size_t len, struct event *e, struct matcher *m)
{
	const uint32_t before = b->notes.events;
	struct fault why;
	int ret = intake_line(maps, source, b->bytes.data + offset, len, b->now, e, &why);

	if (ret < 0) {
		if (ret != -FAULT_ABSENT)
			reject(b, source, offset, len, why.text);
		return;
	}
	if (e->timed && e->time > b->time)
		b->time = e->time;
	notes_take(&b->notes, m, e);
	if (b->notes.events != before)
		mark(b);
}

void block_work_on(struct block *b, struct source *source, const struct maps *maps, struct event *e,
		   struct matcher *m)
{
	size_t offset = 0;

	/* Only says which mapping is tried first; it must not hang on who did the work. */
	source->hint = 0;
	forget_work(b);
	for (size_t i = 0; i < b->count; i++) {
		if (b->lens[i] == PASSED_OVER) {
			intake_lost(source);
			reject(b, source, 0, PASSED_OVER, block_too_long);
			continue;
		}
		take_line(b, source, maps, offset, b->lens[i], e, m);
		offset += b->lens[i];
	}
}

void block_work(struct block *b, const struct maps *maps, struct event *e, struct matcher *m)
{
	struct source source = b->before;

	block_work_on(b, &source, maps, e, m);
	b->source = source;
}

/* ---- in order ------------------------------------------------------------------- */

bool block_fits(const struct block *b, const struct source *source)
{
	const struct moment_year *thought = &b->before.year, *is = &source->year;

	return !b->in_order && !source->formats &&
	       (!is->year || (thought->year == is->year && thought->month == is->month));
}

void block_join(struct block *b, struct source *source)
{
	tally_add(&source->tally, &b->source.tally);
	source->lines = b->source.lines;
	source->year = b->source.year;
	source->formats = b->source.formats;
	b->source.formats = NULL;
}

bool block_next_reject(const struct block *b, size_t *at, struct block_reject *out)
{
	struct packed p;

	if (*at >= b->rejects.len)
		return false;
	memcpy(&p, b->rejects.data + *at, sizeof(p));
	*at += sizeof(p);
	*out = (struct block_reject){ .line = p.line, .reason = b->rejects.data + *at };
	if (p.len != PASSED_OVER) {
		out->text = b->bytes.data + p.offset;
		out->len = p.len;
	}
	*at += p.reason_len + 1;
	return true;
}
