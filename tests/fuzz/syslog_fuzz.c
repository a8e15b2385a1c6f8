#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "intake/syslog.h"

/* Property: every part of a line lies within it, the message is its end, and
 * what was read is read the same from a copy. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(const char *line, size_t len, struct span part)
{
	if (part.len && (part.at < line || part.at + part.len > line + len))
		abort();
}

static void read(const char *line, size_t len, struct syslog *out, struct event *e)
{
	struct moment_year year = { .now = INT64_C(1790000000) * STAMP_SECOND };

	syslog_read(line, len, &year, out);
	within(line, len, out->host);
	within(line, len, out->program);
	within(line, len, out->pid);
	within(line, len, out->msgid);
	within(line, len, out->data);
	within(line, len, out->message);
	if (out->message.at + out->message.len != line + len || out->pri > 191)
		abort();
	if (syslog_fields(out, e, NULL) < 0 && e->count < EVENT_FIELDS && e->used + len < EVENT_SCRATCH)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(event_drop) struct event *one = event_new(), *two = event_new();
	struct syslog a, b;
	char *first, *second;

	if (size > LINE_LIMIT)
		return 0;
	first = must_alloc(size + 1);
	second = must_alloc(size + 1);
	if (size) {
		memcpy(first, data, size);
		memcpy(second, data, size);
	}
	read(first, size, &a, one);
	read(second, size, &b, two);
	if (a.form != b.form || a.pri != b.pri || a.time != b.time || one->count != two->count)
		abort();
	free(first);
	free(second);
	return 0;
}
