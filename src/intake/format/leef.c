#include "intake/format/leef.h"

#include <stdbool.h>
#include <string.h>

#include "intake/format/when.h"

struct part {
	const char *at;
	size_t len;
};

static int full(struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "LEEF: more than %d fields in one line",
			 "LEEF：一行超过 %d 个字段", EVENT_FIELDS);
}

static bool cut(const char **at, const char *end, struct part *out)
{
	const char *bar = memchr(*at, '|', (size_t)(end - *at));

	if (!bar)
		return false;
	*out = (struct part){ *at, (size_t)(bar - *at) };
	*at = bar + 1;
	return true;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "^", "x5E", "0x5E", "x9", or nothing for the tab. */
static bool delimiter_of(struct part p, char *out)
{
	int value = 0;

	*out = p.len ? *p.at : '\t';
	if (p.len < 2)
		return true;
	if (p.len > 2 && *p.at == '0')
		p = (struct part){ p.at + 1, p.len - 1 };
	if ((*p.at | 32) != 'x' || p.len > 3)
		return false;
	for (size_t i = 1; i < p.len; i++) {
		if (digit(p.at[i]) < 0)
			return false;
		value = value * 16 + digit(p.at[i]);
	}
	*out = (char)value;
	return value != 0;
}

/* In 2.0 the delimiter may be left away together with its bar: then what stands
 * up to the next bar, if there is one, is an attribute. */
static int read_delimiter(const char **at, const char *end, char *out, struct fault *why)
{
	const char *before = *at;
	struct part p;

	*out = '\t';
	if (!cut(at, end, &p))
		return 0;
	if (memchr(p.at, '=', p.len) && p.len > 1) {
		*at = before;
		return 0;
	}
	return delimiter_of(p, out)
		       ? 0
		       : fault_say(why, FAULT_INVALID, "LEEF: '%.*s' is no delimiter",
				   "LEEF：“%.*s”不是分隔符", (int)(p.len < 20 ? p.len : 20), p.at);
}

static int read_header(const char **at, const char *end, char *delimiter, struct event *e, struct fault *why)
{
	static const char *const names[] = { "deviceVendor", "deviceProduct", "deviceVersion", "eventId" };
	struct part version, p;

	if (!cut(at, end, &version))
		return fault_say(why, FAULT_INVALID, "LEEF: no bar after the version",
				 "LEEF：版本之后没有竖线");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!cut(at, end, &p))
			return fault_say(why, FAULT_INVALID, "LEEF: no bar after %s", "LEEF：%s 之后没有竖线",
					 names[i]);
		if (!event_add_text(e, names[i], p.at, p.len))
			return full(why);
	}
	return version.len > 5 && version.at[5] == '2' ? read_delimiter(at, end, delimiter, why) : 0;
}

static int read_attributes(const char *at, const char *end, char delimiter, struct event *e,
			   struct fault *why)
{
	while (at < end) {
		const char *stop = memchr(at, delimiter, (size_t)(end - at)), *equals;

		if (!stop)
			stop = end;
		equals = memchr(at, '=', (size_t)(stop - at));
		if (stop > at && (!equals || equals == at))
			return fault_say(why, FAULT_INVALID, "LEEF: '%.*s' is no key=value",
					 "LEEF：“%.*s”不是 键=值", (int)(stop - at < 40 ? stop - at : 40),
					 at);
		if (stop > at && !event_add(e, at, (size_t)(equals - at), equals + 1,
					    (size_t)(stop - equals) - 1, FIELD_TEXT))
			return full(why);
		at = stop < end ? stop + 1 : end;
	}
	return 0;
}

int leef_read(const char *text, size_t len, int zone_minutes, struct event *e, struct fault *why)
{
	const char *at = text, *end = text + len;
	const struct field *time;
	char delimiter = '\t';
	int ret;

	if ((ret = read_header(&at, end, &delimiter, e, why)) < 0 ||
	    (ret = read_attributes(at, end, delimiter, e, why)) < 0)
		return ret;
	time = event_find(e, "devTime");
	if (time && when_any(time->text, time->len, zone_minutes, &e->time))
		e->timed = true;
	return 0;
}
