#include "intake/format/eventxml.h"

#include <string.h>

#include "intake/format/sysmon.h"
#include "intake/format/when.h"
#include "intake/format/windows.h"

struct part {
	const char *at;
	size_t len;
};

struct reader {
	const char *first, *at, *end;
	struct event *e;
	struct fault *why;
	bool kept; /* the section that is read has fields */
};

static bool same(struct part a, const char *text)
{
	return a.len == strlen(text) && !memcmp(a.at, text, a.len);
}

bool eventxml_concerns(const char *text, size_t len)
{
	static const char begin[] = "<Event";
	const size_t n = sizeof(begin) - 1;

	return len > n && !memcmp(text, begin, n) && (text[n] == '>' || text[n] == ' ');
}

/* ---- what is wrong with it ------------------------------------------------------- */

static int refuse(struct reader *r, const char *en, const char *zh)
{
	if (r->at >= r->end)
		return fault_say(r->why, FAULT_INVALID, "event XML: cut off after %zu bytes",
				 "XML 事件在第 %zu 字节处被截断", (size_t)(r->end - r->first));
	return fault_say(r->why, FAULT_INVALID, "event XML, byte %zu: %s%.0s", "XML 事件第 %zu 字节：%.0s%s",
			 (size_t)(r->at - r->first) + 1, en, zh);
}

static int full(struct reader *r)
{
	return fault_say(r->why, FAULT_LIMIT,
			 "event XML: more than %d fields or %d bytes of text in one line",
			 "XML 事件：一行超过 %d 个字段或 %d 字节文本", EVENT_FIELDS, EVENT_SCRATCH);
}

/* ---- text ------------------------------------------------------------------------ */

static size_t put_utf8(unsigned long c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xC0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xE0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3F));
		to[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	to[0] = (char)(0xF0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3F));
	to[2] = (char)(0x80 | (c >> 6 & 0x3F));
	to[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* "#10", "#x2f"; never more bytes than the reference has. 0: none. */
static size_t numbered(struct part ref, char *to)
{
	const unsigned base = ref.len > 2 && (ref.at[1] | 32) == 'x' ? 16 : 10;
	unsigned long c = 0;
	size_t i = base == 16 ? 2 : 1;

	if (ref.len <= i)
		return 0;
	for (; i < ref.len; i++) {
		const char d = ref.at[i];
		const unsigned value = d >= '0' && d <= '9'                 ? (unsigned)(d - '0')
				       : (d | 32) >= 'a' && (d | 32) <= 'f' ? (unsigned)((d | 32) - 'a') + 10
									    : 16;

		if (value >= base || (c = c * base + value) > 0x10FFFF)
			return 0;
	}
	return !c || (c >= 0xD800 && c < 0xE000) ? 0 : put_utf8(c, to);
}

static size_t reference(struct part ref, char *to)
{
	static const struct {
		const char *name;
		char c;
	} five[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };

	for (size_t i = 0; i < sizeof(five) / sizeof(*five); i++)
		if (same(ref, five[i].name)) {
			*to = five[i].c;
			return 1;
		}
	return ref.len && *ref.at == '#' ? numbered(ref, to) : 0;
}

/* Text with what stands for its references. The reader is put at one that is none. */
static int plain(struct reader *r, struct part *p)
{
	const char *at = p->at, *end = p->at + p->len;
	char *room, *to;

	if (!memchr(at, '&', p->len))
		return 0;
	if (!(room = to = event_room(r->e, p->len + 4)))
		return full(r);
	while (at < end) {
		const char *semicolon;
		size_t n;

		if (*at != '&') {
			*to++ = *at++;
			continue;
		}
		semicolon = memchr(at, ';', (size_t)(end - at));
		n = semicolon ? reference((struct part){ at + 1, (size_t)(semicolon - at) - 1 }, to) : 0;
		if (!n) {
			r->at = at;
			return refuse(r, "no reference to a character that may be written so",
				      "不是允许的字符引用");
		}
		to += n;
		at = semicolon + 1;
	}
	*p = (struct part){ room, (size_t)(to - room) };
	return 0;
}

/* ---- elements ---------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '.' || c == ':';
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static int read_name(struct reader *r, struct part *out)
{
	const char *from = r->at;

	while (r->at < r->end && is_name(*r->at))
		r->at++;
	*out = (struct part){ from, (size_t)(r->at - from) };
	return out->len ? 0 : refuse(r, "a name is missing", "缺少名称");
}

static bool is_next(const struct reader *r, const char *text)
{
	const size_t len = strlen(text);

	return (size_t)(r->end - r->at) >= len && !memcmp(r->at, text, len);
}

static int expect(struct reader *r, const char *text, const char *en, const char *zh)
{
	if (!is_next(r, text)) {
		while (r->at < r->end && *text && *r->at == *text) /* cut off in the middle of it */
			r->at++, text++;
		return refuse(r, en, zh);
	}
	r->at += strlen(text);
	return 0;
}

/* name="value" with either quotation mark; the value is not plain yet. */
static int read_attribute(struct reader *r, struct part *name, struct part *value)
{
	const char *close;
	int ret;

	if ((ret = read_name(r, name)) < 0 ||
	    (ret = expect(r, "=", "an attribute has no value", "属性没有值")) < 0)
		return ret;
	if (r->at >= r->end || (*r->at != '"' && *r->at != '\''))
		return refuse(r, "a value is not in quotation marks", "属性值未加引号");
	close = memchr(r->at + 1, *r->at, (size_t)(r->end - r->at) - 1);
	if (!close) {
		r->at = r->end;
		return refuse(r, "", "");
	}
	*value = (struct part){ r->at + 1, (size_t)(close - r->at) - 1 };
	r->at = close + 1;
	return 0;
}

/* "TimeCreated" and "SystemTime" are TimeCreated_SystemTime. */
static int add_attribute(struct reader *r, struct part element, struct part name, struct part value)
{
	const size_t len = element.len + 1 + name.len;
	char *room = event_room(r->e, len);
	int ret;

	if ((ret = plain(r, &value)) < 0)
		return ret;
	if (!room)
		return full(r);
	memcpy(room, element.at, element.len);
	room[element.len] = '_';
	memcpy(room + element.len + 1, name.at, name.len);
	return event_add(r->e, room, len, value.at, value.len, FIELD_TEXT) ? 0 : full(r);
}

/* Of <Data Name="Image"> the attribute names what stands in it. */
static int read_attributes(struct reader *r, struct part element, unsigned depth, struct part *named)
{
	struct part name, value;
	int ret = 0;

	for (;;) {
		skip_blanks(r);
		if (r->at >= r->end)
			return refuse(r, "", "");
		if (*r->at == '>' || *r->at == '/')
			return 0;
		if ((ret = read_attribute(r, &name, &value)) < 0)
			return ret;
		if (same(element, "Data") && same(name, "Name"))
			ret = plain(r, named = memcpy(named, &value, sizeof(value)));
		else if (depth >= 2 && r->kept)
			ret = add_attribute(r, element, name, value);
		if (ret < 0)
			return ret;
	}
}

static int read_element(struct reader *r, unsigned depth);

/* Elements, or a text; *out is the text, and its `at` NULL where there were elements. */
static int read_content(struct reader *r, unsigned depth, struct part *out)
{
	const char *from = r->at;
	int ret;

	*out = (struct part){ NULL, 0 };
	for (bool first = true;; first = false) {
		const char *open = memchr(r->at, '<', (size_t)(r->end - r->at));

		if (!open) {
			r->at = r->end;
			return refuse(r, "", "");
		}
		if (first && open + 1 < r->end && open[1] == '/') {
			*out = (struct part){ from, (size_t)(open - from) };
			r->at = open;
			return 0;
		}
		skip_blanks(r);
		if (r->at != open)
			return refuse(r, "text between elements", "元素之间有文本");
		if (is_next(r, "</"))
			return 0;
		if ((ret = read_element(r, depth + 1)) < 0)
			return ret;
	}
}

static int close_element(struct reader *r, struct part element)
{
	struct part name;
	int ret;

	if ((ret = expect(r, "</", "an element does not end", "元素没有结束")) < 0 ||
	    (ret = read_name(r, &name)) < 0)
		return ret;
	if (r->at < r->end && (name.len != element.len || memcmp(name.at, element.at, name.len)))
		return refuse(r, "another element ends than began", "结束的元素与开始的不同");
	return expect(r, ">", "an element does not end", "元素没有结束");
}

static int add_value(struct reader *r, struct part element, struct part named, struct part text)
{
	const struct part name = named.len ? named : element;
	int ret;

	if ((ret = plain(r, &text)) < 0)
		return ret;
	/* <Correlation/> says nothing; <Data Name="x"/> says that it is empty. */
	if (!text.len && !same(element, "Data"))
		return 0;
	return event_add(r->e, name.at, name.len, text.at, text.len, FIELD_TEXT) ? 0 : full(r);
}

static int read_element(struct reader *r, unsigned depth)
{
	struct part element, named = { NULL, 0 }, text = { "", 0 };
	int ret;

	if (depth == EVENTXML_DEPTH)
		return fault_say(r->why, FAULT_LIMIT, "event XML, byte %zu: nested deeper than %d",
				 "XML 事件第 %zu 字节：嵌套超过 %d 层", (size_t)(r->at - r->first) + 1,
				 EVENTXML_DEPTH);
	if (is_next(r, "<!") || is_next(r, "<?"))
		return refuse(r, "declarations, comments and CDATA are not read", "不接受声明、注释和 CDATA");
	r->at++;
	if ((ret = read_name(r, &element)) < 0)
		return ret;
	if (depth == 1) /* what it says in words (RenderingInfo) is there already, in fields */
		r->kept = same(element, "System") || same(element, "EventData") || same(element, "UserData");
	if ((ret = read_attributes(r, element, depth, &named)) < 0)
		return ret;
	if (*r->at == '/') {
		ret = expect(r, "/>", "an element does not end", "元素没有结束");
	} else {
		r->at++;
		if ((ret = read_content(r, depth, &text)) == 0)
			ret = close_element(r, element);
	}
	if (ret < 0 || depth < 2 || !text.at || !r->kept)
		return ret;
	return add_value(r, element, named, text);
}

/* ---- the event ----------------------------------------------------------------------- */

static void find_time(struct event *e)
{
	static const char *const names[] = { "TimeCreated_SystemTime", "UtcTime" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct field *f = event_find(e, names[i]);

		if (!f || !when_any(f->text, f->len, 0, &e->time))
			continue;
		e->timed = true;
		return;
	}
}

int eventxml_read(const char *text, size_t len, struct event *e, struct fault *why)
{
	struct reader r = { .first = text, .at = text, .end = text + len, .e = e, .why = why };
	int ret;

	if ((ret = read_element(&r, 0)) < 0)
		return ret;
	skip_blanks(&r);
	if (r.at < r.end)
		return refuse(&r, "something stands behind the event", "事件之后还有内容");
	find_time(e);
	windows_place(e);
	if (!e->from.product)
		sysmon_place(e);
	return 0;
}
