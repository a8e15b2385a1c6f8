#include "intake/format/cef.h"

#include <string.h>

#include "intake/format/when.h"

struct part {
	const char *at;
	size_t len;
};

static int full(struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "CEF: more than %d fields or %d bytes of text in one line",
			 "CEF：一行超过 %d 个字段或 %d 字节文本", EVENT_FIELDS, EVENT_SCRATCH);
}

/* \| and \\ in the header, \= \\ \n \r in the extension. A backslash before
 * anything else is one: paths of Windows are written so. */
static bool unescape(struct event *e, const char *escaped, struct part *p)
{
	char *room, *to;

	if (!memchr(p->at, '\\', p->len))
		return true;
	if (!(room = to = event_room(e, p->len)))
		return false;
	for (size_t i = 0; i < p->len; i++) {
		char c = p->at[i], next = i + 1 < p->len ? p->at[i + 1] : '\0';

		if (c == '\\' && next && strchr(escaped, next)) {
			c = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
			i++;
		}
		*to++ = c;
	}
	*p = (struct part){ room, (size_t)(to - room) };
	return true;
}

/* The next part of the header, up to a bar that is not escaped. */
static bool cut(const char **at, const char *end, struct part *out)
{
	const char *from = *at;

	for (const char *p = from; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '|') {
			*out = (struct part){ from, (size_t)(p - from) };
			*at = p + 1;
			return true;
		}
	}
	return false;
}

static int read_header(const char **at, const char *end, struct event *e, struct fault *why)
{
	static const char *const names[] = { "deviceVendor", "deviceProduct", "deviceVersion",
					     "signatureId",  "name",          "severity" };
	struct part p;

	if (!cut(at, end, &p))
		return fault_say(why, FAULT_INVALID, "CEF: no bar after the version",
				 "CEF：版本之后没有竖线");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!cut(at, end, &p))
			return fault_say(why, FAULT_INVALID, "CEF: no bar after %s", "CEF：%s 之后没有竖线",
					 names[i]);
		if (!unescape(e, "|\\", &p) || !event_add_text(e, names[i], p.at, p.len))
			return full(why);
	}
	return 0;
}

static bool is_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.' || c == '-' || c == '[' || c == ']';
}

/* Where the next key begins: a value ends at the last blank before "key=". */
static const char *next_key(const char *at, const char *end)
{
	const char *blank = NULL;

	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end) {
			at++;
			blank = NULL;
		} else if (*at == ' ')
			blank = at;
		else if (*at == '=' && blank && blank + 1 < at)
			return blank + 1;
		else if (!is_key(*at))
			blank = NULL;
	}
	return end;
}

static int read_extension(const char *at, const char *end, struct event *e, struct fault *why)
{
	while (at < end && *at == ' ')
		at++;
	while (at < end) {
		const char *equals = memchr(at, '=', (size_t)(end - at)), *next;
		struct part key, value;

		if (!equals || equals == at)
			return fault_say(why, FAULT_INVALID, "CEF: '%.*s' is no key=value",
					 "CEF：“%.*s”不是 键=值", (int)(end - at < 40 ? end - at : 40), at);
		key = (struct part){ at, (size_t)(equals - at) };
		next = next_key(equals + 1, end);
		value = (struct part){ equals + 1, (size_t)(next - equals) - 1 };
		while (value.len && value.at[value.len - 1] == ' ')
			value.len--;
		if (!unescape(e, "=\\nr|", &value) ||
		    !event_add(e, key.at, key.len, value.at, value.len, FIELD_TEXT))
			return full(why);
		at = next;
	}
	return 0;
}

/* cs1Label=Policy: the value of cs1 is there as Policy too. */
static int add_labelled(struct event *e, struct fault *why)
{
	const size_t count = e->count;

	for (size_t i = 0; i < count; i++) {
		const struct field label = e->fields[i];

		if (label.name_len <= 5 || memcmp(label.name + label.name_len - 5, "Label", 5) || !label.len)
			continue;
		for (size_t k = 0; k < count; k++) {
			const struct field *f = &e->fields[k];

			if (f->name_len == label.name_len - 5 && !memcmp(f->name, label.name, f->name_len) &&
			    !event_add(e, label.text, label.len, f->text, f->len, f->type))
				return full(why);
		}
	}
	return 0;
}

int cef_read(const char *text, size_t len, int zone_minutes, struct event *e, struct fault *why)
{
	/* When the device had it; else when it began or ended. */
	static const char *const times[] = { "rt", "start", "end" };
	const char *at = text, *end = text + len;
	int ret;

	if ((ret = read_header(&at, end, e, why)) < 0 || (ret = read_extension(at, end, e, why)) < 0 ||
	    (ret = add_labelled(e, why)) < 0)
		return ret;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		const struct field *f = event_find(e, times[i]);

		if (f && when_any(f->text, f->len, zone_minutes, &e->time)) {
			e->timed = true;
			break;
		}
	}
	return 0;
}
