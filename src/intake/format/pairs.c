#include "intake/format/pairs.h"

/* The enriched part of an audit record stands behind a group separator. */
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\x1d'; }

static const char *value_end(const char *at, const char *end, char quote)
{
	for (; at < end; at++) {
		if (quote ? *at == quote : is_blank(*at))
			return at;
		if (quote && *at == '\\' && at + 1 < end)
			at++;
	}
	return end;
}

bool pairs_next(const char **at, const char *end, struct pair_text *out)
{
	const char *p = *at, *from, *stop;

	for (;;) {
		while (p < end && is_blank(*p))
			p++;
		for (from = p; p < end && *p != '=' && !is_blank(*p);)
			p++;
		if (p == end)
			return false;
		if (*p == '=' && p > from)
			break;
		p++;
	}
	*out = (struct pair_text){ .name = from, .name_len = (size_t)(p - from) };
	p++;
	if (p < end && (*p == '"' || *p == '\''))
		out->quote = *p++;
	stop = value_end(p, end, out->quote);
	out->text = p;
	out->len = (size_t)(stop - p);
	*at = stop < end && out->quote ? stop + 1 : stop;
	return true;
}

int pairs_read(const char *text, size_t len, struct event *e, struct fault *why)
{
	const char *at = text;
	struct pair_text p;

	while (pairs_next(&at, text + len, &p))
		if (!event_add(e, p.name, p.name_len, p.text, p.len, FIELD_TEXT))
			return fault_say(why, FAULT_LIMIT, "more than %d fields in one line",
					 "一行超过 %d 个字段", EVENT_FIELDS);
	return 0;
}
