#include "intake/format/columns.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/moment.h"
#include "intake/format/when.h"
#include "seal/hex.h"

enum kind { KIND_TEXT, KIND_NUMBER, KIND_DECIMAL, KIND_TIME, KIND_TRUTH };

struct word {
	char text[128];
	size_t len;
};

struct column {
	uint32_t at, len; /* of its name, in `names` */
	uint8_t kind;
	bool many; /* a set or a vector */
};

struct columns {
	enum columns_kind kind;
	char separator, set_separator;
	struct word empty, unset, path, software, date;
	size_t count, used, types;
	bool broken; /* the header could not be understood, so its lines cannot be */
	struct column columns[COLUMNS_MOST];
	char names[COLUMNS_BYTES];
};

struct part {
	const char *at;
	size_t len;
};

void columns_free(struct columns *c) { free(c); }

static bool begins(struct part p, const char *with)
{
	return p.len >= strlen(with) && !memcmp(p.at, with, strlen(with));
}

bool columns_concern(const struct columns *c, const char *line, size_t len)
{
	struct part p = { line, len };

	if (c && c->kind)
		return len && *line != '{' && *line != '<';
	return begins(p, "#separator ") || begins(p, "#Software:") || begins(p, "#Version:") ||
	       begins(p, "#Fields:");
}

/* What stands before the next separator; *rest goes on behind it. */
static bool cut(struct part *rest, char separator, struct part *out)
{
	const char *end;

	if (!rest->at)
		return false;
	end = memchr(rest->at, separator, rest->len);
	*out = (struct part){ rest->at, end ? (size_t)(end - rest->at) : rest->len };
	rest->len -= out->len + !!end;
	rest->at = end ? end + 1 : NULL;
	return true;
}

static void keep(struct word *word, struct part p)
{
	word->len = p.len < sizeof(word->text) ? p.len : sizeof(word->text);
	memcpy(word->text, p.at, word->len);
}

static bool is(struct part p, const struct word *word)
{
	return p.len == word->len && !memcmp(p.at, word->text, p.len);
}

/* ---- the header ------------------------------------------------------------ */

static int add_column(struct columns *c, struct part name, struct fault *why)
{
	if (c->count == COLUMNS_MOST || name.len > sizeof(c->names) - c->used) {
		c->broken = true;
		return fault_say(why, FAULT_LIMIT, "a table has at most %d columns and %d bytes of names",
				 "表最多 %d 列，列名共 %d 字节", COLUMNS_MOST, COLUMNS_BYTES);
	}
	memcpy(c->names + c->used, name.at, name.len);
	c->columns[c->count++] = (struct column){ .at = (uint32_t)c->used, .len = (uint32_t)name.len };
	c->used += name.len;
	return 0;
}

static int add_columns(struct columns *c, struct part names, struct fault *why)
{
	struct part name;
	int ret;

	c->count = c->used = 0;
	c->broken = false;
	while (cut(&names, c->separator, &name))
		if (name.len && (ret = add_column(c, name, why)) < 0)
			return ret;
	return 0;
}

/* clang-format off */
static const struct {
	const char *type;
	enum kind kind;
} types[] = {
	{ "time", KIND_TIME },     { "interval", KIND_DECIMAL }, { "double", KIND_DECIMAL },
	{ "count", KIND_NUMBER },  { "int", KIND_NUMBER },       { "port", KIND_NUMBER },
	{ "bool", KIND_TRUTH },
};
/* clang-format on */

static void add_type(struct column *column, struct part type)
{
	const char *open = memchr(type.at, '[', type.len);

	column->many = begins(type, "set[") || begins(type, "vector[");
	if (column->many && type.at[type.len - 1] == ']')
		type = (struct part){ open + 1, type.len - (size_t)(open + 2 - type.at) };
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (type.len == strlen(types[i].type) && begins(type, types[i].type))
			column->kind = (uint8_t)types[i].kind;
}

static void add_types(struct columns *c, struct part all)
{
	struct part type;

	for (c->types = 0; cut(&all, c->separator, &type) && c->types < c->count; c->types++)
		add_type(&c->columns[c->types], type);
}

/* "\x09" or the character itself. */
static char separator_of(struct part p)
{
	unsigned char byte;

	if (p.len == 4 && begins(p, "\\x") && hex_read(p.at + 2, 1, &byte))
		return (char)byte;
	return p.len ? *p.at : '\t';
}

static int zeek_header(struct columns *c, struct part line, struct fault *why)
{
	struct part name;

	if (begins(line, "#separator ")) {
		memset(c, 0, sizeof(*c));
		c->kind = COLUMNS_ZEEK;
		c->separator = separator_of((struct part){ line.at + 11, line.len - 11 });
		c->set_separator = ',';
		c->broken = true; /* until it has said which columns */
		keep(&c->empty, (struct part){ "(empty)", 7 });
		keep(&c->unset, (struct part){ "-", 1 });
		return 0;
	}
	if (begins(line, "#close")) {
		c->kind = COLUMNS_NONE;
		return 0;
	}
	cut(&line, c->separator, &name);
	if (!line.at)
		return 0;
	if (name.len == 7 && begins(name, "#fields"))
		return add_columns(c, line, why);
	if (name.len == 6 && begins(name, "#types"))
		add_types(c, line);
	else if (name.len == 14 && begins(name, "#set_separator") && line.len)
		c->set_separator = *line.at;
	else if (name.len == 12 && begins(name, "#empty_field"))
		keep(&c->empty, line);
	else if (name.len == 12 && begins(name, "#unset_field"))
		keep(&c->unset, line);
	else if (name.len == 5 && begins(name, "#path"))
		keep(&c->path, line);
	return 0;
}

/* cs(User-Agent) is cs-user-agent to Sigma; other names are as they stand. */
static void plain_names(struct columns *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct column *column = &c->columns[i];
		char *name = c->names + column->at, *open = memchr(name, '(', column->len);

		if (!open || name[column->len - 1] != ')')
			continue;
		*open = '-';
		column->len--;
		for (char *p = open; p < name + column->len; p++)
			*p = (char)tolower((unsigned char)*p);
	}
}

static struct part behind(struct part line, const char *what)
{
	struct part p = { line.at + strlen(what), line.len - strlen(what) };

	while (p.len && *p.at == ' ') {
		p.at++;
		p.len--;
	}
	return p;
}

static int w3c_fields(struct columns *c, struct part names, struct fault *why)
{
	int ret;

	c->kind = COLUMNS_W3C;
	c->separator = memchr(names.at, '\t', names.len) ? '\t' : ' ';
	keep(&c->unset, (struct part){ "-", 1 });
	if ((ret = add_columns(c, names, why)) == 0)
		plain_names(c);
	return ret;
}

static int w3c_header(struct columns *c, struct part line, struct fault *why)
{
	if (begins(line, "#Software:"))
		keep(&c->software, behind(line, "#Software:"));
	else if (begins(line, "#Date:"))
		keep(&c->date, behind(line, "#Date:"));
	/* Names with commas between them are another format of Microsoft's. */
	else if (begins(line, "#Fields:") && !memchr(line.at, ',', line.len))
		return w3c_fields(c, behind(line, "#Fields:"), why);
	return 0;
}

static int header(struct columns *c, struct part line, struct fault *why)
{
	const bool zeek = begins(line, "#separator ") || c->kind == COLUMNS_ZEEK;
	int ret = zeek ? zeek_header(c, line, why) : w3c_header(c, line, why);

	return ret < 0 ? ret : fault_set(why, FAULT_ABSENT, "the head of a table");
}

/* ---- a line ---------------------------------------------------------------- */

static int full(struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "more than %d fields or %d bytes of text in one line",
			 "一行超过 %d 个字段或 %d 字节文本", EVENT_FIELDS, EVENT_SCRATCH);
}

/* \x09 in a value of Zeek's is the byte that would have ended it. */
static bool unescape(struct event *e, struct part *p)
{
	const char *end = p->at + p->len;
	char *room, *to;

	if (!memchr(p->at, '\\', p->len))
		return true;
	if (!(room = to = event_room(e, p->len)))
		return false;
	for (const char *at = p->at; at < end;) {
		unsigned char byte;

		if (end - at >= 4 && at[0] == '\\' && at[1] == 'x' && hex_read(at + 2, 1, &byte)) {
			*to++ = (char)byte;
			at += 4;
			continue;
		}
		at += end - at >= 2 && at[0] == '\\' && at[1] == '\\';
		*to++ = *at++;
	}
	*p = (struct part){ room, (size_t)(to - room) };
	return true;
}

/* 0.050000 is 0.05 in the JSON of the same log. */
static void shorten(struct part *p)
{
	if (!memchr(p->at, '.', p->len))
		return;
	while (p->len > 1 && p->at[p->len - 1] == '0')
		p->len--;
	if (p->len > 1 && p->at[p->len - 1] == '.')
		p->len--;
}

static int add_value(struct event *e, const struct column *column, const char *name, struct part p,
		     struct fault *why)
{
	enum field_type type = FIELD_TEXT;

	switch (column->kind) {
	case KIND_TRUTH:
		type = FIELD_TRUTH;
		p = p.len == 1 && *p.at == 'T' ? (struct part){ "true", 4 } : (struct part){ "false", 5 };
		break;
	case KIND_TIME:
		e->timed = e->timed || when_seconds(p.at, p.len, &e->time);
		/* fall through */
	case KIND_DECIMAL:
		shorten(&p);
		/* fall through */
	case KIND_NUMBER:
		type = FIELD_NUMBER;
		break;
	default:
		if (!unescape(e, &p))
			return full(why);
	}
	return event_add(e, name, column->len, p.at, p.len, type) ? 0 : full(why);
}

static int zeek_value(const struct columns *c, const struct column *column, const char *name, struct part p,
		      struct event *e, struct fault *why)
{
	struct part one;
	int ret;

	if (is(p, &c->unset))
		return 0;
	if (is(p, &c->empty))
		return column->many ? 0 : add_value(e, column, name, (struct part){ "", 0 }, why);
	if (!column->many)
		return add_value(e, column, name, p, why);
	while (cut(&p, c->set_separator, &one))
		if (!is(one, &c->unset) && (ret = add_value(e, column, name, one, why)) < 0)
			return ret;
	return 0;
}

/* IIS writes a space within the agent's name as '+', and a '+' as itself: both readings count. */
static int add_agent(const struct column *column, const char *name, struct part p, struct event *e,
		     struct fault *why)
{
	char *room;

	if (column->len != 13 || memcmp(name, "cs-user-agent", 13) || !memchr(p.at, '+', p.len))
		return 0;
	if (!(room = event_room(e, p.len)))
		return full(why);
	for (size_t i = 0; i < p.len; i++)
		room[i] = p.at[i] == '+' ? ' ' : p.at[i];
	return event_add(e, name, column->len, room, p.len, FIELD_TEXT) ? 0 : full(why);
}

static bool is_number(struct part p)
{
	for (size_t i = 0; i < p.len; i++)
		if (p.at[i] < '0' || p.at[i] > '9')
			return false;
	return p.len && p.len < 19;
}

static int w3c_value(const struct columns *c, const struct column *column, const char *name, struct part p,
		     struct event *e, struct fault *why)
{
	if (is(p, &c->unset))
		return 0;
	if (!event_add(e, name, column->len, p.at, p.len, is_number(p) ? FIELD_NUMBER : FIELD_TEXT))
		return full(why);
	return add_agent(column, name, p, e, why);
}

/* A column of W3C may stand in quotes, with a quote inside doubled. */
static bool cut_column(const struct columns *c, struct part *rest, struct part *out)
{
	const char *at, *end;

	if (c->kind != COLUMNS_W3C || !rest->at || !rest->len || *rest->at != '"')
		return cut(rest, c->separator, out);
	end = rest->at + rest->len;
	for (at = rest->at + 1; at < end; at++)
		if (*at == '"' && ++at < end && *at != '"')
			break;
		else if (at >= end)
			break;
	if (at < end && *at != c->separator)
		return cut(rest, c->separator, out);
	*out = (struct part){ rest->at + 1, (size_t)(at - rest->at) - 1 };
	out->len -= out->len && out->at[out->len - 1] == '"';
	rest->len -= (size_t)(at - rest->at) + (at < end);
	rest->at = at < end ? at + 1 : NULL;
	return true;
}

/* "date" and "time" are columns; where there is no date it is the header's. */
static void w3c_time(const struct columns *c, struct event *e)
{
	const struct field *date = event_find(e, "date"), *time = event_find(e, "time");
	const char *day = date ? date->text : c->date.text;
	char text[40];

	if (!time || time->len > 24 || (date ? date->len != 10 : c->date.len < 10))
		return;
	memcpy(text, day, 10);
	text[10] = ' ';
	memcpy(text + 11, time->text, time->len);
	e->timed = moment_iso(text, 11 + time->len, 0, &e->time) == 11 + time->len;
}

static int add_note(struct event *e, const char *name, const struct word *word, struct fault *why)
{
	char *room;

	if (!word->len)
		return 0;
	if (!(room = event_room(e, word->len)))
		return full(why);
	memcpy(room, word->text, word->len);
	return event_add_text(e, name, room, word->len) ? 0 : full(why);
}

static int add_line(const struct columns *c, struct part line, struct event *e, struct fault *why)
{
	char *names = event_room(e, c->used);
	struct part p;
	size_t i = 0;
	int ret;

	if (!names)
		return full(why);
	memcpy(names, c->names, c->used);
	for (; cut_column(c, &line, &p); i++) {
		const struct column *column = &c->columns[i];

		if (i == c->count)
			return fault_say(why, FAULT_INVALID, "more than the %zu columns of its header",
					 "超过表头的 %zu 列", c->count);
		ret = c->kind == COLUMNS_ZEEK ? zeek_value(c, column, names + column->at, p, e, why)
					      : w3c_value(c, column, names + column->at, p, e, why);
		if (ret < 0)
			return ret;
	}
	if (i < c->count)
		return fault_say(why, FAULT_INVALID, "%zu columns; its header has %zu",
				 "%zu 列；表头有 %zu 列", i, c->count);
	if (c->kind == COLUMNS_ZEEK)
		return add_note(e, "_path", &c->path, why);
	w3c_time(c, e);
	return add_note(e, "software", &c->software, why);
}

int columns_read(struct columns **at, const char *line, size_t len, struct event *e, struct fault *why)
{
	struct part p = { line, len };
	struct columns *c = *at;
	int ret;

	if (!columns_concern(c, line, len))
		return COLUMNS_NONE;
	if (!c) {
		c = *at = must_alloc(sizeof(*c));
		memset(c, 0, sizeof(*c));
	}
	if (*line == '#')
		return header(c, p, why);
	if (c->broken || !c->count)
		return fault_say(why, FAULT_INVALID, "a line of a table whose header was not understood",
				 "表头未能读懂的表中的一行");
	if ((ret = add_line(c, p, e, why)) < 0)
		return ret;
	return (int)c->kind;
}
