#include "ctl/watch/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

const char block_too_long[] = "longer than 262144 bytes";

_Static_assert(LINE_LIMIT == 262144, "the reason says the limit");

/* As it lies in `rejects`, the reason and its NUL behind it. */
struct packed {
	uint64_t number;
	struct block_line line;
	size_t reason_len;
};

struct block *block_new(void)
{
	struct block *b = must_alloc(sizeof(*b));

	*b = (struct block){ .read = must_alloc(INLET_ROOM), .time = INT64_MIN };
	return b;
}

void block_free(struct block *b)
{
	if (!b)
		return;
	source_fini(&b->source);
	notes_fini(&b->notes);
	free(b->read);
	buf_fini(&b->apart);
	buf_fini(&b->rejects);
	free(b->lines);
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
	buf_clear(&b->apart);
	b->count = 0;
	b->done = b->in_order = false;
}

static void put(struct block *b, size_t at, size_t len)
{
	if (b->count == b->room) {
		b->room = b->room ? 2 * b->room : 256;
		b->lines = must_grow(b->lines, b->room * sizeof(*b->lines));
	}
	b->lines[b->count++] = (struct block_line){ at, len };
}

void block_put_line(struct block *b, const char *line, size_t len)
{
	const size_t at = (uintptr_t)line - (uintptr_t)b->read;

	if (at < INLET_ROOM) {
		put(b, at, len);
		return;
	}
	put(b, INLET_ROOM + b->apart.len, len);
	buf_put(&b->apart, line, len);
}

void block_put_loss(struct block *b) { put(b, 0, PASSED_OVER); }

const char *block_text(const struct block *b, struct block_line line)
{
	return line.at < INLET_ROOM ? b->read + line.at : b->apart.data + (line.at - INLET_ROOM);
}

/* ---- the work ----------------------------------------------------------------- */

static void reject(struct block *b, const struct source *source, struct block_line line, const char *reason)
{
	struct packed p = { source->lines, line, strlen(reason) };

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

static void take_line(struct block *b, struct source *source, const struct maps *maps, struct block_line line,
		      struct event *e, struct matcher *m)
{
	const uint32_t before = b->notes.events;
	struct fault why;
	int ret = intake_line(maps, source, block_text(b, line), line.len, b->now, e, &why);

	if (ret < 0) {
		if (ret != -FAULT_ABSENT)
			reject(b, source, line, why.text);
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
	/* Only says which mapping is tried first; it must not hang on who did the work. */
	source->hint = 0;
	forget_work(b);
	for (size_t i = 0; i < b->count; i++) {
		if (b->lines[i].len == PASSED_OVER) {
			intake_lost(source);
			reject(b, source, b->lines[i], block_too_long);
			continue;
		}
		take_line(b, source, maps, b->lines[i], e, m);
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
	*out = (struct block_reject){ .line = p.number, .reason = b->rejects.data + *at };
	if (p.line.len != PASSED_OVER) {
		out->text = block_text(b, p.line);
		out->len = p.line.len;
	}
	*at += p.reason_len + 1;
	return true;
}
