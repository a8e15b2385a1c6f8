#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "intake/json/jsonl.h"
#include "intake/json/marks.h"

/* Property: a line is refused with a reason, or it is JSON to another reader as
 * well; written again from its fields it reads back the same. However many bytes are
 * looked at at once, and byte by byte, the same comes of it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The fields as one flat object of strings. */
static void write(const struct event *e, struct buf *out)
{
	buf_char(out, '{');
	for (size_t i = 0; i < e->count; i++) {
		if (i)
			buf_char(out, ',');
		buf_json_string(out, e->fields[i].name, e->fields[i].name_len);
		buf_char(out, ':');
		buf_json_string(out, e->fields[i].text, e->fields[i].len);
	}
	buf_char(out, '}');
}

static void compare(const struct event *a, const struct event *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++)
		if (a->fields[i].len != b->fields[i].len || a->fields[i].name_len != b->fields[i].name_len ||
		    memcmp(a->fields[i].text, b->fields[i].text, a->fields[i].len) ||
		    memcmp(a->fields[i].name, b->fields[i].name, a->fields[i].name_len))
			abort();
}

/* With a control character in front, read byte by byte; only places are one farther. */
static void read_each_way(const char *line, size_t size, int ret, const struct fault *why,
			  const struct event *e)
{
	SCOPED(event_drop) struct event *other = event_new();
	char *behind_tab = must_alloc(size + 1);
	struct fault why_other = { 0 };

	for (int reach = MARKS_BY_16; reach <= (int)marks_farthest(); reach++) {
		event_clear(other);
		other->marks->reach = (enum marks_reach)reach;
		if (jsonl_read(line, size, other, &why_other) != ret)
			abort();
		if (ret < 0 && strcmp(why->text, why_other.text))
			abort();
		if (ret == 0)
			compare(e, other);
		if (ret == 0 && (e->rewritten != other->rewritten || e->spaced != other->spaced))
			abort();
	}
	behind_tab[0] = '\t';
	memcpy(behind_tab + 1, line, size);
	event_clear(other);
	if (jsonl_read(behind_tab, size + 1, other, &why_other) != ret)
		abort();
	if (ret == 0)
		compare(e, other);
	free(behind_tab);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(event_drop) struct event *e = event_new(), *again = event_new();
	const char *line = (const char *)data;
	struct buf text = { 0 };
	struct fault why = { 0 };
	json_t *other;
	int ret;

	if (size > 4096)
		return 0;
	ret = jsonl_read(line, size, e, &why);
	read_each_way(line, size, ret, &why, e);
	if (ret < 0) {
		if (!why.text[0])
			abort();
		return 0;
	}
	other = json_loadb(line, size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
	/* The other reader refuses what is no UTF-8, numbers that are too large
	 * and half surrogates; this one has its reasons not to. */
	if (!other && utf8_valid(line, size) == size && !memchr(line, '\\', size) &&
	    !memchr(line, '\0', size) && !memchr(line, 'e', size) && !memchr(line, 'E', size) && size < 300)
		abort();
	json_decref(other);
	write(e, &text);
	if (text.len <= LINE_LIMIT) {
		if (jsonl_read(text.data, text.len, again, &why) < 0)
			abort();
		compare(e, again);
	}
	buf_fini(&text);
	return 0;
}
