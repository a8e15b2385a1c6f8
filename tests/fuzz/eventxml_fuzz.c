#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "intake/format/eventxml.h"

/* Property: an event of XML is read, or refused with a reason in both languages; no value
 * is longer than the line that it came from; what was read is read the same from a copy;
 * and written again with references for all that is special it is the same once more. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read(const char *text, size_t len, struct event *e)
{
	struct fault why = { 0 };
	int ret;

	event_clear(e);
	ret = eventxml_read(text, len, e, &why);
	if (ret < 0 && (!why.text[0] || !why.zh[0]))
		abort();
	for (size_t i = 0; ret == 0 && i < e->count; i++)
		if (e->fields[i].len > len || e->fields[i].name_len > len)
			abort();
	return ret;
}

static bool same(const struct event *a, const struct event *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->fields[i].len != b->fields[i].len || a->fields[i].name_len != b->fields[i].name_len ||
		    memcmp(a->fields[i].text, b->fields[i].text, a->fields[i].len) ||
		    memcmp(a->fields[i].name, b->fields[i].name, a->fields[i].name_len))
			return false;
	return true;
}

static void put_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("<>&\"'", text[i]) && text[i])
			buf_format(out, "&#%d;", text[i]);
		else
			buf_char(out, text[i]);
}

/* Every field as a Data of its name. */
static void write_again(const struct event *e, struct buf *out)
{
	buf_text(out, "<Event><EventData>");
	for (size_t i = 0; i < e->count; i++) {
		buf_text(out, "<Data Name='");
		put_escaped(out, e->fields[i].name, e->fields[i].name_len);
		buf_text(out, "'>");
		put_escaped(out, e->fields[i].text, e->fields[i].len);
		buf_text(out, "</Data>");
	}
	buf_text(out, "</EventData></Event>");
}

/* Names with a dot, and those of a channel that is known, may become others. */
static bool keeps_its_names(const struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (!e->fields[i].name_len || memchr(e->fields[i].name, '.', e->fields[i].name_len))
			return false;
	return e->count && !e->from.product;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(event_drop) struct event *one = event_new(), *two = event_new();
	struct buf again = { 0 };
	char *copy;
	int ret;

	if (!eventxml_concerns((const char *)data, size))
		return 0;
	copy = memcpy(must_alloc(size), data, size);
	ret = read(copy, size, one);
	if (ret != read((const char *)data, size, two) || !same(one, two))
		abort();
	if (ret == 0 && keeps_its_names(one)) {
		write_again(one, &again);
		if (read(again.data, again.len, two) < 0 || !same(one, two))
			abort();
	}
	buf_fini(&again);
	free(copy);
	return 0;
}
