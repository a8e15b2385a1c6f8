#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "intake/intake.h"

/* Property: CEF, LEEF, audit records and key=value, one line behind another of one
 * source: each is an event or refused with a reason that is in the quarantine;
 * received = stored + malformed; every field is readable to its last byte and
 * lies in the line or the event; a source that begins anew reads them the same. */

static void write_all(const struct quarantine *q, struct buf *out)
{
	struct quarantine_row row;

	for (size_t i = 0; quarantine_row(q, i, &row); i++)
		quarantine_write(&row, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct maps *maps;
static volatile unsigned char sink;

static bool lies_within(const char *at, size_t len, const char *from, size_t room)
{
	return at >= from && at + len <= from + room;
}

static void check(const struct event *e, const char *line, size_t len)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct field *f = &e->fields[i];

		for (size_t k = 0; k < f->len; k++)
			sink ^= (unsigned char)f->text[k];
		for (size_t k = 0; k < f->name_len; k++)
			sink ^= (unsigned char)f->name[k];
		/* What is longer than any word of ours came in with the line. */
		if (f->len > 64 && !lies_within(f->text, f->len, line, len) &&
		    !lies_within(f->text, f->len, e->scratch, EVENT_SCRATCH))
			abort();
	}
	if (e->time < 0)
		abort();
}

static void feed(struct source *source, const uint8_t *data, size_t size, struct event *e)
{
	for (size_t at = 0; at < size;) {
		const uint8_t *lf = memchr(data + at, '\n', size - at);
		const size_t len = lf ? (size_t)(lf - data) - at : size - at;
		const uint64_t held =
			quarantine_count(source->quarantine) + quarantine_given_up(source->quarantine);
		char *line = must_alloc(len + 1);
		struct fault why = { 0 };
		int ret;

		memcpy(line, data + at, len);
		ret = intake_line(maps, source, line, len, INT64_C(1790000000) * STAMP_SECOND, e, &why);
		if (ret == 0)
			check(e, line, len);
		else if (!why.text[0])
			abort();
		if (quarantine_count(source->quarantine) + quarantine_given_up(source->quarantine) !=
		    held + (ret < 0 && ret != -FAULT_ABSENT))
			abort();
		free(line);
		at += len + 1;
	}
	if (source->tally.received != source->tally.stored + source->tally.malformed ||
	    quarantine_bytes(source->quarantine) > QUARANTINE_BYTES)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(event_drop) struct event *e = event_new();
	struct source one = { .name = "one", .year = { .now = 1 } },
		      two = { .name = "two", .year = { .now = 1 } };
	struct buf a = { 0 }, b = { 0 };

	if (!maps) {
		maps = maps_new();
		if (maps_add_own(maps, NULL) < 0)
			abort();
	}
	feed(&one, data, size, e);
	feed(&two, data, size, e);
	write_all(one.quarantine, &a);
	write_all(two.quarantine, &b);
	if (one.tally.malformed != two.tally.malformed || a.len != b.len ||
	    (a.len && memcmp(a.data, b.data, a.len)))
		abort();
	buf_fini(&a);
	buf_fini(&b);
	source_fini(&one);
	source_fini(&two);
	return 0;
}
