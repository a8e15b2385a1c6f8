#include "record/doc.h"

#include <string.h>

#include "base/utf8.h"
#include "seal/hex.h"

enum { DEPTH = 64, KEY = 64 };
#define WHOLE ((INT64_C(1) << 53) - 1)

/* What a value was, as far as the object around it wants to know. */
struct value {
	enum { OTHER, WHOLE_NUMBER, STRING, TRUE, FALSE, OBJECT } type;
	int64_t number;
	const char *text; /* the bytes between the quotes */
	size_t len;
	bool is_place; /* {"part":k,"seq":n} */
	int64_t part, seq;
};

struct reader {
	const char *at, *end;
	struct doc *doc;
	int depth;
};

struct name {
	const char *text;
	size_t len;
};

static bool read_value(struct reader *r, struct value *out);

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool take_word(struct reader *r, const char *word, size_t len)
{
	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len))
		return false;
	r->at += len;
	return true;
}

/* After a backslash: the short escapes where there is one, \u00xx for the
 * other control characters, in lowercase; never for U+0000. */
static bool read_escape(struct reader *r)
{
	static const char digits[] = "0123456789abcdef";
	const char *low;

	if (r->at == r->end)
		return false;
	if (*r->at && strchr("\"\\bfnrt", *r->at)) {
		r->at++;
		return true;
	}
	if (r->end - r->at < 5 || memcmp(r->at, "u00", 3) || (r->at[3] != '0' && r->at[3] != '1') ||
	    !r->at[4] || !(low = strchr(digits, r->at[4])))
		return false;
	if (r->at[3] == '0' && (low == digits || strchr("89acd", *low)))
		return false;
	r->at += 5;
	return true;
}

/* UTF-8 was checked for the whole text before. */
static bool read_string(struct reader *r, struct value *out)
{
	if (!take(r, '"'))
		return false;
	out->type = STRING;
	out->text = r->at;
	while (r->at < r->end && *r->at != '"') {
		unsigned char c = (unsigned char)*r->at++;

		if (c < 0x20 || (c == '\\' && !read_escape(r)))
			return false;
	}
	out->len = (size_t)(r->at - out->text);
	return take(r, '"');
}

static bool read_number(struct reader *r, struct value *out)
{
	bool minus = take(r, '-');
	const char *from = r->at;
	int64_t n = 0;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && n <= WHOLE)
		n = n * 10 + (*r->at++ - '0');
	if (r->at == from || n > WHOLE || (*from == '0' && (minus || r->at - from > 1)))
		return false;
	out->type = WHOLE_NUMBER;
	out->number = minus ? -n : n;
	return true;
}

static bool read_array(struct reader *r)
{
	struct value item;

	r->at++;
	if (take(r, ']'))
		return true;
	do
		if (!read_value(r, &item))
			return false;
	while (take(r, ','));
	return take(r, ']');
}

static bool read_name(struct reader *r, struct name *last)
{
	struct name name = { r->at + 1, 0 };
	size_t both;
	int order;

	if (!take(r, '"'))
		return false;
	while (r->at < r->end &&
	       ((*r->at >= 'a' && *r->at <= 'z') || (*r->at >= '-' && *r->at <= ':') || *r->at == '_') &&
	       *r->at != '/')
		r->at++;
	name.len = (size_t)(r->at - name.text);
	if (!name.len || name.len > KEY || !take(r, '"') || !take(r, ':'))
		return false;
	/* Strictly ascending, which also keeps a name from standing twice. */
	both = name.len < last->len ? name.len : last->len;
	order = last->text ? memcmp(last->text, name.text, both) : -1;
	if (order > 0 || (order == 0 && last->len >= name.len))
		return false;
	*last = name;
	return true;
}

static bool is(const struct name *name, const char *word)
{
	return name->len == strlen(word) && !memcmp(name->text, word, name->len);
}

/* {"p":k,"sd":HEX}: the k-th text of the entry. */
static bool note_text(struct reader *r, const struct value *p, const struct value *sd)
{
	struct doc *doc = r->doc;

	return p->type == WHOLE_NUMBER && sd->type == STRING && sd->len == 2 * DIGEST_LEN &&
	       doc->texts < DOC_TEXTS && p->number == (int64_t)doc->texts + 1 &&
	       hex_read(sd->text, DIGEST_LEN, doc->sd[doc->texts++]);
}

/* What stands at the top and concerns the record itself. */
static bool note_top(struct doc *doc, const struct name *name, const struct value *value)
{
	if (is(name, "given_time"))
		doc->given_time = value->type == TRUE ? 1 : value->type == FALSE ? 0 : -1;
	if (!is(name, "erase"))
		return true;
	if (!value->is_place || value->part < 0 || value->seq < 0)
		return false;
	doc->erases = true;
	doc->erase_part = (uint64_t)value->part;
	doc->erase_seq = (uint64_t)value->seq;
	return true;
}

static bool read_object(struct reader *r, struct value *out)
{
	struct name name = { 0 }, first = { 0 };
	struct value member = { 0 }, former = { 0 };
	size_t count = 0;

	r->at++;
	*out = (struct value){ .type = OBJECT };
	if (take(r, '}'))
		return true;
	do {
		former = member;
		first = name;
		if (!read_name(r, &name) || !read_value(r, &member))
			return false;
		if (r->doc && r->depth == 1 && !note_top(r->doc, &name, &member))
			return false;
		count++;
	} while (take(r, ','));
	if (count == 2 && is(&first, "part") && is(&name, "seq")) {
		out->is_place = former.type == WHOLE_NUMBER && member.type == WHOLE_NUMBER;
		out->part = former.number;
		out->seq = member.number;
	}
	if (r->doc && count == 2 && is(&first, "p") && is(&name, "sd") && !note_text(r, &former, &member))
		return false;
	return take(r, '}');
}

static bool read_nested(struct reader *r, struct value *out)
{
	bool ok;

	r->depth++;
	ok = *r->at == '{' ? read_object(r, out) : read_array(r);
	r->depth--;
	return ok;
}

static bool read_value(struct reader *r, struct value *out)
{
	*out = (struct value){ .type = OTHER };
	if (r->at == r->end || r->depth > DEPTH)
		return false;
	switch (*r->at) {
	case '{':
	case '[':
		return read_nested(r, out);
	case '"':
		return read_string(r, out);
	case 't':
		out->type = TRUE;
		return take_word(r, "true", 4);
	case 'f':
		out->type = FALSE;
		return take_word(r, "false", 5);
	case 'n':
		return take_word(r, "null", 4);
	default:
		return read_number(r, out);
	}
}

static bool read_all(const char *bytes, size_t len, struct doc *doc, struct value *top)
{
	struct reader r = { bytes, bytes + len, doc, 0 };

	return utf8_valid(bytes, len) == len && read_value(&r, top) && r.at == r.end;
}

bool doc_read(const char *bytes, size_t len, struct doc *out)
{
	struct value top;

	out->texts = 0;
	out->erases = false;
	out->given_time = -1;
	return read_all(bytes, len, out, &top) && top.type == OBJECT;
}

bool doc_canonical(const char *bytes, size_t len)
{
	struct value top;

	return read_all(bytes, len, NULL, &top);
}
